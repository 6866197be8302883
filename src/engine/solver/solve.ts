import { throwIfCanceled, unwatched, type Work } from '../../shared/work/work';
import { type Block, type BlockFrame, type BlockSolution, blockCost, cutBlock } from './blockCut';
import { blockKinds } from './blockKinds';
import { splitIntoBlocks } from './blocks';
import { type Contraction, contractProblem } from './contraction';
import { assignmentCost, type ExactProblem, type ExactSolution, inFieldOrder } from './problem';

/**
 * The optimum over all assignments of nodes to tiers that never fall along an edge: contraction, then a shortest path
 * over the tiers of the articulation nodes, whose steps are minimum cuts of single blocks. Costs of using a link at all
 * are not submodular by themselves; with the highest used tier fixed they are constants, so the whole is solved once
 * per highest tier.
 * @throws DnnSplitError `canceled`
 */
export function solveExactly(problem: ExactProblem, work: Work = unwatched): ExactSolution {
  return solveContracted(problem, contractProblem(problem), work);
}

/**
 * `solveExactly` with a contraction of the problem that is already there.
 * @throws DnnSplitError `canceled`
 */
export function solveContracted(
  problem: ExactProblem,
  { problem: smaller, nodeOf }: Contraction,
  work: Work = unwatched,
): ExactSolution {
  const chain = new BlockChain(inFieldOrder(smaller), work);
  const best = chain.solve();
  const tierOfNode = new Uint8Array(problem.nodeCount);
  if (best === undefined) return { tierOfNode, cost: Number.POSITIVE_INFINITY };
  for (let node = 0; node < nodeOf.length; node += 1) tierOfNode[node] = best[nodeOf[node] ?? 0] ?? 0;
  return { tierOfNode, cost: assignmentCost(inFieldOrder(problem), tierOfNode) };
}

/** How far the shortest path has come. */
interface Frontier {
  /** Least cost per tier of the last articulation node. */
  readonly cost: Float64Array;
  /** Per block and tier at its end: the tier at its start. Grows in place, one entry a block. */
  readonly cameFrom: Uint8Array[];
}

class BlockChain {
  private readonly blocks: readonly Block[];
  /** Per block the solutions in each frame; equal blocks share them. */
  private readonly solutions: readonly Map<number, BlockSolution | undefined>[];

  constructor(
    private readonly problem: ExactProblem,
    private readonly work: Work,
  ) {
    this.blocks = splitIntoBlocks(problem);
    const solutions: Map<number, BlockSolution | undefined>[] = [];
    for (const kind of blockKinds(problem, this.blocks)) solutions.push(solutions[kind] ?? new Map());
    this.solutions = solutions;
  }

  solve(): Uint8Array | undefined {
    const { linkCost, reachCost, tierCount } = this.problem;
    const isFree = [...linkCost, ...reachCost].every((cost) => cost === 0);
    let best: Uint8Array | undefined;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let highestTier = isFree ? tierCount - 1 : 0; highestTier < tierCount; highestTier += 1) {
      const assignment = this.shortestPath(highestTier);
      if (assignment === undefined) continue;
      const cost = assignmentCost(this.problem, assignment);
      if (cost >= bestCost) continue;
      best = assignment;
      bestCost = cost;
    }
    return best;
  }

  private shortestPath(highestTier: number): Uint8Array | undefined {
    let frontier: Frontier = { cost: this.unreached(), cameFrom: [] };
    frontier.cost[0] = 0;
    for (const [index, block] of this.blocks.entries()) {
      if (index % 64 === 0) throwIfCanceled(this.work);
      frontier = this.step(frontier, index, block, highestTier);
    }
    return this.trace(frontier, highestTier);
  }

  private unreached(): Float64Array {
    return new Float64Array(this.problem.tierCount).fill(Number.POSITIVE_INFINITY);
  }

  private step(frontier: Frontier, index: number, block: Block, highestTier: number): Frontier {
    const cost = this.unreached();
    const cameFrom = new Uint8Array(this.problem.tierCount);
    for (let entry = 0; entry <= highestTier; entry += 1) {
      const soFar = frontier.cost[entry] ?? Number.POSITIVE_INFINITY;
      if (!Number.isFinite(soFar)) continue;
      // An open end has one state; it is kept under tier 0.
      for (let exit = block.closed ? entry : 0; exit <= (block.closed ? highestTier : 0); exit += 1) {
        const solution = this.solveBlock(index, block, entry, exit, highestTier);
        if (solution === undefined || soFar + solution.cost >= (cost[exit] ?? 0)) continue;
        cost[exit] = soFar + solution.cost;
        cameFrom[exit] = entry;
      }
    }
    frontier.cameFrom.push(cameFrom);
    return { cost, cameFrom: frontier.cameFrom };
  }

  private solveBlock(index: number, block: Block, entry: number, exit: number, highest: number) {
    // Without side ends nothing in a closed block can be above its exit, so that the solution serves every highest tier.
    const top = block.closed && !block.hasSideEnds ? exit : highest;
    const key = (entry * 8 + exit) * 8 + top;
    const known = this.solutions[index];
    if (known?.has(key)) return known.get(key);
    const frame = { entryTier: entry, highestTier: top, ...(block.closed && { exitTier: exit }) };
    const solution = solveInFrame(this.problem, block, frame);
    known?.set(key, solution);
    return solution;
  }

  private trace(frontier: Frontier, highestTier: number): Uint8Array | undefined {
    const assignment = new Uint8Array(this.problem.nodeCount);
    let exit = frontier.cost.reduce((best, cost, tier) => (cost < (frontier.cost[best] ?? 0) ? tier : best), 0);
    if (!Number.isFinite(frontier.cost[exit])) return undefined;
    for (let index = this.blocks.length - 1; index >= 0; index -= 1) {
      const block = this.blocks[index];
      if (block === undefined) return undefined;
      const entry = frontier.cameFrom[index]?.[exit] ?? 0;
      const solution = this.solveBlock(index, block, entry, exit, highestTier);
      if (solution === undefined) return undefined;
      assignment.set(solution.tierOfNode, block.firstNode);
      exit = entry;
    }
    return assignment;
  }
}

/** Solves a block; where its tiers follow from the frame no cut is needed. */
function solveInFrame(problem: ExactProblem, block: Block, frame: BlockFrame): BlockSolution | undefined {
  const { entryTier, exitTier } = frame;
  const nodes = block.endNode - block.firstNode;
  const isGiven = exitTier !== undefined && (nodes === 1 || (entryTier === exitTier && !block.hasSideEnds));
  if (!isGiven) return cutBlock(problem, block, frame);
  const tierOfNode = new Uint8Array(nodes).fill(exitTier);
  const cost = blockCost(problem, block, frame, tierOfNode);
  return Number.isFinite(cost) ? { cost, tierOfNode } : undefined;
}
