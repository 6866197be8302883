import type { Costs, ExactProblem } from '../problem';
import { type Figure, figuresOf, type LimitedProblem } from './limitedProblem';
import type { Ranges } from './ranges';

/** A figure over the nodes that are still free, and what everything that is decided adds to it. */
export interface ReducedFigure extends Costs {
  readonly constant: number;
  /** `largest` of the original, and what of it is in the constant. */
  readonly largest?: Float64Array;
  readonly surely?: number;
}

/**
 * What is left of a problem once some nodes have one tier only: the free nodes and the tensors between them, in the
 * order of the original. What is certain moves into constants, and what follows from one node's tier into its costs, so
 * that a problem that is nearly decided is small.
 */
export interface Reduction {
  readonly topology: Omit<ExactProblem, keyof Costs>;
  /** The original's node for each one here. */
  readonly nodeOf: Int32Array;
  /** In the order of `figuresOf`; finite where `blockedNodes` and `blockedCrossings` allow. */
  readonly figures: readonly ReducedFigure[];
  /** `Infinity` where a node may not run, 0 elsewhere. */
  readonly blockedNodes: Float64Array;
  readonly blockedCrossings: Float64Array;
}

/**
 * How tensors take part, each with the node that makes it or -1. A kept one crosses from tier `keptFrom` on up to the highest
 * of its remaining readers, `readers[readerStart[i] .. readerStart[i + 1]]`; a certain one crosses every link from where its
 * maker runs up to tier `certainTo`, whatever its free readers do.
 */
interface SortedTensors {
  readonly kept: number[];
  readonly keptFrom: number[];
  readonly readers: number[];
  readonly readerStart: number[];
  readonly certain: number[];
  readonly certainTo: number[];
}

/** @param reachesInput 1 for the nodes that need something that is given on the first tier. */
export function reduce(problem: LimitedProblem, ranges: Ranges, reachesInput: Uint8Array): Reduction {
  const { nodeCount, tierCount } = problem;
  const { lowest, highest } = ranges;
  const free: number[] = [];
  const indexOf = new Int32Array(nodeCount).fill(-1);
  let [surelyUsed, mayBeUsed] = [0, 0];
  for (let node = 0; node < nodeCount; node += 1) {
    const low = lowest[node] ?? 0;
    mayBeUsed = Math.max(mayBeUsed, low);
    if (reachesInput[node] === 1) surelyUsed = Math.max(surelyUsed, low);
    if (low === highest[node]) continue;
    indexOf[node] = free.length;
    free.push(node);
  }
  const tensors = sortTensors(problem, ranges, indexOf);
  const nodeOf = Int32Array.from(free);
  const blockedNodes = new Float64Array(free.length * tierCount);
  for (let index = 0; index < free.length; index += 1) {
    const node = free[index] ?? 0;
    for (let tier = 0; tier < tierCount; tier += 1) {
      const isOpen = tier >= (lowest[node] ?? 0) && tier <= (highest[node] ?? 0);
      if (!isOpen) blockedNodes[index * tierCount + tier] = Number.POSITIVE_INFINITY;
    }
  }
  const blockedCrossings = new Float64Array(tensors.kept.length * (tierCount - 1));
  const parts = { problem, ranges, indexOf, nodeOf, tensors, blockedNodes, blockedCrossings };
  const figures = figuresOf(problem).map((figure) => reduceFigure(figure, parts, surelyUsed, mayBeUsed));
  return { topology: topologyOf(parts), nodeOf, figures, blockedNodes, blockedCrossings };
}

