import { type ExactProblem, inFieldOrder } from './problem';

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
  let current: Current = { problem: inFieldOrder(problem), apart, stays };
  const nodeOf = eachItself(problem.nodeCount);
  for (;;) {
    const target = mergeTargets(current, mayWeighLessAbove);
    const merged = countMerged(target);
    if (merged === 0) break;
    const step = applyMerges(current, target);
    follow(nodeOf, step.nodeOf);
    current = step.current;
    if (merged / target.length < worthwhile) break;
  }
  return { problem: current.problem, nodeOf, apart: current.apart };
}

function countMerged(target: Int32Array): number {
  let merged = 0;
  for (let node = 0; node < target.length; node += 1) if (target[node] !== NOT_MERGED) merged += 1;
  return merged;
}

/** Takes nodes on to where another step has put them. */
function follow(nodeOf: Int32Array, next: Int32Array): void {
  for (let node = 0; node < nodeOf.length; node += 1) nodeOf[node] = next[nodeOf[node] ?? 0] ?? 0;
}

/** Where no node is merged, per node its own index. */
export function eachItself(nodeCount: number): Int32Array {
  const nodeOf = new Int32Array(nodeCount);
  for (let node = 0; node < nodeCount; node += 1) nodeOf[node] = node;
  return nodeOf;
}

/** A problem with what else its merges must hold for. */
interface Current extends Pick<Contraction, 'problem' | 'apart'> {
  readonly stays: Uint8Array | undefined;
}

