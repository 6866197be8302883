import type { Releasable } from '../window/disposables';

/** Stages pass faster than anyone can read, and each message to a page takes time from the picture that is awaited. */
const tellAfterMs = 200;

/** Tells what is the case by then, a while after it was first asked to, however often that was. */
export class NewestState implements Releasable {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly tell: () => void) {}

  ask(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.tell();
    }, tellAfterMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
