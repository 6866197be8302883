import { DnnSplitError } from '../../../shared/errors';
import type { Cut } from '../../split/splitGraph';
import type { Constraints } from '../infrastructure/infrastructure';
import { tierBounds } from '../infrastructure/tierBounds';
import type { PlanSearch } from '../search/planSearch';

/** Constraints that are tried in turn, at most. */
const mostTried = 12;

interface Alternative {
  readonly name: string;
  readonly constraints: Constraints;
  readonly fixedCuts: readonly (Cut | null)[];
}

/** Pins, tiers that are left out and decided cuts that no plan is possible with, but one is without that one alone. */
export function droppableConstraints(search: PlanSearch, fixedCuts: readonly (Cut | null)[]): string[] {
  const { constraints } = search.costs.infrastructure;
  return alternativesTo(constraints, fixedCuts)
    .slice(0, mostTried)
    .filter((one) => isPossible(search, one))
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

function isPossible(search: PlanSearch, { constraints, fixedCuts }: Alternative): boolean {
  const infrastructure = { ...search.costs.infrastructure, constraints };
  try {
    const bounds = tierBounds(search.costs.graph, infrastructure, fixedCuts);
    return search.under(infrastructure, bounds).fronts.plans().length > 0;
  } catch (error) {
    if (DnnSplitError.is(error, 'infeasible')) return false;
    throw error;
  }
}
