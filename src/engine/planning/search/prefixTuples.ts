import { throwIfCanceled, type Work } from '../../../shared/work';
import type { CostTables } from '../costs/costTables';
import type { Objective } from '../infrastructure/infrastructure';
import type { TierBounds } from '../infrastructure/tierBounds';
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
  fits: (tier: number, lower: number, upper: number) => boolean = () => true,
): { readonly ranked: RankedPlan[]; readonly evaluated: number } {
  const ranges = prefixRanges(costs, bounds);
  const ranking = new Ranking(costs, objective, top);
  const positions = new Int32Array(costs.wires.length);
  const visit = (link: number, from: number): void => {
    if (link === positions.length) {
      if (mayRunEach(bounds, positions, costs.graph.nodes.length, fits)) ranking.add(positions);
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

/** False when a tier would run something that is left out or for which it has no room. */
function mayRunEach(
  bounds: TierBounds,
  positions: Int32Array,
  n: number,
  fits: (tier: number, lower: number, upper: number) => boolean,
): boolean {
  let lower = 0;
  for (let k = 0; k < bounds.allowedTiers.length; k++) {
    const upper = positions[k] ?? n;
    if (upper > lower && (bounds.allowedTiers[k] !== 1 || !fits(k, lower, upper))) return false;
    lower = upper;
  }
  return true;
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
