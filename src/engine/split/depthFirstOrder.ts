import type { SplitGraph } from './splitGraph';

/**
 * Post-order of a depth-first walk from the sinks back to the inputs: a branch is finished before the next one starts,
 * the branch with the smaller peak of live bytes first (ties: the earlier one).
 */
export function depthFirstOrder(graph: SplitGraph): Int32Array {
  const n = graph.nodes.length;
  const makers = branchesBySmallerPeak(graph);
  const order = new Int32Array(n);
  const emitted = new Uint8Array(n);
  let place = 0;
  for (let sink = 0; sink < n; sink++) {
    if (emitted[sink] === 1 || !isSink(graph, sink)) continue;
    const stack: { node: number; next: number }[] = [{ node: sink, next: 0 }];
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const maker = makers[frame.node]?.[frame.next++];
      if (maker !== undefined) {
        if (emitted[maker] === 0) stack.push({ node: maker, next: 0 });
        continue;
      }
      if (emitted[frame.node] === 0) order[place++] = frame.node;
      emitted[frame.node] = 1;
      stack.pop();
    }
  }
  return order;
}

function isSink(graph: SplitGraph, node: number): boolean {
  return (graph.nodes[node]?.writes ?? []).every((tensor) => graph.tensors[tensor]?.consumers.length === 0);
}

/** Producers of each node's inputs, the one with the smaller peak first; peaks as if every branch were a tree. */
function branchesBySmallerPeak(graph: SplitGraph): number[][] {
  const peaks = new Float64Array(graph.nodes.length);
  const bytes = (tensors: readonly number[]) => tensors.reduce((sum, t) => sum + (graph.tensors[t]?.bytes ?? 0), 0);
  return graph.nodes.map((node, index) => {
    const producers = new Set(node.reads.map((tensor) => graph.tensors[tensor]?.producer ?? -1));
    producers.delete(-1);
    const branches = [...producers].sort((a, b) => (peaks[a] ?? 0) - (peaks[b] ?? 0) || a - b);
    let held = 0;
    let peak = bytes(node.reads) + bytes(node.writes);
    for (const branch of branches) {
      peak = Math.max(peak, held + (peaks[branch] ?? 0));
      held += bytes(graph.nodes[branch]?.writes ?? []);
    }
    peaks[index] = peak;
    return branches;
  });
}
