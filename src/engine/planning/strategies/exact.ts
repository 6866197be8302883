import { DnnSplitError } from '../../../protocol/errors';
import { rounded } from '../constraints';
import { additiveObjective } from '../costModel';
import { evaluatePlan } from '../evaluate';
import { solveTables } from '../exact/exactPlan';
import { lowerBound } from '../exact/lowerBound';
import type { FoundPlan, StrategyContext } from '../strategy';
import { planOverCandidates } from './dnnsplit';

/**
 * The true optimum over all cuts of the graph; pins and decided cuts are kept, limits are not part of it. For latency,
 * cost, energy and weights of them it is one minimum cut; for throughput it is the best plan at hand where minimum cuts
 * prove that there is no better one.
 * @throws DnnSplitError `bad-usage` for a throughput that is not proven, `infeasible` when no plan can be priced.
 */
export function planExactly(context: StrategyContext): FoundPlan {
  const { costs, bounds, work } = context;
  const objective = additiveObjective(costs.infrastructure, costs.infrastructure.objective);
  if (objective === undefined) return planThroughput(context);
  const { tierOfNode, cost } = solveTables(costs, objective, bounds, work);
  if (!Number.isFinite(cost)) {
    throw new DnnSplitError(
      'infeasible',
      'Every plan sends a tensor of unknown size; bind the open dimensions under `dimensions`.',
    );
  }
  return { assignment: tierOfNode, evaluatedPlans: costs.tiers.length };
}

/** Gaps below this, in parts of the value, are rounding. */
const rounding = 1e-9;

function planThroughput(context: StrategyContext): FoundPlan {
  const { costs, bounds, search, work } = context;
  const found = planOverCandidates(context);
  if (search.coversAllCuts) return found;
  const { assignment, evaluatedPlans } = found;
  const evaluation = evaluatePlan(costs, assignment);
  const { value, better = assignment, cuts } = lowerBound(costs, bounds, { assignment, evaluation }, work);
  const best = evaluatePlan(costs, better).objectiveValue;
  if (value >= best * (1 - rounding)) return { assignment: better, evaluatedPlans: evaluatedPlans + cuts };
  throw new DnnSplitError(
    'bad-usage',
    `For throughput the best plan that is known is proven only to be within ${rounded((best / value - 1) * 100)} % of the optimum; use \`dnnsplit\` or \`exhaustive\`.`,
  );
}
