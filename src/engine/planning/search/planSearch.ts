import { RecentResults } from '../../../shared/recentResults';
import type { Work } from '../../../shared/work/work';
import type { Cut } from '../../split/splitGraph';
import type { CostTables } from '../costs/costTables';
import type { Infrastructure } from '../infrastructure/infrastructure';
import type { TierBounds } from '../infrastructure/tierBounds';
import { limitsOf } from '../plan/constraints';
import { isTradedOff } from '../plan/metrics';
import { allCuts } from './allCuts';
import { ChainFronts } from './chainFronts';
import { type CutFamily, createFamily } from './cutFamily';
import { measuresOf } from './measures';
import { spreadPositions } from './spreadPositions';

/** Which cuts a search looks at. */
export interface SearchedCuts {
  /** True where it looks at more than the candidates. */
  readonly beyondCandidates: boolean;
  /** How many cuts the graph has, where it looks at all of them. */
  readonly allCuts?: number;
  /** Positions of the order that it looks at, and how many there are. */
  readonly positions: number;
  readonly allPositions: number;
}

/**
 * The search for the best plan: over the candidates where these hold an optimum; where they do not, over all cuts of the
 * graph, or where there are too many over the candidates and the positions of the order, as many as can be searched in
 * time. Everything is computed when it is first asked for, once.
 */
export class PlanSearch {
  private own: ChainFronts | undefined;
  private ownFamily: CutFamily | undefined;
  /** All cuts of the graph, where these are looked at. */
  private readonly all: readonly Cut[] | undefined;
  /** Positions that are looked at besides the candidates. */
  private readonly positions: readonly number[];

  /**
   * @param cuts the candidates.
   * @param candidatesSuffice whether one of the best plans cuts at candidates only.
   */
  constructor(
    readonly costs: CostTables,
    readonly bounds: TierBounds,
    private readonly cuts: readonly Cut[],
    private readonly candidatesSuffice: boolean,
    readonly work: Work,
  ) {
    const most = mostCuts(costs);
    this.all = candidatesSuffice ? undefined : allCuts(costs.graph, most.all, work);
    const isNarrow = candidatesSuffice || this.all !== undefined;
    this.positions = isNarrow ? [] : spreadPositions(costs, most.positions);
  }

  /** True where no cut of the graph is left out. */
  get hasAllCuts(): boolean {
    return this.all !== undefined;
  }

  /** True where the best plan found is the best there is: no cut of the graph is left out, and none of their plans. */
  get findsOptimum(): boolean {
    if (!this.hasAllCuts) return false;
    this.fronts.plans();
    return !this.fronts.bounded;
  }

  /** The efficient plans for the objective and the limits of the infrastructure. */
  get fronts(): ChainFronts {
    const { objective, constraints } = this.costs.infrastructure;
    const measures = () => measuresOf(this.costs, this.family, objective, constraints);
    this.own ??= new ChainFronts(this.costs, this.family, this.bounds, measures(), this.work);
    return this.own;
  }

  /** The same search under other constraints. */
  under(infrastructure: Infrastructure, bounds: TierBounds): PlanSearch {
    const costs = { ...this.costs, infrastructure };
    return new PlanSearch(costs, bounds, this.cuts, this.candidatesSuffice, this.work);
  }

  /** The cuts that are looked at. */
  get family(): CutFamily {
    this.ownFamily ??= keptFamily(this.costs, this.bounds, this.all ?? this.cuts, this.positions);
    return this.ownFamily;
  }

  get searched(): SearchedCuts {
    const allPositions = this.costs.graph.nodes.length + 1;
    return {
      beyondCandidates: !this.candidatesSuffice,
      ...(this.all && { allCuts: this.all.length }),
      positions: this.positions.length,
      allPositions,
    };
  }
}

/** Cuts that are all looked at on three tiers where there are no more, and else how many positions. */
const fewCuts = { single: 640, several: 560 };
const spread = { single: 320, several: 280 };
/** The same where three figures or more must be kept apart. */
const cutsOfThree = 200;

/**
 * Cuts that a search takes at most, so that every pair of them can be looked at on every tier: fewer the more tiers there
 * are and the more figures must be kept apart.
 */
function mostCuts({ tiers, graph, infrastructure }: CostTables): { all: number; positions: number } {
  const { objective, constraints } = infrastructure;
  const keptApart = limitsOf(constraints).filter(
    ({ metric }) => isTradedOff(metric, infrastructure) && metric !== objective,
  ).length;
  const share = Math.min(1, 2 / Math.sqrt(tiers.length + 1));
  const kind = keptApart === 0 ? 'single' : 'several';
  const all = Math.floor((keptApart >= 2 ? cutsOfThree : fewCuts[kind]) * share);
  if (graph.nodes.length + 1 <= all) return { all, positions: all };
  return { all, positions: Math.floor((keptApart >= 2 ? cutsOfThree : spread[kind]) * share) };
}

/** Families per graph: they depend on no bandwidth, price or limit. */
const families = new RecentResults<CostTables['topology'], CutFamily>();

/** `createFamily`, kept for the next plan that all of this is the same for. */
export function keptFamily(
  costs: CostTables,
  bounds: TierBounds,
  cuts: readonly Cut[],
  positions: readonly number[] = [],
): CutFamily {
  const tables = [...costs.tiers.map(({ seconds }) => seconds), ...costs.wires, costs.answers];
  const parts = [...tables, bounds.restricts && bounds, ...cuts, ...positions];
  return families.get(costs.topology, parts, () => createFamily(costs, cuts, bounds, positions));
}
