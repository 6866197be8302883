import type { DataTensor, SplitNode } from '../../split/splitGraph';
import type { Infrastructure, Link, Objective, Tier } from '../infrastructure/infrastructure';

/**
 * The scalar formulas of `docs/theory.md` section 4. Times are in seconds, prices in dollars, energies in joules; everything
 * that plans or reports goes through these.
 */

/** The key of a node's entry in a tier's profile: its name where that is listed, else its id; none without an entry. */
export function measuredKey(node: SplitNode, { profile }: Tier): string | undefined {
  if (profile === undefined) return undefined;
  if (node.name !== '' && profile.has(node.name)) return node.name;
  return profile.has(node.id) ? node.id : undefined;
}

/** Measured seconds of a node on a tier: its profile's entry by node name, else by node id. */
export function measuredSeconds(node: SplitNode, tier: Tier): number | undefined {
  const key = measuredKey(node, tier);
  const microseconds = key === undefined ? undefined : tier.profile?.get(key);
  return microseconds === undefined ? undefined : microseconds * 1e-6;
}

/**
 * Estimated seconds of a node on a tier: the slower of computing and moving data (roofline; Williams et al., CACM 2009),
 * plus the fixed overhead. A missing rate or an unknown count drops its term; view-only nodes take nothing.
 */
export function estimatedSeconds(node: SplitNode, tier: Tier): number {
  if (node.viewOnly) return 0;
  const compute = tier.gflops === undefined ? 0 : (2 * (node.macs ?? 0)) / (tier.gflops * 1e9);
  const memory = tier.memoryGBps === undefined ? 0 : (node.trafficBytes ?? 0) / (tier.memoryGBps * 1e9);
  return Math.max(compute, memory) + tier.overheadUs * 1e-6;
}

/** Seconds to move bytes over a link: latency and bytes at its bandwidth; nothing when nothing crosses. */
export function transferSeconds(bytes: number, link: Link): number {
  return bytes === 0 ? 0 : link.latencyMs * 1e-3 + (8 * bytes) / (link.bandwidthMbps * 1e6);
}

/** Dollars of one busy second of a tier: its hourly price and its electricity. */
export function pricePerSecond(tier: Tier): number {
  return tier.pricePerHour / 3600 + (tier.watts * tier.electricityPerKWh) / 3.6e6;
}

/** Dollars for the bytes that cross a link. */
export function transferPrice(bytes: number, link: Link): number {
  return link.pricePerGB === 0 ? 0 : (bytes * link.pricePerGB) / 1e9;
}

/** Joules that the lower tier spends on the bytes that cross a link. */
export function transferJoules(bytes: number, link: Link): number {
  return link.joulesPerMB === 0 ? 0 : (bytes * link.joulesPerMB) / 1e6;
}

/**
 * Bytes of a tensor on a link: a graph input as its given size, a float32 tensor in the link's wire type (float16: half,
 * int8: a quarter), any other in its own type; `Infinity` where the size is unknown, so that such a cut cannot win.
 */
export function wireBytes(
  tensor: DataTensor,
  wireDtype: Link['wireDtype'],
  inputWireBytes: Infrastructure['inputWireBytes'],
): number {
  const given = tensor.producer < 0 ? inputWireBytes[tensor.name] : undefined;
  if (given !== undefined) return given;
  if (tensor.bytes === undefined) return Number.POSITIVE_INFINITY;
  if (tensor.dtype !== 'float32' || wireDtype === 'original') return tensor.bytes;
  return wireDtype === 'float16' ? tensor.bytes / 2 : tensor.bytes / 4;
}

/** An additive objective as prices: of a second per tier, and of a crossing and a byte per link. */
export interface AdditiveObjective {
  /** Objective per busy second of tier k. */
  readonly perSecond: readonly number[];
  /** Objective of using link l at all. */
  readonly perCrossing: readonly number[];
  /** Objective per byte on link l. */
  readonly perByte: readonly number[];
}

/** The weights of seconds, dollars and joules in an objective; none for throughput, which is not a sum. */
export function objectiveWeights(
  objective: Objective,
): { readonly latency: number; readonly cost: number; readonly energy: number } | undefined {
  if (objective === 'throughput') return undefined;
  if (typeof objective !== 'string') {
    return { latency: objective.latency ?? 0, cost: objective.cost ?? 0, energy: objective.energy ?? 0 };
  }
  return {
    latency: objective === 'latency' ? 1 : 0,
    cost: objective === 'cost' ? 1 : 0,
    energy: objective === 'energy' ? 1 : 0,
  };
}

/**
 * Any objective but throughput as a sum over nodes and links:
 * sum of seconds(v, k) * perSecond[k] + sum over used links of perCrossing[l] + bytes * perByte[l].
 * @returns nothing for throughput.
 */
export function additiveObjective(
  infrastructure: Pick<Infrastructure, 'tiers' | 'links'>,
  objective: Objective,
): AdditiveObjective | undefined {
  const weights = objectiveWeights(objective);
  if (weights === undefined) return undefined;
  const { latency, cost, energy } = weights;
  return {
    perSecond: infrastructure.tiers.map(
      (tier, k) => latency + cost * pricePerSecond(tier) + (k === 0 ? energy * tier.watts : 0),
    ),
    perCrossing: infrastructure.links.map((link) => latency * link.latencyMs * 1e-3),
    perByte: infrastructure.links.map(
      (link, l) =>
        (latency * 8) / (link.bandwidthMbps * 1e6) +
        (cost * link.pricePerGB) / 1e9 +
        (l === 0 ? (energy * link.joulesPerMB) / 1e6 : 0),
    ),
  };
}

/** Objective value of moving bytes over link l: 0 when nothing crosses, `Infinity` for unknown bytes. */
export function crossingValue(objective: AdditiveObjective, l: number, bytes: number): number {
  if (bytes === 0) return 0;
  if (bytes === Number.POSITIVE_INFINITY) return bytes;
  return (objective.perCrossing[l] ?? 0) + bytes * (objective.perByte[l] ?? 0);
}
