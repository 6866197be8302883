import { DnnSplitError } from '../../../protocol/errors';
import { brokenConstraints } from '../constraints';
import { evaluatePlan } from '../evaluate';
import { assignmentAt, rankPrefixPlans, tupleCount } from '../prefixTuples';
import type { FoundPlan, StrategyContext } from '../strategy';

/** Plans that an exhaustive search computes at most. */
const exhaustiveBound = 1_000_000;
/** Plans that are looked at in turn for one that also fits into the memories. */
const memoryTries = 200;

/**
 * Every tuple of positions of the order, each one computed.
 * @throws DnnSplitError `bad-usage` past a million plans, `infeasible` when none keeps the constraints.
 */
export function planExhaustively(context: StrategyContext): FoundPlan {
  const { costs, bounds, work } = context;
  const { infrastructure, graph } = costs;
  const count = tupleCount(graph.nodes.length, costs.tiers.length);
  if (count > exhaustiveBound) {
    throw new DnnSplitError(
      'bad-usage',
      `There are ${count.toPrecision(3)} plans to compute, more than ${exhaustiveBound}; use \`exact\` or fewer tiers.`,
    );
  }
  const respectsMemory = infrastructure.constraints.respectMemory === true;
  const top = respectsMemory ? memoryTries : 1;
  const { ranked, evaluated } = rankPrefixPlans(costs, bounds, infrastructure.objective, top, work);
  for (const { positions } of ranked) {
    const assignment = assignmentAt(graph.nodes.length, positions);
    const evaluation = respectsMemory ? evaluatePlan(costs, assignment) : undefined;
    if (evaluation !== undefined && brokenConstraints(infrastructure, evaluation).length > 0) continue;
    return { assignment, evaluatedPlans: evaluated };
  }
  throw new DnnSplitError(
    'infeasible',
    'None of the plans that cut the order at positions keeps the constraints; relax one.',
  );
}
