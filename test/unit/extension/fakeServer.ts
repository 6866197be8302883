import type { CancellationToken } from 'vscode';
import type {
  NotificationName,
  RequestName,
  ServerConnection,
  ServerState,
} from '../../../src/extension/client/connection';
import type { Releasable } from '../../../src/extension/window/disposables';
import { Emitter } from '../../../src/extension/window/emitter';
import type { ServerNotifications, ServerRequests } from '../../../src/shared/protocol/requests';
import { DnnSplitError } from '../../../src/shared/work/errors';

type Answers = {
  [M in RequestName]?: (params: ServerRequests[M]['params']) => Promise<ServerRequests[M]['result']>;
};

/** A server in the same process: answers what a test tells it to, and remembers what it was asked. */
export class FakeServer implements ServerConnection {
  readonly asked: { method: string; params: unknown }[] = [];
  readonly #states = new Emitter<ServerState>();
  readonly #notifications: { [M in NotificationName]: Emitter<ServerNotifications[M]> } = {
    'dnnsplit/modelChanged': new Emitter(),
    'dnnsplit/progress': new Emitter(),
    'dnnsplit/log': new Emitter(),
  };
  state: ServerState = 'running';
  readonly onDidChangeState = this.#states.event;

  constructor(readonly answers: Answers) {}

  get listenerCount(): number {
    const emitters = [this.#states, ...Object.values(this.#notifications)];
    return emitters.reduce((sum, { listenerCount }) => sum + listenerCount, 0);
  }

  async request<M extends RequestName>(
    method: M,
    params: ServerRequests[M]['params'],
    token?: CancellationToken,
  ): Promise<ServerRequests[M]['result']> {
    this.asked.push({ method, params });
    const answer: Answers[M] = this.answers[method];
    if (!answer) throw new DnnSplitError('internal', `Nobody answers ${method}.`);
    const canceled = new Promise<never>((_, reject) => {
      token?.onCancellationRequested(() => reject(new DnnSplitError('canceled', 'The request was canceled.')));
    });
    return Promise.race([answer(params), canceled]);
  }

  onNotification<M extends NotificationName>(method: M, handler: (params: ServerNotifications[M]) => void): Releasable {
    return this.#notifications[method].event(handler);
  }

  tell<M extends NotificationName>(method: M, params: ServerNotifications[M]): void {
    this.#notifications[method].fire(params);
  }

  become(state: ServerState): void {
    this.state = state;
    this.#states.fire(state);
  }

  askedOf(method: RequestName): unknown[] {
    return this.asked.filter((request) => request.method === method).map(({ params }) => params);
  }
}

/** A cancellation source as `vscode` has it. */
export function createCancellation() {
  const canceled = new Emitter<unknown>();
  let requested = false;
  const token: CancellationToken = {
    get isCancellationRequested() {
      return requested;
    },
    onCancellationRequested: canceled.event,
  };
  return {
    token,
    cancel: () => {
      requested = true;
      canceled.fire(undefined);
    },
    dispose: () => canceled.dispose(),
  };
}