function sortTensors(problem: LimitedProblem, ranges: Ranges, indexOf: Int32Array): SortedTensors {
  const { producer } = problem;
  const { lowest, highest } = ranges;
  const sorted: SortedTensors = { kept: [], keptFrom: [], readers: [], readerStart: [0], certain: [], certainTo: [] };
  for (let tensor = 0; tensor < producer.length; tensor += 1) {
    const maker = producer[tensor] ?? -1;
    const makerLow = maker < 0 ? 0 : (lowest[maker] ?? 0);
    const makerHigh = maker < 0 ? 0 : (highest[maker] ?? 0);
    const to = surelyReadOn(problem, ranges, tensor, makerLow);
    if (to > makerLow) {
      sorted.certain.push(tensor);
      sorted.certainTo.push(to);
    }
    const before = sorted.readers.length;
    const end = problem.consumerStart[tensor + 1] ?? 0;
    for (let at = problem.consumerStart[tensor] ?? 0; at < end; at += 1) {
      const reader = problem.consumers[at] ?? 0;
      const crosses = (highest[reader] ?? 0) > to || makerHigh > (lowest[reader] ?? 0);
      if (crosses && indexOf[reader] !== -1) sorted.readers.push(indexOf[reader] ?? 0);
    }
    if (sorted.readers.length === before) continue;
    sorted.kept.push(tensor);
    sorted.keptFrom.push(to);
    sorted.readerStart.push(sorted.readers.length);
  }
  return sorted;
}

/** The tier that a tensor comes to at least, from where it is made at the lowest. */
function surelyReadOn(
  { consumers, consumerStart }: LimitedProblem,
  { lowest }: Ranges,
  tensor: number,
  from: number,
): number {
  let to = from;
  const end = consumerStart[tensor + 1] ?? 0;
  for (let at = consumerStart[tensor] ?? 0; at < end; at += 1) to = Math.max(to, lowest[consumers[at] ?? 0] ?? 0);
  return to;
}

function topologyOf({ problem, nodeOf, indexOf, tensors }: Parts): Reduction['topology'] {
  const producer = Int32Array.from(tensors.kept, (tensor) => {
    const maker = problem.producer[tensor] ?? -1;
    return maker < 0 ? -1 : (indexOf[maker] ?? -1);
  });
  const consumers = Int32Array.from(tensors.readers);
  const consumerStart = Int32Array.from(tensors.readerStart);
  return { tierCount: problem.tierCount, nodeCount: nodeOf.length, producer, consumerStart, consumers };
}

interface Parts {
  readonly problem: LimitedProblem;
  readonly ranges: Ranges;
  readonly indexOf: Int32Array;
  readonly nodeOf: Int32Array;
  readonly tensors: SortedTensors;
  readonly blockedNodes: Float64Array;
  readonly blockedCrossings: Float64Array;
}

function reduceFigure(figure: Figure, parts: Parts, surelyUsed: number, mayBeUsed: number): ReducedFigure {
  const { problem, ranges, nodeOf, tensors, blockedNodes, blockedCrossings } = parts;
  const { tierCount } = problem;
  const links = tierCount - 1;
  const nodeCost = new Float64Array(nodeOf.length * tierCount);
  for (let index = 0; index < nodeOf.length; index += 1) {
    const from = (nodeOf[index] ?? 0) * tierCount;
    for (let tier = 0; tier < tierCount; tier += 1)
      nodeCost[index * tierCount + tier] = figure.nodeCost[from + tier] ?? 0;
  }
  const largest = largestAtLeast(problem, ranges, figure);
  let constant = decidedNodes(figure, parts) + addCertain(figure, parts, nodeCost) + largest;
  const crossingCost = new Float64Array(tensors.kept.length * links);
  for (let index = 0; index < tensors.kept.length; index += 1) {
    const from = (tensors.kept[index] ?? 0) * links;
    for (let link = tensors.keptFrom[index] ?? 0; link < links; link += 1) {
      crossingCost[index * links + link] = figure.crossingCost[from + link] ?? 0;
    }
  }
  const linkCost = new Float64Array(links);
  const reachCost = new Float64Array(links);
  for (let link = 0; link < links; link += 1) {
    const cost = figure.linkCost[link] ?? 0;
    if (link < surelyUsed) constant += cost;
    // A link below a node that needs no input may be unused, which the bound must not charge for.
    else if (link >= mayBeUsed) linkCost[link] = cost;
    const reached = figure.reachCost[link] ?? 0;
    if (link < mayBeUsed) constant += reached;
    else reachCost[link] = reached;
  }
  moveInfinite(nodeCost, blockedNodes);
  moveInfinite(crossingCost, blockedCrossings);
  return {
    constant,
    nodeCost,
    crossingCost,
    linkCost,
    reachCost,
    ...(figure.largest && { largest: figure.largest, surely: largest }),
  };
}

