import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LoopFrame } from '../../../src/engine/solver/loops';
import { assignmentCost, type ExactProblem } from '../../../src/engine/solver/problem';
import { solveExactly } from '../../../src/engine/solver/solve';
import { problems } from './randomProblem';

/** A loop and what it costs on every link. */
interface PricedLoop {
  readonly maker: number;
  readonly readers: readonly number[];
  readonly up: readonly number[];
  readonly down: readonly number[];
}

const price = fc.integer({ min: 0, max: 40 });
const looped = problems(6, 4)
  .filter(({ nodeCount }) => nodeCount > 0)
  .chain((problem) => {
    const links = problem.tierCount - 1;
    const node = fc.nat({ max: problem.nodeCount - 1 });
    const one = fc.record({
      maker: node,
      readers: fc.uniqueArray(node, { minLength: 1, maxLength: 3 }).map((some) => some.sort((a, b) => a - b)),
      up: fc.array(price, { minLength: links, maxLength: links }),
      down: fc.array(price, { minLength: links, maxLength: links }),
    });
    // A link that is paid for whatever crosses is not what this is about.
    const free = { ...problem, linkCost: new Float64Array(links) };
    return fc.array(one, { minLength: 1, maxLength: 3 }).map((loops) => ({ problem: free, loops }));
  });

/** By the words of the definition: once per link, up where it is made below and read above, else down. */
function costWith(problem: ExactProblem, loops: readonly PricedLoop[], tiers: Uint8Array): number {
  let sum = assignmentCost(problem, tiers);
  for (const { maker, readers, up, down } of loops) {
    for (let link = 0; link < problem.tierCount - 1; link += 1) {
      const isBelow = (node: number) => (tiers[node] ?? 0) <= link;
      if (isBelow(maker) && !readers.every(isBelow)) sum += up[link] ?? 0;
      if (!isBelow(maker) && readers.some(isBelow)) sum += down[link] ?? 0;
    }
  }
  return sum;
}

function leastOf(problem: ExactProblem, loops: readonly PricedLoop[]): number {
  const { nodeCount, tierCount } = problem;
  let least = Number.POSITIVE_INFINITY;
  for (let code = 0; code < tierCount ** nodeCount; code += 1) {
    const tiers = Uint8Array.from({ length: nodeCount }, (_, node) => Math.floor(code / tierCount ** node) % tierCount);
    least = Math.min(least, costWith(problem, loops, tiers));
  }
  return least;
}

test('loops cost what lies between, and the optimum over all assignments is found', () => {
  fc.assert(
    fc.property(looped, ({ problem, loops }) => {
      const frame = new LoopFrame(problem, loops);
      const { tierOfNode, cost } = solveExactly({ ...frame.topology, ...frame.costs(problem, loops) });
      const least = leastOf(problem, loops);
      const values = [cost, costWith(problem, loops, frame.own(tierOfNode))];
      for (const value of least === Number.POSITIVE_INFINITY ? [cost] : values) expectNear(value, least);
    }),
    { numRuns: 200 },
  );
});

test('an assignment of the nodes alone costs the same with the nearest places for the others', () => {
  fc.assert(
    fc.property(looped, fc.array(fc.nat({ max: 3 }), { minLength: 6, maxLength: 6 }), ({ problem, loops }, picks) => {
      const frame = new LoopFrame(problem, loops);
      const tiers = Uint8Array.from({ length: problem.nodeCount }, (_, node) => (picks[node] ?? 0) % problem.tierCount);
      const expanded = { ...frame.topology, ...frame.costs(problem, loops) };
      const whole = frame.whole(tiers);
      expect(frame.own(whole)).toEqual(tiers);
      const expected = costWith(problem, loops, tiers);
      expectNear(assignmentCost(expanded, whole), expected);
    }),
    { numRuns: 200 },
  );
});

function expectNear(value: number, expected: number): void {
  if (expected === Number.POSITIVE_INFINITY) expect(value).toBe(expected);
  else expect(value).toBeCloseTo(expected, 9);
}
