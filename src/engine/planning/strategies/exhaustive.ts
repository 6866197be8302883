import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import type { CostTables } from '../costs/costTables';
import { droppableConstraints } from '../limits/droppable';
import { infeasibleError } from '../limits/relaxation';
import { respectsMemory } from '../plan/constraints';
import type { Assignment, FoundPlan } from '../plan/plan';
import { fullMemory } from '../search/measures';
import { prefixMemory } from '../search/partMemory';
import { assignmentAt, rankPrefixPlans, tupleCount } from '../search/prefixTuples';
import type { StrategyContext } from './strategy';

/** Plans that an exhaustive search computes at most. */
const exhaustiveBound = 1_000_000;

/**
 * Every tuple of positions of the order, each one computed.
 * @throws DnnSplitError `bad-usage` past a million plans, `infeasible` when none keeps the constraints.
 */
export function planExhaustively(context: StrategyContext): FoundPlan {
  const { search, optimum, fixedCuts } = context;
  const { plans, evaluated } = rankExhaustively(context, 1);
  const [best] = plans;
  if (best !== undefined) return { assignment: best, evaluatedPlans: evaluated };
  if (search.fronts.plans().length === 0 && optimum.optimum.best === undefined) {
    throw infeasibleError(search, optimum, droppableConstraints(search, optimum, fixedCuts));
  }
  throw new DnnSplitError('infeasible', say('strategy.onlyAcrossBranches', {}));
}

/**
 * The best plans of all that cut the order at positions, best first (Scission; Lockhart et al., UCC 2020).
 * @param top how many, at most.
 * @throws DnnSplitError `bad-usage` past a million plans.
 */
export function rankExhaustively(
  { costs, bounds, work }: StrategyContext,
  top: number,
): { readonly plans: Assignment[]; readonly evaluated: number } {
  const { infrastructure, graph } = costs;
  const count = tupleCount(graph.nodes.length, costs.tiers.length);
  if (count > exhaustiveBound) {
    throw new DnnSplitError(
      'bad-usage',
      say('strategy.tooManyPlans', { count: count.toPrecision(3), limit: exhaustiveBound }),
    );
  }
  const { ranked, evaluated } = rankPrefixPlans(
    costs,
    bounds,
    infrastructure.objective,
    top,
    work,
    fitsInMemory(costs),
  );
  return { plans: ranked.map(({ positions }) => assignmentAt(graph.nodes.length, positions)), evaluated };
}

/** Refuses what lies between two positions for tiers that have no room for it, where memory is to be respected. */
function fitsInMemory(costs: CostTables): ((tier: number, lower: number, upper: number) => boolean) | undefined {
  const { graph, infrastructure } = costs;
  if (!respectsMemory(infrastructure.constraints)) return undefined;
  const bytesOf = prefixMemory(graph);
  return (tier, lower, upper) => {
    const { memoryGB } = infrastructure.tiers[tier] ?? {};
    return memoryGB === undefined || bytesOf(lower, upper) <= memoryGB * 1e9 * fullMemory;
  };
}
