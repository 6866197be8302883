import { say } from '../messages/say';
import { DnnSplitError } from './errors';

/** What long work needs from its caller: a way to be stopped and a way to say how far it is. */
export interface Work {
  /** True once the caller has lost interest; long loops look at it every few thousand steps. */
  readonly canceled: () => boolean;
  /** Says what is being done; `fraction` is in 0..1 where it is known. */
  readonly report: (stage: string, fraction?: number) => void;
}

/** Work that nobody watches and nobody stops. */
export const unwatched: Work = { canceled: () => false, report: () => undefined };

/** @throws DnnSplitError `canceled` once the caller has lost interest. */
export function throwIfCanceled(work: Work): void {
  if (work.canceled()) throw new DnnSplitError('canceled', say('work.analysisCanceled', {}));
}
