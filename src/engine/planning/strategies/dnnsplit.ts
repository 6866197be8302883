import { assignmentOf } from '../cutFamily';
import { droppableConstraints } from '../droppable';
import { cutsOfPlan, type Label } from '../labels';
import { infeasibleError } from '../relaxation';
import type { FoundPlan, StrategyContext } from '../strategy';

/**
 * DNNSplit (Kayal and Leon-Garcia, IEEE Access 2024): the best plan that cuts at candidates only, wherever these hold an
 * optimum. Where they do not (a layer that is dearer on a higher tier, throughput, limits, pins) it looks at all cuts, or
 * where these are too many at positions of the order besides.
 * @throws DnnSplitError `infeasible` when no plan keeps the constraints; says which to relax and by how much.
 */
export function planOverCandidates({ costs, search, fixedCuts }: StrategyContext): FoundPlan {
  const { fronts } = search;
  const best = lowest(fronts.plans());
  if (best === undefined) throw infeasibleError(search, droppableConstraints(search, fixedCuts));
  const evaluatedPlans = fronts.evaluated;
  const single = lowest(costs.tiers.flatMap((_, tier) => fronts.everythingOn(tier)));
  const isEnough = single !== undefined && objectiveOf(single) <= objectiveOf(best) * (1 + tolerance);
  return { assignment: assignmentOf(fronts.family, cutsOfPlan(isEnough ? single : best)), evaluatedPlans };
}

/** Relative difference below which two values count as equal: then one tier is better than several. */
const tolerance = 1e-12;

/** The plan with the least objective, which is the first measure; the first of equals. */
function lowest(plans: readonly Label[]): Label | undefined {
  return plans.reduce<Label | undefined>(
    (best, plan) => (best === undefined || objectiveOf(plan) < objectiveOf(best) ? plan : best),
    undefined,
  );
}

function objectiveOf({ values }: Label): number {
  return values[0] ?? Number.POSITIVE_INFINITY;
}
