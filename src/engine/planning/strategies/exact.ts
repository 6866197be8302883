import { DnnSplitError } from '../../../shared/errors';
import { say } from '../../../shared/messages/say';
import { additiveObjective } from '../costs/costModel';
import { evaluatePlan } from '../costs/evaluate';
import { solveTables } from '../optimum/exactPlan';
import { lowerBound } from '../optimum/lowerBound';
import { brokenConstraints, rounded } from '../plan/constraints';
import { isWorstPart } from '../plan/metrics';
import type { FoundPlan } from '../plan/plan';
import { planOverCandidates } from './dnnsplit';
import type { StrategyContext } from './strategy';

/**
 * The true optimum over all cuts of the graph; constraints are kept. For latency, cost, energy and weights of them it is
 * one minimum cut; for throughput, and where that cut breaks a limit, it is the best plan of a search where that leaves no
 * cut out or where minimum cuts prove that there is no better one. Under limits without such a proof it stays the optimum
 * without them.
 * @throws DnnSplitError `bad-usage` for a throughput that is not proven, `infeasible` when no plan can be priced, or none
 * keeps the limits.
 */
export function planExactly(context: StrategyContext): FoundPlan {
  const { infrastructure } = context.costs;
  if (isWorstPart(infrastructure.objective)) return planThroughput(context);
  const unlimited = planByMinimumCut(context);
  if (brokenConstraints(infrastructure, evaluatePlan(context.costs, unlimited.assignment)).length === 0) {
    return unlimited;
  }
  return planWithinLimits(context) ?? unlimited;
}

/**
 * The optimum of an additive objective as one minimum cut; pins and decided cuts are kept, limits and memories are not.
 * @throws DnnSplitError `bad-usage` for throughput, which is not a sum; `infeasible` when no plan can be priced.
 */
export function planByMinimumCut({ costs, bounds, work }: StrategyContext): FoundPlan {
  const objective = additiveObjective(costs.infrastructure, costs.infrastructure.objective);
  if (objective === undefined) throw new DnnSplitError('bad-usage', say('strategy.notAdditive', {}));
  const { tierOfNode, cost } = solveTables(costs, objective, bounds, work);
  if (!Number.isFinite(cost)) {
    throw new DnnSplitError('infeasible', say('strategy.unknownSizes', {}));
  }
  return { assignment: tierOfNode, evaluatedPlans: costs.tiers.length };
}

function planThroughput(context: StrategyContext): FoundPlan {
  const { best, bestValue, bound } = bestProven(context);
  if (best !== undefined) return best;
  throw new DnnSplitError(
    'bad-usage',
    say('strategy.unprovenThroughput', { percent: rounded((bestValue / bound - 1) * 100) }),
  );
}

function planWithinLimits(context: StrategyContext): FoundPlan | undefined {
  try {
    return bestProven(context).best;
  } catch (error) {
    // A search that leaves cuts out may find nothing where there is something.
    if (DnnSplitError.is(error, 'infeasible') && !context.search.coversAllCuts) return undefined;
    throw error;
  }
}

/** Gaps below this, in parts of the value, are rounding. */
const rounding = 1e-9;

interface Proof {
  /** The best plan, if it is proven to be that. */
  readonly best: FoundPlan | undefined;
  readonly bestValue: number;
  /** What no plan is below. */
  readonly bound: number;
}

/** The best plan that a search and minimum cuts find, and what these prove of it. */
function bestProven(context: StrategyContext): Proof {
  const { costs, bounds, search, work } = context;
  const found = planOverCandidates(context);
  const evaluation = evaluatePlan(costs, found.assignment);
  const foundValue = evaluation.objectiveValue;
  if (search.coversAllCuts) return { best: found, bestValue: foundValue, bound: foundValue };
  const { assignment } = found;
  const { value, better = assignment, cuts } = lowerBound(costs, bounds, { assignment, evaluation }, work);
  const bestValue = evaluatePlan(costs, better).objectiveValue;
  const isProven = value >= bestValue * (1 - rounding);
  const evaluatedPlans = found.evaluatedPlans + cuts;
  return { best: isProven ? { assignment: better, evaluatedPlans } : undefined, bestValue, bound: value };
}
