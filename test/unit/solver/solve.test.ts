import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockKinds } from '../../../src/engine/solver/blockKinds';
import { splitIntoBlocks } from '../../../src/engine/solver/blocks';
import { contractProblem } from '../../../src/engine/solver/contraction';
import { assignmentCost, type ExactProblem } from '../../../src/engine/solver/problem';
import { solveExactly } from '../../../src/engine/solver/solve';
import { bruteForce, problems } from './randomProblem';

describe('the exact planner', () => {
  it('finds what trying every assignment finds', () => {
    fc.assert(
      fc.property(problems(7, 4), (problem) => {
        const solution = solveExactly(problem);
        expect(solution.cost).toBe(bruteForce(problem));
        if (Number.isFinite(solution.cost)) expect(assignmentCost(problem, solution.tierOfNode)).toBe(solution.cost);
      }),
      { numRuns: 4000 },
    );
  });

  it('finds what trying every assignment finds on two tiers and up to 14 nodes', () => {
    fc.assert(
      fc.property(problems(14, 2), (problem) => {
        expect(solveExactly(problem).cost).toBe(bruteForce(problem));
      }),
      { numRuns: 400 },
    );
  });

  it('contracts without changing the optimum', () => {
    fc.assert(
      fc.property(problems(7, 3), (problem) => {
        const { problem: smaller } = contractProblem(problem);
        expect(bruteForce(smaller)).toBe(bruteForce(problem));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes layers for equal where everything about them is, and solves each like itself', () => {
    const problem = layers();
    const kindsOf = (one: ExactProblem) => [...blockKinds(one, splitIntoBlocks(one))];
    expect(kindsOf(problem)).toEqual([0, 0, 0, 3]);
    expect(solveExactly(problem).cost).toBe(bruteForce(problem));
    const second = { nodeCost: [9, 18], crossingCost: [6, 12] } as const;
    for (const field of ['nodeCost', 'crossingCost'] as const) {
      for (let at: number = second[field][0]; at < second[field][1]; at++) {
        const changed = { ...problem, [field]: problem[field].with(at, 30) };
        expect(kindsOf(changed)).toEqual([0, 1, 0, 3]);
        expect(solveExactly(changed).cost).toBe(bruteForce(changed));
      }
    }
    // What enters the second layer is read by its last node too.
    const consumers = Int32Array.of(0, 1, 2, 2, 3, 4, 5, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11);
    const consumerStart = Int32Array.of(0, 2, 3, 4, 7, 8, 9, 11, 12, 13, 15, 16, 17);
    const reading = { ...problem, consumers, consumerStart };
    expect(kindsOf(reading)).toEqual([0, 1, 0, 3]);
    expect(solveExactly(reading).cost).toBe(bruteForce(reading));
  });

  it('does not fall into the trap of a free way back down (docs/theory.md section 5)', () => {
    // v0 -> a -> b; lower tier 10 and 1 ms, upper tier 1 and 10 ms; transfers 1 and 5 ms. The true best is 11.
    const trap: ExactProblem = {
      tierCount: 2,
      nodeCount: 2,
      nodeCost: Float64Array.of(10, 1, 1, 10),
      producer: Int32Array.of(-1, 0),
      consumerStart: Int32Array.of(0, 1, 2),
      consumers: Int32Array.of(0, 1),
      crossingCost: Float64Array.of(1, 5),
      linkCost: Float64Array.of(0),
      reachCost: Float64Array.of(0),
    };
    expect(solveExactly(trap).cost).toBe(11);
  });

  it('solves a chain of 20,000 nodes and an empty problem', () => {
    const nodeCount = 20_000;
    const chain: ExactProblem = {
      tierCount: 3,
      nodeCount,
      nodeCost: Float64Array.from({ length: nodeCount * 3 }, (_, at) => ((at * 7919) % 101) + 1),
      producer: Int32Array.from({ length: nodeCount }, (_, tensor) => tensor - 1),
      consumerStart: Int32Array.from({ length: nodeCount + 1 }, (_, at) => at),
      consumers: Int32Array.from({ length: nodeCount }, (_, at) => at),
      crossingCost: Float64Array.from({ length: nodeCount * 2 }, (_, at) => ((at * 104_729) % 5000) + 1),
      linkCost: Float64Array.of(3, 4),
      reachCost: Float64Array.of(0, 0),
    };
    expect(solveExactly(chain).cost).toBe(chainOptimum(chain));
    const none = new Int32Array(0);
    const empty = { ...chain, nodeCount: 0, producer: none, consumerStart: Int32Array.of(0), consumers: none };
    expect(solveExactly({ ...empty, nodeCost: new Float64Array(0), crossingCost: new Float64Array(0) }).cost).toBe(0);
  });
});

/** Four equal diamonds in a row on three tiers: in each, two nodes read what enters, and a third one reads both. */
function layers(): ExactProblem {
  const repeated = (...layer: number[]) =>
    Float64Array.from({ length: layer.length * 4 }, (_, at) => layer[at % layer.length] ?? 0);
  return {
    tierCount: 3,
    nodeCount: 12,
    nodeCost: repeated(1, 9, 5, 8, 2, 7, 6, 5, 4),
    producer: Int32Array.from({ length: 12 }, (_, tensor) => tensor - 1),
    consumerStart: Int32Array.of(0, 2, 3, 4, 6, 7, 8, 10, 11, 12, 14, 15, 16),
    consumers: Int32Array.of(0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11),
    crossingCost: repeated(3, 2, 1, 2, 2, 1),
    linkCost: Float64Array.of(0, 0),
    reachCost: Float64Array.of(0, 0),
  };
}

/** Plain dynamic program over a chain, written for this test alone. */
function chainOptimum(chain: ExactProblem): number {
  const { tierCount, nodeCount } = chain;
  let best = Number.POSITIVE_INFINITY;
  for (let highest = 0; highest < tierCount; highest += 1) {
    let cost = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let node = 0; node < nodeCount; node += 1) {
      const next = cost.map(() => Number.POSITIVE_INFINITY);
      for (let tier = 0; tier <= highest; tier += 1) {
        let move = 0;
        for (let from = tier; from >= 0; from -= 1) {
          const sum = (cost[from] ?? 0) + move + (chain.nodeCost[node * tierCount + tier] ?? 0);
          next[tier] = Math.min(next[tier] ?? 0, sum);
          move += chain.crossingCost[node * 2 + from - 1] ?? 0;
        }
      }
      cost = next;
    }
    const fixed = chain.linkCost.subarray(0, highest).reduce((sum, value) => sum + value, 0);
    best = Math.min(best, Math.min(...cost) + fixed);
  }
  return best;
}
