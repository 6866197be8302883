import { say } from '../../../shared/messages/say';
import { namesOf } from '../../../shared/recordOf';
import { durationText, listed } from '../../../shared/vocabulary/quantities';
import { sessionLimits } from '../../../shared/vocabulary/session';
import { DnnSplitError } from '../../../shared/work/errors';
import { additiveObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import { droppableConstraints } from '../limits/droppable';
import { infeasibleError } from '../limits/relaxation';
import { solveTables } from '../optimum/exactPlan';
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
  if (best === undefined && costs.phases !== undefined) throw noSession(costs, costs.phases, context);
  if (best === undefined) throw infeasibleError(search, optimum, droppableConstraints(search, optimum, fixedCuts));
  if (found !== undefined) {
    const { objectiveValue } = evaluatePlan(costs, found.assignment);
    const evaluated = Math.max(found.evaluatedPlans, evaluatedPlans);
    if (objectiveValue <= best.value * (1 + tieTolerance)) return { ...found, evaluatedPlans: evaluated };
  }
  return { assignment: optimum.quickest(best), evaluatedPlans };
}

/** Why no plan keeps the limits on the calls of a session: what these take at least, each by itself. */
function noSession(
  { infrastructure: { constraints } }: CostTables,
  { first, token }: NonNullable<CostTables['phases']>,
  { bounds, work }: StrategyContext,
): DnnSplitError {
  const leastMs = (costs: CostTables) => {
    const prices = additiveObjective(costs.infrastructure, 'latency');
    return prices === undefined ? 0 : solveTables(costs, prices, bounds, work).cost * 1e3;
  };
  const limits = namesOf(sessionLimits).flatMap((limit) =>
    constraints[limit] === undefined ? [] : [`\`${limit}\` ${constraints[limit]}`],
  );
  return new DnnSplitError(
    'infeasible',
    say('limits.session', {
      limits: listed(limits),
      first: durationText(leastMs(first)),
      token: durationText(leastMs(token)),
    }),
  );
}
