import { ArcList, SINK, SOURCE, UNCUTTABLE } from './minCut';
import { type ExactProblem, nodeCostAt } from './problem';

/** A run of consecutive nodes and the tensors that lie between them, cut out of a problem. */
export interface Block {
  /** First node; the tensors that enter were made by the entry, which is not part of the block. */
  readonly firstNode: number;
  /** One past the last node. */
  readonly endNode: number;
  /** Tensors with a reader in the block. */
  readonly tensors: Int32Array;
  /** True when the block ends with an articulation node: only what that node makes is read further on. */
  readonly closed: boolean;
  /** True when some node but the last is read by nobody, so that it may run above the last one. */
  readonly hasSideEnds: boolean;
}

/** What is fixed while one block is solved. */
export interface BlockFrame {
  /** Tier of whatever makes the tensors that enter: no node of the block is below it. */
  readonly entryTier: number;
  /** Tier of the block's last node; free where absent. */
  readonly exitTier?: number;
  /** No node runs above this tier. */
  readonly highestTier: number;
}

export interface BlockSolution {
  readonly cost: number;
  /** Tier per node of the block, from its first. */
  readonly tierOfNode: Uint8Array;
}

/**
 * Best tiers inside one block by one minimum cut. Boundary k of the block is a downset S_k; vertex (v, k) on the
 * source's side says "v is in S_k", that is "v runs on tier k or below". Along a node, the chain of its vertices pays
 * the node's cost; reverse uncuttable arcs keep S_k inside S_{k+1} and every S_k closed under predecessors, without
 * which a node that is dearer on one tier would open a free way back down. A tensor with several readers gets a vertex
 * of its own, so that it pays once per link.
 * @returns nothing where no assignment is allowed
 */
export function cutBlock(problem: ExactProblem, block: Block, frame: BlockFrame): BlockSolution | undefined {
  const builder = new BlockNetwork(problem, block, frame);
  const tierOfNode = builder.solve();
  if (tierOfNode === undefined) return undefined;
  const cost = blockCost(problem, block, frame, tierOfNode);
  return Number.isFinite(cost) ? { cost, tierOfNode } : undefined;
}

/** Cost of given tiers inside a block: its nodes, and the tensors that its nodes read. */
export function blockCost(problem: ExactProblem, block: Block, frame: BlockFrame, tierOfNode: Uint8Array): number {
  const links = problem.tierCount - 1;
  const { firstNode, endNode } = block;
  let cost = 0;
  for (let node = firstNode; node < endNode; node += 1) {
    cost += nodeCostAt(problem, node, tierOfNode[node - firstNode] ?? 0);
  }
  for (const tensor of block.tensors) {
    const producer = problem.producer[tensor] ?? -1;
    const from = producer < firstNode ? frame.entryTier : (tierOfNode[producer - firstNode] ?? 0);
    let to = from;
    const end = problem.consumerStart[tensor + 1] ?? 0;
    for (let at = problem.consumerStart[tensor] ?? 0; at < end; at += 1) {
      to = Math.max(to, tierOfNode[(problem.consumers[at] ?? 0) - firstNode] ?? 0);
    }
    for (let link = from; link < to; link += 1) cost += problem.crossingCost[tensor * links + link] ?? 0;
  }
  return cost;
}

class BlockNetwork {
  private readonly arcs = new ArcList();
  private readonly boundaries: number;
  private readonly vertexOf: Int32Array;
  private vertexCount = 2;

  constructor(
    private readonly problem: ExactProblem,
    private readonly block: Block,
    private readonly frame: BlockFrame,
  ) {
    this.boundaries = frame.highestTier - frame.entryTier;
    this.vertexOf = new Int32Array((block.endNode - block.firstNode) * this.boundaries);
  }

