import { additiveObjective, crossingValue, transferSeconds } from './costModel';
import type { CostTables } from './costTables';
import type { Objective } from './infrastructure';
import type { Assignment } from './plan';
import type { TierBounds } from './tierBounds';

export interface PrefixSolution {
  /** Position on each link, never falling. */
  readonly positions: readonly number[];
  readonly value: number;
  readonly evaluated: number;
}

/** Positions that link k may lie at. */
export interface PositionRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The best plan over every position of the order, O(K n): a tier's part is a difference of prefix sums, so the best lower
 * position is a running minimum.
 * @returns nothing when no prefix plan is allowed, or for throughput (see `solvePrefixThroughput`).
 */
export function solvePrefixes(costs: CostTables, bounds: TierBounds, objective: Objective): PrefixSolution | undefined {
  const additive = additiveObjective(costs.infrastructure, objective);
  if (additive === undefined) return undefined;
  const n = costs.graph.nodes.length;
  const K = costs.tiers.length;
  const ranges = prefixRanges(costs, bounds);
  const from: Int32Array[] = [];
  let best = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
  best[0] = 0;
  for (let k = 0; k < K; k++) {
    const seconds = costs.tiers[k]?.prefixSeconds ?? new Float64Array(n + 1);
    const weight = additive.perSecond[k] ?? 0;
    const next = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
    const origin = new Int32Array(n + 1).fill(-1);
    const range = ranges[k] ?? { from: n, to: n };
    let lowest = Number.POSITIVE_INFINITY;
    let lowestAt = -1;
    for (let position = 0; position <= range.to; position++) {
      const start = (best[position] ?? 0) - weight * (seconds[position] ?? 0);
      if (start < lowest || bounds.allowedTiers[k] !== 1) {
        lowest = start;
        lowestAt = position;
      }
      if (position < range.from || lowest === Number.POSITIVE_INFINITY) continue;
      const bytes = k === K - 1 ? 0 : (costs.wires[k]?.positionBytes[position] ?? 0);
      next[position] = lowest + weight * (seconds[position] ?? 0) + crossingValue(additive, k, bytes);
      origin[position] = lowestAt;
    }
    from.push(origin);
    best = next;
  }
  return finish(from, best[n], n, K * (n + 1));
}

/**
 * The plan over every position whose slowest stage is fastest: bisection on the stage time, each step O(K n), until the
 * plan that it finds cannot be beaten by more than one part in 10^12.
 */
export function solvePrefixThroughput(costs: CostTables, bounds: TierBounds): PrefixSolution | undefined {
  const n = costs.graph.nodes.length;
  const ranges = prefixRanges(costs, bounds);
  let found = plansWithin(costs, bounds, ranges, Number.MAX_VALUE);
  let evaluated = costs.tiers.length * (n + 1);
  let low = 0;
  while (found !== undefined && found.value - low > found.value * 1e-12) {
    const limit = low + (found.value - low) / 2;
    const better = plansWithin(costs, bounds, ranges, limit);
    evaluated += costs.tiers.length * (n + 1);
    if (better === undefined) low = limit;
    else found = better;
  }
  return found && { ...found, evaluated };
}

/** A plan with no stage above the limit: on each link the latest position that the one before can reach. */
function plansWithin(
  costs: CostTables,
  bounds: TierBounds,
  ranges: readonly PositionRange[],
  limitSeconds: number,
): PrefixSolution | undefined {
  const n = costs.graph.nodes.length;
  const K = costs.tiers.length;
  const from: Int32Array[] = [];
  let reached = new Uint8Array(n + 1);
  reached[0] = 1;
  for (let k = 0; k < K; k++) {
    const next = new Uint8Array(n + 1);
    const origin = new Int32Array(n + 1).fill(-1);
    const range = ranges[k] ?? { from: n, to: n };
    let latest = -1;
    for (let position = 0; position <= range.to; position++) {
      if (reached[position] === 1) latest = position;
      if (position < range.from || latest < 0) continue;
      if (bounds.allowedTiers[k] !== 1 && latest !== position) continue;
      if (stageSeconds(costs, k, latest, position) > limitSeconds) continue;
      next[position] = 1;
      origin[position] = latest;
    }
    from.push(origin);
    reached = next;
  }
  if (reached[n] !== 1) return undefined;
  const plan = finish(from, 0, n, 0);
  return plan && { ...plan, value: slowestStage(costs, plan.positions) };
}

/** The slower of tier k between two positions and the link above it. */
function stageSeconds(costs: CostTables, k: number, lower: number, upper: number): number {
  const table = costs.tiers[k];
  const busy = (table?.prefixSeconds[upper] ?? 0) - (table?.prefixSeconds[lower] ?? 0);
  const link = costs.infrastructure.links[k];
  const transfer = link === undefined ? 0 : transferSeconds(costs.wires[k]?.positionBytes[upper] ?? 0, link);
  return Math.max(busy / (table?.tier.replicas ?? 1), transfer);
}

function slowestStage(costs: CostTables, positions: readonly number[]): number {
  const ends = [...positions, costs.graph.nodes.length];
  return ends.reduce((slowest, upper, k) => Math.max(slowest, stageSeconds(costs, k, ends[k - 1] ?? 0, upper)), 0);
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

function finish(
  from: readonly Int32Array[],
  value: number | undefined,
  n: number,
  evaluated: number,
): PrefixSolution | undefined {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return undefined;
  const positions: number[] = [];
  let position = n;
  for (const origin of [...from].reverse()) {
    position = origin[position] ?? 0;
    positions.unshift(position);
  }
  return { positions: positions.slice(1), value, evaluated };
}
