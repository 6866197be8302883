import type { CancellationToken, Event } from 'vscode';
import type { ServerNotifications, ServerRequests } from '../../shared/protocol/requests';
import type { Releasable } from '../window/disposables';

/**
 * - `stopped`: not started yet, or shut down on purpose; the next request starts it
 * - `starting`, `running`
 * - `failed`: it ended too often; requests fail until it is restarted by hand
 */
export type ServerState = 'stopped' | 'starting' | 'running' | 'failed';

export type RequestName = keyof ServerRequests;
export type NotificationName = keyof ServerNotifications;

/** The extension's view of the background server; the language client implements it, tests fake it. */
export interface ServerConnection {
  readonly state: ServerState;
  readonly onDidChangeState: Event<ServerState>;
  /**
   * Sends a request and starts the server first where needed.
   * @throws DnnSplitError with the server's error, `canceled`, or `worker-crashed` when there is no server
   */
  request<M extends RequestName>(
    method: M,
    params: ServerRequests[M]['params'],
    token?: CancellationToken,
  ): Promise<ServerRequests[M]['result']>;
  onNotification<M extends NotificationName>(method: M, handler: (params: ServerNotifications[M]) => void): Releasable;
}
