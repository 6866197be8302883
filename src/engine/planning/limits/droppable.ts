import { type Sentence, say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import type { Cut } from '../../split/splitGraph';
import type { Constraints } from '../infrastructure/infrastructure';
import { tierBounds } from '../infrastructure/tierBounds';
import type { OptimumSearch } from '../optimum/optimumSearch';
import type { PlanSearch } from '../search/planSearch';

/** Constraints that are tried in turn, at most. */
const mostTried = 12;

interface Alternative {
  /** What to drop. */
  readonly change: Sentence;
  readonly constraints: Constraints;
  readonly fixedCuts: readonly (Cut | null)[];
}

/** Pins, tiers that are left out and decided cuts that no plan is possible with, but one is without that one alone. */
export function droppableConstraints(
  search: PlanSearch,
  optimum: OptimumSearch,
  fixedCuts: readonly (Cut | null)[],
): Sentence[] {
  const { constraints } = search.costs.infrastructure;
  return alternativesTo(constraints, fixedCuts)
    .slice(0, mostTried)
    .filter((one) => isPossible(search, optimum, one))
    .map(({ change }) => change);
}

function alternativesTo(constraints: Constraints, fixedCuts: readonly (Cut | null)[]): Alternative[] {
  const { pin = {}, excludeTiers = [], keepInputOnFirstTier } = constraints;
  return [
    ...(keepInputOnFirstTier
      ? [
          {
            change: say('change.dropInput', {}),
            constraints: { ...constraints, keepInputOnFirstTier: false },
            fixedCuts,
          },
        ]
      : []),
    ...excludeTiers.map((tier) => {
      const others = excludeTiers.filter((one) => one !== tier);
      return {
        change: say('change.dropExclusion', { tier }),
        constraints: { ...constraints, excludeTiers: others },
        fixedCuts,
      };
    }),
    ...Object.keys(pin).map((node) => {
      const others = Object.fromEntries(Object.entries(pin).filter(([one]) => one !== node));
      return { change: say('change.dropPin', { node }), constraints: { ...constraints, pin: others }, fixedCuts };
    }),
    ...(fixedCuts.some((cut) => cut !== null)
      ? [{ change: say('change.dropCuts', {}), constraints, fixedCuts: [] }]
      : []),
  ];
}

function isPossible(search: PlanSearch, optimum: OptimumSearch, { constraints, fixedCuts }: Alternative): boolean {
  const infrastructure = { ...search.costs.infrastructure, constraints };
  try {
    const bounds = tierBounds(search.costs.graph, infrastructure, fixedCuts);
    const other = search.under(infrastructure, bounds);
    return other.fronts.plans().length > 0 || (!other.findsOptimum && optimum.finds(other.costs, bounds));
  } catch (error) {
    if (DnnSplitError.is(error, 'infeasible')) return false;
    throw error;
  }
}
