import type { Block } from './blockCut';
import { type ExactProblem, tensorCount } from './problem';

/**
 * Cuts a problem at its articulation nodes: after such a node everything that is still to be read was made by that node
 * alone, so that, given its tier, what lies before and what lies behind do not know of each other. Every block but the
 * last ends with an articulation node; the last one may be free at its end.
 *
 * @returns blocks in order, together all nodes
 */
export function splitIntoBlocks(problem: ExactProblem): Block[] {
  const tensorsOfBlock: number[][] = [];
  const blockOfNode = new Int32Array(problem.nodeCount);
  const isRead = new Uint8Array(problem.nodeCount);
  const bounds: { firstNode: number; endNode: number }[] = [];
  let firstNode = 0;
  for (const endNode of [...articulationEnds(problem), problem.nodeCount]) {
    if (endNode === firstNode) continue;
    blockOfNode.fill(bounds.length, firstNode, endNode);
    tensorsOfBlock.push([]);
    bounds.push({ firstNode, endNode });
    firstNode = endNode;
  }
  for (let tensor = 0; tensor < tensorCount(problem); tensor += 1) {
    const start = problem.consumerStart[tensor] ?? 0;
    if (start === problem.consumerStart[tensor + 1]) continue;
    tensorsOfBlock[blockOfNode[problem.consumers[start] ?? 0] ?? 0]?.push(tensor);
    const producer = problem.producer[tensor] ?? -1;
    if (producer >= 0) isRead[producer] = 1;
  }
  return bounds.map((bound, index) => ({
    ...bound,
    tensors: tensorsOfBlock[index] ?? [],
    closed: bound.endNode !== problem.nodeCount,
    hasSideEnds: isRead.subarray(bound.firstNode, bound.endNode - 1).includes(0),
  }));
}

/** Ends (one past the node) of the articulation nodes, ascending; the problem's nodes must be in topological order. */
function articulationEnds(problem: ExactProblem): number[] {
  const { nodeCount, consumerStart, consumers } = problem;
  // The furthest reader of everything made by each node, and of what is given at the start.
  const lastReader = new Int32Array(nodeCount).fill(-1);
  const reads = new Uint8Array(nodeCount);
  let latest = -1;
  for (let tensor = 0; tensor < tensorCount(problem); tensor += 1) {
    const producer = problem.producer[tensor] ?? -1;
    const end = consumerStart[tensor + 1] ?? 0;
    for (let at = consumerStart[tensor] ?? 0; at < end; at += 1) {
      const consumer = consumers[at] ?? 0;
      reads[consumer] = 1;
      if (producer < 0) latest = Math.max(latest, consumer);
      else lastReader[producer] = Math.max(lastReader[producer] ?? -1, consumer);
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
