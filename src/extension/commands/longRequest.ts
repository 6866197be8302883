import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { ServerRequests } from '../../shared/protocol/requests';
import type { CommandContext } from './context';

/** Requests that say how far they are under a token of their own. */
type LongRequest =
  | 'dnnsplit/exportModels'
  | 'dnnsplit/split'
  | 'dnnsplit/verify'
  | 'dnnsplit/runLocally'
  | 'dnnsplit/measureModel'
  | 'dnnsplit/measureLink'
  | 'dnnsplit/measureWay'
  | 'dnnsplit/calibrate';

/** Sends a request that may take long, with a notification that shows its progress and can cancel it. */
export async function longRequest<M extends LongRequest>(
  { server }: CommandContext,
  title: string,
  method: M,
  paramsFor: (token: string) => ServerRequests[M]['params'],
): Promise<ServerRequests[M]['result']> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return await vscode.window.withProgress(options, async (progress, cancellation) => {
    const token = randomUUID();
    const subscription = server.onNotification('dnnsplit/progress', (message) => {
      if (message.token === token) progress.report({ message: message.stage });
    });
    try {
      return await server.request(method, paramsFor(token), cancellation);
    } finally {
      subscription.dispose();
    }
  });
}
