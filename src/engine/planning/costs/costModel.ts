import { type AdditiveMetric, additiveMetrics } from '../../../shared/vocabulary/metrics';
import { fusedGroups } from '../../split/fusedGroups';
import { phasesOf } from '../../split/sessionGraph';
import type { DataTensor, SessionCalls, SplitGraph, SplitNode } from '../../split/splitGraph';
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
export function measuredKey(node: SplitNode, { profile }: Pick<Tier, 'profile'>): string | undefined {
  if (profile === undefined) return undefined;
  if (node.name !== '' && profile.has(node.name)) return node.name;
  return profile.has(node.id) ? node.id : undefined;
}

/** Measured seconds of a node on a tier: its profile's entry by node name, else by node id. */
export function measuredSeconds(node: SplitNode, tier: Pick<Tier, 'profile'>): number | undefined {
  const key = measuredKey(node, tier);
  const microseconds = key === undefined ? undefined : tier.profile?.get(key);
  return microseconds === undefined ? undefined : microseconds * 1e-6;
}

/**
 * Estimated seconds of a kernel on a tier: the slower of computing and moving data (roofline; Williams et al., CACM 2009),
 * plus the fixed overhead. A missing rate or an unknown count drops its term.
 */
function rooflineSeconds(macs: number, trafficBytes: number, tier: Tier): number {
  const compute = tier.gflops === undefined ? 0 : (2 * macs) / (tier.gflops * 1e9);
  const memory = tier.memoryGBps === undefined ? 0 : trafficBytes / (tier.memoryGBps * 1e9);
  return Math.max(compute, memory) + tier.overheadUs * 1e-6;
}

/**
 * Estimated seconds of a kernel on a tier with rates of its own per kind of work: the sum of computing, moving data and
 * the fixed time of a kernel, which is the form that published measurements fit.
 */
function kernelSeconds(node: SplitNode, { macs, trafficBytes, weightBytes }: Work, tier: Tier): number {
  const rate = rateOf(node, tier);
  const compute = rate === undefined ? 0 : (2 * macs) / (rate * 1e9);
  const weights = tier.weightGBps === undefined ? 0 : weightBytes;
  const read = tier.weightGBps === undefined ? 0 : weights / (tier.weightGBps * 1e9);
  const moved = tier.memoryGBps === undefined ? 0 : (trafficBytes - weights) / (tier.memoryGBps * 1e9);
  return compute + read + moved + launchSeconds(tier);
}

/** What starting a kernel takes on a tier whose work is priced by kernels. */
export function launchSeconds({ kernelOverheadUs, overheadUs }: Tier): number {
  return (kernelOverheadUs ?? overheadUs) * 1e-6;
}

/** GFLOP/s of the kind of work of a node; Winograd's convolutions run as others do where no rate of their own is known. */
function rateOf({ rateClass }: SplitNode, { rates, gflops }: Tier): number | undefined {
  const own = rateClass === undefined ? undefined : rates?.[rateClass];
  return own ?? (rateClass === 'winograd' ? rates?.dense : undefined) ?? gflops;
}

/** True for tiers whose kernels are priced by the kind of their work. */
function hasKernelRates({ rates, kernelOverheadUs }: Tier): boolean {
  return rates !== undefined || kernelOverheadUs !== undefined;
}

/** True for tiers where nodes that runtimes run as one kernel are priced as one. */
export function fusesNodes(tier: Tier): boolean {
  return tier.fusion ?? hasKernelRates(tier);
}

/**
 * Estimated seconds of every node on a tier. Where nodes are fused, the time of a group stands at its main node and the
 * others take none; what a cut inside a group breaks is priced by `separationTimes`.
 */
export function estimatedSeconds(graph: SplitGraph, tier: Tier): Float64Array {
  if (graph.session !== undefined) return sessionSeconds(graph.session, tier);
  const seconds = new Float64Array(graph.nodes.length);
  const work = kernelWork(graph, fusesNodes(tier));
  for (const [index, node] of graph.nodes.entries()) {
    // Most nodes of a model that is fused have no kernel of their own.
    if (!Number.isNaN(work.trafficBytes[index])) seconds[index] = secondsOfWork(node, workAt(work, index), tier);
  }
  return seconds;
}