/** What the biggest node needs at least, wherever it runs. */
function largestAtLeast({ nodeCount, tierCount }: LimitedProblem, ranges: Ranges, { largest }: Figure): number {
  let most = 0;
  if (largest === undefined) return most;
  for (let node = 0; node < nodeCount; node += 1) {
    let least = Number.POSITIVE_INFINITY;
    for (let tier = ranges.lowest[node] ?? 0; tier <= (ranges.highest[node] ?? 0); tier += 1) {
      least = Math.min(least, largest[node * tierCount + tier] ?? 0);
    }
    most = Math.max(most, least);
  }
  return most;
}

function decidedNodes({ nodeCost }: Figure, { problem, ranges, indexOf }: Parts): number {
  let sum = 0;
  for (let node = 0; node < problem.nodeCount; node += 1) {
    if (indexOf[node] === -1) sum += nodeCost[node * problem.tierCount + (ranges.lowest[node] ?? 0)] ?? 0;
  }
  return sum;
}

/** Adds certain crossings to the nodes that they depend on. @returns what they cost where that is decided */
function addCertain({ crossingCost }: Figure, parts: Parts, nodeCost: Float64Array): number {
  const { problem, ranges, indexOf, tensors } = parts;
  const { tierCount } = problem;
  let decided = 0;
  for (let place = 0; place < tensors.certain.length; place += 1) {
    const tensor = tensors.certain[place] ?? 0;
    const maker = problem.producer[tensor] ?? -1;
    const index = maker < 0 ? -1 : (indexOf[maker] ?? -1);
    const low = maker < 0 ? 0 : (ranges.lowest[maker] ?? 0);
    const high = maker < 0 ? 0 : (ranges.highest[maker] ?? 0);
    let sum = 0;
    for (let tier = (tensors.certainTo[place] ?? 0) - 1; tier >= low; tier -= 1) {
      sum += crossingCost[tensor * (tierCount - 1) + tier] ?? 0;
      const at = index * tierCount + tier;
      if (index >= 0 && tier <= high) nodeCost[at] = (nodeCost[at] ?? 0) + sum;
    }
    if (index < 0) decided += sum;
  }
  return decided;
}

/** Infinite costs become blocks, so that a figure whose price is 0 forbids as well. */
function moveInfinite(cost: Float64Array, blocked: Float64Array): void {
  for (let at = 0; at < cost.length; at += 1) {
    if (blocked[at] === Number.POSITIVE_INFINITY) cost[at] = 0;
    else if (cost[at] === Number.POSITIVE_INFINITY) {
      blocked[at] = Number.POSITIVE_INFINITY;
      cost[at] = 0;
    }
  }
}

/** What a figure takes at least, node by node; crossings that are not certain count nothing. */
export function leastOf({ topology, blockedNodes }: Reduction, { constant, nodeCost }: ReducedFigure): number {
  const { tierCount, nodeCount } = topology;
  let sum = constant;
  for (let node = 0; node < nodeCount; node += 1) sum += leastCost(nodeCost, blockedNodes, node, tierCount);
  return sum;
}

export function leastCost(nodeCost: Float64Array, blocked: Float64Array, node: number, tierCount: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let at = node * tierCount; at < (node + 1) * tierCount; at += 1) {
    if (blocked[at] === 0) least = Math.min(least, nodeCost[at] ?? 0);
  }
  return least;
}
