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
  /**
   * 1 for what only costs like a tensor, while others keep its readers above its producer; absent where there is none.
   */
  readonly follows?: Uint8Array | undefined;
  /** Cost of tensor t crossing link k at `t * (tierCount - 1) + k`; `Infinity` forbids it. */
  readonly crossingCost: Float64Array;
  /** Cost of using link k at all. */
  readonly linkCost: Float64Array;
  /** Cost of link k where any node runs above it, whether something crosses it or not. */
  readonly reachCost: Float64Array;
}

/**
 * The same problem with its fields in one order. V8 compiles loops for each order of fields that it meets, and in a run of
 * a few seconds takes longer for that than for the loops.
 */
export function inFieldOrder(problem: ExactProblem): ExactProblem {
  return {
    tierCount: problem.tierCount,
    nodeCount: problem.nodeCount,
    nodeCost: problem.nodeCost,
    producer: problem.producer,
    consumerStart: problem.consumerStart,
    consumers: problem.consumers,
    follows: problem.follows,
    crossingCost: problem.crossingCost,
    linkCost: problem.linkCost,
    reachCost: problem.reachCost,
  };
}

export interface ExactSolution {
  /** Tier of every node. */
  readonly tierOfNode: Uint8Array;
  /** Cost of the optimum; `Infinity` when no assignment is allowed. */
  readonly cost: number;
}

/** Number of tensors of a problem. */
export function tensorCount(problem: Pick<ExactProblem, 'producer'>): number {
  return problem.producer.length;
}

/** Cost of node `node` on `tier`. */
export function nodeCostAt(problem: ExactProblem, node: number, tier: number): number {
  return problem.nodeCost[node * problem.tierCount + tier] ?? 0;
}

/** What nodes, crossings and links cost, apart from what reads what. */
export type Costs = Pick<ExactProblem, 'nodeCost' | 'crossingCost' | 'linkCost' | 'reachCost'>;

/** Cost of an assignment: an independent statement of what the cut computes. `Infinity` where it falls along an edge. */
export function assignmentCost(problem: ExactProblem, tierOfNode: Uint8Array): number {
  return assignmentCosts(problem, [problem], tierOfNode)[0] ?? 0;
}

/** Costs of an assignment of one graph in several units, each as by `assignmentCost`. */
export function assignmentCosts(
  graph: Omit<ExactProblem, keyof Costs>,
  costs: readonly Costs[],
  tierOfNode: Uint8Array,
) {
  const { tierCount, nodeCount, producer } = graph;
  const sums = Float64Array.from(costs, ({ nodeCost }) => {
    let sum = 0;
    for (let node = 0; node < nodeCount; node += 1) sum += nodeCost[node * tierCount + (tierOfNode[node] ?? 0)] ?? 0;
    return sum;
  });
  const used = new Uint8Array(Math.max(0, tierCount - 1));
  for (let tensor = 0; tensor < producer.length; tensor += 1) {
    const maker = producer[tensor] ?? -1;
    const from = maker < 0 ? 0 : (tierOfNode[maker] ?? 0);
    const to = highestReader(graph, tensor, from, tierOfNode);
    if (to < from) return sums.fill(Number.POSITIVE_INFINITY);
    for (let link = from; link < to; link += 1) {
      used[link] = 1;
      const at = tensor * (tierCount - 1) + link;
      for (let c = 0; c < costs.length; c += 1) sums[c] = (sums[c] ?? 0) + (costs[c]?.crossingCost[at] ?? 0);
    }
  }
  const highest = highestTier(graph, tierOfNode);
  for (const [c, one] of costs.entries()) sums[c] = (sums[c] ?? 0) + linkCosts(one, used, highest);
  return sums;
}

/** Of the links that something crosses, and of those that something runs above. */
function linkCosts({ linkCost, reachCost }: Costs, used: Uint8Array, highest: number): number {
  let sum = 0;
  for (let link = 0; link < used.length; link += 1) {
    if (used[link] === 1) sum += linkCost[link] ?? 0;
    if (link < highest) sum += reachCost[link] ?? 0;
  }
  return sum;
}

/** The highest tier that runs anything. */
function highestTier({ nodeCount }: Pick<ExactProblem, 'nodeCount'>, tierOfNode: Uint8Array): number {
  let highest = 0;
  for (let node = 0; node < nodeCount; node += 1) highest = Math.max(highest, tierOfNode[node] ?? 0);
  return highest;
}

/** The highest tier that reads a tensor which is made on tier `from`; -1 where some reader is below that. */
function highestReader(
  { consumers, consumerStart }: Omit<ExactProblem, keyof Costs>,
  tensor: number,
  from: number,
  tierOfNode: Uint8Array,
): number {
  const end = consumerStart[tensor + 1] ?? 0;
  let highest = from;
  for (let at = consumerStart[tensor] ?? 0; at < end; at += 1) {
    const tier = tierOfNode[consumers[at] ?? 0] ?? 0;
    if (tier < from) return -1;
    if (tier > highest) highest = tier;
  }
  return highest;
}

/** The readers of a tensor, as a view. */
export function consumersOf(problem: Pick<ExactProblem, 'consumers' | 'consumerStart'>, tensor: number): Int32Array {
  return problem.consumers.subarray(problem.consumerStart[tensor] ?? 0, problem.consumerStart[tensor + 1] ?? 0);
}
