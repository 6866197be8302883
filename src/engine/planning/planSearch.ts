import type { Work } from '../../protocol/work';
import type { Cut } from '../split/splitGraph';
import { ChainFronts } from './chainFronts';
import type { CostTables } from './costTables';
import { type CutFamily, createFamily } from './cutFamily';
import { haveSameItems } from './haveSameItems';
import type { Infrastructure } from './infrastructure';
import { measuresOf } from './measures';
import { spreadPositions } from './spreadPositions';
import type { TierBounds } from './tierBounds';

/** Which cuts a search looks at. */
export interface SearchedCuts {
  /** True where it looks at positions of the order besides the candidates. */
  readonly beyondCandidates: boolean;
  /** Positions of the order that it looks at, and how many there are. */
  readonly positions: number;
  readonly allPositions: number;
}

/**
 * The search for the best plan: over the candidates where these hold an optimum, over every position of the order besides
 * where they do not, or over as many as can be searched in time. Everything is computed when it is first asked for, once.
 */
export class PlanSearch {
  private own: ChainFronts | undefined;
  private ownFamily: CutFamily | undefined;
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
    this.positions = candidatesSuffice ? [] : spreadPositions(costs, mostPositions(costs));
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
    this.ownFamily ??= familyOf(this.costs, this.bounds, this.cuts, this.positions);
    return this.ownFamily;
  }

  get searched(): SearchedCuts {
    const allPositions = this.costs.graph.nodes.length + 1;
    return { beyondCandidates: !this.candidatesSuffice, positions: this.positions.length, allPositions };
  }
}

/** Positions that are all looked at on three tiers where there are no more, and else how many of them. */
const fewPositions = { single: 640, several: 560 };
const spread = { single: 320, several: 280 };
/** The same where three figures must be kept apart. */
const positionsOfThree = 200;

/**
 * Positions that a search takes at most, so that every pair of them can be looked at on every tier: fewer the more tiers
 * there are and the more figures must be kept apart.
 */
function mostPositions({ tiers, graph, infrastructure }: CostTables): number {
  const { objective, constraints } = infrastructure;
  const keptApart = [
    constraints.maxLatencyMs !== undefined && objective !== 'latency',
    constraints.maxCostPerRequest !== undefined && objective !== 'cost',
  ].filter(Boolean).length;
  const share = Math.min(1, 2 / Math.sqrt(tiers.length + 1));
  if (keptApart === 2) return Math.floor(positionsOfThree * share);
  const kind = keptApart === 0 ? 'single' : 'several';
  const all = graph.nodes.length + 1;
  return all <= fewPositions[kind] * share ? all : Math.floor(spread[kind] * share);
}

/** The last family per graph, and what it was made from: it depends on no bandwidth, price or limit. */
interface KeptFamily {
  readonly cuts: readonly Cut[];
  readonly positions: readonly number[];
  readonly parts: readonly object[];
  readonly family: CutFamily;
}

const keptFamilies = new WeakMap<CostTables['topology'], KeptFamily>();

function familyOf(
  costs: CostTables,
  bounds: TierBounds,
  cuts: readonly Cut[],
  positions: readonly number[],
): CutFamily {
  if (bounds.restricts) return createFamily(costs, cuts, bounds, positions);
  const parts = [...costs.tiers.map(({ seconds }) => seconds), ...costs.wires];
  const kept = keptFamilies.get(costs.topology);
  const holds =
    kept !== undefined &&
    haveSameItems(kept.cuts, cuts) &&
    haveSameItems(kept.positions, positions) &&
    haveSameItems(kept.parts, parts);
  if (holds) return kept.family;
  const family = createFamily(costs, cuts, bounds, positions);
  keptFamilies.set(costs.topology, { cuts, positions, parts, family });
  return family;
}
