import type { ExactProblem } from '../solver/problem';
import { solveExactly } from '../solver/solve';
import { type Block, placesOfNodes } from './blocks';
import type { Group } from './groups';
import type { SplitGraph, SplitNode } from './splitGraph';

/** Groups times minimum cuts that all blocks together may take. */
const groupCuts = 20_000;
/** Blocks that leave room for fewer cuts than this are not begun. */
const fewestCuts = 6;
/** Part of a weight that is spread evenly over the nodes, so that of equal cuts the one with fewer nodes below wins. */
const evenPart = 1e-7;

/** What a node below a cut weighs: what its time on a tier grows with. */
const weights: readonly ((node: SplitNode) => number)[] = [
  (node) => node.macs ?? 0,
  (node) => node.trafficBytes ?? 0,
  (node) => (node.viewOnly ? 0 : 1),
];

/** A cut inside a block: the groups below it, what they weigh, and what crosses. */
interface WeighedCut {
  readonly chosen: readonly number[];
  readonly weight: number;
  readonly bytes: number;
}

/**
 * Cuts of a block that has too many downsets to look at: the corners of the lower convex hull of bytes over weight below,
 * for MACs, traffic and number of nodes as weights. Each corner is a minimum cut of bytes + lambda x weight, found by
 * halving the range between two corners until no cut lies below the line through them (Eisner and Severance, JACM 1976).
 * Where the time of a node on every tier grows with one of the weights, an optimum cuts the block at such corners.
 */
export class HullSearch {
  private readonly placeOf: Int32Array;
  private budget = groupCuts;

  constructor(
    private readonly graph: SplitGraph,
    private readonly groups: readonly Group[],
    private readonly bytesOf: Float64Array,
  ) {
    this.placeOf = placesOfNodes(graph, groups);
  }

  /** Groups below each cut, per cut. */
  searchBlock(block: Block): (readonly number[])[] {
    if ((block.until - block.from) * fewestCuts > this.budget) return [];
    const topology = this.topologyOf(block);
    const found = weights.flatMap((weigh) => this.hullOf(block, topology, this.weightsOf(block, weigh)));
    return found.map((cut) => cut.chosen);
  }

  private weightsOf(block: Block, weigh: (node: SplitNode) => number): Float64Array {
    const inBlock = this.groups.slice(block.from, block.until);
    const own = Float64Array.from(inBlock, ({ members }) =>
      members.reduce((sum, member) => sum + (this.graph.nodes[member] ? weigh(this.graph.nodes[member]) : 0), 0),
    );
    const total = own.reduce((sum, weight) => sum + weight, 0) || 1;
    return own.map((weight, place) => weight / total + evenPart * (inBlock[place]?.members.length ?? 0));
  }

  private hullOf(block: Block, topology: BlockTopology, weightOf: Float64Array): WeighedCut[] {
    const none: WeighedCut = { chosen: [], weight: 0, bytes: topology.bytesOfCut(new Uint8Array(weightOf.length)) };
    const total = weightOf.reduce((sum, weight) => sum + weight, 0);
    const fewest = this.cut(block, topology, weightOf, 0.5 / total);
    if (fewest === undefined || fewest.bytes >= none.bytes) return [];
    const corners = [fewest];
    const between = (lighter: WeighedCut, heavier: WeighedCut): void => {
      const lambda = (lighter.bytes - heavier.bytes) / (heavier.weight - lighter.weight);
      const corner = this.cut(block, topology, weightOf, lambda);
      if (corner === undefined) return;
      const onLine = lighter.bytes + lambda * lighter.weight;
      const isBelow = corner.bytes + lambda * corner.weight < onLine * (1 - 1e-9);
      if (!isBelow || corner.weight <= lighter.weight || corner.weight >= heavier.weight) return;
      corners.push(corner);
      between(lighter, corner);
      between(corner, heavier);
    };
    between(none, fewest);
    return corners;
  }

  /** The cut of least bytes + lambda x weight; nothing once the budget is used up. */
  private cut(block: Block, topology: BlockTopology, weightOf: Float64Array, lambda: number): WeighedCut | undefined {
    this.budget -= weightOf.length;
    if (this.budget < 0) return undefined;
    const { tierOfNode } = solveExactly(topology.problem(weightOf, lambda));
    const chosen: number[] = [];
    let weight = 0;
    for (const [place, nodeWeight] of weightOf.entries()) {
      if (tierOfNode[place] !== 0) continue;
      chosen.push(block.from + place);
      weight += nodeWeight;
    }
    return { chosen, weight, bytes: topology.bytesOfCut(tierOfNode.map((tier) => 1 - tier)) };
  }

  /** The tensors that lie in a block or leave it; readers above the block are one node that stays above every cut. */
  private topologyOf(block: Block): BlockTopology {
    const size = block.until - block.from;
    const producer: number[] = [];
    const consumerStart = [0];
    const consumers: number[] = [];
    const bytes: number[] = [];
    for (const [index, tensor] of this.graph.tensors.entries()) {
      const maker = tensor.producer < 0 ? -1 : (this.placeOf[tensor.producer] ?? 0) - block.from;
      if (maker >= size) continue;
      const readers = new Set<number>();
      for (const consumer of tensor.consumers) {
        const place = (this.placeOf[consumer] ?? 0) - block.from;
        if (place >= 0 && place !== maker) readers.add(Math.min(place, size));
      }
      if (readers.size === 0) continue;
      producer.push(Math.max(-1, maker));
      consumers.push(...[...readers].sort((a, b) => a - b));
      consumerStart.push(consumers.length);
      bytes.push(this.bytesOf[index] ?? 0);
    }
    return new BlockTopology(size, {
      producer: Int32Array.from(producer),
      consumerStart: Int32Array.from(consumerStart),
      consumers: Int32Array.from(consumers),
      crossingCost: Float64Array.from(bytes),
    });
  }
}

/** The tensors of one block, ready to be cut between two tiers at different weights. */
class BlockTopology {
  constructor(
    private readonly size: number,
    private readonly tensors: Pick<ExactProblem, 'producer' | 'consumerStart' | 'consumers' | 'crossingCost'>,
  ) {}

  problem(weightOf: Float64Array, lambda: number): ExactProblem {
    const nodeCost = new Float64Array((this.size + 1) * 2);
    for (const [node, weight] of weightOf.entries()) nodeCost[node * 2] = lambda * weight;
    nodeCost[this.size * 2] = Number.POSITIVE_INFINITY;
    return {
      ...this.tensors,
      tierCount: 2,
      nodeCount: this.size + 1,
      nodeCost,
      linkCost: new Float64Array(1),
      reachCost: new Float64Array(1),
    };
  }

  /** Bytes that cross above the nodes with a 1. */
  bytesOfCut(isBelow: Uint8Array): number {
    const { producer, consumerStart, consumers, crossingCost } = this.tensors;
    let bytes = 0;
    for (const [tensor, maker] of producer.entries()) {
      if (maker >= 0 && isBelow[maker] !== 1) continue;
      const readers = consumers.subarray(consumerStart[tensor] ?? 0, consumerStart[tensor + 1] ?? 0);
      if (readers.some((reader) => isBelow[reader] !== 1)) bytes += crossingCost[tensor] ?? 0;
    }
    return bytes;
  }
}
