/** Anything that must be released; the `vscode` type without the rest of the API. */
export interface Releasable {
  dispose(): unknown;
}

/** Owns what was registered and releases it in reverse order. */
export class DisposableStore implements Releasable {
  static #live = 0;
  readonly #items = new Set<Releasable>();
  #disposed = false;

  /** Items that all stores of this program hold now; a number that must not grow with opening and closing views. */
  static get liveItems(): number {
    return DisposableStore.#live;
  }

  /** Keeps an item until the store is disposed; on a disposed store the item is released at once. */
  add<T extends Releasable>(item: T): T {
    if (this.#disposed) {
      item.dispose();
      return item;
    }
    this.#items.add(item);
    DisposableStore.#live++;
    return item;
  }

  /** Releases one item before its time. */
  release(item: Releasable): void {
    if (!this.#items.delete(item)) return;
    DisposableStore.#live--;
    item.dispose();
  }

  dispose(): void {
    this.#disposed = true;
    for (const item of [...this.#items].reverse()) this.release(item);
  }
}
