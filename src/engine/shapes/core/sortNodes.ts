/** What sorting looks at. */
export interface Sortable {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

export interface SortedNodes<N> {
  readonly nodes: readonly N[];
  /** Nodes that take part in a cycle or lie behind one; they come last in `nodes`, in the file's order. */
  readonly cyclic: readonly N[];
}

/**
 * Nodes in an order in which each comes after the makers of what it reads. A list that has such an order already is
 * returned as it is; otherwise ready nodes go in the file's order (Kahn 1962), in linear time.
 */
export function sortNodes<N extends Sortable>(nodes: readonly N[]): SortedNodes<N> {
  const makers = new Map<string, number>();
  for (let index = 0; index < nodes.length; index++) {
    const { writes = none } = nodes[index] ?? {};
    for (let place = 0; place < writes.length; place++) makers.set(writes[place] ?? '', index);
  }
  if (isSorted(nodes, makers)) return { nodes, cyclic: [] };

  const waiting = new Int32Array(nodes.length);
  const consumers: number[][] = nodes.map(() => []);
  for (const [index, node] of nodes.entries()) {
    for (const maker of makersOf(node, makers)) {
      waiting[index] = (waiting[index] ?? 0) + 1;
      consumers[maker]?.push(index);
    }
  }
  return collect(nodes, waiting, consumers);
}

const none: readonly string[] = [];

function isSorted(nodes: readonly Sortable[], makers: ReadonlyMap<string, number>): boolean {
  for (let index = 0; index < nodes.length; index++) {
    const { reads = none } = nodes[index] ?? {};
    for (let place = 0; place < reads.length; place++) {
      if ((makers.get(reads[place] ?? '') ?? -1) >= index) return false;
    }
  }
  return true;
}

function makersOf(node: Sortable, makers: ReadonlyMap<string, number>): ReadonlySet<number> {
  const found = new Set<number>();
  for (const name of node.reads) {
    const maker = makers.get(name);
    if (maker !== undefined) found.add(maker);
  }
  return found;
}

/** Depth first from each node in the file's order keeps neighbors together; a node is emitted when all it reads is there. */
function collect<N>(
  nodes: readonly N[],
  waiting: Int32Array,
  consumers: readonly (readonly number[])[],
): SortedNodes<N> {
  const sorted: N[] = [];
  const emitted = new Uint8Array(nodes.length);
  for (let start = 0; start < nodes.length; start++) {
    if (waiting[start] !== 0 || emitted[start] === 1) continue;
    const ready = [start];
    for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
      const node = nodes[index];
      if (node === undefined || emitted[index] === 1) continue;
      emitted[index] = 1;
      sorted.push(node);
      for (const consumer of (consumers[index] ?? []).toReversed()) {
        const left = (waiting[consumer] ?? 0) - 1;
        waiting[consumer] = left;
        if (left === 0) ready.push(consumer);
      }
    }
  }
  const cyclic = nodes.filter((_, index) => emitted[index] !== 1);
  return { nodes: cyclic.length === 0 ? sorted : [...sorted, ...cyclic], cyclic };
}
