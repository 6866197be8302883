import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { branchAndBound } from '../../../src/engine/solver/limited/branchAndBound';
import { type LimitedProblem, valueWithinLimits } from '../../../src/engine/solver/limited/limitedProblem';
import { limitedProblems, tryEvery } from './randomLimitedProblem';

/** @param fewWays 1 leaves nothing to trying, so that bounds and branches decide. */
function expectExact(problem: LimitedProblem, fewWays: number): boolean {
  const { best, bound, isProven } = branchAndBound(problem, { fewWays });
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

const fewWays = fc.constantFrom(1, 100, 3000);

describe('the best plan under limits', () => {
  for (const [tierCount, mostNodes, numRuns] of [
    [1, 8, 200],
    [2, 14, 200],
    [3, 9, 150],
    [4, 7, 150],
    [8, 4, 60],
  ] as const) {
    it(`is what trying every assignment finds on ${tierCount} tiers and up to ${mostNodes} nodes`, () => {
      let possible = 0;
      fc.assert(
        fc.property(limitedProblems({ mostNodes, tierCount }), fewWays, (problem, ways) => {
          if (expectExact(problem, ways)) possible += 1;
        }),
        { numRuns },
      );
      // On one tier there is one assignment, which the limits mostly rule out.
      expect(possible).toBeGreaterThan(tierCount === 1 ? 2 : numRuns / 20);
    });
  }

  it('is found among thousands of cuts of wide graphs', () => {
    const wide = limitedProblems({ leastNodes: 13, mostNodes: 14, tierCount: 2, shapes: ['wide'] });
    fc.assert(
      fc.property(wide, (problem) => {
        expectExact(problem, 1);
      }),
      { numRuns: 60, seed: 2100246147 },
    );
  });

  it('asks for whole assignments what is no sum', () => {
    const even = (tiers: Uint8Array) => tiers.reduce((sum, tier) => sum + tier, 0) % 2 === 0;
    fc.assert(
      fc.property(limitedProblems({ mostNodes: 6, tierCount: 3 }), fewWays, (problem, ways) => {
        expectExact({ ...problem, accepts: even }, ways);
      }),
      { numRuns: 100 },
    );
  });

  it('asks whole assignments for their value where that is more than a sum', () => {
    fc.assert(
      fc.property(limitedProblems({ mostNodes: 6, tierCount: 3 }), fewWays, (problem, ways) => {
        const free = { ...problem, limits: [] };
        const more = (tiers: Uint8Array) => tiers.reduce((sum, tier, node) => sum + ((tier * (node + 3)) % 5), 0);
        const wholeValue = (tiers: Uint8Array) => valueWithinLimits(free, tiers) + more(tiers);
        expectExact({ ...problem, wholeValue }, ways);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps what is known, and says how far from the best it may be, where there is no time', () => {
    fc.assert(
      fc.property(limitedProblems({ leastNodes: 6, mostNodes: 8, tierCount: 3 }), (problem) => {
        const least = tryEvery(problem);
        const known = [new Uint8Array(problem.nodeCount), new Uint8Array(problem.nodeCount).fill(2)];
        const { best, bound, isProven } = branchAndBound(problem, { known, fewWays: 1, deadlineMs: 0 });
        expect(bound).toBeLessThanOrEqual(least * (1 + 2e-9));
        expect(best?.value ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(least * (1 - 1e-12));
        if (isProven && best !== undefined) expect(best.value).toBeLessThanOrEqual(least * (1 + 2e-9));
        if (isProven && best === undefined) expect(least).toBe(Number.POSITIVE_INFINITY);
        for (const one of known) {
          expect(best?.value ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(valueWithinLimits(problem, one));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is left within a gap that is enough', () => {
    fc.assert(
      fc.property(limitedProblems({ mostNodes: 8, tierCount: 3 }), (problem) => {
        const { best, bound } = branchAndBound(problem, { fewWays: 1, enough: { gap: 0.2, afterMs: 0 } });
        const least = tryEvery(problem);
        if (least === Number.POSITIVE_INFINITY) return;
        expect(best?.value).toBeLessThanOrEqual((least / 0.8) * (1 + 1e-9));
        expect(bound).toBeLessThanOrEqual(least * (1 + 1e-9));
      }),
      { numRuns: 200 },
    );
  });

  it('can be stopped, and tells how far it is', () => {
    const wide = limitedProblems({ leastNodes: 14, mostNodes: 14, tierCount: 4, shapes: ['wide'] });
    const problems = fc.sample(wide, { numRuns: 20, seed: 1 });
    const [first] = problems;
    if (first === undefined) throw new Error('there is no problem');
    const canceled = { canceled: () => true, report: () => undefined };
    expect(() => branchAndBound(first, { work: canceled })).toThrow('canceled');
    const told = problems.map((problem) => {
      const fractions: number[] = [];
      let clock = 0;
      const now = () => {
        clock += 40;
        return clock;
      };
      const report = (_: string, fraction = Number.NaN) => fractions.push(fraction);
      branchAndBound(problem, { fewWays: 1, deadlineMs: 40_000, now, work: { canceled: () => false, report } });
      return fractions;
    });
    for (const fractions of told) {
      for (const [index, one] of fractions.entries()) {
        expect(one).toBeGreaterThanOrEqual(fractions[index - 1] ?? 0);
        expect(one).toBeLessThanOrEqual(1);
      }
    }
    expect(Math.max(...told.map(({ length }) => length))).toBeGreaterThan(3);
    expect(Math.max(...told.map((fractions) => fractions.at(-1) ?? 0))).toBeGreaterThan(0.5);
  });
});
