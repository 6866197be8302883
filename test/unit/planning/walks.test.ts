import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countPlans } from '../../../src/engine/planning/search/countPlans';
import type { CutFamily } from '../../../src/engine/planning/search/cutFamily';
import { leastAbove } from '../../../src/engine/planning/search/leastAbove';
import type { Measure } from '../../../src/engine/planning/search/measures';
import { unwatched } from '../../../src/shared/work/work';

/** What a count and a bound read of a family, and made-up rules and figures for it. */
interface Sample {
  readonly family: CutFamily;
  readonly links: number;
  readonly inside: (lower: number, upper: number) => boolean;
  readonly isChain: boolean;
  readonly random: (...of: number[]) => number;
}

/** Small families of cuts, some of them in chains, in others some cuts across each other. */
const samples: fc.Arbitrary<Sample> = fc
  .record({
    size: fc.integer({ min: 2, max: 6 }),
    links: fc.integer({ min: 1, max: 3 }),
    isChain: fc.boolean(),
    seed: fc.integer(),
  })
  .map(({ size, links, isChain, seed }) => {
    const random = (...of: number[]) => {
      let state = seed | 0;
      for (const one of of) state = Math.imul(state ^ (one + 0x9e37), 0x85ebca6b) ^ (state >>> 13);
      return (state >>> 0) / 2 ** 32;
    };
    // The empty cut lies in every other one, and each of them in the full one.
    const inside = (lower: number, upper: number) =>
      lower === upper ||
      (lower < upper && (isChain || lower === 0 || upper === size - 1 || random(lower, upper) < 0.6));
    const spans = Array.from({ length: links + 1 }, (_, k) => {
      let sum = 0;
      const below = Float64Array.from({ length: size }, (_cut, c) => {
        sum += c === 0 ? 0 : random(7, k, c);
        return sum;
      });
      // Some cuts across each other break kernels.
      const isBroken = (c: number) => !isChain && c > 0 && c < size - 1 && random(8, k, c) < 0.5;
      const ends = below.map((seconds, c) => seconds + (isBroken(c) ? random(9, k, c) : 0));
      return { ends, starts: below.map((seconds, c) => seconds - (isBroken(c) ? random(10, k, c) : 0)) };
    });
    return { family: { size, isInside: inside, spans } as unknown as CutFamily, links, inside, isChain, random };
  });

/** Every way to put cuts on the links from `link` on, above a lower one. */
function* waysAbove(sample: Sample, link: number, lower: number): Generator<number[]> {
  const { family, links, inside } = sample;
  if (link === links) return void (yield []);
  for (let cut = 0; cut < family.size; cut++) {
    if (!inside(lower, cut)) continue;
    for (const rest of waysAbove(sample, link + 1, cut)) yield [cut, ...rest];
  }
}

describe('counting plans', () => {
  it('counts as many as there are, under any rules, or says that there are more', () => {
    fc.assert(
      fc.property(samples, fc.boolean(), (sample, isRuled) => {
        const { family, links, random } = sample;
        const mayLie = (link: number, cut: number) => !isRuled || random(1, link, cut) < 0.8;
        const mayRun = (tier: number, lower: number, upper: number) => !isRuled || random(2, tier, lower, upper) < 0.8;
        const isAllowed = (cuts: readonly number[]) =>
          cuts.every((cut, link) => mayLie(link, cut)) &&
          [...cuts, family.size - 1].every((upper, tier) => {
            const lower = tier === 0 ? 0 : (cuts[tier - 1] ?? 0);
            return lower === upper || mayRun(tier, lower, upper);
          });
        const plans = [...waysAbove(sample, 0, 0)].filter(isAllowed).length;
        const counted = (most: number) => countPlans(links, family, most, unwatched, { mayLie, mayRun });
        expect(counted(1e6)).toBe(plans);
        if (plans > 0) expect(counted(plans - 1)).toBeGreaterThan(plans - 1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what lies above a tier', () => {
  it.each(['sum', 'worst'] as const)(
    'is never less than the bound, which sums over a chain of cuts reach (%s)',
    (how) => {
      fc.assert(
        fc.property(samples, (sample) => {
          const { family, links, isChain, random } = sample;
          const tiers = [...Array(links + 1).keys()];
          const allowed = tiers.map((k) => (random(3, k) < 0.7 ? 1 : 0));
          const crossing = tiers
            .slice(1)
            .map((_, l) =>
              Float64Array.from({ length: family.size }, (_cut, c) =>
                random(4, l, c) < 0.2 ? Infinity : random(5, l, c),
              ),
            );
          const measure = { combine: how, rates: tiers.map((k) => random(6, k)) } as unknown as Measure;
          const bound = leastAbove(family, measure, allowed, crossing);
          const figureAbove = (k: number, cuts: readonly number[]) => {
            const parts = cuts.flatMap((cut, i) => {
              const upper = cuts[i + 1] ?? family.size - 1;
              const tier = k + i + 1;
              const spans = family.spans[tier];
              if (cut !== upper && allowed[tier] === 0) return [Infinity];
              return [
                crossing[k + i]?.[cut] ?? 0,
                ((spans?.ends[upper] ?? 0) - (spans?.starts[cut] ?? 0)) * (measure.rates[tier] ?? 0),
              ];
            });
            return how === 'sum' ? parts.reduce((sum, one) => sum + one, 0) : Math.max(0, ...parts);
          };
          for (let k = 0; k < links; k++) {
            for (let cut = 0; cut < family.size; cut++) {
              const figures = [...waysAbove(sample, k + 1, cut)].map((rest) => figureAbove(k, [cut, ...rest]));
              const least = Math.min(Infinity, ...figures);
              const told = bound[k]?.[cut] ?? Number.NaN;
              expect(told).toBeLessThanOrEqual(least + 1e-12);
              if (isChain && how === 'sum' && least < Infinity) expect(told).toBeCloseTo(least, 10);
            }
          }
        }),
        { numRuns: 300 },
      );
    },
  );
});
