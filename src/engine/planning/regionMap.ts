import { additiveObjective, objectiveWeights } from './costModel';
import type { CostTables } from './costTables';
import { assignmentOf, type CutFamily } from './cutFamily';
import { type ChainProblem, chainProblem } from './familyDp';
import type { Assignment } from './plan';
import { lowestRegions, type Plane } from './planeEnvelope';
import type { TierBounds } from './tierBounds';

/** Two links, the lower one first, and the range of both bandwidths that a map covers. */
export interface RegionRequest {
  readonly links: readonly [number, number];
  readonly fromMbps: number;
  readonly toMbps: number;
}

/** Where one plan is best. */
export interface Region {
  readonly assignment: Assignment;
  /** The plan's objective value: `constant + slopes[0] / Mbit/s of the first link + slopes[1] / Mbit/s of the second`. */
  readonly constant: number;
  readonly slopes: readonly [number, number];
  /** Corners of the region in Mbit/s of both links; its edges are straight over the reciprocals of the bandwidths. */
  readonly cornersMbps: readonly (readonly [number, number])[];
}

/** The best plan of a family for every pair of bandwidths in a range; other figures fixed. */
export interface RegionMap extends RegionRequest {
  /** By rising constant: from the plans for fast links to those for slow ones. */
  readonly regions: readonly Region[];
}

/** A plan with one cut fixed on each of the two links. */
interface PairPlane extends Plane {
  readonly chosen: readonly number[];
}

/**
 * The regions of best plans over the bandwidths of two links, exactly. With x and y the reciprocals of the bandwidths, the
 * best plan with given cuts on both links is a plane over (x, y), so the best plans are the lower envelope of one plane per
 * pair of cuts, and every region is a convex polygon in (x, y). Limits on latency, cost, energy and throughput do not
 * enter, pins, left-out tiers and memories do.
 * @returns nothing for throughput, whose value is not a plane, or where the links are not two of the infrastructure's.
 */
export function regionMap(
  costs: CostTables,
  family: CutFamily,
  bounds: TierBounds,
  request: RegionRequest,
  fits?: (k: number, lower: number, upper: number) => boolean,
): RegionMap | undefined {
  const [first, second] = request.links;
  const { links, objective } = costs.infrastructure;
  if (objective === 'throughput' || first >= second || links[second] === undefined) return undefined;
  const problem = chainProblem(costs, family, bounds, objective, fits);
  const planes = pairPlanes(costs, family, problem, request.links);
  const box = { low: 1 / request.toMbps, high: 1 / request.fromMbps };
  const regions = lowestRegions(planes, box).map(({ plane, corners }): Region => {
    const { constant, slopes, chosen } = plane;
    const cornersMbps = corners.map(([x, y]) => [1 / x, 1 / y] as const);
    return { assignment: assignmentOf(family, chosen), constant, slopes, cornersMbps };
  });
  return { ...request, regions: regions.sort((a, b) => a.constant - b.constant) };
}

/**
 * The region of two measured bandwidths: the plan with the least value; bandwidths outside of the range count as its ends.
 * @returns its index in `regions`, -1 where there is none
 */
export function regionAt(map: RegionMap, bandwidthsMbps: readonly [number, number]): number {
  const [x = 0, y = 0] = bandwidthsMbps.map((mbps) => 1 / Math.min(Math.max(mbps, map.fromMbps), map.toMbps));
  let best = -1;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [index, { constant, slopes }] of map.regions.entries()) {
    const value = constant + slopes[0] * x + slopes[1] * y;
    if (value >= lowest) continue;
    lowest = value;
    best = index;
  }
  return best;
}

