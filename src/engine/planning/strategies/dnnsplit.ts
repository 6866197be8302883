import { assignmentOf } from '../cutFamily';
import { droppableConstraints } from '../droppable';
import { cutsOfPlan, type Label } from '../labels';
import { infeasibleError } from '../relaxation';
import type { FoundPlan, StrategyContext } from '../strategy';

/**
 * DNNSplit (Kayal and Leon-Garcia, IEEE Access 2024): the best plan that cuts at candidates only, wherever these hold an
 * optimum. Where they do not (a layer that is dearer on a higher tier, throughput, limits) it looks at the positions of
 * the order besides.
 * @throws DnnSplitError `infeasible` when no plan keeps the constraints; says which to relax and by how much.
 */
export function planOverCandidates({ search, fixedCuts }: StrategyContext): FoundPlan {
  const { fronts } = search;
  let best: Label | undefined;
  for (const plan of fronts.plans())
    if (objectiveOf(plan) < (best ? objectiveOf(best) : Number.POSITIVE_INFINITY)) best = plan;
  if (best === undefined) throw infeasibleError(search, droppableConstraints(search, fixedCuts));
  return { assignment: assignmentOf(fronts.family, cutsOfPlan(best)), evaluatedPlans: fronts.evaluated };
}

/** The objective's measure comes first. */
function objectiveOf({ values }: Label): number {
  return values[0] ?? Number.POSITIVE_INFINITY;
}
