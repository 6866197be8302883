import type { Disposable, Event } from 'vscode';

/** An event source for the parts that do not import `vscode`, so that they also run in plain Node. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener, thisArg, disposables) => {
    const call = (value: T): void => {
      listener.call(thisArg, value);
    };
    this.#listeners.add(call);
    const subscription: Disposable = { dispose: () => this.#listeners.delete(call) };
    disposables?.push(subscription);
    return subscription;
  };

  get listenerCount(): number {
    return this.#listeners.size;
  }

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
