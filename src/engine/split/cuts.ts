import type { LiveProfile } from './liveBytes';
import type { Cut, SplitGraph } from './splitGraph';

/** Positions at which exactly one tensor crosses, ascending: the graph falls apart into blocks there. */
export function singleTensorPositions(live: LiveProfile): number[] {
  const positions: number[] = [];
  for (const [position, count] of live.count.entries()) if (count === 1) positions.push(position);
  return positions;
}

/** The cut after the first `position` nodes of the order. */
export function cutAtPosition(graph: SplitGraph, position: number): Cut {
  return cutAbove(graph, position, prefixMembers(graph, position));
}

/** The cut above a set of nodes that is closed under predecessors; told as a position where it is a prefix of the order. */
export function cutAboveDownset(graph: SplitGraph, downset: readonly number[]): Cut {
  if (downset.every((node) => node < downset.length)) return cutAtPosition(graph, downset.length);
  const members = new Uint8Array(graph.nodes.length);
  for (const node of downset) members[node] = 1;
  const ascending = Int32Array.from(downset).sort();
  return { ...cutAbove(graph, downset.length, members), downset: Array.from(ascending) };
}

/** True for each node below the cut. */
export function membersBelow(graph: SplitGraph, cut: Cut): Uint8Array {
  if (cut.downset === undefined) return prefixMembers(graph, cut.position);
  const members = new Uint8Array(graph.nodes.length);
  for (const node of cut.downset) members[node] = 1;
  return members;
}

function prefixMembers(graph: SplitGraph, position: number): Uint8Array {
  return new Uint8Array(graph.nodes.length).fill(1, 0, position);
}

function cutAbove(graph: SplitGraph, position: number, members: Uint8Array): Cut {
  const tensors: number[] = [];
  let bytes: number | undefined = 0;
  for (const [index, tensor] of graph.tensors.entries()) {
    if (tensor.producer >= 0 && members[tensor.producer] !== 1) continue;
    if (!hasReaderAbove(tensor.consumers, members)) continue;
    tensors.push(index);
    bytes = bytes === undefined || tensor.bytes === undefined ? undefined : bytes + tensor.bytes;
  }
  return { position, tensors, bytes };
}

function hasReaderAbove(consumers: readonly number[], members: Uint8Array): boolean {
  for (const consumer of consumers) if (members[consumer] !== 1) return true;
  return false;
}