  solve(): Uint8Array | undefined {
    const { firstNode, endNode } = this.block;
    const { entryTier } = this.frame;
    for (let node = firstNode; node < endNode; node += 1) if (!this.addNode(node)) return undefined;
    const { tensors } = this.block;
    for (let place = 0; place < tensors.length; place += 1) this.addTensor(tensors[place] ?? 0);
    const tierOfNode = new Uint8Array(endNode - firstNode).fill(entryTier);
    if (this.boundaries === 0) return tierOfNode;
    const cut = this.arcs.minCut(this.vertexCount);
    if (cut === undefined) return undefined;
    for (let node = firstNode; node < endNode; node += 1) {
      for (let boundary = 0; boundary < this.boundaries; boundary += 1) {
        const vertex = this.vertex(node, boundary);
        const below = vertex === SOURCE || (vertex !== SINK && cut.sourceSide[vertex] === 1);
        if (!below) tierOfNode[node - firstNode] = entryTier + boundary + 1;
      }
    }
    return tierOfNode;
  }

  private vertex(node: number, boundary: number): number {
    return this.vertexOf[(node - this.block.firstNode) * this.boundaries + boundary] ?? SINK;
  }

  private costOn(node: number, tier: number): number {
    const { exitTier } = this.frame;
    const isExit = exitTier !== undefined && node === this.block.endNode - 1;
    return isExit && tier !== exitTier ? UNCUTTABLE : nodeCostAt(this.problem, node, tier);
  }

  /** Makes the node's vertices and its chain of costs; false when no tier of the frame is allowed. */
  private addNode(node: number): boolean {
    const { entryTier, highestTier } = this.frame;
    let lowest = entryTier;
    let highest = highestTier;
    while (lowest <= highest && !Number.isFinite(this.costOn(node, lowest))) lowest += 1;
    while (highest > lowest && !Number.isFinite(this.costOn(node, highest))) highest -= 1;
    if (lowest > highest) return false;
    for (let boundary = 0; boundary < this.boundaries; boundary += 1) {
      const tier = entryTier + boundary;
      const vertex = tier < lowest ? SINK : tier >= highest ? SOURCE : this.vertexCount++;
      this.vertexOf[(node - this.block.firstNode) * this.boundaries + boundary] = vertex;
    }
    for (let tier = lowest; tier <= highest; tier += 1) {
      const above = tier - entryTier < this.boundaries ? this.vertex(node, tier - entryTier) : SOURCE;
      const below = tier > entryTier ? this.vertex(node, tier - entryTier - 1) : SINK;
      this.arcs.add(above, below, this.costOn(node, tier));
      if (below !== SINK && above !== SOURCE) this.arcs.add(below, above, UNCUTTABLE);
    }
    return true;
  }

  private addTensor(tensor: number): void {
    const { frame, arcs } = this;
    const { tierCount, crossingCost, producer, consumerStart, consumers } = this.problem;
    const maker = producer[tensor] ?? -1;
    const entersBlock = maker < this.block.firstNode;
    const start = consumerStart[tensor] ?? 0;
    const end = consumerStart[tensor + 1] ?? 0;
    for (let boundary = 0; boundary < this.boundaries; boundary += 1) {
      const link = frame.entryTier + boundary;
      const cost = crossingCost[tensor * (tierCount - 1) + link] ?? 0;
      const made = entersBlock ? SOURCE : this.vertex(maker, boundary);
      for (let at = start; !entersBlock && at < end; at += 1) {
        arcs.add(this.vertex(consumers[at] ?? 0, boundary), made, UNCUTTABLE);
      }
      if (made === SINK) continue;
      if (end - start === 1) {
        arcs.add(made, this.vertex(consumers[start] ?? 0, boundary), cost);
      } else if (cost > 0) {
        const crossing = this.vertexCount++;
        arcs.add(made, crossing, cost);
        for (let at = start; at < end; at += 1) {
          arcs.add(crossing, this.vertex(consumers[at] ?? 0, boundary), UNCUTTABLE);
        }
      }
    }
  }
}
