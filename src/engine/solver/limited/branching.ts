import type { OpenPart } from './narrow';
import type { PricedBound } from './pricedBound';
import type { Precedence } from './ranges';

/** A decision that splits a part of a problem in two: the node runs on this tier or below, or above it. */
export interface Branch {
  readonly node: number;
  readonly tier: number;
}

/** Parts of a mixture this small are rounding. */
const tolerance = 1e-9;
/** Nodes that are compared at most, spread over those that the mixture leaves open. */
const mostCompared = 600;

/**
 * The decision on which the cheapest mixture of assignments disagrees with itself most. Mixtures are often of two nested
 * cuts, between which all nodes are equally open: of those the one that settles most of the others either way, that is,
 * with as much before it as after it.
 */
export function chooseBranch(precedence: Precedence, part: OpenPart, bound: PricedBound): Branch {
  let best: { branch: Branch; score: number } | undefined;
  for (let tier = 0; tier < precedence.tierCount - 1; tier += 1) {
    const found = mostSettling(precedence, part, doubtsAt(part, bound, tier));
    if (found === undefined || found.score <= (best?.score ?? 0)) continue;
    best = { branch: { node: found.node, tier }, score: found.score };
  }
  return best?.branch ?? anyBranch(precedence, part);
}

/** A node whose place is open, and how far the mixture is from one mind on it. */
interface Doubt {
  readonly node: number;
  readonly doubt: number;
}

/** The nodes that some of the mixture puts at or below a tier and some above it. */
function doubtsAt({ reduction, ranges }: OpenPart, { columns, mixture }: PricedBound, tier: number): Doubt[] {
  const used = columns.flatMap(({ tierOfNode }, c) => {
    const share = mixture[c] ?? 0;
    return share > tolerance ? [{ tierOfNode, share }] : [];
  });
  const whole = used.reduce((sum, { share }) => sum + share, 0);
  return Array.from(reduction.nodeOf).flatMap((node) => {
    if (tier < (ranges.lowest[node] ?? 0) || tier >= (ranges.highest[node] ?? 0)) return [];
    let below = 0;
    for (const { tierOfNode, share } of used) if ((tierOfNode[node] ?? 0) <= tier) below += share;
    const doubt = whole > 0 ? Math.min(below, whole - below) / whole : 0;
    return doubt > tolerance ? [{ node, doubt }] : [];
  });
}

/** Where the mixture is of one mind: the middle of what is free. */
function anyBranch(precedence: Precedence, part: OpenPart): Branch {
  const { reduction, ranges } = part;
  const open = Array.from(reduction.nodeOf, (node) => ({ node, doubt: 1 }));
  const node = mostSettling(precedence, part, open)?.node ?? reduction.nodeOf[0] ?? 0;
  const [low, high] = [ranges.lowest[node] ?? 0, ranges.highest[node] ?? 0];
  return { node, tier: low + ((high - low - 1) >> 1) };
}

function mostSettling(
  precedence: Precedence,
  part: OpenPart,
  open: readonly Doubt[],
): { readonly node: number; readonly score: number } | undefined {
  if (open.length === 0) return undefined;
  const weights = weightsOf(part);
  const before = reachSums(open, weights, precedence.beforeStart, precedence.before, false);
  const after = reachSums(open, weights, precedence.afterStart, precedence.after, true);
  let best: { node: number; score: number } | undefined;
  for (const [index, { node, doubt }] of open.entries()) {
    const score = Math.min(before[index] ?? 0, after[index] ?? 0) * doubt;
    if (best === undefined || score > best.score) best = { node, score };
  }
  return best;
}

/** How much each node counts: by what it takes, in parts of what all take, of the figures that are capped. */
function weightsOf({ reduction }: OpenPart): Map<number, number> {
  const { figures, nodeOf, topology } = reduction;
  const { tierCount } = topology;
  const weights = new Map<number, number>();
  const own = new Float64Array(nodeOf.length);
  for (const { nodeCost } of figures) {
    let total = 0;
    for (let at = 0; at < nodeCost.length; at += 1) total += nodeCost[at] ?? 0;
    if (total <= 0) continue;
    for (let at = 0; at < nodeCost.length; at += 1) {
      const index = Math.floor(at / tierCount);
      own[index] = (own[index] ?? 0) + (nodeCost[at] ?? 0) / total;
    }
  }
  for (const [index, node] of nodeOf.entries()) weights.set(node, (own[index] ?? 0) + 0.1 / nodeOf.length);
  return weights;
}

/** Per open node, the weight of the open nodes that it cannot do without in one direction, itself included. */
function reachSums(
  open: readonly Doubt[],
  weights: ReadonlyMap<number, number>,
  starts: Int32Array,
  neighbors: Int32Array,
  isBackwards: boolean,
): Float64Array {
  const own = open.map(({ node }) => weights.get(node) ?? 0);
  if (open.length > mostCompared) return depthSums(open, own, isBackwards);
  const placeOf = new Map(open.map(({ node }, index) => [node, index]));
  const reach = new BitRows(open.length);
  const sums = new Float64Array(open.length);
  for (let step = 0; step < open.length; step += 1) {
    const index = isBackwards ? open.length - 1 - step : step;
    const node = open[index]?.node ?? 0;
    for (let at = starts[node] ?? 0; at < (starts[node + 1] ?? 0); at += 1) {
      const other = placeOf.get(neighbors[at] ?? -1);
      if (other !== undefined) reach.join(index, other);
    }
    reach.set(index, index);
    sums[index] = reach.sumOf(index, own);
  }
  return sums;
}

/** A square of bits. */
class BitRows {
  private readonly words: number;
  private readonly bits: Uint32Array;

  constructor(private readonly size: number) {
    this.words = (size + 31) >> 5;
    this.bits = new Uint32Array(size * this.words);
  }

  set(row: number, column: number): void {
    const at = row * this.words + (column >> 5);
    this.bits[at] = (this.bits[at] ?? 0) | (1 << (column & 31));
  }

  /** Adds the bits of another row. */
  join(row: number, other: number): void {
    for (let word = 0; word < this.words; word += 1) {
      const at = row * this.words + word;
      this.bits[at] = (this.bits[at] ?? 0) | (this.bits[other * this.words + word] ?? 0);
    }
  }

  /** The sum of the weights whose bits are set in a row. */
  sumOf(row: number, weights: readonly number[]): number {
    let sum = 0;
    for (let column = 0; column < this.size; column += 1) {
      const word = this.bits[row * this.words + (column >> 5)] ?? 0;
      if (((word >>> (column & 31)) & 1) === 1) sum += weights[column] ?? 0;
    }
    return sum;
  }
}

/** The same as if the nodes were a chain, for so many that comparing them all would take too long. */
function depthSums(open: readonly unknown[], own: readonly number[], isBackwards: boolean): Float64Array {
  const sums = new Float64Array(open.length);
  let sum = 0;
  for (let step = 0; step < open.length; step += 1) {
    const index = isBackwards ? open.length - 1 - step : step;
    sum += own[index] ?? 0;
    sums[index] = sum;
  }
  return sums;
}
