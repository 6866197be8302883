import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { OptimumSearch } from '../optimum/optimumSearch';
import { ChainFronts } from '../search/chainFronts';
import { assignmentOf } from '../search/cutFamily';
import { cutsOfPlan } from '../search/labels';
import type { Measure } from '../search/measures';
import type { PlanSearch } from '../search/planSearch';
import { type Bound, boundsOf, excessesOf, keptMeasures, measureOf } from './bound';
import { leastExcess } from './leastExcess';
import { compareWays, type Way, worstOf } from './way';

/**
 * For every choice of so many groups of bounds, the plan that exceeds them least while it keeps all others, where there is
 * one. Where the search leaves cuts out, the true optimum is asked.
 * @param groups bounds that are freed together.
 * @returns `areAll` where it is proven that no other choice leaves a plan
 */
export function waysWithout(
  search: PlanSearch,
  costs: CostTables,
  groups: readonly (readonly Bound[])[],
  count: number,
  optimum: OptimumSearch | undefined,
): { readonly ways: Way[]; readonly areAll: boolean } {
  const ways: Way[] = [];
  let areAll = true;
  for (const chosen of subsets(groups, count)) {
    const { way: found, isProven } = searchedWay(search, costs, chosen);
    const { way, isSettled } =
      isProven || optimum === undefined
        ? { way: found, isSettled: isProven }
        : leastExcess(costs, chosen.flat(), optimum, found);
    if (way !== undefined) ways.push(way);
    areAll &&= way !== undefined || isSettled;
  }
  return { ways, areAll };
}

/** The best way of the cuts that a search looks at. @returns `isProven` where no other plan is one, or a better one */
function searchedWay(
  search: PlanSearch,
  costs: CostTables,
  groups: readonly (readonly Bound[])[],
): { readonly way: Way | undefined; readonly isProven: boolean } {
  const { family } = search;
  const freed = groups.flat();
  const kept = boundsOf(costs).filter((bound) => !freed.some((one) => one.name === bound.name));
  const measures: Measure[] = [
    ...groups.map((bounds) => measureOf(costs, family, bounds)),
    ...keptMeasures(costs, search, kept),
  ];
  const fronts = new ChainFronts(costs, family, search.bounds, measures, search.work);
  const plans = fronts.plans().map((plan) => ({ plan, excesses: plan.values.slice(0, groups.length) }));
  const isProven = search.hasAllCuts && !fronts.bounded;
  const [first, ...others] = plans.filter(({ excesses }) => excesses.every(Number.isFinite));
  if (first === undefined) return { way: undefined, isProven };
  const best = others.reduce((least, one) => (compareWays(one, least) < 0 ? one : least), first);
  const chosen = cutsOfPlan(best.plan);
  const assignment = assignmentOf(family, chosen);
  const excesses = excessesOf(freed, evaluatePlan(costs, assignment));
  const least = isProven ? worstOf(best) : 0;
  return { way: { freed, excesses, assignment, chosen, least, isLeast: isProven }, isProven };
}

/** All choices of `count` items, in their order. */
function subsets<Item>(items: readonly Item[], count: number): Item[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, at) => subsets(items.slice(at + 1), count - 1).map((rest) => [item, ...rest]));
}
