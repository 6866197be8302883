import { type ExactProblem, nodeCostAt, tensorCount } from './problem';

/** A smaller problem with the same optimum, and for every node of the original its node there. */
export interface Contraction {
  readonly problem: ExactProblem;
  readonly nodeOf: Int32Array;
  /** Further costs of crossings of the original, for the tensors of the smaller problem. */
  readonly apart: readonly Float64Array[];
}

/** What else merges must hold for. */
export interface Further {
  /** Further costs of crossings, like those of the problem: what is merged is so whatever they all weigh together. */
  readonly apart?: readonly Float64Array[];
  /** 1 for nodes that are not moved to others, so that the merges hold whatever these nodes cost. */
  readonly stays?: Uint8Array | undefined;
  /** True for merges that hold whatever costs on higher tiers weigh, if no more than those on lower ones. */
  readonly mayWeighLessAbove?: boolean;
}

const NOT_MERGED = -1;
/** Passes stop once one removes less than this part of the nodes. */
const worthwhile = 0.05;

/**
 * Merges nodes that some optimum never separates:
 * - a node with its only reader, when what it sends costs at least as much on every link as all that it receives, and no
 *   higher tier is dearer for it: between the two of them it can always be moved up;
 * - a node with its only source, when nobody else reads what it receives, what it sends costs no more than that, and no
 *   lower tier is dearer for it: it can always be moved down.
 * Each move exchanges an optimum for one that is no worse, so the optimum's cost stays; the moves of one pass do not
 * disturb each other, since bytes only shrink or only grow along a chain of merges.
 */
export function contractProblem(problem: ExactProblem, further: Further = {}): Contraction {
  const { apart = [], stays, mayWeighLessAbove = false } = further;
  let current: Current = { problem, apart, stays, mayWeighLessAbove };
  const nodeOf = new Int32Array(problem.nodeCount);
  for (let node = 0; node < nodeOf.length; node += 1) nodeOf[node] = node;
  for (;;) {
    const target = mergeTargets(current);
    const merged = target.reduce((count, into) => count + (into === NOT_MERGED ? 0 : 1), 0);
    if (merged === 0) break;
    const step = applyMerges(current, target);
    for (let node = 0; node < nodeOf.length; node += 1) nodeOf[node] = step.nodeOf[nodeOf[node] ?? 0] ?? 0;
    const removed = merged / current.problem.nodeCount;
    current = step;
    if (removed < worthwhile) break;
  }
  return { ...current, nodeOf };
}

/** A problem with what else its merges must hold for. */
interface Current extends Pick<Contraction, 'problem' | 'apart'> {
  readonly stays: Uint8Array | undefined;
  readonly mayWeighLessAbove: boolean;
}

/** For every node the node that it moves to, or `NOT_MERGED`. */
function mergeTargets({ problem, apart, stays, mayWeighLessAbove }: Current): Int32Array {
  const { onlyReader, onlySource } = neighborsIn(problem);
  const sums = [problem.crossingCost, ...apart].map((cost) => sumCrossings(problem, cost));
  const mayMoveDown = mayWeighLessAbove ? isFreeBelow : neverDearerBelow;
  const sendsAsMuch = (node: number) => sums.every(({ received, sent }) => isAtMost(problem, received, sent, node));
  const sendsNoMore = (node: number) => sums.every(({ received, sent }) => isAtMost(problem, sent, received, node));
  const target = new Int32Array(problem.nodeCount).fill(NOT_MERGED);
  for (let node = 0; node < problem.nodeCount; node += 1) {
    const reader = onlyReader[node] ?? NOT_MERGED;
    if (reader < 0 || stays?.[node] === 1) continue;
    if (neverDearerAbove(problem, node) && sendsAsMuch(node)) target[node] = reader;
  }
  for (let node = 0; node < problem.nodeCount; node += 1) {
    const source = onlySource[node] ?? NOT_MERGED;
    if (source < 0 || stays?.[node] === 1 || target[node] !== NOT_MERGED || target[source] === node) continue;
    if (mayMoveDown(problem, node) && sendsNoMore(node)) target[node] = source;
  }
  return target;
}

const SEVERAL = -2;

/** Whom each node alone depends on, and who alone depends on it. */
interface Neighbors {
  /** The one node that reads everything that a node makes; -2 where there are several, -1 where there is none. */
  readonly onlyReader: Int32Array;
  /** The one node that makes everything that a node reads, if nobody else reads it; -2 otherwise, -1 for no input. */
  readonly onlySource: Int32Array;
}

