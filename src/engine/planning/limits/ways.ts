import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { Constraints, Infrastructure, Objective } from '../infrastructure/infrastructure';
import type { OptimumSearch } from '../optimum/optimumSearch';
import { type Limit, valuesOf } from '../plan/constraints';
import { isTradedOff } from '../plan/metrics';
import type { Assignment, Evaluation } from '../plan/plan';
import { ChainFronts } from '../search/chainFronts';
import { assignmentOf } from '../search/cutFamily';
import { cutsOfPlan } from '../search/labels';
import { fullMemory, type Measure, memoryMeasure, metricMeasure } from '../search/measures';
import type { PlanSearch } from '../search/planSearch';

/** A limit that a search can be freed from: one that is stated, or the memories together. */
export type Freed = Limit | 'memory';

/** A plan that is possible without some limits, and what it takes of them. */
export interface Way {
  readonly freed: readonly Freed[];
  /** Per freed limit the plan's figure. */
  readonly values: readonly number[];
  readonly assignment: Assignment;
  /** The cut of the search's family on each link, where the plan is of these. */
  readonly chosen?: readonly number[];
  /** Sum of the logarithms of what each figure exceeds its limit by. */
  readonly change: number;
}

/**
 * For every choice of so many limits, the plan that exceeds them least while it keeps the others, where there is one. For
 * one limit it is the least there is: where the search leaves cuts out, the true optimum is asked.
 * @returns `areAll` where it is proven that no other choice leaves a plan
 */
export function waysWithout(
  search: PlanSearch,
  costs: CostTables,
  limits: readonly Freed[],
  count: number,
  optimum: OptimumSearch | undefined,
): { readonly ways: Way[]; readonly areAll: boolean } {
  const ways: Way[] = [];
  let areAll = true;
  for (const freed of subsets(limits, count)) {
    const found = searchedWay(search, costs, limits, freed);
    const [only, ...others] = freed;
    const isSearched = optimum === undefined || search.findsOptimum || only === undefined || others.length > 0;
    const { way, isSettled } = isSearched
      ? { way: found, isSettled: search.findsOptimum }
      : optimalWay(costs, only, optimum, found);
    if (way !== undefined) ways.push(way);
    areAll &&= way !== undefined || isSettled;
  }
  return { ways, areAll };
}

/** What a limit on a figure is. */
export function mostOf(limit: Freed): number {
  return limit === 'memory' ? fullMemory : limit.most;
}

/** The best way of the cuts that a search looks at. */
function searchedWay(
  search: PlanSearch,
  costs: CostTables,
  limits: readonly Freed[],
  freed: readonly Freed[],
): Way | undefined {
  const { family } = search;
  const measures: Measure[] = [
    ...freed.map((limit) => measureOf(search, limit)),
    ...limits.flatMap((limit): Measure[] => {
      if (freed.includes(limit)) return [];
      const decides = limit !== 'memory' && isTradedOff(limit.metric, costs.infrastructure);
      return [{ ...measureOf(search, limit), most: mostOf(limit), decides }];
    }),
  ];
  const fronts = new ChainFronts(costs, family, search.bounds, measures, search.work);
  let best:
    | { readonly values: readonly number[]; readonly chosen: readonly number[]; readonly change: number }
    | undefined;
  for (const plan of fronts.plans()) {
    const change = changeOf(freed, plan.values);
    if (!Number.isFinite(change) || change >= (best?.change ?? Number.POSITIVE_INFINITY)) continue;
    best = { values: plan.values, chosen: cutsOfPlan(plan), change };
  }
  return best && { ...best, freed, assignment: assignmentOf(family, best.chosen) };
}

function changeOf(freed: readonly Freed[], values: readonly number[]): number {
  return freed.reduce((sum, limit, m) => sum + Math.log(Math.max(1, (values[m] ?? 0) / mostOf(limit))), 0);
}

function measureOf({ costs, family }: PlanSearch, limit: Freed): Measure {
  return limit === 'memory' ? memoryMeasure(costs, family) : metricMeasure(costs, family, limit.metric);
}

/** The plan that takes least of what one limit is on, of all plans that keep the others. */
function optimalWay(
  costs: CostTables,
  freed: Freed,
  optimum: OptimumSearch,
  found: Way | undefined,
): { readonly way: Way | undefined; readonly isSettled: boolean } {
  const { best, isProven } = optimum.least(withoutLimit(costs, freed), found ? [found.assignment] : []);
  if (best === undefined) return { way: found, isSettled: isProven };
  const evaluation = evaluatePlan(costs, best.tierOfNode);
  const value = freed === 'memory' ? fullestMemory(costs, evaluation) : valuesOf(evaluation)[freed.metric];
  const way = { freed: [freed], values: [value], assignment: best.tierOfNode, change: changeOf([freed], [value]) };
  return { way: found !== undefined && found.change <= way.change ? found : way, isSettled: isProven };
}

/** By how much the fullest memory is filled. */
function fullestMemory({ infrastructure }: CostTables, { tiers }: Evaluation): number {
  const filled = infrastructure.tiers.map(({ memoryGB = Number.POSITIVE_INFINITY }, k) => {
    const bytes = (tiers[k]?.weightBytes ?? 0) + (tiers[k]?.peakActivationBytes ?? 0);
    return bytes / (memoryGB * 1e9);
  });
  return Math.max(...filled);
}

/** The same costs without one limit, with what it is on as the objective. */
function withoutLimit(costs: CostTables, freed: Freed): CostTables {
  const { infrastructure } = costs;
  const objective: Objective = freed === 'memory' ? infrastructure.objective : freed.metric;
  const constraints = freed === 'memory' ? withoutMemory(infrastructure) : without(infrastructure, freed);
  return { ...costs, infrastructure: { ...infrastructure, objective, constraints } };
}

function withoutMemory({ constraints }: Infrastructure): Constraints {
  return { ...constraints, respectMemory: false };
}

function without({ constraints }: Infrastructure, { name }: Limit): Constraints {
  const { [name]: _, ...others }: Constraints = constraints;
  return others;
}

/** All choices of `count` items, in their order. */
function subsets<Item>(items: readonly Item[], count: number): Item[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, at) => subsets(items.slice(at + 1), count - 1).map((rest) => [item, ...rest]));
}
