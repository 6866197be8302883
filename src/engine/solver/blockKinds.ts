import type { Block } from './blockCut';
import type { ExactProblem } from './problem';

/**
 * Models repeat their layers, and problems their blocks: whatever is found of a block holds for each one that has the
 * same costs and reads the same way.
 * @returns per block the first one that equals it, by its index; another one of the same digest hides it, which only costs time
 */
export function blockKinds(problem: ExactProblem, blocks: readonly Block[]): Int32Array {
  const kinds = new Int32Array(blocks.length);
  const firsts = new Map<number, number>();
  for (let index = 0; index < blocks.length; index += 1) {
    const block = blocks[index];
    if (block === undefined) continue;
    const digest = digestOf(problem, block);
    const first = firsts.get(digest);
    if (first === undefined) firsts.set(digest, index);
    const known = first === undefined ? undefined : blocks[first];
    kinds[index] = known !== undefined && areEqual(problem, known, block) ? (first ?? index) : index;
  }
  return kinds;
}

/** A number that equal blocks share: of how many nodes and tensors they have, and of what each of these costs. */
function digestOf({ tierCount, nodeCost, crossingCost }: ExactProblem, block: Block): number {
  const { firstNode, endNode, tensors } = block;
  let digest = Math.imul(endNode - firstNode, prime) ^ tensors.length;
  for (let at = firstNode * tierCount; at < endNode * tierCount; at += 1) digest = mixed(digest, nodeCost[at] ?? 0);
  for (let place = 0; place < tensors.length; place += 1) {
    digest = mixed(digest, crossingCost[(tensors[place] ?? 0) * (tierCount - 1)] ?? 0);
  }
  return digest;
}

const prime = 0x01_00_01_93;
const bits = new Int32Array(2);
const number = new Float64Array(bits.buffer);

function mixed(digest: number, value: number): number {
  number[0] = value;
  return Math.imul(Math.imul(digest ^ (bits[0] ?? 0), prime) ^ (bits[1] ?? 0), prime);
}

function areEqual(problem: ExactProblem, a: Block, b: Block): boolean {
  const { tierCount, nodeCost, crossingCost } = problem;
  const nodes = a.endNode - a.firstNode;
  if (nodes !== b.endNode - b.firstNode || a.tensors.length !== b.tensors.length) return false;
  if (a.closed !== b.closed || a.hasSideEnds !== b.hasSideEnds) return false;
  if (!areAlike(nodeCost, a.firstNode * tierCount, b.firstNode * tierCount, nodes * tierCount)) return false;
  const links = tierCount - 1;
  for (let place = 0; place < a.tensors.length; place += 1) {
    const own = a.tensors[place] ?? 0;
    const other = b.tensors[place] ?? 0;
    if (!areAlike(crossingCost, own * links, other * links, links)) return false;
    if (!areReadAlike(problem, a, own, b, other)) return false;
  }
  return true;
}

function areAlike(costs: Float64Array, from: number, other: number, count: number): boolean {
  for (let at = 0; at < count; at += 1) if (costs[from + at] !== costs[other + at]) return false;
  return true;
}

/** Whether the nodes that make and read two tensors have the same places in their blocks. */
function areReadAlike(
  { producer, consumerStart, consumers }: ExactProblem,
  a: Block,
  own: number,
  b: Block,
  other: number,
): boolean {
  // What enters is the same wherever it was made.
  const maker = Math.max(-1, (producer[own] ?? -1) - a.firstNode);
  if (maker !== Math.max(-1, (producer[other] ?? -1) - b.firstNode)) return false;
  const start = consumerStart[own] ?? 0;
  const from = consumerStart[other] ?? 0;
  const count = (consumerStart[own + 1] ?? 0) - start;
  if (count !== (consumerStart[other + 1] ?? 0) - from) return false;
  const shift = b.firstNode - a.firstNode;
  for (let at = 0; at < count; at += 1) {
    if ((consumers[start + at] ?? 0) + shift !== consumers[from + at]) return false;
  }
  return true;
}
