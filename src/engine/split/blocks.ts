import type { Group } from './groups';
import type { SplitGraph } from './splitGraph';
import { topologyOf } from './topology';

/** Groups `from` up to `until`, between two positions at which at most one tensor crosses. */
export interface Block {
  readonly from: number;
  readonly until: number;
  /** Bytes that cross below it. */
  readonly bytesBelow: number;
}

/**
 * Blocks between positions at which at most one tensor crosses.
 * @param wholeBranches does not count a position as one while a branch that only makes a graph output is finished below
 * it, or a node that reads nothing starts above it: a cut may leave such a branch out. Otherwise blocks are finer, and
 * cuts that leave one out are not in any of them.
 */
export function blocksOf(
  graph: SplitGraph,
  groups: readonly Group[],
  bytesOf: Float64Array,
  wholeBranches: boolean,
): Block[] {
  const { countSteps, byteSteps } = crossingSteps(graph, groups, bytesOf);
  for (const [place, group] of wholeBranches ? groups.entries() : []) {
    if (group.outputs.length === 0) addSteps(countSteps, place + 1, groups.length, 1);
    if (group.inputs.length === 0) addSteps(countSteps, 0, place, 1);
  }
  const blocks: Block[] = [];
  let from = 0;
  let bytesBelow = 0;
  let count = 0;
  let bytes = 0;
  for (let position = 0; position <= groups.length; position++) {
    count += countSteps[position] ?? 0;
    bytes += byteSteps[position] ?? 0;
    if (position > 0 && (count <= 1 || position === groups.length)) {
      blocks.push({ from, until: position, bytesBelow });
      from = position;
    }
    if (from === position) bytesBelow = bytes;
  }
  return blocks;
}

/** How the number and the bytes of the tensors that cross change from each position between groups to the next. */
function crossingSteps(
  graph: SplitGraph,
  groups: readonly Group[],
  bytesOf: Float64Array,
): { countSteps: Int32Array; byteSteps: Float64Array } {
  const { producer, consumerStart, consumers } = topologyOf(graph);
  const placeOf = placesOfNodes(graph, groups);
  const countSteps = new Int32Array(groups.length + 2);
  const byteSteps = new Float64Array(groups.length + 2);
  for (let tensor = 0; tensor < producer.length; tensor++) {
    let last = -1;
    const end = consumerStart[tensor + 1] ?? 0;
    for (let at = consumerStart[tensor] ?? 0; at < end; at++) last = Math.max(last, placeOf[consumers[at] ?? 0] ?? -1);
    const maker = producer[tensor] ?? -1;
    const first = maker < 0 ? 0 : (placeOf[maker] ?? 0) + 1;
    if (last < first) continue;
    addSteps(countSteps, first, last, 1);
    addSteps(byteSteps, first, last, bytesOf[tensor] ?? 0);
  }
  return { countSteps, byteSteps };
}

function addSteps(steps: Int32Array | Float64Array, first: number, last: number, amount: number): void {
  steps[first] = (steps[first] ?? 0) + amount;
  steps[last + 1] = (steps[last + 1] ?? 0) - amount;
}

/** Place of each node's group. */
export function placesOfNodes(graph: SplitGraph, groups: readonly Group[]): Int32Array {
  const placeOf = new Int32Array(graph.nodes.length);
  groups.forEach((group, place) => {
    for (const node of group.members) placeOf[node] = place;
  });
  return placeOf;
}
