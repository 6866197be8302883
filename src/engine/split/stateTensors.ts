import type { StatePair } from '../../shared/vocabulary/statePairs';
import { memoryGraph } from './sessionGraph';
import type { DraftNode } from './sharedWeights';
import type { SplitGraph, StateTensor } from './splitGraph';

/** A graph whose nodes may still be changed. */
interface DraftGraph extends SplitGraph {
  readonly nodes: readonly DraftNode[];
}

/**
 * The graph with some pairs as state: what was an input and an output stays on the tiers that use it. Bytes that nodes
 * move in memory still count it.
 * @param pairs of an input and an output; those of which a run makes nothing are left out.
 */
export function withState(graph: DraftGraph, pairs: readonly StatePair[]): DraftGraph {
  if (pairs.length === 0) return graph;
  const indexOf = new Map(graph.tensors.map(({ name }, index) => [name, index]));
  const state = pairs.flatMap((pair) => stateTensor(graph, indexOf, pair));
  const inputs = new Set(state.map(({ input }) => input));
  const outputs = new Set(state.map(({ output }) => output));
  for (const node of new Set(state.flatMap(({ readers }) => readers))) {
    const draft = graph.nodes[node];
    if (draft === undefined) continue;
    draft.stateReads = draft.reads.filter((tensor) => inputs.has(tensor));
    draft.reads = draft.reads.filter((tensor) => !inputs.has(tensor));
  }
  return {
    ...graph,
    tensors: graph.tensors.map((tensor, index) => (inputs.has(index) ? { ...tensor, consumers: [] } : tensor)),
    inputs: graph.inputs.filter((tensor) => !inputs.has(tensor)),
    outputs: graph.outputs.filter((tensor) => !outputs.has(tensor)),
    ...(state.length > 0 && { state }),
  };
}

function stateTensor(
  { tensors }: SplitGraph,
  indexOf: ReadonlyMap<string, number>,
  { input, output, growsAlong }: StatePair,
): readonly StateTensor[] {
  const [before, after] = [indexOf.get(input), indexOf.get(output)];
  if (before === undefined || after === undefined) return [];
  const { consumers: readers = [], bytes } = tensors[before] ?? {};
  const { producer: maker = -1, bytes: newBytes = bytes } = tensors[after] ?? {};
  if (maker < 0) return [];
  return [
    { input: before, output: after, maker, readers, bytes: newBytes, ...(growsAlong !== undefined && { growsAlong }) },
  ];
}

/** State that may have to travel: it is read by another node than the one that makes it. */
export function carriedState({ state = [] }: Pick<SplitGraph, 'state'>): readonly StateTensor[] {
  return state.filter(({ maker, readers }) => readers.some((reader) => reader !== maker));
}

/** What one piece of state sends over a cut. @param isBelow whether a node is below the cut */
export function crossesAt(
  { maker, readers }: StateTensor,
  isBelow: (node: number) => boolean,
): 'up' | 'down' | 'nothing' {
  const isMadeBelow = isBelow(maker);
  if (!readers.some((reader) => isBelow(reader) !== isMadeBelow)) return 'nothing';
  return isMadeBelow ? 'up' : 'down';
}

/** What crosses at every position 0..n of the order. */
export function statePerPosition(
  carried: readonly StateTensor[],
  n: number,
): { readonly up: Float64Array; readonly down: Float64Array } {
  const [up, down] = [new Float64Array(n + 2), new Float64Array(n + 2)];
  const between = (steps: Float64Array, lower: number, higher: number, bytes: number) => {
    if (lower >= higher) return;
    steps[lower + 1] = (steps[lower + 1] ?? 0) + bytes;
    steps[higher + 1] = (steps[higher + 1] ?? 0) - bytes;
  };
  for (const { maker, readers, bytes = 0 } of carried) {
    between(up, maker, readers.at(-1) ?? maker, bytes);
    between(down, readers[0] ?? maker, maker, bytes);
  }
  for (const steps of [up, down]) {
    for (let at = 1; at < steps.length; at++) steps[at] = (steps[at] ?? 0) + (steps[at - 1] ?? 0);
  }
  return { up: up.subarray(0, n + 1), down: down.subarray(0, n + 1) };
}

/** The same state in another order of the nodes. */
export function movedState(state: readonly StateTensor[], placeOf: Int32Array): StateTensor[] {
  return state.map((one) => ({
    ...one,
    maker: placeOf[one.maker] ?? -1,
    readers: one.readers.map((reader) => placeOf[reader] ?? 0).sort((a, b) => a - b),
  }));
}

const resident = new WeakMap<SplitGraph, Float64Array>();

/**
 * Bytes of state that stay in memory between calls, by the node that keeps them: the first one that reads each. After a
 * session of growing caches these are those of its end.
 */
export function residentState(graph: SplitGraph): Float64Array {
  const known = resident.get(graph);
  if (known !== undefined) return known;
  const bytesOf = new Float64Array(graph.nodes.length);
  for (const { readers, maker, bytes = 0 } of memoryGraph(graph).state ?? []) {
    const keeper = readers[0] ?? maker;
    bytesOf[keeper] = (bytesOf[keeper] ?? 0) + bytes;
  }
  resident.set(graph, bytesOf);
  return bytesOf;
}
