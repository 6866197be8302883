import type { ToPage, ToWebview } from '../../shared/protocol/webviewMessages';

/**
 * What a new page is told before it says that it is up. The workbench hands such messages over as soon as the page listens,
 * which is sooner than the page could ask for them; none of it counts as told until the page is up and has heard it again.
 */
export class EarlyMessages {
  /** The newest of each kind, oldest first. */
  readonly #told = new Map<ToWebview['type'], ToPage>();
  #count = 0;

  constructor(private readonly post: (message: ToPage) => void) {}

  tell(message: ToWebview): void {
    const numbered: ToPage = { ...message, early: this.#count++ };
    this.#told.delete(message.type);
    this.#told.set(message.type, numbered);
    this.post(numbered);
  }

  /** Tells all of it again, to a page that drops what it has by its number. */
  repeat(): void {
    for (const message of this.#told.values()) this.post(message);
  }
}
