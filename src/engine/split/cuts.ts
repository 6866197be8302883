import type { LiveProfile } from './liveBytes';
import type { Cut, SplitGraph } from './splitGraph';
import { type TensorTopology, topologyOf } from './topology';

/** Positions at which exactly one tensor crosses, ascending: the graph falls apart into blocks there. */
export function singleTensorPositions(live: LiveProfile): number[] {
  const positions: number[] = [];
  for (let position = 0; position < live.count.length; position++)
    if (live.count[position] === 1) positions.push(position);
  return positions;
}

/** The cut after the first `position` nodes of the order. */
export function cutAtPosition(graph: SplitGraph, position: number): Cut {
  const { producer, consumerStart, consumers } = topologyOf(graph);
  const tensors: number[] = [];
  for (let tensor = 0; tensor < producer.length; tensor++) {
    if ((producer[tensor] ?? -1) >= position) continue;
    const end = consumerStart[tensor + 1] ?? 0;
    if (end > (consumerStart[tensor] ?? 0) && (consumers[end - 1] ?? 0) >= position) tensors.push(tensor);
  }
  return { position, tensors, bytes: bytesOf(graph, tensors) };
}

/** The cut above a set of nodes that is closed under predecessors; told as a position where it is a prefix of the order. */
export function cutAboveDownset(graph: SplitGraph, downset: readonly number[]): Cut {
  const members = new Uint8Array(graph.nodes.length);
  for (const node of downset) members[node] = 1;
  return cutAboveMembers(graph, members);
}

/** `cutAboveDownset` for a set that is told by a 1 for each of its nodes. */
export function cutAboveMembers(graph: SplitGraph, members: Uint8Array): Cut {
  let position = 0;
  for (let node = 0; node < members.length; node++) position += members[node] ?? 0;
  if (members.lastIndexOf(1) === position - 1) return cutAtPosition(graph, position);
  const downset: number[] = [];
  for (let node = 0; node < members.length; node++) if (members[node] === 1) downset.push(node);
  const topology = topologyOf(graph);
  const tensors: number[] = [];
  for (let tensor = 0; tensor < graph.tensors.length; tensor++) {
    const producer = topology.producer[tensor] ?? -1;
    if (producer >= 0 && members[producer] !== 1) continue;
    if (hasReaderAbove(topology, tensor, members)) tensors.push(tensor);
  }
  return { position, tensors, bytes: bytesOf(graph, tensors), downset };
}

/** True for each node below the cut. */
export function membersBelow(graph: SplitGraph, cut: Cut): Uint8Array {
  const members = new Uint8Array(graph.nodes.length);
  if (cut.downset === undefined) return members.fill(1, 0, cut.position);
  for (const node of cut.downset) members[node] = 1;
  return members;
}

function bytesOf(graph: SplitGraph, tensors: readonly number[]): number | undefined {
  let sum = 0;
  for (const tensor of tensors) {
    const bytes = graph.tensors[tensor]?.bytes;
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}

function hasReaderAbove({ consumerStart, consumers }: TensorTopology, tensor: number, members: Uint8Array): boolean {
  const end = consumerStart[tensor + 1] ?? 0;
  for (let at = consumerStart[tensor] ?? 0; at < end; at++) if (members[consumers[at] ?? 0] !== 1) return true;
  return false;
}

/** Identifies a cut by its nodes. */
export function cutKey(cut: Cut): string {
  return cut.downset === undefined ? `${cut.position}` : `nodes ${cut.downset.join(',')}`;
}