function neighborsIn(problem: ExactProblem): Neighbors {
  const { consumerStart, consumers } = problem;
  const onlyReader = new Int32Array(problem.nodeCount).fill(NOT_MERGED);
  const onlySource = new Int32Array(problem.nodeCount).fill(NOT_MERGED);
  const join = (known: Int32Array, node: number, other: number) => {
    const before = known[node] ?? SEVERAL;
    known[node] = before === NOT_MERGED || before === other ? other : SEVERAL;
  };
  for (let tensor = 0; tensor < tensorCount(problem); tensor += 1) {
    const producer = problem.producer[tensor] ?? -1;
    const start = consumerStart[tensor] ?? 0;
    const end = consumerStart[tensor + 1] ?? 0;
    const isReadOnce = end - start === 1;
    // What only follows others costs no more where its maker moves up, and none for it where its one reader moves down.
    const follows = problem.follows?.[tensor] === 1;
    for (let at = start; at < end; at += 1) {
      const consumer = consumers[at] ?? 0;
      if (producer >= 0 && !follows) join(onlyReader, producer, consumer);
      if (!(follows && isReadOnce)) join(onlySource, consumer, producer >= 0 && isReadOnce ? producer : SEVERAL);
    }
  }
  return { onlyReader, onlySource };
}

/** Crossing costs of all that a node receives and sends, per link. */
interface CrossingSums {
  readonly received: Float64Array;
  readonly sent: Float64Array;
}

function sumCrossings(problem: ExactProblem, crossingCost: Float64Array): CrossingSums {
  const links = problem.tierCount - 1;
  const { consumerStart, consumers } = problem;
  const received = new Float64Array(problem.nodeCount * links);
  const sent = new Float64Array(problem.nodeCount * links);
  for (let tensor = 0; tensor < tensorCount(problem); tensor += 1) {
    const producer = problem.producer[tensor] ?? -1;
    const start = consumerStart[tensor] ?? 0;
    const end = consumerStart[tensor + 1] ?? 0;
    if (start === end) continue;
    for (let link = 0; link < links; link += 1) {
      const cost = crossingCost[tensor * links + link] ?? 0;
      if (producer >= 0) sent[producer * links + link] = (sent[producer * links + link] ?? 0) + cost;
      for (let reader = start; reader < end; reader += 1) {
        const at = (consumers[reader] ?? 0) * links + link;
        received[at] = (received[at] ?? 0) + cost;
      }
    }
  }
  return { received, sent };
}

function isAtMost(problem: ExactProblem, less: Float64Array, more: Float64Array, node: number): boolean {
  const links = problem.tierCount - 1;
  for (let at = node * links; at < (node + 1) * links; at += 1) if ((less[at] ?? 0) > (more[at] ?? 0)) return false;
  return true;
}

function neverDearerAbove(problem: ExactProblem, node: number): boolean {
  for (let tier = 1; tier < problem.tierCount; tier += 1) {
    if (nodeCostAt(problem, node, tier) > nodeCostAt(problem, node, tier - 1)) return false;
  }
  return true;
}

function neverDearerBelow(problem: ExactProblem, node: number): boolean {
  for (let tier = 1; tier < problem.tierCount; tier += 1) {
    if (nodeCostAt(problem, node, tier) < nodeCostAt(problem, node, tier - 1)) return false;
  }
  return true;
}

function isFreeBelow(problem: ExactProblem, node: number): boolean {
  for (let tier = 0; tier < problem.tierCount - 1; tier += 1) if (nodeCostAt(problem, node, tier) > 0) return false;
  return true;
}

/** Builds the problem with every node moved to its target. Roots keep their order, which stays topological. */
function applyMerges({ problem, apart, stays, ...weights }: Current, target: Int32Array): Contraction & Current {
  const { tierCount, nodeCount } = problem;
  const nodeOf = new Int32Array(nodeCount);
  const rootOf = resolveRoots(target);
  let count = 0;
  for (let node = 0; node < nodeCount; node += 1) if (rootOf[node] === node) nodeOf[node] = count++;
  for (let node = 0; node < nodeCount; node += 1) nodeOf[node] = nodeOf[rootOf[node] ?? node] ?? 0;
  const nodeCost = summedNodeCosts(problem, nodeOf, count);
  const { kept, ...tensors } = mapTensors(problem, nodeOf);
  const links = tierCount - 1;
  const { follows } = problem;
  return {
    problem: {
      ...{ ...problem, ...tensors, nodeCount: count, nodeCost },
      crossingCost: ofTensors(problem.crossingCost, kept, links),
      ...(follows && { follows: Uint8Array.from(kept, (tensor) => follows[tensor] ?? 0) }),
    },
    apart: apart.map((cost) => ofTensors(cost, kept, links)),
    ...weights,
    stays: stays && ofMembers(stays, nodeOf, count),
    nodeOf,
  };
}

