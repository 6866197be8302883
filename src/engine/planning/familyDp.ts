import { additiveObjective, crossingValue, transferSeconds } from './costModel';
import type { CostTables } from './costTables';
import { type CutFamily, isWithinBounds } from './cutFamily';
import type { Objective } from './infrastructure';
import type { TierBounds } from './tierBounds';

/** The values that a chain search adds up or takes the worst of. */
export interface ChainProblem {
  /** Value of running on tier k what lies between two cuts; `Infinity` where it must not. */
  readonly tierValue: (k: number, lower: number, upper: number) => number;
  /** Value of cut c on link l. */
  readonly linkValue: (l: number, c: number) => number;
  /** True when cut c may lie on link l. */
  readonly isAllowed: (l: number, c: number) => boolean;
  readonly combine: 'sum' | 'worst';
}

export interface ChainSolution {
  /** The cut on each link. */
  readonly chosen: readonly number[];
  readonly value: number;
  /** Pairs of cuts whose value was computed. */
  readonly evaluated: number;
}

/**
 * The problem of an objective on a family: a sum for latency, cost, energy and weights, the slowest stage for throughput.
 * @param fits refuses parts of the model for a tier (memory).
 */
export function chainProblem(
  costs: CostTables,
  family: CutFamily,
  bounds: TierBounds,
  objective: Objective,
  fits: (k: number, lower: number, upper: number) => boolean = () => true,
): ChainProblem {
  const { tiers, links } = costs.infrastructure;
  const additive = additiveObjective(costs.infrastructure, objective);
  const allowed = links.map((_, l) =>
    family.cuts.map((_cut, c) => !bounds.restricts || isWithinBounds(family, bounds, l, c)),
  );
  const seconds = (k: number, lower: number, upper: number) => {
    const below = family.secondsBelow[k];
    return Math.max(0, (below?.[upper] ?? 0) - (below?.[lower] ?? 0));
  };
  const perSecond = (k: number) =>
    additive === undefined ? 1 / (tiers[k]?.replicas ?? 1) : (additive.perSecond[k] ?? 0);
  return {
    tierValue: (k, lower, upper) => {
      if (lower === upper) return 0;
      if (bounds.allowedTiers[k] !== 1 || !fits(k, lower, upper)) return Number.POSITIVE_INFINITY;
      return seconds(k, lower, upper) * perSecond(k);
    },
    linkValue: (l, c) => {
      const bytes = family.bytes[l]?.[c] ?? 0;
      const link = links[l];
      if (link === undefined) return 0;
      return additive === undefined ? transferSeconds(bytes, link) : crossingValue(additive, l, bytes);
    },
    isAllowed: (l, c) => allowed[l]?.[c] === true,
    combine: additive === undefined ? 'worst' : 'sum',
  };
}

/**
 * The best plan of a family by dynamic programming over tiers and cuts, O(K C^2): best[k][c] is the value of tiers 0..k
 * and links 0..k when cut c lies on link k. Ties go to the smaller cut, that is to the upper tier.
 * @returns nothing when no plan is allowed.
 */
export function solveChain(family: CutFamily, problem: ChainProblem, linkCount: number): ChainSolution | undefined {
  const full = family.cuts.length - 1;
  const from: Int32Array[] = [];
  let best = new Float64Array(full + 1).fill(Number.POSITIVE_INFINITY);
  best[0] = 0;
  let evaluated = 0;
  for (let k = 0; k <= linkCount; k++) {
    const next = new Float64Array(full + 1).fill(Number.POSITIVE_INFINITY);
    const origin = new Int32Array(full + 1).fill(-1);
    for (let upper = k === linkCount ? full : 0; upper <= full; upper++) {
      if (k < linkCount && !problem.isAllowed(k, upper)) continue;
      const step = bestStep(family, problem, best, k, upper, k < linkCount ? problem.linkValue(k, upper) : 0);
      evaluated += step.evaluated;
      next[upper] = step.value;
      origin[upper] = step.lower;
    }
    from.push(origin);
    best = next;
  }
  const value = best[full] ?? Number.POSITIVE_INFINITY;
  if (value === Number.POSITIVE_INFINITY) return undefined;
  return { chosen: traceBack(from, full), value, evaluated };
}

/** The best way to reach cut `upper` above tier k from the cuts below tier k. */
function bestStep(
  family: CutFamily,
  problem: ChainProblem,
  best: Float64Array,
  k: number,
  upper: number,
  crossing: number,
): { value: number; lower: number; evaluated: number } {
  const inside = family.inside[upper];
  const isSum = problem.combine === 'sum';
  let value = Number.POSITIVE_INFINITY;
  let at = -1;
  let evaluated = 0;
  for (let lower = 0; lower <= upper; lower++) {
    const before = best[lower] ?? 0;
    if (before === Number.POSITIVE_INFINITY || inside?.[lower] !== 1) continue;
    evaluated++;
    const here = problem.tierValue(k, lower, upper);
    const reached = isSum ? before + here + crossing : Math.max(before, here, crossing);
    if (reached >= value) continue;
    value = reached;
    at = lower;
  }
  return { value, lower: at, evaluated };
}

function traceBack(from: readonly Int32Array[], full: number): number[] {
  const chosen: number[] = [];
  let cut = full;
  for (const origin of [...from].reverse()) {
    cut = origin[cut] ?? 0;
    chosen.unshift(cut);
  }
  return chosen.slice(1);
}
