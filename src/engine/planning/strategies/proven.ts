import { evaluatePlan } from '../costs/evaluate';
import { droppableConstraints } from '../limits/droppable';
import { infeasibleError } from '../limits/relaxation';
import type { FoundPlan } from '../plan/plan';
import { tieTolerance } from '../search/ties';
import type { StrategyContext } from './strategy';

/**
 * The true optimum, or the best plan that is found in the time there is.
 * @param found a plan that is as good where it is; of equally good ones it is the better.
 * @throws DnnSplitError `infeasible` where no plan keeps the constraints, or none was found in time.
 */
export function planWithProof(context: StrategyContext, found: FoundPlan | undefined): FoundPlan {
  const { costs, search, optimum, fixedCuts } = context;
  const { best, evaluatedPlans } = optimum.optimum;
  if (best === undefined) throw infeasibleError(search, optimum, droppableConstraints(search, optimum, fixedCuts));
  if (found !== undefined) {
    const { objectiveValue } = evaluatePlan(costs, found.assignment);
    if (objectiveValue <= best.value * (1 + tieTolerance)) return { ...found, evaluatedPlans };
  }
  return { assignment: optimum.quickest(best), evaluatedPlans };
}
