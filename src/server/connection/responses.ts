import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { type ErrorData, toErrorData } from '../../shared/work/errors';

/** An error as it travels in a response: one sentence, and everything else as data. */
export function toResponseError(thrown: unknown): ResponseError<ErrorData> {
  const data = toErrorData(thrown);
  const code = data.code === 'canceled' ? LSPErrorCodes.RequestCancelled : LSPErrorCodes.RequestFailed;
  return new ResponseError(code, data.message, data);
}

/** A signal that is aborted when the request is canceled. */
export function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