/** What nodes cost together after merges. @param count of the nodes that are left. */
export function summedNodeCosts(problem: ExactProblem, nodeOf: Int32Array, count: number): Float64Array {
  const { tierCount, nodeCount } = problem;
  const summed = new Float64Array(count * tierCount);
  for (let node = 0; node < nodeCount; node += 1) {
    for (let tier = 0; tier < tierCount; tier += 1) {
      const at = (nodeOf[node] ?? 0) * tierCount + tier;
      summed[at] = (summed[at] ?? 0) + nodeCostAt(problem, node, tier);
    }
  }
  return summed;
}

/** 1 for each node after merges of which any member has one. */
function ofMembers(flags: Uint8Array, nodeOf: Int32Array, count: number): Uint8Array {
  const merged = new Uint8Array(count);
  for (const [node, flag] of flags.entries()) if (flag === 1) merged[nodeOf[node] ?? 0] = 1;
  return merged;
}

/** Follows targets to the node that stays; chains can be as long as the graph, so paths are shortened on the way. */
function resolveRoots(target: Int32Array): Int32Array {
  const rootOf = new Int32Array(target.length).fill(NOT_MERGED);
  for (let start = 0; start < target.length; start += 1) {
    if (rootOf[start] !== NOT_MERGED) continue;
    const path: number[] = [];
    let node = start;
    while (rootOf[node] === NOT_MERGED && target[node] !== NOT_MERGED) {
      path.push(node);
      node = target[node] ?? node;
    }
    const root = rootOf[node] === NOT_MERGED ? node : (rootOf[node] ?? node);
    rootOf[node] = root;
    for (const member of path) rootOf[member] = root;
  }
  return rootOf;
}

/** The tensors that are left after the merges, and which of the problem's they are. */
function mapTensors(problem: ExactProblem, nodeOf: Int32Array) {
  const kept: number[] = [];
  const producer: number[] = [];
  const consumerStart: number[] = [0];
  const consumers: number[] = [];
  for (let tensor = 0; tensor < tensorCount(problem); tensor += 1) {
    const made = problem.producer[tensor] ?? -1;
    const maker = made < 0 ? -1 : (nodeOf[made] ?? 0);
    if (!addReaders(problem, nodeOf, tensor, maker, consumers)) continue;
    kept.push(tensor);
    producer.push(maker);
    consumerStart.push(consumers.length);
  }
  return {
    kept,
    producer: new Int32Array(producer),
    consumerStart: new Int32Array(consumerStart),
    consumers: new Int32Array(consumers),
  };
}

/** Of costs per tensor and link those of some tensors. */
function ofTensors(costs: Float64Array, tensors: readonly number[], links: number): Float64Array {
  const some = new Float64Array(tensors.length * links);
  for (let place = 0; place < tensors.length; place += 1) {
    const tensor = tensors[place] ?? 0;
    for (let link = 0; link < links; link += 1) some[place * links + link] = costs[tensor * links + link] ?? 0;
  }
  return some;
}

/** Appends the nodes that read a tensor after the merges, ascending. @returns false when nobody but its maker is left */
function addReaders(
  problem: ExactProblem,
  nodeOf: Int32Array,
  tensor: number,
  maker: number,
  consumers: number[],
): boolean {
  const start = problem.consumerStart[tensor] ?? 0;
  const end = problem.consumerStart[tensor + 1] ?? 0;
  if (end - start === 1) {
    const reader = nodeOf[problem.consumers[start] ?? 0] ?? 0;
    if (reader !== maker) consumers.push(reader);
    return reader !== maker;
  }
  const readers = new Set<number>();
  for (let at = start; at < end; at += 1) readers.add(nodeOf[problem.consumers[at] ?? 0] ?? 0);
  readers.delete(maker);
  for (const reader of [...readers].sort((a, b) => a - b)) consumers.push(reader);
  return readers.size > 0;
}
