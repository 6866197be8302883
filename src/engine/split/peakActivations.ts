import type { SplitGraph } from './splitGraph';

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
  for (const tensor of graph.tensors) {
    const bytes = tensor.bytes ?? 0;
    const madeHere = tensor.producer >= 0 && isHere[tensor.producer] === 1;
    if (madeHere) outputs[tensor.producer] = (outputs[tensor.producer] ?? 0) + bytes;
    const arrives = tensor.producer < 0 || isBelow[tensor.producer] === 1;
    if (!madeHere && !arrives) continue;
    const until = lastNeeded(tensor.consumers, isHere, isBelow, n);
    if (until < 0) continue;
    const from = madeHere ? tensor.producer + 1 : 0;
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
export function loadOfAll(graph: SplitGraph): SideLoad {
  const count = graph.nodes.length;
  const load = wholeLoads.get(graph) ?? loadOf(graph, new Uint8Array(count).fill(1), new Uint8Array(count));
  wholeLoads.set(graph, load);
  return load;
}

/** Place after the last node here that reads it; the end when a higher tier still does; -1 when nobody does. */
function lastNeeded(consumers: readonly number[], isHere: Uint8Array, isBelow: Uint8Array, n: number): number {
  let until = -1;
  for (const consumer of consumers) {
    if (isHere[consumer] === 1) until = Math.max(until, consumer + 1);
    else if (isBelow[consumer] !== 1) return n;
  }
  return until;
}
