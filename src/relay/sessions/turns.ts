/** Lets those who name the same thing come one after the other. */
export class Turns {
  private readonly last = new Map<string, Promise<void>>();

  /**
   * Waits until all who came before are done.
   * @returns a function that lets the next one in; call it exactly once
   * @throws the signal's reason when it ends the wait
   */
  async take(key: string, signal: AbortSignal): Promise<() => void> {
    const before = this.last.get(key);
    let leave = (): void => undefined;
    const left = new Promise<void>((done) => {
      leave = done;
    });
    const turn = (before ?? Promise.resolve()).then(() => left);
    this.last.set(key, turn);
    void turn.then(() => {
      if (this.last.get(key) === turn) this.last.delete(key);
    });
    try {
      if (before !== undefined) await untilEnded(before, signal);
      signal.throwIfAborted();
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }
}

function untilEnded(before: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const giveUp = () => fail(signal.reason);
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    void before.then(done).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
