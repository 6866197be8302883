import type { CancellationToken } from 'vscode';
import type { Releasable } from '../window/disposables';

export interface CancellationSource extends Releasable {
  readonly token: CancellationToken;
  cancel(): void;
}

/** Asks for one thing after another, of which only the newest counts: it cancels those before, whose end nobody hears of. */
export class NewestRequest implements Releasable {
  #current: CancellationSource | undefined;

  constructor(private readonly createCancellation: () => CancellationSource) {}

  /** Asks, and hands over the outcome unless something newer was asked for meanwhile. */
  async run<Result>(
    ask: (token: CancellationToken) => Promise<Result>,
    heard: { readonly result: (result: Result) => void; readonly failed: (thrown: unknown) => void },
  ): Promise<void> {
    this.cancel();
    const request = this.createCancellation();
    this.#current = request;
    try {
      const result = await ask(request.token);
      if (this.#current === request) heard.result(result);
    } catch (thrown) {
      if (this.#current === request) heard.failed(thrown);
    } finally {
      if (this.#current === request) this.#current = undefined;
      request.dispose();
    }
  }

  cancel(): void {
    this.#current?.cancel();
  }

  dispose(): void {
    this.cancel();
    this.#current = undefined;
  }
}
