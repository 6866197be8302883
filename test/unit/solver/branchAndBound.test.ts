import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { branchAndBound } from '../../../src/engine/solver/limited/branchAndBound';
import { type LimitedProblem, valueWithinLimits } from '../../../src/engine/solver/limited/limitedProblem';
import { limitedProblems, tryEvery } from './randomLimitedProblem';

function expectExact(problem: LimitedProblem): boolean {
  const { best, bound, isProven } = branchAndBound(problem);
  const least = tryEvery(problem);
  expect(isProven).toBe(true);
  if (least === Number.POSITIVE_INFINITY) {
    expect(best).toBeUndefined();
    expect(bound).toBe(Number.POSITIVE_INFINITY);
    return false;
  }
  expect(best?.value).toBeGreaterThanOrEqual(least);
  expect(best?.value).toBeLessThanOrEqual(least * (1 + 2e-9));
  if (best !== undefined) expect(valueWithinLimits(problem, best.tierOfNode)).toBe(best.value);
  return true;
}

describe('the best plan under limits', () => {
  for (const [tierCount, mostNodes, numRuns] of [
    [1, 8, 200],
    [2, 14, 700],
    [3, 9, 700],
    [4, 7, 700],
  ] as const) {
    it(`is what trying every assignment finds on ${tierCount} tiers and up to ${mostNodes} nodes`, () => {
      let possible = 0;
      fc.assert(
        fc.property(limitedProblems({ mostNodes, tierCount }), (problem) => {
          if (expectExact(problem)) possible += 1;
        }),
        { numRuns },
      );
      expect(possible).toBeGreaterThan(numRuns / 20);
    });
  }
});
