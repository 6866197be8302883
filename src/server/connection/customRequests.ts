import type { Connection } from 'vscode-languageserver/node';
import type { ServerNotifications, ServerRequests } from '../../shared/protocol/requests';
import { signalOf, toResponseError } from './responses';

type Awaitable<Value> = Value | Promise<Value>;

/** The server's side of every custom request. */
export type RequestHandlers = {
  readonly [Method in keyof ServerRequests]: (
    params: ServerRequests[Method]['params'],
    signal: AbortSignal,
  ) => Awaitable<ServerRequests[Method]['result']>;
};

/** Connects the handlers; whatever one throws travels as error data, and cancellation reaches it as a signal. */
export function serveRequests(connection: Connection, handlers: RequestHandlers): void {
  for (const [method, handler] of Object.entries(handlers)) {
    connection.onRequest<unknown, unknown>(method, async (params, token): Promise<unknown> => {
      try {
        return await handler(params as never, signalOf(token));
      } catch (thrown) {
        throw toResponseError(thrown);
      }
    });
  }
}

/** Sends one of the server's own notifications. */
export function notify<Method extends keyof ServerNotifications & string>(
  connection: Connection,
  method: Method,
  params: ServerNotifications[Method],
): void {
  void connection.sendNotification(method, params).catch(() => undefined);
}
