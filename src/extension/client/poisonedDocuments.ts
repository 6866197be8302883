/**
 * Documents that may have ended the server. A client sends all open documents again to the next one; those that were open
 * at several endings in a row are held back, so that a single one cannot take every server down.
 */
export class PoisonedDocuments {
  /** Endings that an open document was present at, by URI. */
  readonly #endings = new Map<string, number>();
  readonly #open = new Set<string>();
  readonly #heldBack = new Set<string>();

  constructor(private readonly limit = 2) {}

  /** A document is about to be sent. @returns false where it must not be */
  opens(uri: string): boolean {
    if ((this.#endings.get(uri) ?? 0) >= this.limit) {
      this.#heldBack.add(uri);
      return false;
    }
    this.#open.add(uri);
    return true;
  }

  /** True for a document that the server does not know of. */
  isHeldBack(uri: string): boolean {
    return this.#heldBack.has(uri);
  }

  /** A document was closed; it is innocent when it is opened again. */
  closes(uri: string): void {
    this.#open.delete(uri);
    this.#heldBack.delete(uri);
    this.#endings.delete(uri);
  }

  /** The server has ended by itself. */
  serverEnded(): void {
    for (const uri of this.#open) this.#endings.set(uri, (this.#endings.get(uri) ?? 0) + 1);
    this.#open.clear();
  }
}
