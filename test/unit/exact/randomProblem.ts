import fc from 'fast-check';
import { assignmentCost, type ExactProblem } from '../../../src/engine/planning/exact/problem';

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
      };
    });
}

/** Least cost over every assignment, by trying all of them. */
export function bruteForce(problem: ExactProblem): number {
  const tierOfNode = new Uint8Array(problem.nodeCount);
  let best = Number.POSITIVE_INFINITY;
  for (;;) {
    best = Math.min(best, assignmentCost(problem, tierOfNode));
    let node = 0;
    while (node < problem.nodeCount && tierOfNode[node] === problem.tierCount - 1) tierOfNode[node++] = 0;
    if (node === problem.nodeCount) return best;
    tierOfNode[node] = (tierOfNode[node] ?? 0) + 1;
  }
}
