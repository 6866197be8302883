/**
 * Calls into a worker thread: one interface of functions on both sides. A call carries a shared cancel flag, so that a
 * busy loop sees it without reading messages; a result is `{ ok }` or `{ err }`, and progress comes in between.
 */
import type { ErrorData } from '../../shared/work/errors';
import type { Work } from '../../shared/work/work';

/** What every function of a worker looks like: plain data in, plain data out. */
export type WorkerFunction = (params: never, work: Work) => unknown;

/** An interface of worker functions. */
export type WorkerFunctions<Api> = { readonly [Method in keyof Api]: WorkerFunction };

export type ParamsOf<Api, Method extends keyof Api> = Api[Method] extends (params: infer Params, work: Work) => unknown
  ? Params
  : never;

export type ResultOf<Api, Method extends keyof Api> = Api[Method] extends (params: never, work: Work) => infer Result
  ? Awaited<Result>
  : never;

export interface CallMessage {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
  /** One Int32; 1 once the caller has lost interest. */
  readonly cancelFlag: SharedArrayBuffer;
}

export type ReplyMessage =
  | { readonly id: number; readonly kind: 'started' }
  | { readonly id: number; readonly kind: 'ok'; readonly ok: unknown }
  | { readonly id: number; readonly kind: 'err'; readonly err: ErrorData }
  | { readonly id: number; readonly kind: 'progress'; readonly stage: string; readonly fraction: number | null };
