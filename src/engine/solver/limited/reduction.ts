import { consumersOf, type ExactProblem } from '../problem';
import { type Figure, figuresOf, type LimitedProblem } from './limitedProblem';
import type { Ranges } from './ranges';

/** A figure over the nodes that are still free, and what everything that is decided adds to it. */
export interface ReducedFigure extends Figure {
  readonly constant: number;
}

/**
 * What is left of a problem once some nodes have one tier only: the free nodes and the tensors between them, in the
 * order of the original. What is certain moves into constants, and what follows from one node's tier into its costs, so
 * that a problem that is nearly decided is small.
 */
export interface Reduction {
  readonly topology: Pick<ExactProblem, 'tierCount' | 'nodeCount' | 'producer' | 'consumerStart' | 'consumers'>;
  /** The original's node for each one here. */
  readonly nodeOf: Int32Array;
  /** In the order of `figuresOf`; finite where `blockedNodes` and `blockedCrossings` allow. */
  readonly figures: readonly ReducedFigure[];
  /** `Infinity` where a node may not run, 0 elsewhere. */
  readonly blockedNodes: Float64Array;
  readonly blockedCrossings: Float64Array;
}

/** How one tensor takes part: from tier `from` on it crosses up to the highest of its remaining readers. */
interface KeptTensor {
  readonly tensor: number;
  readonly maker: number;
  readonly from: number;
  readonly readers: readonly number[];
}

/** A tensor that crosses every link from where its maker runs up to tier `to`, whatever its free readers do. */
interface CertainTensor {
  readonly tensor: number;
  readonly maker: number;
  readonly to: number;
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
  const { kept, certain } = sortTensors(problem, ranges, indexOf);
  const nodeOf = Int32Array.from(free);
  const blockedNodes = new Float64Array(free.length * tierCount);
  for (const [index, node] of free.entries()) {
    for (let tier = 0; tier < tierCount; tier += 1) {
      const isOpen = tier >= (lowest[node] ?? 0) && tier <= (highest[node] ?? 0);
      if (!isOpen) blockedNodes[index * tierCount + tier] = Number.POSITIVE_INFINITY;
    }
  }
  const blockedCrossings = new Float64Array(kept.length * (tierCount - 1));
  const parts = { problem, ranges, indexOf, nodeOf, kept, certain, blockedNodes, blockedCrossings };
  const figures = figuresOf(problem).map((figure) => reduceFigure(figure, parts, surelyUsed, mayBeUsed));
  return {
    topology: topologyOf(kept, free.length, tierCount, indexOf),
    nodeOf,
    figures,
    blockedNodes,
    blockedCrossings,
  };
}

function sortTensors(problem: LimitedProblem, { lowest, highest }: Ranges, indexOf: Int32Array) {
  const kept: KeptTensor[] = [];
  const certain: CertainTensor[] = [];
  for (let tensor = 0; tensor < problem.producer.length; tensor += 1) {
    const maker = problem.producer[tensor] ?? -1;
    const makerLow = maker < 0 ? 0 : (lowest[maker] ?? 0);
    const makerHigh = maker < 0 ? 0 : (highest[maker] ?? 0);
    const consumers = consumersOf(problem, tensor);
    let to = makerLow;
    for (const reader of consumers) to = Math.max(to, lowest[reader] ?? 0);
    if (to > makerLow) certain.push({ tensor, maker, to });
    let readers: number[] | undefined;
    for (const reader of consumers) {
      const crosses = (highest[reader] ?? 0) > to || makerHigh > (lowest[reader] ?? 0);
      if (indexOf[reader] === -1 || !crosses) continue;
      readers ??= [];
      readers.push(reader);
    }
    if (readers !== undefined) kept.push({ tensor, maker, from: to, readers });
  }
  return { kept, certain };
}

function topologyOf(kept: readonly KeptTensor[], nodeCount: number, tierCount: number, indexOf: Int32Array) {
  const consumers: number[] = [];
  const consumerStart = new Int32Array(kept.length + 1);
  const producer = new Int32Array(kept.length);
  for (const [index, { maker, readers }] of kept.entries()) {
    producer[index] = maker < 0 ? -1 : (indexOf[maker] ?? -1);
    for (const reader of readers) consumers.push(indexOf[reader] ?? 0);
    consumerStart[index + 1] = consumers.length;
  }
  return { tierCount, nodeCount, producer, consumerStart, consumers: Int32Array.from(consumers) };
}

interface Parts {
  readonly problem: LimitedProblem;
  readonly ranges: Ranges;
  readonly indexOf: Int32Array;
  readonly nodeOf: Int32Array;
  readonly kept: readonly KeptTensor[];
  readonly certain: readonly CertainTensor[];
  readonly blockedNodes: Float64Array;
  readonly blockedCrossings: Float64Array;
}

function reduceFigure(figure: Figure, parts: Parts, surelyUsed: number, mayBeUsed: number): ReducedFigure {
  const { problem, nodeOf, kept, blockedNodes, blockedCrossings } = parts;
  const { tierCount } = problem;
  const links = tierCount - 1;
  const nodeCost = new Float64Array(nodeOf.length * tierCount);
  for (const [index, node] of nodeOf.entries()) {
    for (let tier = 0; tier < tierCount; tier += 1) {
      nodeCost[index * tierCount + tier] = figure.nodeCost[node * tierCount + tier] ?? 0;
    }
  }
  let constant = decidedNodes(figure, parts) + addCertain(figure, parts, nodeCost);
  const crossingCost = new Float64Array(kept.length * links);
  for (const [index, { tensor, from }] of kept.entries()) {
    for (let link = from; link < links; link += 1) {
      crossingCost[index * links + link] = figure.crossingCost[tensor * links + link] ?? 0;
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
  return { constant, nodeCost, crossingCost, linkCost, reachCost };
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
  const { problem, ranges, indexOf, certain } = parts;
  const { tierCount } = problem;
  let decided = 0;
  for (const { tensor, maker, to } of certain) {
    const index = maker < 0 ? -1 : (indexOf[maker] ?? -1);
    const [low, high] = maker < 0 ? [0, 0] : [ranges.lowest[maker] ?? 0, ranges.highest[maker] ?? 0];
    let sum = 0;
    for (let tier = to - 1; tier >= low; tier -= 1) {
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
