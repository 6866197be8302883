/**
 * Ends work before it is done, at most once. What `AbortController` is for, where most work ends by itself: making its signal
 * and hearing it takes a good part of a small request's time, so that one is made only for functions of Node.js.
 */
export class Ending {
  /** These two change in `end` alone. */
  isOver = false;
  reason: unknown;
  private readonly listeners = new Set<() => void>();
  private controller: AbortController | undefined;

  /** Ends with a signal of others. */
  static with(signal: AbortSignal): Ending {
    const ending = new Ending();
    const end = () => ending.end(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    return ending;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.isOver) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  end(reason?: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.reason = reason;
    this.controller?.abort(reason);
    for (const listener of this.listeners) listener();
  }

  /** Calls a listener once the end comes, at once where it has. */
  hear(listener: () => void): void {
    if (this.isOver) listener();
    else this.listeners.add(listener);
  }

  ignore(listener: () => void): void {
    this.listeners.delete(listener);
  }
}
