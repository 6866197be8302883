type Listener = (...values: readonly never[]) => void;

/** What Node's event emitters are, as far as the programs use them. */
export class NodeEmitter {
  readonly #listeners = new Map<string, Listener[]>();

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  once(event: string, listener: Listener): this {
    const first: Listener = (...values) => {
      this.off(event, first);
      listener(...values);
    };
    return this.on(event, first);
  }

  off(event: string, listener: Listener): this {
    const others = (this.#listeners.get(event) ?? []).filter((other) => other !== listener);
    this.#listeners.set(event, others);
    return this;
  }

  listenerCount(event: string): number {
    return this.#listeners.get(event)?.length ?? 0;
  }

  emit(event: string, ...values: readonly unknown[]): boolean {
    const listeners = this.#listeners.get(event) ?? [];
    for (const listener of listeners) listener(...(values as readonly never[]));
    return listeners.length > 0;
  }
}
