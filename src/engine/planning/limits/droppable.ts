import { DnnSplitError } from '../../../shared/errors';
import type { Cut } from '../../split/splitGraph';
import type { Constraints } from '../infrastructure/infrastructure';
import { tierBounds } from '../infrastructure/tierBounds';
import type { OptimumSearch } from '../optimum/optimumSearch';
import type { PlanSearch } from '../search/planSearch';

/** Constraints that are tried in turn, at most. */
const mostTried = 12;

interface Alternative {
  readonly name: string;
  readonly constraints: Constraints;
  readonly fixedCuts: readonly (Cut | null)[];
}

/** Pins, tiers that are left out and decided cuts that no plan is possible with, but one is without that one alone. */
export function droppableConstraints(
  search: PlanSearch,
  optimum: OptimumSearch,
  fixedCuts: readonly (Cut | null)[],
): string[] {
  const { constraints } = search.costs.infrastructure;
  return alternativesTo(constraints, fixedCuts)
    .slice(0, mostTried)
    .filter((one) => isPossible(search, optimum, one))
    .map(({ name }) => name);
}

function alternativesTo(constraints: Constraints, fixedCuts: readonly (Cut | null)[]): Alternative[] {
  const { pin = {}, excludeTiers = [], keepInputOnFirstTier } = constraints;
  return [
    ...(keepInputOnFirstTier
      ? [{ name: '`keepInputOnFirstTier`', constraints: { ...constraints, keepInputOnFirstTier: false }, fixedCuts }]
      : []),
    ...excludeTiers.map((tier) => {
      const others = excludeTiers.filter((one) => one !== tier);
      return {
        name: `\`${tier}\` from \`excludeTiers\``,
        constraints: { ...constraints, excludeTiers: others },
        fixedCuts,
      };
    }),
    ...Object.keys(pin).map((node) => {
      const others = Object.fromEntries(Object.entries(pin).filter(([one]) => one !== node));
      return { name: `the pin of \`${node}\``, constraints: { ...constraints, pin: others }, fixedCuts };
    }),
    ...(fixedCuts.some((cut) => cut !== null) ? [{ name: 'the chosen cuts', constraints, fixedCuts: [] }] : []),
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
