import fc from 'fast-check';
import { assignmentCost, consumersOf, type ExactProblem } from '../../../src/engine/solver/problem';

/** Random problems: DAGs with shared tensors, forbidden tiers, costs that rise or fall with the tier, fixed link costs. */
export function problems(maxNodes: number, maxTiers: number): fc.Arbitrary<ExactProblem> {
  return fc
    .record({
      tierCount: fc.integer({ min: 2, max: maxTiers }),
      nodeCount: fc.integer({ min: 1, max: maxNodes }),
      seed: fc.infiniteStream(fc.nat(1000)),
      withLinkCost: fc.boolean(),
      density: fc.integer({ min: 1, max: 4 }),
      chainLike: fc.boolean(),
    })
    .map(({ tierCount, nodeCount, seed, withLinkCost, density, chainLike }) => {
      const next = () => Number(seed.next().value);
      const nodeCost = Float64Array.from({ length: nodeCount * tierCount }, () =>
        next() < 20 ? Number.POSITIVE_INFINITY : next() % 30,
      );
      const readersOf: number[][] = Array.from({ length: nodeCount + 2 }, () => []);
      for (let node = 0; node < nodeCount; node += 1) {
        for (let read = 0; read < 1 + (next() % density); read += 1) {
          const back = chainLike ? 1 + (next() % 2) : 1 + (next() % (node + 2));
          readersOf[Math.max(0, node + 2 - back)]?.push(node);
        }
      }
      const producer: number[] = [];
      const consumerStart = [0];
      const consumers: number[] = [];
      for (const [index, readers] of readersOf.entries()) {
        producer.push(index < 2 ? -1 : index - 2);
        consumers.push(...[...new Set(readers)].sort((a, b) => a - b));
        consumerStart.push(consumers.length);
      }
      return {
        tierCount,
        nodeCount,
        nodeCost,
        producer: Int32Array.from(producer),
        consumerStart: Int32Array.from(consumerStart),
        consumers: Int32Array.from(consumers),
        crossingCost: Float64Array.from({ length: producer.length * (tierCount - 1) }, () =>
          next() < 10 ? Number.POSITIVE_INFINITY : next() % 20,
        ),
        linkCost: Float64Array.from({ length: tierCount - 1 }, () => (withLinkCost ? next() % 15 : 0)),
        reachCost: Float64Array.from({ length: tierCount - 1 }, () => (withLinkCost ? next() % 9 : 0)),
      };
    });
}

/** Least cost over every assignment that does not fall along an edge, by trying all of them; any other costs `Infinity`. */
export function bruteForce(problem: ExactProblem): number {
  const makersOf: number[][] = Array.from({ length: problem.nodeCount }, () => []);
  for (const [tensor, maker] of problem.producer.entries()) {
    if (maker >= 0) for (const reader of consumersOf(problem, tensor)) makersOf[reader]?.push(maker);
  }
  const tierOfNode = new Uint8Array(problem.nodeCount);
  let best = Number.POSITIVE_INFINITY;
  const tryFrom = (node: number): void => {
    if (node === problem.nodeCount) {
      best = Math.min(best, assignmentCost(problem, tierOfNode));
      return;
    }
    const lowest = Math.max(0, ...(makersOf[node] ?? []).map((maker) => tierOfNode[maker] ?? 0));
    for (let tier = lowest; tier < problem.tierCount; tier += 1) {
      tierOfNode[node] = tier;
      tryFrom(node + 1);
    }
  };
  tryFrom(0);
  return best;
}
