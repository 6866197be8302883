interface Kept<Result> {
  readonly parts: readonly unknown[];
  readonly result: Result;
}

/**
 * The last few results per owner, for computations that come back with the very same parts: one plan after the other of a
 * graph, of which only a bandwidth or a limit differs.
 */
export class RecentResults<Owner extends object, Result> {
  private readonly byOwner = new WeakMap<Owner, Kept<Result>[]>();

  /** @param keptPerOwner how many results. */
  constructor(private readonly keptPerOwner = 3) {}

  /** @param parts everything besides the owner that the result depends on, compared by identity; bytes by what they are. */
  get(owner: Owner, parts: readonly unknown[], compute: () => Result): Result {
    const kept = this.byOwner.get(owner) ?? [];
    const found = kept.find((one) => haveSameItems(one.parts, parts)) ?? { parts, result: compute() };
    this.byOwner.set(owner, [found, ...kept.filter((one) => one !== found)].slice(0, this.keptPerOwner));
    return found.result;
  }
}

function haveSameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index] || areSameBytes(item, b[index]));
}

function areSameBytes(a: unknown, b: unknown): boolean {
  if (!(a instanceof Uint8Array && b instanceof Uint8Array) || a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
