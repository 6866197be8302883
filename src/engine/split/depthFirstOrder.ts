import { tensorBytes } from './liveBytes';
import type { SplitGraph } from './splitGraph';
import { topologyOf } from './topology';

/**
 * Post-order of a depth-first walk from the sinks back to the inputs: a branch is finished before the next one starts,
 * the branch with the smaller peak of live bytes first (ties: the earlier one).
 */
export function depthFirstOrder(graph: SplitGraph): Int32Array {
  const n = graph.nodes.length;
  const { start, makers } = branchesBySmallerPeak(graph);
  const order = new Int32Array(n);
  const emitted = new Uint8Array(n);
  /** Where the makers stand that each node of the stack has not gone into. */
  const next = start.slice(0, n);
  let place = 0;
  for (let sink = 0; sink < n; sink++) {
    if (emitted[sink] === 1 || !isSink(graph, sink)) continue;
    const stack = [sink];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const at = next[node] ?? 0;
      if (at < (start[node + 1] ?? 0)) {
        next[node] = at + 1;
        const maker = makers[at] ?? 0;
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

/** Makers of what node v reads, each once: `makers[start[v]]` up to `makers[start[v + 1]]`. */
interface Branches {
  readonly start: Int32Array;
  readonly makers: Int32Array;
}

/** Branches that each node joins, the one with the smaller peak first; peaks as if every branch were a tree. */
function branchesBySmallerPeak(graph: SplitGraph): Branches {
  const n = graph.nodes.length;
  const { producer, consumers } = topologyOf(graph);
  const bytesOf = tensorBytes(graph);
  const start = new Int32Array(n + 1);
  const makers = new Int32Array(consumers.length);
  const peaks = new Float64Array(n);
  const written = new Float64Array(n);
  /** The node, one higher, that last went into each of its makers. */
  const seenBy = new Int32Array(n);
  const comparePeaks = (a: number, b: number) => (peaks[a] ?? 0) - (peaks[b] ?? 0) || a - b;
  let end = 0;
  for (let node = 0; node < n; node++) {
    const { reads = none, writes = none } = graph.nodes[node] ?? {};
    const first = end;
    for (let index = 0; index < reads.length; index++) {
      const maker = producer[reads[index] ?? -1] ?? -1;
      if (maker < 0 || seenBy[maker] === node + 1) continue;
      seenBy[maker] = node + 1;
      makers[end++] = maker;
    }
    sortBranches(makers, first, end, comparePeaks);
    start[node + 1] = end;
    written[node] = knownBytes(writes, bytesOf);
    let held = 0;
    let peak = knownBytes(reads, bytesOf) + (written[node] ?? 0);
    for (let at = first; at < end; at++) {
      const branch = makers[at] ?? 0;
      peak = Math.max(peak, held + (peaks[branch] ?? 0));
      held += written[branch] ?? 0;
    }
    peaks[node] = peak;
  }
  return { start, makers };
}

const none: readonly number[] = [];

function sortBranches(makers: Int32Array, first: number, end: number, compare: (a: number, b: number) => number): void {
  const [one = 0, other = 0] = [makers[first], makers[first + 1]];
  // Nearly all joins are of two branches.
  if (end - first > 2) makers.subarray(first, end).sort(compare);
  if (end - first !== 2 || compare(one, other) <= 0) return;
  makers[first] = other;
  makers[first + 1] = one;
}

function knownBytes(tensors: readonly number[], bytesOf: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < tensors.length; index++) {
    const bytes = bytesOf[tensors[index] ?? -1] ?? 0;
    if (bytes !== Number.POSITIVE_INFINITY) sum += bytes;
  }
  return sum;
}
