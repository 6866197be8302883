import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import { brokenSessionLimits, hasLimits } from '../plan/constraints';
import { isWorstPart } from '../plan/metrics';
import type { Assignment, FoundPlan } from '../plan/plan';
import { assignmentOf } from '../search/cutFamily';
import { cutsOfPlan, firstValue, lowestLabel } from '../search/labels';
import { memoriesMayFill } from '../search/partMemory';
import { frontsOfEqual, tieTolerance } from '../search/ties';
import { planWithProof } from './proven';
import type { StrategyContext } from './strategy';

/**
 * DNNSplit (Kayal and Leon-Garcia, IEEE Access 2024): the best plan that cuts at candidates only, wherever these hold an
 * optimum. Where they do not (a layer that is dearer on a higher tier, throughput, limits, pins) it looks at all cuts, or
 * where these are too many at positions of the order besides; and where that may miss the best plan that keeps the limits,
 * or the best throughput, it asks for the true optimum. Of equally good plans one tier is better than several, and then
 * the least latency.
 * @throws DnnSplitError `infeasible` when no plan keeps the constraints; says which to relax and by how much.
 */
export function planOverCandidates(context: StrategyContext): FoundPlan {
  const found = planOfSearch(context);
  const isEnough = context.prefersSearch || context.search.findsOptimum || !mayMiss(context);
  return found !== undefined && isEnough ? found : planWithProof(context, found);
}

/** The best plan of the cuts that the search looks at, if one keeps the constraints. */
export function planOfSearch({ costs, search }: StrategyContext): FoundPlan | undefined {
  const { fronts } = search;
  const best = lowestLabel(fronts.plans());
  if (best === undefined) return undefined;
  const evaluatedPlans = fronts.evaluated;
  const equal = frontsOfEqual(search, firstValue(best));
  const single = lowestLabel(costs.tiers.flatMap((_, tier) => (equal ?? fronts).everythingOn(tier)));
  const isEnough =
    single !== undefined && (equal !== undefined || firstValue(single) <= firstValue(best) * (1 + tieTolerance));
  const chosen = isEnough ? single : (lowestLabel(equal?.plans() ?? []) ?? best);
  const assignment = assignmentOf(fronts.family, cutsOfPlan(chosen));
  return breaksSessionLimits(costs, assignment) ? undefined : { assignment, evaluatedPlans };
}

/** The search does not look at the calls of a session one by one. */
function breaksSessionLimits(costs: CostTables, assignment: Assignment): boolean {
  if (costs.phases === undefined) return false;
  return brokenSessionLimits(costs.infrastructure.constraints, evaluatePlan(costs, assignment)).length > 0;
}

/** Whether what a search over some of the cuts finds may be far from the best: where the best plan is no single cut. */
function mayMiss({ costs, search, bounds }: StrategyContext): boolean {
  const { objective, constraints } = costs.infrastructure;
  // Where a branch ends between the parts of a kernel, a cut may be the best that is no candidate.
  if (!search.searched.beyondCandidates) return costs.bonds.length > 0;
  return bounds.restricts || isWorstPart(objective) || hasLimits(constraints) || memoriesMayFill(costs);
}
