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
  return cutWhere(graph, position, (node) => node < position);
}

/** The cut above a set of nodes that is closed under predecessors; told as a position where it is a prefix of the order. */
export function cutAboveDownset(graph: SplitGraph, downset: readonly number[]): Cut {
  const below = new Set(downset);
  const isPrefix = downset.every((node) => node < downset.length);
  const cut = cutWhere(graph, downset.length, (node) => below.has(node));
  return isPrefix ? cut : { ...cut, downset: [...below].sort((a, b) => a - b) };
}

/** True for each node below the cut. */
export function membersBelow(graph: SplitGraph, cut: Cut): Uint8Array {
  const members = new Uint8Array(graph.nodes.length);
  if (cut.downset === undefined) members.fill(1, 0, cut.position);
  else for (const node of cut.downset) members[node] = 1;
  return members;
}

function cutWhere(graph: SplitGraph, position: number, isBelow: (node: number) => boolean): Cut {
  const tensors: number[] = [];
  let bytes: number | undefined = 0;
  for (const [index, tensor] of graph.tensors.entries()) {
    if (tensor.producer >= 0 && !isBelow(tensor.producer)) continue;
    if (tensor.consumers.every(isBelow)) continue;
    tensors.push(index);
    bytes = bytes === undefined || tensor.bytes === undefined ? undefined : bytes + tensor.bytes;
  }
  return { position, tensors, bytes };
}
