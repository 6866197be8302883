import { goalCount, goalFiguresOf, type LimitedProblem } from './limitedProblem';
import { type Precedence, type Ranges, settle } from './ranges';
import { leastCost, leastOf, type Reduction, reduce } from './reduction';

/** A part of a problem that is still open: its ranges, what is left of it, and what each figure may be at most there. */
export interface OpenPart {
  readonly ranges: Ranges;
  readonly reduction: Reduction;
  readonly caps: readonly number[];
  /** What each figure takes at least, by itself. */
  readonly least: readonly number[];
}

/** Relative slack, so that rounding rules nothing out. */
const slack = 1e-12;
/** Rounds of narrowing; the gain of each falls quickly. */
const mostRounds = 4;

/**
 * Narrows ranges by what every figure must keep: what all nodes take at least, and one node or tensor besides, may not be
 * more than its cap. Every tier that this rules out may rule out more.
 * @param target the goal has to come below this.
 * @returns nothing where no assignment is left
 */
export function narrow(
  problem: LimitedProblem,
  precedence: Precedence,
  reachesInput: Uint8Array,
  start: Ranges,
  target: number,
): OpenPart | undefined {
  let ranges = start;
  for (let round = 1; ; round += 1) {
    const reduction = reduce(problem, ranges, reachesInput);
    const caps = capsOf(problem, target);
    const least = reduction.figures.map((figure) => leastOf(reduction, figure));
    const isOver = least.some((sum, f) => isAbove(problem, f, sum, caps[f] ?? 0));
    if (isOver) return undefined;
    for (const f of reduction.figures.keys()) block(problem, reduction, f, least[f] ?? 0, caps[f] ?? 0);
    const narrower = withoutBlocked(reduction, ranges);
    if (narrower === undefined) return { ranges, reduction, caps, least };
    if (!settle(precedence, narrower)) return undefined;
    ranges = narrower;
    if (round === mostRounds) return finish(problem, reachesInput, ranges, target);
  }
}

function finish(
  problem: LimitedProblem,
  reachesInput: Uint8Array,
  ranges: Ranges,
  target: number,
): OpenPart | undefined {
  const reduction = reduce(problem, ranges, reachesInput);
  const caps = capsOf(problem, target);
  const least = reduction.figures.map((figure) => leastOf(reduction, figure));
  if (least.some((sum, f) => isAbove(problem, f, sum, caps[f] ?? 0))) return undefined;
  return { ranges, reduction, caps, least };
}

/** The goal must come below its cap, a limit may meet it. */
function isAbove(problem: LimitedProblem, figure: number, value: number, cap: number): boolean {
  return figure < goalCount(problem) ? value >= cap : value > cap * (1 + slack);
}

function capsOf(problem: LimitedProblem, target: number): number[] {
  return [...goalFiguresOf(problem).map(() => target), ...problem.limits.map(({ most }) => most)];
}

/** Blocks, in a reduction, what would bring one figure above its cap. */
function block(problem: LimitedProblem, reduction: Reduction, f: number, least: number, cap: number): void {
  const figure = reduction.figures[f];
  const { tierCount, nodeCount } = reduction.topology;
  const { blockedNodes, blockedCrossings, nodeOf } = reduction;
  if (figure === undefined || cap === Number.POSITIVE_INFINITY) return;
  const { nodeCost, crossingCost, largest, surely = 0 } = figure;
  for (let node = 0; node < nodeCount; node += 1) {
    const others = least - leastCost(nodeCost, blockedNodes, node, tierCount);
    for (let tier = 0; tier < tierCount; tier += 1) {
      const at = node * tierCount + tier;
      if (blockedNodes[at] !== 0) continue;
      const bigger = (largest?.[(nodeOf[node] ?? 0) * tierCount + tier] ?? 0) - surely;
      const own = (nodeCost[at] ?? 0) + Math.max(0, bigger);
      if (own > 0 && isAbove(problem, f, others + own, cap)) blockedNodes[at] = Number.POSITIVE_INFINITY;
    }
  }
  for (let at = 0; at < crossingCost.length; at += 1) {
    const own = crossingCost[at] ?? 0;
    if (own > 0 && isAbove(problem, f, least + own, cap)) blockedCrossings[at] = Number.POSITIVE_INFINITY;
  }
}

/** Ranges without the tiers at their ends that are blocked; nothing where that changes none. */
function withoutBlocked({ blockedNodes, nodeOf, topology }: Reduction, ranges: Ranges): Ranges | undefined {
  const { tierCount } = topology;
  let changed: Ranges | undefined;
  for (const [index, node] of nodeOf.entries()) {
    const isBlocked = (tier: number) => blockedNodes[index * tierCount + tier] !== 0;
    let low = ranges.lowest[node] ?? 0;
    let high = ranges.highest[node] ?? 0;
    while (low < tierCount && isBlocked(low)) low += 1;
    while (high > 0 && isBlocked(high)) high -= 1;
    if (low === ranges.lowest[node] && high === ranges.highest[node]) continue;
    changed ??= { lowest: ranges.lowest.slice(), highest: ranges.highest.slice() };
    changed.lowest[node] = low;
    changed.highest[node] = high;
  }
  return changed;
}
