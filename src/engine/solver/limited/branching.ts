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
export function chooseBranch(precedence: Precedence, part: OpenPart, { columns, mixture }: PricedBound): Branch {
  const { reduction, ranges } = part;
  const { tierCount } = precedence;
  const used = columns.flatMap((column, c) => {
    const share = mixture[c] ?? 0;
    return share > tolerance ? [{ column, share }] : [];
  });
  const whole = used.reduce((sum, { share }) => sum + share, 0);
  let best: { branch: Branch; score: number } | undefined;
  for (let tier = 0; tier < tierCount - 1; tier += 1) {
    const open: { node: number; doubt: number }[] = [];
    for (const node of reduction.nodeOf) {
      if (tier < (ranges.lowest[node] ?? 0) || tier >= (ranges.highest[node] ?? 0)) continue;
      let below = 0;
      for (const { column, share } of used) if ((column.tierOfNode[node] ?? 0) <= tier) below += share;
      const doubt = whole > 0 ? Math.min(below, whole - below) / whole : 0;
      if (doubt > tolerance) open.push({ node, doubt });
    }
    const found = mostSettling(precedence, part, open);
    if (found !== undefined && found.score > (best?.score ?? 0))
      best = { branch: { node: found.node, tier }, score: found.score };
  }
  return best?.branch ?? anyBranch(precedence, part);
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
  open: readonly { readonly node: number; readonly doubt: number }[],
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
  open: readonly { readonly node: number }[],
  weights: ReadonlyMap<number, number>,
  starts: Int32Array,
  neighbors: Int32Array,
  isBackwards: boolean,
): Float64Array {
  const count = open.length;
  const sums = new Float64Array(count);
  const own = open.map(({ node }) => weights.get(node) ?? 0);
  const words = (count + 31) >> 5;
  const placeOf = new Map(open.map(({ node }, index) => [node, index]));
  if (count > mostCompared) return depthSums(open, own, isBackwards);
  const reach = new Uint32Array(count * words);
  for (let step = 0; step < count; step += 1) {
    const index = isBackwards ? count - 1 - step : step;
    const node = open[index]?.node ?? 0;
    for (let at = starts[node] ?? 0; at < (starts[node + 1] ?? 0); at += 1) {
      const other = placeOf.get(neighbors[at] ?? -1);
      if (other === undefined) continue;
      for (let word = 0; word < words; word += 1) {
        reach[index * words + word] = (reach[index * words + word] ?? 0) | (reach[other * words + word] ?? 0);
      }
    }
    reach[index * words + (index >> 5)] = (reach[index * words + (index >> 5)] ?? 0) | (1 << (index & 31));
    for (let other = 0; other < count; other += 1) {
      const isReached = ((reach[index * words + (other >> 5)] ?? 0) >>> (other & 31)) & 1;
      if (isReached === 1) sums[index] = (sums[index] ?? 0) + (own[other] ?? 0);
    }
  }
  return sums;
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
