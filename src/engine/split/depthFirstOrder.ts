import { tensorBytes } from './liveBytes';
import type { SplitGraph, SplitNode } from './splitGraph';
import { topologyOf } from './topology';

/**
 * Post-order of a depth-first walk from the sinks back to the inputs: a branch is finished before the next one starts,
 * the branch with the smaller peak of live bytes first (ties: the earlier one).
 */
export function depthFirstOrder(graph: SplitGraph): Int32Array {
  const n = graph.nodes.length;
  const makers = branchesBySmallerPeak(graph);
  const order = new Int32Array(n);
  const emitted = new Uint8Array(n);
  /** How many of its makers each node of the stack has gone into. */
  const next = new Int32Array(n);
  let place = 0;
  for (let sink = 0; sink < n; sink++) {
    if (emitted[sink] === 1 || !isSink(graph, sink)) continue;
    const stack = [sink];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const turn = next[node] ?? 0;
      next[node] = turn + 1;
      const maker = makers[node]?.[turn];
      if (maker !== undefined) {
        if (emitted[maker] === 0) stack.push(maker);
        continue;
      }
      if (emitted[node] === 0) order[place++] = node;
      emitted[node] = 1;
      stack.pop();
    }
  }
  return order;
}

function isSink(graph: SplitGraph, node: number): boolean {
  const { consumerStart } = topologyOf(graph);
  for (const tensor of graph.nodes[node]?.writes ?? []) {
    if ((consumerStart[tensor + 1] ?? 0) > (consumerStart[tensor] ?? 0)) return false;
  }
  return true;
}

/** Producers of each node's inputs, the one with the smaller peak first; peaks as if every branch were a tree. */
function branchesBySmallerPeak(graph: SplitGraph): readonly (readonly number[])[] {
  const { producer } = topologyOf(graph);
  const bytesOf = tensorBytes(graph);
  const known = (tensors: readonly number[]): number => {
    let sum = 0;
    for (const tensor of tensors) {
      const bytes = bytesOf[tensor] ?? 0;
      if (bytes !== Number.POSITIVE_INFINITY) sum += bytes;
    }
    return sum;
  };
  const peaks = new Float64Array(graph.nodes.length);
  const written = Float64Array.from(graph.nodes, (node) => known(node.writes));
  return graph.nodes.map((node, index) => {
    const branches = makersOf(node, producer);
    const [first = 0, second = 0] = branches;
    const inOrder = (a: number, b: number) => (peaks[a] ?? 0) - (peaks[b] ?? 0) || a - b;
    // Nearly all joins are of two branches.
    if (branches.length > 2) branches.sort(inOrder);
    else if (branches.length === 2 && inOrder(first, second) > 0) branches.reverse();
    let held = 0;
    let peak = known(node.reads) + (written[index] ?? 0);
    for (const branch of branches) {
      peak = Math.max(peak, held + (peaks[branch] ?? 0));
      held += written[branch] ?? 0;
    }
    peaks[index] = peak;
    return branches;
  });
}

/** Nodes that make what a node reads, each once. */
function makersOf(node: SplitNode, producer: Int32Array): number[] {
  if (node.reads.length === 1) {
    const maker = producer[node.reads[0] ?? -1] ?? -1;
    return maker < 0 ? [] : [maker];
  }
  const makers = node.reads.map((tensor) => producer[tensor] ?? -1).filter((maker) => maker >= 0);
  return makers.length < 2 || (makers.length === 2 && makers[0] !== makers[1]) ? makers : [...new Set(makers)];
}
