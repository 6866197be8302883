import { throwIfCanceled, type Work } from '../../../shared/work/work';
import type { CostTables } from '../costs/costTables';
import type { Objective } from '../infrastructure/infrastructure';
import { isGap, type TierBounds } from '../infrastructure/tierBounds';
import type { Assignment } from '../plan/plan';
import { TupleMeter } from './tupleMeter';

/** A plan that cuts the order at one position per link, and its objective value. */
export interface RankedPlan {
  readonly positions: readonly number[];
  readonly value: number;
  readonly latencyS: number;
}

/** Positions that link k may lie at. */
interface PositionRange {
  readonly from: number;
  readonly to: number;
}

/** How many tuples of positions there are for n nodes and K tiers: (n + K - 1) over (K - 1). */
export function tupleCount(nodeCount: number, tierCount: number): number {
  let count = 1;
  for (let k = 1; k < tierCount; k++) count = (count * (nodeCount + k)) / k;
  return Math.round(count);
}

/**
 * Ranks every plan that cuts the order at positions (Scission; Lockhart et al., UCC 2020): computes each one and keeps
 * the best `top`, ties in favor of the lower latency, then of the earlier tuple. The caller bounds `tupleCount`.
 * @param fits refuses parts between two positions for a tier (memory).
 */
export function rankPrefixPlans(
  costs: CostTables,
  bounds: TierBounds,
  objective: Objective,
  top: number,
  work: Work,
  fits: PartTest = () => true,
): { readonly ranked: RankedPlan[]; readonly evaluated: number } {
  const ranges = prefixRanges(costs, bounds);
  const ranking = new Ranking(costs, objective, top);
  const mayRun = prefixParts(costs, bounds);
  const positions = new Int32Array(costs.wires.length);
  const visit = (link: number, from: number): void => {
    if (link === positions.length) {
      const isAllowed = runsEach(costs, positions, (...part) => mayRun(...part) && fits(...part));
      if (isAllowed) ranking.add(positions);
      return;
    }
    const range: PositionRange = ranges[link] ?? { from: 0, to: 0 };
    for (let position = Math.max(from, range.from); position <= range.to; position++) {
      positions[link] = position;
      if (link === 0) throwIfCanceled(work);
      visit(link + 1, position);
    }
  };
  visit(0, 0);
  return { ranked: ranking.best, evaluated: ranking.evaluated };
}

/** Answers for a tier and two positions of the order. */
type PartTest = (tier: number, lower: number, upper: number) => boolean;

/** Whether a test holds for each tier and what it runs of the order. */
export function runsEach(costs: CostTables, positions: ArrayLike<number>, mayRun: PartTest): boolean {
  let lower = 0;
  for (let k = 0; k < costs.tiers.length; k++) {
    const upper = positions[k] ?? costs.graph.nodes.length;
    if (upper > lower && !mayRun(k, lower, upper)) return false;
    lower = upper;
  }
  return true;
}

/** Whether a tier may run everything between two positions, as far as tiers that are left out and gaps go. */
export function prefixParts({ graph, tiers }: CostTables, { allowedTiers, gaps }: TierBounds): PartTest {
  const counts = gaps && tiers.map((_, k) => gapsBefore(gaps, graph.nodes.length, k));
  return (tier, lower, upper) => {
    const own = counts?.[tier];
    return allowedTiers[tier] === 1 && (own === undefined || own[lower] === own[upper]);
  };
}

/** How many of the first i nodes a tier between others cannot run, i = 0..n. */
export function gapsBefore(gaps: Uint8Array, nodeCount: number, tier: number): Int32Array {
  const before = new Int32Array(nodeCount + 1);
  for (let node = 0; node < nodeCount; node++) {
    before[node + 1] = (before[node] ?? 0) + (isGap(gaps, node, tier) ? 1 : 0);
  }
  return before;
}

/** Tier per node of the plan with these positions on its links. */
export function assignmentAt(nodeCount: number, positions: readonly number[]): Assignment {
  const assignment = new Uint8Array(nodeCount);
  for (const position of positions) {
    for (let node = position; node < nodeCount; node++) assignment[node] = (assignment[node] ?? 0) + 1;
  }
  return assignment;
}

/** Per tier, where the link above it may lie; the last one is the end of the order. */
export function prefixRanges(costs: CostTables, bounds: TierBounds): PositionRange[] {
  const n = costs.graph.nodes.length;
  return costs.tiers.map((_, k): PositionRange => {
    if (k === costs.tiers.length - 1) return { from: n, to: n };
    const lastRequired = bounds.highest.findLastIndex((tier) => tier <= k);
    const firstForbidden = bounds.lowest.findIndex((tier) => tier > k);
    return { from: lastRequired + 1, to: firstForbidden < 0 ? n : firstForbidden };
  });
}

type Ranked = Pick<RankedPlan, 'value' | 'latencyS'>;

function isBetter(a: Ranked, b: Ranked): boolean {
  return a.value < b.value || (a.value === b.value && a.latencyS < b.latencyS);
}

class Ranking {
  readonly best: RankedPlan[] = [];
  evaluated = 0;
  private readonly meter: TupleMeter;

  constructor(
    costs: CostTables,
    objective: Objective,
    private readonly top: number,
  ) {
    this.meter = new TupleMeter(costs, objective, 'latency');
  }

  add(positions: Int32Array): void {
    this.evaluated++;
    const { meter } = this;
    meter.measure(positions);
    const plan = { value: meter.value, latencyS: meter.other };
    const worst = this.best.length < this.top ? { value: Number.POSITIVE_INFINITY, latencyS: 0 } : this.best.at(-1);
    if (worst === undefined || !isBetter(plan, worst)) return;
    if (!meter.keepsLimits) return;
    const place = this.best.findIndex((other) => isBetter(plan, other));
    this.best.splice(place < 0 ? this.best.length : place, 0, { positions: Array.from(positions), ...plan });
    if (this.best.length > this.top) this.best.pop();
  }
}
