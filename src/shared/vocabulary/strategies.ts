import { namesOf } from '../recordOf';
import { translatable } from '../translatable';
import type { LimitName } from './metrics';

/** What people and documents see of a strategy. How it plans is the row of the same name in `engine/planning/strategies/registry`. */
interface StrategyEntry {
  /** As its authors call it. */
  readonly label: string;
  /** One line for pickers and completion. */
  readonly description: string;
  /** How many tiers its plans use at most; the others of a plan only pass tensors on. */
  readonly mostTiers?: number;
  /** The constraint that it plans by, without which it has no plan. */
  readonly needs?: LimitName;
  /** True where it claims that no better plan exists, whatever cuts it would take. */
  readonly isOptimal?: true;
}

/** Every strategy that a user can choose besides `single:<tier>`, in the order in which they are compared. */
export const strategyTable = {
  dnnsplit: {
    label: 'DNNSplit',
    description: translatable('Best plan over the candidate points, and over more cuts where these are not enough'),
  },
  exact: {
    label: translatable('Exact'),
    description: translatable('Optimum over all cuts of the graph, by minimum cuts'),
    isOptimal: true,
  },
  neurosurgeon: {
    label: 'Neurosurgeon',
    description: translatable('One cut between the first tier and one other, for latency or energy'),
    mostTiers: 2,
  },
  'dads-light': {
    label: translatable('DADS, light load'),
    description: translatable('Lowest latency over two tiers, by one minimum cut'),
    mostTiers: 2,
  },
  'dads-heavy': {
    label: translatable('DADS, heavy load'),
    description: translatable('Fastest slowest stage over two tiers, within four times the optimum'),
    mostTiers: 2,
  },
  'dnn-surgery': {
    label: 'DNN Surgery',
    description: translatable('Lowest latency over two tiers under a budget for the upper one'),
    mostTiers: 2,
    needs: 'maxCostPerRequest',
  },
  'load-aware': {
    label: translatable('Load-aware partitioning'),
    description: translatable('At most three parts, lowest mean delay at a given request rate'),
    mostTiers: 3,
    needs: 'minThroughputPerSecond',
  },
  dpso: {
    label: translatable('Discrete particle swarm'),
    description: translatable('Seeded metaheuristic over the positions of the order, without any guarantee'),
  },
  exhaustive: {
    label: translatable('Exhaustive'),
    description: translatable('Every plan that cuts the order at positions, up to a million'),
  },
} as const satisfies Readonly<Record<string, StrategyEntry>>;

export type NamedStrategy = keyof typeof strategyTable;

export const namedStrategies = namesOf(strategyTable);

/** How a plan is searched, or everything on one tier. */
export type Strategy = NamedStrategy | `single:${string}`;

/** The entry of a strategy; none of `single:<tier>`. */
export function strategyEntry(name: string): StrategyEntry | undefined {
  const named = namedStrategies.find((one) => one === name);
  return named && strategyTable[named];
}