/** One plane per pair of cuts, everything else between them chosen for the best. */
function pairPlanes(
  costs: CostTables,
  family: CutFamily,
  problem: ChainProblem,
  [first, second]: readonly [number, number],
): PairPlane[] {
  const tierCount = costs.tiers.length;
  const full = family.cuts.length - 1;
  const below = spanFrom(family, problem, 0, 0, first);
  const above = family.cuts.map((_, cut) => spanFrom(family, problem, cut, second + 1, tierCount - 1));
  const planes: PairPlane[] = [];
  for (const lower of family.cuts.keys()) {
    if (!problem.isAllowed(first, lower) || below.valueAt(lower) === Number.POSITIVE_INFINITY) continue;
    const between = spanFrom(family, problem, lower, first + 1, second);
    for (const upper of family.cuts.keys()) {
      if (!problem.isAllowed(second, upper)) continue;
      const rest = below.valueAt(lower) + between.valueAt(upper) + (above[upper]?.valueAt(full) ?? 0);
      const crossings = [crossing(costs, family, first, lower), crossing(costs, family, second, upper)] as const;
      const constant = rest + crossings[0].fixed + crossings[1].fixed;
      const slopes = [crossings[0].slope, crossings[1].slope] as const;
      if (!Number.isFinite(constant) || !slopes.every(Number.isFinite)) continue;
      const inner = [...below.cutsTo(lower), lower, ...between.cutsTo(upper), upper];
      planes.push({ constant, slopes, chosen: [...inner, ...(above[upper]?.cutsTo(full) ?? [])] });
    }
  }
  return planes;
}

/** Value of a cut on a link: what does not depend on the bandwidth, and the growth per reciprocal of it. */
function crossing(costs: CostTables, family: CutFamily, link: number, cut: number): { fixed: number; slope: number } {
  const { tiers, links, objective } = costs.infrastructure;
  const bytes = family.bytes[link]?.[cut] ?? 0;
  if (bytes === 0) return { fixed: 0, slope: 0 };
  const unlimited = links.map((one) => ({ ...one, bandwidthMbps: Number.POSITIVE_INFINITY }));
  const additive = additiveObjective({ tiers, links: unlimited }, objective);
  const fixed = (additive?.perCrossing[link] ?? 0) + bytes * (additive?.perByte[link] ?? 0);
  return { fixed, slope: ((objectiveWeights(objective)?.latency ?? 0) * 8 * bytes) / 1e6 };
}

/** The best ways from one cut below tier `from` to every cut above tier `until`. */
interface Span {
  readonly valueAt: (upper: number) => number;
  /** The cuts on the links between the tiers. */
  readonly cutsTo: (upper: number) => number[];
}

function spanFrom(family: CutFamily, problem: ChainProblem, start: number, from: number, until: number): Span {
  const size = family.cuts.length;
  let values = stepFrom(family, problem, start, from);
  const origins: Int32Array[] = [];
  for (let tier = from + 1; tier <= until; tier++) {
    const next = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    const origin = new Int32Array(size);
    for (const [lower, value] of values.entries()) {
      if (value === Number.POSITIVE_INFINITY || !problem.isAllowed(tier - 1, lower)) continue;
      const reached = value + problem.linkValue(tier - 1, lower);
      for (const [upper, here] of stepFrom(family, problem, lower, tier).entries()) {
        if (reached + here >= (next[upper] ?? 0)) continue;
        next[upper] = reached + here;
        origin[upper] = lower;
      }
    }
    origins.push(origin);
    values = next;
  }
  return {
    valueAt: (upper) => values[upper] ?? Number.POSITIVE_INFINITY,
    cutsTo: (upper) => {
      const cuts: number[] = [];
      let at = upper;
      for (const origin of origins.toReversed()) {
        at = origin[at] ?? 0;
        cuts.unshift(at);
      }
      return cuts;
    },
  };
}

/** Values of one tier from a cut to every cut around it. */
function stepFrom(family: CutFamily, problem: ChainProblem, lower: number, tier: number): Float64Array {
  return Float64Array.from(family.cuts, (_, upper) =>
    family.inside[upper]?.[lower] === 1 ? problem.tierValue(tier, lower, upper) : Number.POSITIVE_INFINITY,
  );
}