/** What a kernel computes and moves, its weights included. */
interface Work {
  readonly macs: number;
  /** `NaN` for a node that is part of another one's kernel or none. */
  readonly trafficBytes: number;
  readonly weightBytes: number;
}

/** The work of the kernel of each node. */
type KernelWork = { readonly [Figure in keyof Work]: Float64Array };

function workAt({ macs, trafficBytes, weightBytes }: KernelWork, index: number): Work {
  return {
    macs: macs[index] ?? 0,
    trafficBytes: trafficBytes[index] ?? Number.NaN,
    weightBytes: weightBytes[index] ?? 0,
  };
}

/** The work of the kernels of graphs, fused or not: it is the same on every tier. */
const [fusedWork, ownWork] = [new WeakMap<SplitGraph, KernelWork>(), new WeakMap<SplitGraph, KernelWork>()];

function kernelWork(graph: SplitGraph, fuses: boolean): KernelWork {
  const known = fuses ? fusedWork : ownWork;
  const work = known.get(graph) ?? countKernelWork(graph, fuses);
  known.set(graph, work);
  return work;
}

function countKernelWork(graph: SplitGraph, fuses: boolean): KernelWork {
  const groups = fuses ? fusedGroups(graph) : undefined;
  const nodeCount = graph.nodes.length;
  const [macs, weightBytes] = [new Float64Array(nodeCount), new Float64Array(nodeCount)];
  for (const [index, node] of graph.nodes.entries()) {
    macs[index] = node.macs ?? 0;
    weightBytes[index] = weightTraffic(node);
  }
  for (let index = 0; groups !== undefined && index < nodeCount; index += 1) {
    const main = groups.mainOf[index] ?? index;
    if (main === index) continue;
    macs[main] = (macs[main] ?? 0) + (macs[index] ?? 0);
    weightBytes[main] = (weightBytes[main] ?? 0) + (weightBytes[index] ?? 0);
  }
  const trafficBytes = new Float64Array(nodeCount).fill(Number.NaN);
  for (const [index, node] of graph.nodes.entries()) {
    if (node.viewOnly || (groups !== undefined && groups.mainOf[index] !== index)) continue;
    trafficBytes[index] = (groups === undefined ? node.trafficBytes : groups.trafficBytes[index]) ?? 0;
  }
  return { macs, trafficBytes, weightBytes };
}

/** What of the traffic of a node are weights: of a gathered table those rows alone that it takes. */
function weightTraffic({ weightBytes, sharedWeightBytes = 0, trafficBytes = 0 }: SplitNode): number {
  return Math.min(weightBytes + sharedWeightBytes, trafficBytes);
}

function secondsOfWork(node: SplitNode, work: Work, tier: Tier): number {
  if (Number.isNaN(work.trafficBytes)) return 0;
  return hasKernelRates(tier) ? kernelSeconds(node, work, tier) : rooflineSeconds(work.macs, work.trafficBytes, tier);
}

/**
 * Seconds of every node over all calls of a session, call by call: under a roofline the time of a node that reads a growing
 * cache is not that of its middle size.
 */
function sessionSeconds(session: SessionCalls, tier: Tier): Float64Array {
  const phases = phasesOf(session);
  const seconds = new Float64Array(session.middle.nodes.length);
  for (const { first, last, calls } of phases) {
    const [low, high] = [kernelWork(first, fusesNodes(tier)), kernelWork(last, fusesNodes(tier))];
    for (const [index, node] of first.nodes.entries()) {
      const [least, most] = [workAt(low, index), workAt(high, index)];
      if (Number.isNaN(least.trafficBytes)) continue;
      const moreMacs = most.macs - least.macs;
      const moreBytes = most.trafficBytes - least.trafficBytes;
      const isEven = moreMacs === 0 && moreBytes === 0;
      let sum = isEven ? calls * secondsOfWork(node, least, tier) : 0;
      for (let call = 0; call < calls && !isEven; call += 1) {
        const part = call / (calls - 1);
        const macs = least.macs + moreMacs * part;
        const trafficBytes = least.trafficBytes + moreBytes * part;
        sum += secondsOfWork(node, { macs, trafficBytes, weightBytes: least.weightBytes }, tier);
      }
      seconds[index] = (seconds[index] ?? 0) + sum;
    }
  }
  return seconds;
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
