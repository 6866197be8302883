import { say } from '../../shared/messages/say';
import { DnnSplitError, type ErrorData, toErrorData } from '../../shared/work/errors';

/** JSON-RPC and LSP codes: the client or the server gave the request up. */
const canceledCodes = new Set([-32800, -32802]);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isErrorData(value: unknown): value is ErrorData {
  return isRecord(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string';
}

/** Reads the product's error out of whatever a request was rejected with (a JSON-RPC error carries it as `data`). */
export function requestError(thrown: unknown): DnnSplitError {
  if (DnnSplitError.is(thrown)) return thrown;
  if (isRecord(thrown)) {
    if (isErrorData(thrown['data'])) return DnnSplitError.fromData(thrown['data']);
    if (typeof thrown['code'] === 'number' && canceledCodes.has(thrown['code'])) {
      return new DnnSplitError('canceled', say('work.analysisCanceled', {}));
    }
  }
  return DnnSplitError.fromData(toErrorData(thrown));
}

/**
 * A request failed for want of a server, whatever it asked. Open models come back with the next server, so work that
 * follows them has nothing to say about it.
 */
export class ServerEndedError extends DnnSplitError {
  constructor(message: string, detail: string | undefined) {
    super('worker-crashed', message, undefined, detail);
  }
}

/** The error of every request while there is no server. */
export function serverDownError(detail?: string): ServerEndedError {
  return new ServerEndedError('The DNNSplit server is not running; restart it to go on.', detail);
}

/** The error of a request that was under way when the server ended and was started again. */
export function serverRestartedError(detail: string): ServerEndedError {
  return new ServerEndedError('The DNNSplit server stopped unexpectedly and was started again; try again.', detail);
}
