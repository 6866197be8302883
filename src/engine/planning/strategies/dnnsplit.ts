import { droppableConstraints } from '../limits/droppable';
import { infeasibleError } from '../limits/relaxation';
import type { FoundPlan } from '../plan/plan';
import { assignmentOf } from '../search/cutFamily';
import { cutsOfPlan, type Label } from '../search/labels';
import { frontsOfEqual, tieTolerance } from '../search/ties';
import type { StrategyContext } from './strategy';

/**
 * DNNSplit (Kayal and Leon-Garcia, IEEE Access 2024): the best plan that cuts at candidates only, wherever these hold an
 * optimum. Where they do not (a layer that is dearer on a higher tier, throughput, limits, pins) it looks at all cuts, or
 * where these are too many at positions of the order besides. Of equally good plans one tier is better than several, and
 * then the least latency.
 * @throws DnnSplitError `infeasible` when no plan keeps the constraints; says which to relax and by how much.
 */
export function planOverCandidates({ costs, search, fixedCuts }: StrategyContext): FoundPlan {
  const { fronts } = search;
  const best = lowest(fronts.plans());
  if (best === undefined) throw infeasibleError(search, droppableConstraints(search, fixedCuts));
  const evaluatedPlans = fronts.evaluated;
  const equal = frontsOfEqual(search, objectiveOf(best));
  const single = lowest(costs.tiers.flatMap((_, tier) => (equal ?? fronts).everythingOn(tier)));
  const isEnough =
    single !== undefined && (equal !== undefined || objectiveOf(single) <= objectiveOf(best) * (1 + tieTolerance));
  const chosen = isEnough ? single : (lowest(equal?.plans() ?? []) ?? best);
  return { assignment: assignmentOf(fronts.family, cutsOfPlan(chosen)), evaluatedPlans };
}

/** The plan with the least first measure; the first of equals. */
function lowest(plans: readonly Label[]): Label | undefined {
  return plans.reduce<Label | undefined>(
    (best, plan) => (best === undefined || objectiveOf(plan) < objectiveOf(best) ? plan : best),
    undefined,
  );
}

function objectiveOf({ values }: Label): number {
  return values[0] ?? Number.POSITIVE_INFINITY;
}
