import type { Assignment } from '../plan/plan';
import type { Bound } from './bound';

/** A plan that is possible without some bounds, and what it takes of them. */
export interface Way {
  readonly freed: readonly Bound[];
  /** Per freed bound what the plan takes of it, 1 being all. */
  readonly excesses: readonly number[];
  readonly assignment: Assignment;
  /** The cut of the search's family on each link, where the plan is of these. */
  readonly chosen?: readonly number[];
  /** What no plan that keeps the other bounds takes less of than, where the worst of the freed ones counts. */
  readonly least: number;
  /** True where it is proven that no bound can be exceeded less without another one being exceeded more. */
  readonly isLeast: boolean;
}

/** By how much a plan exceeds the bound that it exceeds most. */
export function worstOf({ excesses }: Pick<Way, 'excesses'>): number {
  return Math.max(1, ...excesses);
}

/** Smaller first: by the bound that is exceeded most, then by all together. */
export function compareWays(a: Pick<Way, 'excesses'>, b: Pick<Way, 'excesses'>): number {
  return worstOf(a) - worstOf(b) || productOf(a) - productOf(b);
}

function productOf({ excesses }: Pick<Way, 'excesses'>): number {
  return excesses.reduce((product, excess) => product * Math.max(1, excess), 1);
}
