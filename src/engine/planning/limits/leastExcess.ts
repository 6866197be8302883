import type { LimitedProblem } from '../../solver/limited/limitedProblem';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { TierBounds } from '../infrastructure/tierBounds';
import { goalOf, problemWith } from '../optimum/limitedPlan';
import type { OptimumSearch } from '../optimum/optimumSearch';
import type { Assignment } from '../plan/plan';
import { type Bound, excessesOf, figuresOfBound, isMemory, withoutBounds } from './bound';
import { compareWays, type Way } from './way';

/** Relative slack for figures that a plan is known to have. */
const slack = 1e-9;

/** A bound and what a plan may take of it, 1 being all. */
interface Raised {
  readonly bound: Bound;
  readonly most: number;
}

/**
 * Of all plans that keep every other bound, one that exceeds the freed ones least: by the one that is exceeded most, and
 * then each of them as little as the others let it.
 * @param found the best way that is known.
 * @returns `isSettled` where it is proven that there is no other way
 */
export function leastExcess(
  costs: CostTables,
  freed: readonly Bound[],
  optimum: OptimumSearch,
  found: Way | undefined,
): { readonly way: Way | undefined; readonly isSettled: boolean } {
  const problem = excessProblem(costs, optimum.bounds, freed, []);
  const { best, bound, isProven } = optimum.least(problem, found === undefined ? [] : [found.assignment]);
  if (best === undefined) return { way: found, isSettled: isProven };
  const start = wayOf(costs, freed, best.tierOfNode, { least: bound, isLeast: isProven });
  if (freed.length === 1) return { way: start, isSettled: isProven };
  const way = settled(costs, optimum, start);
  const isBetter = found === undefined || isProven || compareWays(way, found) <= 0;
  return { way: isBetter ? way : { ...found, least: bound }, isSettled: isProven };
}

function wayOf(
  costs: CostTables,
  freed: readonly Bound[],
  assignment: Assignment,
  proof: Pick<Way, 'least' | 'isLeast'>,
): Way {
  return { freed, excesses: excessesOf(freed, evaluatePlan(costs, assignment)), assignment, ...proof };
}

/** Takes from each bound in turn what the plan need not exceed it by. */
function settled(costs: CostTables, optimum: OptimumSearch, start: Way): Way {
  let way = start;
  for (const [m, bound] of start.freed.entries()) {
    const { freed, excesses, assignment, least } = way;
    const raised = freed.flatMap((one, at) => (at === m ? [] : [{ bound: one, most: Math.max(1, excesses[at] ?? 1) }]));
    const { best, isProven } = optimum.least(excessProblem(costs, optimum.bounds, [bound], raised), [assignment]);
    way = wayOf(costs, freed, best?.tierOfNode ?? assignment, { least, isLeast: way.isLeast && isProven });
  }
  return way;
}

/** Exceed some bounds least while raised ones and all others are kept. */
function excessProblem(
  costs: CostTables,
  bounds: TierBounds,
  freed: readonly Bound[],
  raised: readonly Raised[],
): LimitedProblem {
  const own = [...freed, ...raised.map(({ bound }) => bound)];
  const goal = goalOf(freed.flatMap((bound) => figuresOfBound(costs, bounds, bound)));
  const problem = problemWith(withoutBounds(costs, own), bounds, goal);
  const limits = raised.flatMap(({ bound, most }) =>
    figuresOfBound(costs, bounds, bound).map((figure) => ({ figure, most: most * (1 + slack) })),
  );
  const excesses = (some: readonly Bound[], tierOfNode: Uint8Array) =>
    excessesOf(some, evaluatePlan(costs, tierOfNode));
  // What a memory takes at its peak is no sum of what layers take.
  const memories = raised.filter(({ bound }) => isMemory(bound));
  const isKept = (tierOfNode: Uint8Array) =>
    excesses(
      memories.map(({ bound }) => bound),
      tierOfNode,
    ).every((excess, m) => excess <= (memories[m]?.most ?? 0) * (1 + slack));
  return {
    ...problem,
    limits: [...problem.limits, ...limits],
    ...(freed.some(isMemory) && { wholeValue: (tierOfNode: Uint8Array) => Math.max(...excesses(freed, tierOfNode)) }),
    ...(memories.length > 0 && {
      accepts: (tierOfNode: Uint8Array) => problem.accepts?.(tierOfNode) !== false && isKept(tierOfNode),
    }),
  };
}
