import { DnnSplitError } from '../../../protocol/errors';
import type { CostTables } from '../costTables';
import { droppableConstraints } from '../droppable';
import { fullMemory } from '../measures';
import { prefixMemory } from '../partMemory';
import { assignmentAt, rankPrefixPlans, tupleCount } from '../prefixTuples';
import { infeasibleError } from '../relaxation';
import type { FoundPlan, StrategyContext } from '../strategy';

/** Plans that an exhaustive search computes at most. */
const exhaustiveBound = 1_000_000;
/**
 * Every tuple of positions of the order, each one computed.
 * @throws DnnSplitError `bad-usage` past a million plans, `infeasible` when none keeps the constraints.
 */
export function planExhaustively(context: StrategyContext): FoundPlan {
  const { costs, bounds, search, fixedCuts, work } = context;
  const { infrastructure, graph } = costs;
  const count = tupleCount(graph.nodes.length, costs.tiers.length);
  if (count > exhaustiveBound) {
    throw new DnnSplitError(
      'bad-usage',
      `There are ${count.toPrecision(3)} plans to compute, more than ${exhaustiveBound}; use \`exact\` or fewer tiers.`,
    );
  }
  const { ranked, evaluated } = rankPrefixPlans(costs, bounds, infrastructure.objective, 1, work, fitsInMemory(costs));
  const [best] = ranked;
  if (best === undefined) {
    if (search.fronts.plans().length === 0) throw infeasibleError(search, droppableConstraints(search, fixedCuts));
    throw new DnnSplitError(
      'infeasible',
      'No plan that cuts the order at positions keeps the constraints, but one that cuts across branches does; use `dnnsplit`.',
    );
  }
  return { assignment: assignmentAt(graph.nodes.length, best.positions), evaluatedPlans: evaluated };
}

/** Refuses what lies between two positions for tiers that have no room for it, where memory is to be respected. */
function fitsInMemory(costs: CostTables): ((tier: number, lower: number, upper: number) => boolean) | undefined {
  const { graph, infrastructure } = costs;
  if (infrastructure.constraints.respectMemory !== true) return undefined;
  const bytesOf = prefixMemory(graph);
  return (tier, lower, upper) => {
    const { memoryGB } = infrastructure.tiers[tier] ?? {};
    return memoryGB === undefined || bytesOf(lower, upper) <= memoryGB * 1e9 * fullMemory;
  };
}
