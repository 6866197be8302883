import type { SplitGraph } from './splitGraph';
import { type TensorTopology, topologyOf } from './topology';

/** Bytes and number of the tensors that are live at each position 0..n of an order. */
export interface LiveProfile {
  /** Bytes of the tensors that cross at each position; `Infinity` where one of them is unknown. */
  readonly bytes: Float64Array;
  /** How many tensors cross at each position. */
  readonly count: Int32Array;
  /** Bytes in memory while the node at each place runs: what is live before it, and its outputs (unknown ones as 0). */
  readonly workingBytes: Float64Array;
}

const profileByTensors = new WeakMap<SplitGraph['tensors'], LiveProfile>();

/** `liveBytesInOrder` for the graph's own order; that of the tensors' own bytes is made once. */
export function liveBytes(graph: SplitGraph, bytesOf: ArrayLike<number> = tensorBytes(graph)): LiveProfile {
  if (bytesOf !== tensorBytes(graph)) return liveBytesInOrder(graph, undefined, bytesOf);
  const profile = profileByTensors.get(graph.tensors) ?? liveBytesInOrder(graph, undefined, bytesOf);
  profileByTensors.set(graph.tensors, profile);
  return profile;
}

/**
 * What crosses at each position of an order, in time linear in nodes and tensors (`docs/theory.md` section 3): a tensor lives
 * from its producer (an input: from position 0) to its last consumer; a graph output is not consumed by leaving the model.
 * @param order node indices in order; the graph's own order when absent.
 * @param bytesOf bytes per tensor, `Infinity` for unknown; the tensors' own bytes when absent.
 */
export function liveBytesInOrder(
  graph: SplitGraph,
  order?: ArrayLike<number>,
  bytesOf: ArrayLike<number> = tensorBytes(graph),
): LiveProfile {
  const n = graph.nodes.length;
  const topology = topologyOf(graph);
  const places = order && placesOf(order);
  const byteSteps = new Float64Array(n + 2);
  let unknownSteps: Int32Array | undefined;
  const countSteps = new Int32Array(n + 2);
  const outputBytes = new Float64Array(n);
  for (let tensor = 0; tensor < graph.tensors.length; tensor++) {
    const bytes = bytesOf[tensor] ?? 0;
    const known = bytes === Number.POSITIVE_INFINITY ? 0 : bytes;
    const producer = topology.producer[tensor] ?? -1;
    const made = producer < 0 ? -1 : (places?.[producer] ?? producer);
    if (made >= 0) outputBytes[made] = (outputBytes[made] ?? 0) + known;
    const last = lastPlace(topology, tensor, places);
    if (last < 0) continue;
    addStep(byteSteps, made + 1, last + 1, known);
    addStep(countSteps, made + 1, last + 1, 1);
    if (bytes !== Number.POSITIVE_INFINITY) continue;
    unknownSteps ??= new Int32Array(n + 2);
    addStep(unknownSteps, made + 1, last + 1, 1);
  }
  return accumulate(n, byteSteps, unknownSteps, countSteps, outputBytes);
}

const bytesByTensors = new WeakMap<SplitGraph['tensors'], Float64Array>();

/** Bytes of each tensor in its own type, `Infinity` where unknown. */
export function tensorBytes({ tensors }: SplitGraph): Float64Array {
  const bytes = bytesByTensors.get(tensors) ?? new Float64Array(tensors.length);
  if (bytesByTensors.has(tensors)) return bytes;
  for (let index = 0; index < bytes.length; index++) bytes[index] = tensors[index]?.bytes ?? Number.POSITIVE_INFINITY;
  bytesByTensors.set(tensors, bytes);
  return bytes;
}

/** Turns what changes at each position into what is there, in the same memory. */
function accumulate(
  n: number,
  byteSteps: Float64Array,
  unknownSteps: Int32Array | undefined,
  countSteps: Int32Array,
  outputBytes: Float64Array,
): LiveProfile {
  let live = 0;
  let unknown = 0;
  let tensors = 0;
  for (let position = 0; position <= n; position++) {
    live += byteSteps[position] ?? 0;
    unknown += unknownSteps?.[position] ?? 0;
    tensors += countSteps[position] ?? 0;
    byteSteps[position] = unknown > 0 ? Number.POSITIVE_INFINITY : live;
    countSteps[position] = tensors;
    if (position < n) outputBytes[position] = live + (outputBytes[position] ?? 0);
  }
  return { bytes: byteSteps.subarray(0, n + 1), count: countSteps.subarray(0, n + 1), workingBytes: outputBytes };
}

function placesOf(order: ArrayLike<number>): Int32Array {
  const places = new Int32Array(order.length);
  for (let place = 0; place < order.length; place++) places[order[place] ?? 0] = place;
  return places;
}

function lastPlace(
  { consumerStart, consumers }: TensorTopology,
  tensor: number,
  places: Int32Array | undefined,
): number {
  const start = consumerStart[tensor] ?? 0;
  const end = consumerStart[tensor + 1] ?? 0;
  if (places === undefined) return end > start ? (consumers[end - 1] ?? -1) : -1;
  let last = -1;
  for (let at = start; at < end; at++) last = Math.max(last, places[consumers[at] ?? 0] ?? 0);
  return last;
}

function addStep(steps: Float64Array | Int32Array, from: number, until: number, amount: number): void {
  steps[from] = (steps[from] ?? 0) + amount;
  steps[until] = (steps[until] ?? 0) - amount;
}
