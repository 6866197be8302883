/** Between the first and last node of a range. */
const rangeMark = '..';

/** Compares node ids in the order of the file: step by step, numbers as numbers. */
export function compareNodeIds(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let step = 0; step < Math.min(left.length, right.length); step++) {
    const difference = compareSteps(left[step] ?? '', right[step] ?? '');
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compareSteps(a: string, b: string): number {
  const isNumeric = /^\d+$/.test(a) && /^\d+$/.test(b);
  if (isNumeric) return Number(a) - Number(b);
  return a < b ? -1 : Number(a > b);
}

/** Indices of ids in the order of the file. */
function fileOrder(ids: readonly string[]): number[] {
  return ids.map((_, index) => index).sort((a, b) => compareNodeIds(ids[a] ?? '', ids[b] ?? ''));
}

/**
 * The nodes of each tier as short lists: runs of neighbors in file order become `first..last`. A range stands for all
 * nodes of the split graph from the first to the last.
 * @param ids ids of the split graph's nodes
 * @param tierOf tier of each of them
 * @param order their `fileOrder`, where it is there already
 */
export function nodeRanges(
  ids: readonly string[],
  tierOf: ArrayLike<number>,
  tierCount: number,
  order: readonly number[] = fileOrder(ids),
): string[][] {
  const ranges: string[][] = Array.from({ length: tierCount }, () => []);
  let start = 0;
  while (start < order.length) {
    const tier = tierOf[order[start] ?? 0] ?? 0;
    let end = start;
    while (end + 1 < order.length && tierOf[order[end + 1] ?? 0] === tier) end++;
    const first = ids[order[start] ?? 0] ?? '';
    const last = ids[order[end] ?? 0] ?? '';
    ranges[tier]?.push(start === end ? first : `${first}${rangeMark}${last}`);
    start = end + 1;
  }
  return ranges;
}

/** Node ids that the lists of a plan's tiers stand for, by tier; ids that the graph does not have are listed as unknown. */
export function assignedTiers(
  ids: readonly string[],
  rangesOfTiers: readonly (readonly string[])[],
): { readonly tiersOf: readonly (readonly number[])[]; readonly unknown: readonly string[] } {
  const sorted = [...ids].sort(compareNodeIds);
  const placeOf = new Map(sorted.map((id, place) => [id, place]));
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const tiersOf: number[][] = ids.map(() => []);
  const unknown: string[] = [];
  for (const [tier, ranges] of rangesOfTiers.entries()) {
    for (const range of ranges) {
      const [first = range, last = first] = range.split(rangeMark);
      const from = placeOf.get(first);
      const to = placeOf.get(last);
      if (from === undefined || to === undefined) unknown.push(range);
      for (const id of sorted.slice(from ?? 0, from === undefined || to === undefined ? 0 : to + 1)) {
        tiersOf[indexOf.get(id) ?? 0]?.push(tier);
      }
    }
  }
  return { tiersOf, unknown };
}

interface Listing {
  readonly ids: readonly string[];
  readonly order: readonly number[];
}

/** Ids of a graph's nodes and their order in the file, kept because sorting them takes longer than anything else here. */
const listings = new WeakMap<object, Listing>();

/** The nodes of each tier of an assignment, as short lists. */
export function placementOf(
  graph: { readonly nodes: readonly { readonly id: string }[] },
  tierOf: ArrayLike<number>,
  tierCount: number,
): string[][] {
  const ids = listings.get(graph)?.ids ?? graph.nodes.map(({ id }) => id);
  const listing = listings.get(graph) ?? { ids, order: fileOrder(ids) };
  listings.set(graph, listing);
  return nodeRanges(ids, tierOf, tierCount, listing.order);
}
