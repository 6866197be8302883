import { figuresOf, type LimitedProblem } from './limitedProblem';

/** The tiers that are left to each node: between two tiers, and not one of the forbidden ones. */
export interface Ranges {
  readonly lowest: Uint8Array;
  readonly highest: Uint8Array;
}

/** Who must not be above whom, flat; and which tiers a node can never run on. */
export interface Precedence {
  readonly tierCount: number;
  readonly beforeStart: Int32Array;
  readonly before: Int32Array;
  readonly afterStart: Int32Array;
  readonly after: Int32Array;
  /** 1 where node v may not run on tier k, at `v * tierCount + k`. */
  readonly forbidden: Uint8Array;
}

/** Reads from a problem which node waits for which, and what its infinite costs forbid. */
export function precedenceOf(problem: LimitedProblem): Precedence {
  const { nodeCount, tierCount, producer, consumers, consumerStart } = problem;
  const beforeStart = new Int32Array(nodeCount + 1);
  const afterStart = new Int32Array(nodeCount + 1);
  const eachEdge = (visit: (maker: number, reader: number) => void) => {
    for (let tensor = 0; tensor < producer.length; tensor += 1) {
      const maker = producer[tensor] ?? -1;
      const end = maker < 0 ? 0 : (consumerStart[tensor + 1] ?? 0);
      for (let at = consumerStart[tensor] ?? 0; at < end; at += 1) visit(maker, consumers[at] ?? 0);
    }
  };
  eachEdge((maker, reader) => {
    beforeStart[reader + 1] = (beforeStart[reader + 1] ?? 0) + 1;
    afterStart[maker + 1] = (afterStart[maker + 1] ?? 0) + 1;
  });
  addUp(beforeStart);
  addUp(afterStart);
  const before = new Int32Array(beforeStart[nodeCount] ?? 0);
  const after = new Int32Array(before.length);
  const [nextBefore, nextAfter] = [beforeStart.slice(), afterStart.slice()];
  eachEdge((maker, reader) => {
    before[postIncrement(nextBefore, reader)] = maker;
    after[postIncrement(nextAfter, maker)] = reader;
  });
  const forbidden = new Uint8Array(nodeCount * tierCount);
  for (const { nodeCost } of figuresOf(problem)) {
    for (let at = 0; at < forbidden.length; at += 1) if (nodeCost[at] === Number.POSITIVE_INFINITY) forbidden[at] = 1;
  }
  return { tierCount, forbidden, beforeStart, before, afterStart, after };
}

function addUp(counts: Int32Array): void {
  for (let at = 1; at < counts.length; at += 1) counts[at] = (counts[at] ?? 0) + (counts[at - 1] ?? 0);
}

function postIncrement(counts: Int32Array, at: number): number {
  const count = counts[at] ?? 0;
  counts[at] = count + 1;
  return count;
}

/** The ranges that a problem leaves before anything is decided; nothing where some node has no tier left. */
export function firstRanges(problem: LimitedProblem, precedence: Precedence): Ranges | undefined {
  const { nodeCount, tierCount } = problem;
  const ranges = {
    lowest: problem.lowest?.slice() ?? new Uint8Array(nodeCount),
    highest: problem.highest?.slice() ?? new Uint8Array(nodeCount).fill(tierCount - 1),
  };
  return settle(precedence, ranges) ? ranges : undefined;
}

/**
 * Brings ranges into line with the edges and with what is forbidden, in place; nodes must be in topological order.
 * @returns false where some node has no tier left
 */
export function settle(precedence: Precedence, { lowest, highest }: Ranges): boolean {
  const { before, beforeStart, after, afterStart } = precedence;
  for (let node = 0; node < lowest.length; node += 1) {
    let low = lowest[node] ?? 0;
    for (let at = beforeStart[node] ?? 0; at < (beforeStart[node + 1] ?? 0); at += 1) {
      low = Math.max(low, lowest[before[at] ?? 0] ?? 0);
    }
    lowest[node] = raised(precedence, node, low);
    if ((lowest[node] ?? 0) > (highest[node] ?? 0)) return false;
  }
  for (let node = lowest.length - 1; node >= 0; node -= 1) {
    let high = highest[node] ?? 0;
    for (let at = afterStart[node] ?? 0; at < (afterStart[node + 1] ?? 0); at += 1) {
      high = Math.min(high, highest[after[at] ?? 0] ?? 0);
    }
    high = lowered(precedence, node, high);
    if (high < (lowest[node] ?? 0)) return false;
    highest[node] = high;
  }
  return true;
}

function raised({ forbidden, tierCount }: Precedence, node: number, tier: number): number {
  let low = tier;
  while (low < tierCount && forbidden[node * tierCount + low] === 1) low += 1;
  return low;
}

function lowered({ forbidden, tierCount }: Precedence, node: number, tier: number): number {
  let high = tier;
  while (high >= 0 && forbidden[node * tierCount + high] === 1) high -= 1;
  return high;
}

/** Ranges with one node at most, or at least, on a tier; nothing where that leaves some node no tier. */
export function restrict(
  precedence: Precedence,
  ranges: Ranges,
  node: number,
  bound: { readonly atMost: number } | { readonly atLeast: number },
): Ranges | undefined {
  const changed = { lowest: ranges.lowest.slice(), highest: ranges.highest.slice() };
  if ('atMost' in bound) changed.highest[node] = Math.min(bound.atMost, changed.highest[node] ?? 0);
  else changed.lowest[node] = Math.max(bound.atLeast, changed.lowest[node] ?? 0);
  return settle(precedence, changed) ? changed : undefined;
}

/** True when an assignment is within ranges. */
export function isWithin({ lowest, highest }: Ranges, tierOfNode: Uint8Array): boolean {
  for (let node = 0; node < tierOfNode.length; node += 1) {
    const tier = tierOfNode[node] ?? 0;
    if (tier < (lowest[node] ?? 0) || tier > (highest[node] ?? 0)) return false;
  }
  return true;
}
