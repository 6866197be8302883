import { DnnSplitError, type ErrorCode, type ErrorData, toErrorData } from '../../protocol/errors';

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
      return new DnnSplitError('canceled', 'The analysis was canceled.');
    }
  }
  return DnnSplitError.fromData(toErrorData(thrown));
}

/** The error of every request while there is no server. */
export function serverDownError(detail?: string): DnnSplitError {
  const code: ErrorCode = 'worker-crashed';
  return new DnnSplitError(code, 'The DNNSplit server is not running; restart it to go on.', undefined, detail);
}

/** The error of a request that was under way when the server ended and was started again. */
export function serverRestartedError(detail: string): DnnSplitError {
  const message = 'The DNNSplit server stopped unexpectedly and was started again; try again.';
  return new DnnSplitError('worker-crashed', message, undefined, detail);
}
