import type { Block } from './blockCut';
import type { ExactProblem } from './problem';

/**
 * Cuts a problem at its articulation nodes: after such a node everything that is still to be read was made by that node
 * alone, so that, given its tier, what lies before and what lies behind do not know of each other. Every block but the
 * last ends with an articulation node; the last one may be free at its end.
 *
 * @returns blocks in order, together all nodes
 */
export function splitIntoBlocks(problem: ExactProblem): Block[] {
  const { nodeCount, producer, consumerStart } = problem;
  const ends = articulationEnds(problem);
  if (nodeCount > 0 && ends.at(-1) !== nodeCount) ends.push(nodeCount);
  const { tensors, startOfBlock } = tensorsOfBlocks(problem, ends);
  const isRead = new Uint8Array(nodeCount);
  for (let tensor = 0; tensor < producer.length; tensor += 1) {
    const maker = producer[tensor] ?? -1;
    if (maker >= 0 && consumerStart[tensor] !== consumerStart[tensor + 1]) isRead[maker] = 1;
  }
  const blocks: Block[] = [];
  let firstNode = 0;
  for (let index = 0; index < ends.length; index += 1) {
    const endNode = ends[index] ?? nodeCount;
    let lastRead = firstNode;
    while (lastRead < endNode - 1 && isRead[lastRead] === 1) lastRead += 1;
    blocks.push({
      firstNode,
      endNode,
      tensors: tensors.subarray(startOfBlock[index], startOfBlock[index + 1]),
      closed: endNode !== nodeCount,
      hasSideEnds: lastRead < endNode - 1,
    });
    firstNode = endNode;
  }
  return blocks;
}

/** The tensors that are read in each block, ascending: those of block b from `startOfBlock[b]` up to `startOfBlock[b + 1]`. */
function tensorsOfBlocks({ nodeCount, producer, consumerStart, consumers }: ExactProblem, ends: readonly number[]) {
  const blockOfNode = new Int32Array(nodeCount);
  for (let block = 1; block < ends.length; block += 1) blockOfNode.fill(block, ends[block - 1], ends[block]);
  const blockOf = (tensor: number) => blockOfNode[consumers[consumerStart[tensor] ?? 0] ?? 0] ?? 0;
  const isRead = (tensor: number) => consumerStart[tensor] !== consumerStart[tensor + 1];
  const next = new Int32Array(ends.length + 2);
  for (let tensor = 0; tensor < producer.length; tensor += 1) {
    if (isRead(tensor)) next[blockOf(tensor) + 2] = (next[blockOf(tensor) + 2] ?? 0) + 1;
  }
  for (let block = 2; block < next.length; block += 1) next[block] = (next[block] ?? 0) + (next[block - 1] ?? 0);
  const tensors = new Int32Array(next[next.length - 1] ?? 0);
  for (let tensor = 0; tensor < producer.length; tensor += 1) {
    if (!isRead(tensor)) continue;
    const place = next[blockOf(tensor) + 1] ?? 0;
    tensors[place] = tensor;
    next[blockOf(tensor) + 1] = place + 1;
  }
  return { tensors, startOfBlock: next };
}

/** Ends (one past the node) of the articulation nodes, ascending; the problem's nodes must be in topological order. */
function articulationEnds({ nodeCount, producer, consumerStart, consumers }: ExactProblem): number[] {
  // The furthest reader of everything made by each node, and of what is given at the start.
  const lastReader = new Int32Array(nodeCount).fill(-1);
  const reads = new Uint8Array(nodeCount);
  let latest = -1;
  for (let tensor = 0; tensor < producer.length; tensor += 1) {
    const maker = producer[tensor] ?? -1;
    const end = consumerStart[tensor + 1] ?? 0;
    for (let at = consumerStart[tensor] ?? 0; at < end; at += 1) {
      const consumer = consumers[at] ?? 0;
      reads[consumer] = 1;
      if (maker < 0) latest = Math.max(latest, consumer);
      else lastReader[maker] = Math.max(lastReader[maker] ?? -1, consumer);
    }
  }
  // A node that reads nothing may run below whatever comes before it.
  latest = Math.max(latest, reads.lastIndexOf(0));
  const ends: number[] = [];
  for (let node = 0; node < nodeCount; node += 1) {
    // `latest` covers what was made strictly before this node.
    const own = lastReader[node] ?? -1;
    if (latest <= node && own > node) ends.push(node + 1);
    latest = Math.max(latest, own);
  }
  return ends;
}
