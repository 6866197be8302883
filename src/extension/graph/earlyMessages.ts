import type { ToPage, ToWebview } from '../../shared/protocol/webviewMessages';

/**
 * What a new page is told before it says that it is up: in the page itself as far as it is known when the page is written,
 * by messages after that, which the workbench hands over once the page listens. None of it counts as told until the page is
 * up and has heard it again.
 */
export class EarlyMessages {
  /** The newest of each kind, oldest first. */
  readonly #told = new Map<ToWebview['type'], ToPage>();
  #count = 0;
  #isWritten = false;
  #settle = (): void => undefined;
  /** Resolves once there is a picture among it, or why there is none. */
  readonly pictured = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  constructor(private readonly post: (message: ToPage) => void) {}

  tell(message: ToWebview): void {
    if (message.type === 'scene' || message.type === 'failed') this.#settle();
    const numbered: ToPage = { ...message, early: this.#count++ };
    this.#told.delete(message.type);
    this.#told.set(message.type, numbered);
    if (this.#isWritten) this.post(numbered);
  }

  /** What the page is written with. */
  write(): readonly ToPage[] {
    this.#isWritten = true;
    return [...this.#told.values()];
  }

  /** Tells all of it again, to a page that drops what it has by its number. */
  repeat(): void {
    for (const message of this.#told.values()) this.post(message);
  }
}
