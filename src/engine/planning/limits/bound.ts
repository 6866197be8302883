import type { Figure } from '../../solver/limited/limitedProblem';
import type { CostTables } from '../costs/costTables';
import type { Constraints } from '../infrastructure/infrastructure';
import type { TierBounds } from '../infrastructure/tierBounds';
import { limitsOn, memoryFigure } from '../optimum/limitedPlan';
import { type Limit, limitsOf, memoryBytes, valuesOf } from '../plan/constraints';
import { isTradedOff } from '../plan/metrics';
import type { Evaluation } from '../plan/plan';
import type { CutFamily } from '../search/cutFamily';
import { fullMemory, type Measure, memoryMeasure, metricMeasure } from '../search/measures';
import { memoriesMayFill } from '../search/partMemory';
import type { PlanSearch } from '../search/planSearch';

/** What a plan must not exceed and a person may raise: a limit that is stated, or the memory of a tier. */
export type Bound = LimitBound | MemoryBound;

interface LimitBound {
  readonly name: string;
  readonly limit: Limit;
}

interface MemoryBound {
  readonly name: string;
  readonly tier: number;
  /** Bytes, rounding allowed for. */
  readonly most: number;
}

/** All bounds of a plan, the limits first. */
export function boundsOf(costs: CostTables): Bound[] {
  const { constraints, tiers } = costs.infrastructure;
  const limits = limitsOf(constraints).map((limit): Bound => ({ name: limit.name, limit }));
  if (!memoriesMayFill(costs)) return limits;
  const memories = tiers.flatMap(({ id, memoryGB }, tier): Bound[] =>
    memoryGB === undefined ? [] : [{ name: `memory of ${id}`, tier, most: memoryGB * 1e9 * fullMemory }],
  );
  return [...limits, ...memories];
}

/** True for a memory. */
export function isMemory(bound: Bound): bound is MemoryBound {
  return 'tier' in bound;
}

/** Per bound what a plan takes of it, 1 being all. */
export function excessesOf(bounds: readonly Bound[], evaluation: Evaluation): number[] {
  const values = valuesOf(evaluation);
  return bounds.map((bound) =>
    isMemory(bound) ? memoryBytes(evaluation, bound.tier) / bound.most : values[bound.limit.metric] / bound.limit.most,
  );
}

/** A measure of what is taken of a limit or of memories, of these the fullest, 1 being all. */
export function measureOf(costs: CostTables, family: CutFamily, bounds: readonly Bound[]): Measure {
  const [first] = bounds;
  if (first === undefined || isMemory(first)) {
    return memoryMeasure(
      costs,
      family,
      bounds.flatMap((bound) => (isMemory(bound) ? [bound.tier] : [])),
    );
  }
  const { metric, most } = first.limit;
  const { rates, fixed, slope, ...measure } = metricMeasure(costs, family, metric);
  const parts = (values: readonly Float64Array[]) => values.map((of) => of.map((value) => value / most));
  return { ...measure, rates: rates.map((rate) => rate / most), fixed: parts(fixed), slope: parts(slope) };
}

/** Measures that keep bounds: of each limit, and of the memories together. */
export function keptMeasures(costs: CostTables, { family }: PlanSearch, kept: readonly Bound[]): Measure[] {
  const memories = kept.filter(isMemory).map(({ tier }) => tier);
  const limits = kept.flatMap((bound): Measure[] => {
    if (isMemory(bound)) return [];
    const { metric, most } = bound.limit;
    return [{ ...metricMeasure(costs, family, metric), most, decides: isTradedOff(metric, costs.infrastructure) }];
  });
  if (memories.length === 0) return limits;
  return [...limits, { ...memoryMeasure(costs, family, memories), most: fullMemory, decides: false }];
}

/** What an assignment takes of a bound at least, 1 being all: of a limit on the slowest stage one figure per stage. */
export function figuresOfBound(costs: CostTables, bounds: TierBounds, bound: Bound): Figure[] {
  if (isMemory(bound)) return [inParts(memoryFigure(costs, bound.tier), bound.most)];
  const { metric, most } = bound.limit;
  return limitsOn(costs, bounds, metric, most).map(({ figure }) => inParts(figure, most));
}

function inParts({ nodeCost, crossingCost, linkCost, reachCost, largest }: Figure, most: number): Figure {
  const parts = (costs: Float64Array) => costs.map((cost) => cost / most);
  return {
    nodeCost: parts(nodeCost),
    crossingCost: parts(crossingCost),
    linkCost: parts(linkCost),
    reachCost: parts(reachCost),
    ...(largest && { largest: parts(largest) }),
  };
}

/** The same costs without some bounds. */
export function withoutBounds(costs: CostTables, bounds: readonly Bound[]): CostTables {
  const { infrastructure } = costs;
  const names = new Set(bounds.map(({ name }) => name));
  const constraints: Constraints = Object.fromEntries(
    Object.entries(infrastructure.constraints).filter(([name]) => !names.has(name)),
  );
  const freed = new Set(bounds.flatMap((bound) => (isMemory(bound) ? [bound.tier] : [])));
  const tiers = infrastructure.tiers.map((tier, k) => (freed.has(k) ? { ...tier, memoryGB: undefined } : tier));
  return { ...costs, infrastructure: { ...infrastructure, tiers, constraints } };
}
