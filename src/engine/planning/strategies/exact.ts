import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import { evaluatePlan } from '../costs/evaluate';
import { brokenConstraints } from '../plan/constraints';
import type { FoundPlan } from '../plan/plan';
import { planOfSearch } from './dnnsplit';
import { planWithProof } from './proven';
import type { StrategyContext } from './strategy';

/**
 * The true optimum over all cuts of the graph; constraints are kept. For latency, cost, energy and weights of them it is
 * one minimum cut; for throughput, and where that cut breaks a limit, minimum cuts are the bounds of a search that ends
 * with a proof, or with the best plan that was found in time.
 * @throws DnnSplitError `infeasible` when no plan can be priced, none keeps the limits, or none was found in time.
 */
export function planExactly(context: StrategyContext): FoundPlan {
  const { costs, optimum } = context;
  if (optimum.unlimited !== undefined) {
    const unlimited = planByMinimumCut(context);
    const evaluation = evaluatePlan(costs, unlimited.assignment);
    if (brokenConstraints(costs.infrastructure, evaluation).length === 0) return unlimited;
  }
  return planWithProof(context, planOfSearch(context));
}

/**
 * The optimum of an additive objective as one minimum cut; pins and decided cuts are kept, limits and memories are not.
 * @throws DnnSplitError `bad-usage` for throughput, which is not a sum; `infeasible` when no plan can be priced.
 */
export function planByMinimumCut({ costs, optimum: { unlimited } }: StrategyContext): FoundPlan {
  if (unlimited === undefined) throw new DnnSplitError('bad-usage', say('strategy.notAdditive', {}));
  if (!Number.isFinite(unlimited.value)) {
    throw new DnnSplitError('infeasible', say('strategy.unknownSizes', {}));
  }
  return { assignment: unlimited.assignment, evaluatedPlans: costs.tiers.length };
}
