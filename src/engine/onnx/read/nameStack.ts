/**
 * Lists of names that are being read, one on top of the other. A list that grows by itself makes room for sixteen more names:
 * for the nodes of a large model that is as much memory as all the rest.
 */
export class NameStack {
  readonly #names: string[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(name: string): void {
    this.#names[this.#count++] = name;
  }

  /** Takes the names from a count on off the stack, as a list of just their length. */
  takeFrom(count: number): readonly string[] {
    const names = this.#names.slice(count, this.#count);
    this.#count = count;
    return names;
  }
}
