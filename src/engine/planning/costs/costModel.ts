import { type AdditiveMetric, additiveMetrics } from '../../../shared/metrics';
import type { DataTensor, SplitNode } from '../../split/splitGraph';
import type { Infrastructure, Link, Objective, Tier } from '../infrastructure/infrastructure';
import {
  busyValue,
  crossingValue,
  objectiveWeights,
  type Priced,
  sendingValue,
  type Weights,
  wayOf,
} from '../plan/metrics';

/**
 * The scalar formulas of `docs/theory.md` section 4 besides those of the metrics. Times are in seconds; everything that plans
 * or reports goes through these.
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

/** An additive objective as prices: of a second per tier, and of a crossing and a byte per link and direction. */
export interface AdditiveObjective {
  /** Objective per busy second of tier k. */
  readonly perSecond: readonly number[];
  /** Objective of using link l at all. */
  readonly perCrossing: readonly number[];
  /** Objective per byte on link l. */
  readonly perByte: readonly number[];
  /** Objective of an answer over link l, whatever its size, and per byte of it; nothing where none is returned. */
  readonly perAnswer: readonly number[];
  readonly perAnswerByte: readonly number[];
}

/**
 * Any objective that adds up as a sum over nodes and links:
 * sum of seconds(v, k) * perSecond[k] + sum over used links of perCrossing[l] + bytes * perByte[l], and over the links
 * that something runs above of perAnswer[l] + bytes that come back * perAnswerByte[l].
 * @returns nothing for throughput.
 */
export function additiveObjective(infrastructure: Priced, objective: Objective): AdditiveObjective | undefined {
  const weights = objectiveWeights(objective);
  return weights && weightedObjective(infrastructure, weights);
}

/** What weights make of every second, crossing and byte. */
export function weightedObjective(infrastructure: Priced, weights: Weights): AdditiveObjective {
  const { tiers, links } = infrastructure;
  const up = links.map((_, l) => wayOf(infrastructure, l, 'up'));
  const down = infrastructure.answer === 'returned' ? links.map((_, l) => wayOf(infrastructure, l, 'down')) : [];
  const sumOf = (valueFor: (metric: AdditiveMetric) => number) =>
    additiveMetrics.reduce((sum, metric) => sum + valueFor(metric), 0);
  return {
    perSecond: tiers.map((_, k) => sumOf((metric) => busyValue(metric, weights[metric], infrastructure, k))),
    perCrossing: up.map((way) => sumOf((metric) => crossingValue(metric, weights[metric], way))),
    perByte: up.map((way) => sumOf((metric) => sendingValue(metric, weights[metric], way))),
    perAnswer: down.map((way) => sumOf((metric) => crossingValue(metric, weights[metric], way))),
    perAnswerByte: down.map((way) => sumOf((metric) => sendingValue(metric, weights[metric], way))),
  };
}

/** Objective value of an answer over link l that something runs above. */
export function answerCost(objective: AdditiveObjective, l: number, bytes: number): number {
  return (objective.perAnswer[l] ?? 0) + bytes * (objective.perAnswerByte[l] ?? 0);
}

/** Objective value of moving bytes over link l: 0 when nothing crosses, `Infinity` for unknown bytes. */
export function crossingCost(objective: AdditiveObjective, l: number, bytes: number): number {
  if (bytes === 0) return 0;
  if (bytes === Number.POSITIVE_INFINITY) return bytes;
  return (objective.perCrossing[l] ?? 0) + bytes * (objective.perByte[l] ?? 0);
}
