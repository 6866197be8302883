/**
 * Exact K-tier planning as a labeling problem (`docs/theory.md` section 5): choose a tier for every node, never falling along
 * an edge, so that the sum of node costs and crossing costs is least. All costs share one unit (that of the objective).
 */
export interface ExactProblem {
  readonly tierCount: number;
  readonly nodeCount: number;
  /** Cost of node v on tier k at `v * tierCount + k`; `Infinity` forbids it. */
  readonly nodeCost: Float64Array;
  /** Node that makes each tensor, or -1 for what is given on tier 0. */
  readonly producer: Int32Array;
  /** Readers of tensor t: `consumers[consumerStart[t] .. consumerStart[t + 1]]`, each later than the producer. */
  readonly consumerStart: Int32Array;
  readonly consumers: Int32Array;
  /** Cost of tensor t crossing link k at `t * (tierCount - 1) + k`; `Infinity` forbids it. */
  readonly crossingCost: Float64Array;
  /** Cost of using link k at all. */
  readonly linkCost: Float64Array;
  /** Cost of link k where any node runs above it, whether something crosses it or not. */
  readonly reachCost: Float64Array;
}

export interface ExactSolution {
  /** Tier of every node. */
  readonly tierOfNode: Uint8Array;
  /** Cost of the optimum; `Infinity` when no assignment is allowed. */
  readonly cost: number;
}

/** Number of tensors of a problem. */
export function tensorCount(problem: ExactProblem): number {
  return problem.producer.length;
}

/** Cost of node `node` on `tier`. */
export function nodeCostAt(problem: ExactProblem, node: number, tier: number): number {
  return problem.nodeCost[node * problem.tierCount + tier] ?? 0;
}

/** Cost of `tensor` on every link from tier `from` up to tier `to`. */
export function crossingCostBetween(problem: ExactProblem, tensor: number, from: number, to: number): number {
  const links = problem.tierCount - 1;
  let sum = 0;
  for (let link = from; link < to; link += 1) sum += problem.crossingCost[tensor * links + link] ?? 0;
  return sum;
}

/** Cost of an assignment: an independent statement of what the cut computes. `Infinity` where it falls along an edge. */
export function assignmentCost(problem: ExactProblem, tierOfNode: Uint8Array): number {
  let cost = 0;
  const used = new Uint8Array(Math.max(0, problem.tierCount - 1));
  for (let node = 0; node < problem.nodeCount; node += 1) cost += nodeCostAt(problem, node, tierOfNode[node] ?? 0);
  for (let tensor = 0; tensor < tensorCount(problem); tensor += 1) {
    const producer = problem.producer[tensor] ?? -1;
    const from = producer < 0 ? 0 : (tierOfNode[producer] ?? 0);
    let to = from;
    for (const consumer of consumersOf(problem, tensor)) {
      const tier = tierOfNode[consumer] ?? 0;
      if (tier < from) return Number.POSITIVE_INFINITY;
      to = Math.max(to, tier);
    }
    cost += crossingCostBetween(problem, tensor, from, to);
    used.fill(1, from, to);
  }
  for (const [link, isUsed] of used.entries()) if (isUsed) cost += problem.linkCost[link] ?? 0;
  return cost + reachedCost(problem, tierOfNode);
}

/** Cost of the links that anything runs above. */
function reachedCost({ nodeCount, reachCost }: ExactProblem, tierOfNode: Uint8Array): number {
  let highest = 0;
  for (let node = 0; node < nodeCount; node += 1) highest = Math.max(highest, tierOfNode[node] ?? 0);
  return reachCost.subarray(0, highest).reduce((sum, one) => sum + one, 0);
}

/** The readers of a tensor, as a view. */
export function consumersOf(problem: Pick<ExactProblem, 'consumers' | 'consumerStart'>, tensor: number): Int32Array {
  return problem.consumers.subarray(problem.consumerStart[tensor] ?? 0, problem.consumerStart[tensor + 1] ?? 0);
}