/** For every node the node that it moves to, or `NOT_MERGED`. */
function mergeTargets({ problem, apart, stays }: Current, mayWeighLessAbove: boolean): Int32Array {
  const { nodeCount, nodeCost, tierCount, crossingCost } = problem;
  const { onlyReader, onlySource } = neighborsIn(problem);
  const balance = new CrossingBalance(problem, [crossingCost, ...apart]);
  const mayMoveDown = mayWeighLessAbove ? isFreeBelow : neverDearerBelow;
  const target = new Int32Array(nodeCount).fill(NOT_MERGED);
  for (let node = 0; node < nodeCount; node += 1) {
    const reader = onlyReader[node] ?? NOT_MERGED;
    if (reader < 0 || stays?.[node] === 1) continue;
    const from = node * tierCount;
    if (neverDearerAbove(nodeCost, from, from + tierCount) && balance.sendsAsMuch(node)) target[node] = reader;
  }
  for (let node = 0; node < nodeCount; node += 1) {
    const source = onlySource[node] ?? NOT_MERGED;
    if (source < 0 || stays?.[node] === 1 || target[node] !== NOT_MERGED || target[source] === node) continue;
    const from = node * tierCount;
    if (mayMoveDown(nodeCost, from, from + tierCount) && balance.sendsNoMore(node)) target[node] = source;
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

function neighborsIn({ nodeCount, producer, consumerStart, consumers, follows }: ExactProblem): Neighbors {
  const onlyReader = new Int32Array(nodeCount).fill(NOT_MERGED);
  const onlySource = new Int32Array(nodeCount).fill(NOT_MERGED);
  for (let tensor = 0; tensor < producer.length; tensor += 1) {
    const maker = producer[tensor] ?? -1;
    const start = consumerStart[tensor] ?? 0;
    const end = consumerStart[tensor + 1] ?? 0;
    const isReadOnce = end - start === 1;
    // What only follows others costs no more where its maker moves up, and none for it where its one reader moves down.
    const isFollowing = follows?.[tensor] === 1;
    for (let at = start; at < end; at += 1) {
      const consumer = consumers[at] ?? 0;
      if (maker >= 0 && !isFollowing) join(onlyReader, maker, consumer);
      if (!(isFollowing && isReadOnce)) join(onlySource, consumer, maker >= 0 && isReadOnce ? maker : SEVERAL);
    }
  }
  return { onlyReader, onlySource };
}

function join(known: Int32Array, node: number, other: number): void {
  const before = known[node] ?? SEVERAL;
  known[node] = before === NOT_MERGED || before === other ? other : SEVERAL;
}

/** Compares what all that a node receives costs to cross each link with what all that it sends costs. */
class CrossingBalance {
  private readonly links: number;
  /** Per place among the consumers its tensor, and the node's next place; the first one of each node. */
  private readonly tensorAt: Int32Array;
  private readonly nextRead: Int32Array;
  private readonly firstRead: Int32Array;
  /** Per tensor the next one that its maker sends, and the first one of each node. */
  private readonly nextSent: Int32Array;
  private readonly firstSent: Int32Array;

  constructor(
    { nodeCount, tierCount, producer, consumerStart, consumers }: ExactProblem,
    private readonly costs: readonly Float64Array[],
  ) {
    this.links = tierCount - 1;
    const tensorAt = new Int32Array(consumers.length);
    const nextRead = new Int32Array(consumers.length);
    const firstRead = new Int32Array(nodeCount).fill(-1);
    const nextSent = new Int32Array(producer.length);
    const firstSent = new Int32Array(nodeCount).fill(-1);
    // From the last one on, so that sums are made in the order of the tensors.
    for (let tensor = producer.length - 1; tensor >= 0; tensor -= 1) {
      const start = consumerStart[tensor] ?? 0;
      const end = consumerStart[tensor + 1] ?? 0;
      for (let at = start; at < end; at += 1) {
        const consumer = consumers[at] ?? 0;
        tensorAt[at] = tensor;
        nextRead[at] = firstRead[consumer] ?? -1;
        firstRead[consumer] = at;
      }
      const maker = producer[tensor] ?? -1;
      if (maker < 0 || start === end) continue;
      nextSent[tensor] = firstSent[maker] ?? -1;
      firstSent[maker] = tensor;
    }
    this.tensorAt = tensorAt;
    this.nextRead = nextRead;
    this.firstRead = firstRead;
    this.nextSent = nextSent;
    this.firstSent = firstSent;
  }

  /** True where what a node sends costs at least as much on every link as what it receives. */
  sendsAsMuch(node: number): boolean {
    for (const cost of this.costs) {
      for (let link = 0; link < this.links; link += 1) {
        if (this.received(cost, link, node) > this.sent(cost, link, node)) return false;
      }
    }
    return true;
  }

  /** True where it costs at most as much. */
  sendsNoMore(node: number): boolean {
    for (const cost of this.costs) {
      for (let link = 0; link < this.links; link += 1) {
        if (this.sent(cost, link, node) > this.received(cost, link, node)) return false;
      }
    }
    return true;
  }

  private received(cost: Float64Array, link: number, node: number): number {
    const { links, tensorAt, nextRead } = this;
    let sum = 0;
    for (let at = this.firstRead[node] ?? -1; at >= 0; at = nextRead[at] ?? -1) {
      sum += cost[(tensorAt[at] ?? 0) * links + link] ?? 0;
    }
    return sum;
  }

  private sent(cost: Float64Array, link: number, node: number): number {
    const { links, nextSent } = this;
    let sum = 0;
    for (let tensor = this.firstSent[node] ?? -1; tensor >= 0; tensor = nextSent[tensor] ?? -1) {
      sum += cost[tensor * links + link] ?? 0;
    }
    return sum;
  }
}

/** Whether costs of a node, from its lowest tier at `from` on, never rise; fall; or are none but on its highest tier. */
function neverDearerAbove(nodeCost: Float64Array, from: number, end: number): boolean {
  for (let at = from + 1; at < end; at += 1) if ((nodeCost[at] ?? 0) > (nodeCost[at - 1] ?? 0)) return false;
  return true;
}

function neverDearerBelow(nodeCost: Float64Array, from: number, end: number): boolean {
  for (let at = from + 1; at < end; at += 1) if ((nodeCost[at] ?? 0) < (nodeCost[at - 1] ?? 0)) return false;
  return true;
}

function isFreeBelow(nodeCost: Float64Array, from: number, end: number): boolean {
  for (let at = from; at < end - 1; at += 1) if ((nodeCost[at] ?? 0) > 0) return false;
  return true;
}

/** Builds the problem with every node moved to its target. Roots keep their order, which stays topological. */
function applyMerges(
  { problem, apart, stays }: Current,
  target: Int32Array,
): { readonly current: Current; readonly nodeOf: Int32Array } {
  const { tierCount, follows, crossingCost, linkCost, reachCost } = problem;
  const { nodeOf, count } = numberRoots(resolveRoots(target));
  const { kept, producer, consumerStart, consumers } = mapTensors(problem, nodeOf);
  const links = tierCount - 1;
  const smaller = inFieldOrder({
    tierCount,
    nodeCount: count,
    nodeCost: summedNodeCosts(problem, nodeOf, count),
    producer,
    consumerStart,
    consumers,
    follows: follows && flagsOf(follows, kept),
    crossingCost: ofTensors(crossingCost, kept, links),
    linkCost,
    reachCost,
  });
  const current: Current = {
    problem: smaller,
    apart: apart.map((cost) => ofTensors(cost, kept, links)),
    stays: stays && ofMembers(stays, nodeOf, count),
  };
  return { current, nodeOf };
}

/** Per node the number of its root, in their order, and how many roots there are. */
function numberRoots(rootOf: Int32Array): { readonly nodeOf: Int32Array; readonly count: number } {
  const nodeOf = new Int32Array(rootOf.length);
  let count = 0;
  for (let node = 0; node < rootOf.length; node += 1) if (rootOf[node] === node) nodeOf[node] = count++;
  for (let node = 0; node < rootOf.length; node += 1) nodeOf[node] = nodeOf[rootOf[node] ?? node] ?? 0;
  return { nodeOf, count };
}

/** What nodes cost together after merges. @param count of the nodes that are left. */
export function summedNodeCosts(
  { tierCount, nodeCount, nodeCost }: ExactProblem,
  nodeOf: Int32Array,
  count: number,
): Float64Array {
  const summed = new Float64Array(count * tierCount);
  for (let node = 0; node < nodeCount; node += 1) {
    const from = node * tierCount;
    const into = (nodeOf[node] ?? 0) * tierCount;
    for (let tier = 0; tier < tierCount; tier += 1) {
      summed[into + tier] = (summed[into + tier] ?? 0) + (nodeCost[from + tier] ?? 0);
    }
  }
  return summed;
}

/** 1 for each node after merges of which any member has one. */
function ofMembers(flags: Uint8Array, nodeOf: Int32Array, count: number): Uint8Array {
  const merged = new Uint8Array(count);
  for (let node = 0; node < flags.length; node += 1) if (flags[node] === 1) merged[nodeOf[node] ?? 0] = 1;
  return merged;
}

/** Follows targets to the node that stays; chains can be as long as the graph, so each is followed once. */
function resolveRoots(target: Int32Array): Int32Array {
  const rootOf = new Int32Array(target.length).fill(NOT_MERGED);
  for (let start = 0; start < target.length; start += 1) {
    let root = start;
    while (rootOf[root] === NOT_MERGED && target[root] !== NOT_MERGED) root = target[root] ?? root;
    if (rootOf[root] !== NOT_MERGED) root = rootOf[root] ?? root;
    for (let node = start; rootOf[node] === NOT_MERGED; node = target[node] ?? node) {
      rootOf[node] = root;
      if (node === root) break;
    }
  }
  return rootOf;
}

/** The tensors that are left after the merges, and which of the problem's they are. */
function mapTensors({ producer, consumerStart, consumers }: ExactProblem, nodeOf: Int32Array) {
  const kept = new Int32Array(producer.length);
  const makers = new Int32Array(producer.length);
  const ends = new Int32Array(producer.length + 1);
  const readers = new Int32Array(consumers.length);
  /** Per node the last tensor that it was found to read, counted from one. */
  const seen = new Int32Array(nodeOf.length);
  let [left, end] = [0, 0];
  for (let tensor = 0; tensor < producer.length; tensor += 1) {
    const made = producer[tensor] ?? -1;
    const maker = made < 0 ? -1 : (nodeOf[made] ?? 0);
    const start = end;
    let isAscending = true;
    for (let at = consumerStart[tensor] ?? 0; at < (consumerStart[tensor + 1] ?? 0); at += 1) {
      const reader = nodeOf[consumers[at] ?? 0] ?? 0;
      if (reader === maker || seen[reader] === tensor + 1) continue;
      seen[reader] = tensor + 1;
      if (end > start && (readers[end - 1] ?? 0) > reader) isAscending = false;
      readers[end++] = reader;
    }
    if (end === start) continue;
    if (!isAscending) readers.subarray(start, end).sort();
    kept[left] = tensor;
    makers[left] = maker;
    ends[++left] = end;
  }
  return {
    kept: kept.slice(0, left),
    producer: makers.slice(0, left),
    consumerStart: ends.slice(0, left + 1),
    consumers: readers.slice(0, end),
  };
}

/** Of flags per tensor those of some tensors. */
function flagsOf(flags: Uint8Array, tensors: Int32Array): Uint8Array {
  const some = new Uint8Array(tensors.length);
  for (let place = 0; place < tensors.length; place += 1) some[place] = flags[tensors[place] ?? 0] ?? 0;
  return some;
}

/** Of costs per tensor and link those of some tensors. */
function ofTensors(costs: Float64Array, tensors: Int32Array, links: number): Float64Array {
  const some = new Float64Array(tensors.length * links);
  for (let place = 0; place < tensors.length; place += 1) {
    const from = (tensors[place] ?? 0) * links;
    for (let link = 0; link < links; link += 1) some[place * links + link] = costs[from + link] ?? 0;
  }
  return some;
}
