import { RecentResults } from '../../shared/recentResults';
import { liveBytes, tensorBytes } from './liveBytes';
import { memoryGraph } from './sessionGraph';
import type { SplitGraph } from './splitGraph';
import { type TensorTopology, topologyOf } from './topology';

/** What the nodes on one side of a cut take. */
export interface SideLoad {
  readonly macs: number;
  readonly weightBytes: number;
  readonly peakActivationBytes: number;
}

/**
 * MACs, weights and peak activations of a set of nodes that runs on one tier in the graph's order. In memory while a node
 * runs: every tensor that arrived or was made here and that a node at or after it, here or further up, still reads, and
 * the node's own outputs. Unknown sizes count as 0, so the peak is a lower bound where the graph has some.
 * @param isHere 1 for the nodes of the set.
 * @param isBelow 1 for the nodes that run before it, on lower tiers.
 */
export function loadOf(graph: SplitGraph, isHere: Uint8Array, isBelow: Uint8Array): SideLoad {
  const n = graph.nodes.length;
  const steps = new Float64Array(n + 1);
  const outputs = new Float64Array(n);
  const topology = topologyOf(graph);
  const bytesOf = tensorBytes(memoryGraph(graph));
  for (let tensor = 0; tensor < bytesOf.length; tensor++) {
    const own = bytesOf[tensor] ?? 0;
    const bytes = own === Number.POSITIVE_INFINITY ? 0 : own;
    const producer = topology.producer[tensor] ?? -1;
    const madeHere = producer >= 0 && isHere[producer] === 1;
    if (madeHere) outputs[producer] = (outputs[producer] ?? 0) + bytes;
    const arrives = producer < 0 || isBelow[producer] === 1;
    if (!madeHere && !arrives) continue;
    const until = lastNeeded(topology, tensor, isHere, isBelow);
    if (until < 0) continue;
    const from = madeHere ? producer + 1 : 0;
    steps[from] = (steps[from] ?? 0) + bytes;
    steps[until] = (steps[until] ?? 0) - bytes;
  }
  let macs = 0;
  let weightBytes = 0;
  let peakActivationBytes = 0;
  let live = 0;
  for (const [index, node] of graph.nodes.entries()) {
    live += steps[index] ?? 0;
    if (isHere[index] !== 1) continue;
    macs += node.macs ?? 0;
    weightBytes += node.weightBytes;
    peakActivationBytes = Math.max(peakActivationBytes, live + (outputs[index] ?? 0));
  }
  return { macs, weightBytes, peakActivationBytes };
}

const wholeLoads = new WeakMap<SplitGraph, SideLoad>();

/** `loadOf` for the whole model on one tier, computed once per graph. */
function loadOfAll(graph: SplitGraph): SideLoad {
  const count = graph.nodes.length;
  const load = wholeLoads.get(graph) ?? loadOf(graph, new Uint8Array(count).fill(1), new Uint8Array(count));
  wholeLoads.set(graph, load);
  return load;
}

/** More plans of a graph than are looked at while a bandwidth is tried out are rarely the same again. */
const knownSides = new RecentResults<SplitGraph, readonly SideLoad[]>(6);

/**
 * `loadOf` for each side, lower ones below higher ones. The last few are kept per graph: they depend on no bandwidth and
 * no price, and most plans stay the same while these change.
 * @param sideOf of each node.
 */
export function loadsOfSides(graph: SplitGraph, sideOf: Uint8Array, sides: number): readonly SideLoad[] {
  return knownSides.get(graph, [sides, sideOf.slice()], () => computeSides(graph, sideOf, sides));
}

function computeSides(graph: SplitGraph, sideOf: Uint8Array, sides: number): SideLoad[] {
  const counts = new Int32Array(sides);
  for (const side of sideOf) counts[side] = (counts[side] ?? 0) + 1;
  return Array.from({ length: sides }, (_, k) => {
    if (counts[k] === 0) return { macs: 0, weightBytes: 0, peakActivationBytes: 0 };
    if (counts[k] === sideOf.length) return loadOfAll(graph);
    const isHere = sideOf.map((side) => (side === k ? 1 : 0));
    const isBelow = sideOf.map((side) => (side < k ? 1 : 0));
    return loadOf(graph, isHere, isBelow);
  });
}

/** `loadOf` for both sides of the cut after the first i nodes, i = 0..n. */
interface PrefixLoads {
  readonly macs: Float64Array;
  readonly weightBytes: Float64Array;
  /** Peaks of the first i nodes, and of the nodes from place i on. */
  readonly peakBefore: Float64Array;
  readonly peakAfter: Float64Array;
}

const prefixLoads = new WeakMap<SplitGraph, PrefixLoads>();

/** `loadOf` for the nodes before a position of the order, and for those after it. */
export function loadsAtPosition(graph: SplitGraph, position: number): readonly [SideLoad, SideLoad] {
  const loads = prefixLoads.get(graph) ?? loadsOfPrefixes(graph);
  prefixLoads.set(graph, loads);
  const n = graph.nodes.length;
  const macs = loads.macs[position] ?? 0;
  const weightBytes = loads.weightBytes[position] ?? 0;
  return [
    { macs, weightBytes, peakActivationBytes: loads.peakBefore[position] ?? 0 },
    {
      macs: (loads.macs[n] ?? 0) - macs,
      weightBytes: (loads.weightBytes[n] ?? 0) - weightBytes,
      peakActivationBytes: loads.peakAfter[position] ?? 0,
    },
  ];
}

/** A tensor that crosses a position is in memory on both of its sides just when it is in memory on one tier alone. */
function loadsOfPrefixes(graph: SplitGraph): PrefixLoads {
  const n = graph.nodes.length;
  const { workingBytes } = liveBytes(memoryGraph(graph));
  const macs = new Float64Array(n + 1);
  const weightBytes = new Float64Array(n + 1);
  const peakBefore = new Float64Array(n + 1);
  const peakAfter = new Float64Array(n + 1);
  graph.nodes.forEach((node, index) => {
    macs[index + 1] = (macs[index] ?? 0) + (node.macs ?? 0);
    weightBytes[index + 1] = (weightBytes[index] ?? 0) + node.weightBytes;
    peakBefore[index + 1] = Math.max(peakBefore[index] ?? 0, workingBytes[index] ?? 0);
  });
  for (let index = n - 1; index >= 0; index--) {
    peakAfter[index] = Math.max(peakAfter[index + 1] ?? 0, workingBytes[index] ?? 0);
  }
  return { macs, weightBytes, peakBefore, peakAfter };
}

/** Place after the last node here that reads it; the end when a higher tier still does; -1 when nobody does. */
function lastNeeded(
  { consumerStart, consumers }: TensorTopology,
  tensor: number,
  isHere: Uint8Array,
  isBelow: Uint8Array,
): number {
  let until = -1;
  const end = consumerStart[tensor + 1] ?? 0;
  for (let at = consumerStart[tensor] ?? 0; at < end; at++) {
    const consumer = consumers[at] ?? 0;
    if (isHere[consumer] === 1) until = Math.max(until, consumer + 1);
    else if (isBelow[consumer] !== 1) return isHere.length;
  }
  return until;
}
