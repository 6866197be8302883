import { DnnSplitError } from '../../../protocol/errors';
import { additiveObjective } from '../costModel';
import { solveTables } from '../exact/exactPlan';
import type { FoundPlan, StrategyContext } from '../strategy';

/**
 * The true optimum over all cuts of the graph for latency, cost, energy and weights of them; pins and decided cuts are
 * kept, limits are not part of it.
 * @throws DnnSplitError `bad-usage` for throughput, `infeasible` when no plan can be priced.
 */
export function planExactly({ costs, bounds, work }: StrategyContext): FoundPlan {
  const objective = additiveObjective(costs.infrastructure, costs.infrastructure.objective);
  if (objective === undefined) {
    throw new DnnSplitError('bad-usage', 'The exact planner knows no throughput; use `dnnsplit` or `exhaustive`.');
  }
  const { tierOfNode, cost } = solveTables(costs, objective, bounds, work);
  if (!Number.isFinite(cost)) {
    throw new DnnSplitError(
      'infeasible',
      'Every plan sends a tensor of unknown size; bind the open dimensions under `dimensions`.',
    );
  }
  return { assignment: tierOfNode, evaluatedPlans: costs.tiers.length };
}
