import type { Work } from '../../../shared/work/work';
import type { Candidate, Cut } from '../../split/splitGraph';
import type { CostTables } from '../costs/costTables';
import type { TierBounds } from '../infrastructure/tierBounds';
import type { OptimumSearch } from '../optimum/optimumSearch';
import type { FoundPlan } from '../plan/plan';
import type { PlanSearch } from '../search/planSearch';

/** What every strategy is given. */
export interface StrategyContext {
  readonly costs: CostTables;
  /** The model's candidates. */
  readonly candidates: readonly Candidate[];
  /** The candidates, and those that another wire type or input size makes. */
  readonly cuts: readonly Cut[];
  readonly bounds: TierBounds;
  /** Per link the cut that is decided, or nothing. */
  readonly fixedCuts: readonly (Cut | null)[];
  /** The search over candidates, and over more where these are not enough. */
  readonly search: PlanSearch;
  /** The search for the true optimum, which takes longer. */
  readonly optimum: OptimumSearch;
  /** True where a plan that `search` finds will do, proven or not. */
  readonly prefersSearch: boolean;
  /** Requests per second for strategies that plan for a load. */
  readonly requestsPerSecond: number | undefined;
  readonly work: Work;
}

/** Throws a DnnSplitError that says why when it cannot plan here. */
export type StrategyFunction = (context: StrategyContext) => FoundPlan;
