import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  Constraints,
  Infrastructure,
  Objective,
} from '../../../src/engine/planning/infrastructure/infrastructure';
import type { Regime } from '../../../src/engine/planning/plan/plan';
import { planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { metrics } from '../../../src/shared/vocabulary/metrics';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { adviceIn, follow } from './advice';
import { infrastructures, limitedBy, randomLimits, smallGraphs } from './randomGraphs';
import { plainInfrastructure, syntheticGraph, withBandwidths } from './support';

const fast = { strategy: 'dnnsplit', skipCertificate: true, skipRegimes: true } as const;

/** What planning says where it finds no plan. */
function refusal(graph: SplitGraph, infrastructure: Infrastructure): string | undefined {
  try {
    planModel(graph, findCandidates(graph), infrastructure, fast);
    return undefined;
  } catch (error) {
    if (DnnSplitError.is(error, 'infeasible')) return error.message;
    throw error;
  }
}

/** Follows a change that may be one of a switch. */
function followWords(infrastructure: Infrastructure, words: string): Infrastructure {
  if (!words.includes('set `constraints.respectMemory` to false')) return follow(infrastructure, adviceIn(words));
  return { ...infrastructure, constraints: { ...infrastructure.constraints, respectMemory: false } };
}

/** Follows what a regime without a plan asks for. @returns whether it does so at one bandwidth only; nothing for a plan */
function checkBelowBorder(
  graph: SplitGraph,
  infrastructure: Infrastructure,
  link: number,
  { infeasible, toMbps }: Regime,
): boolean | undefined {
  if (infeasible === undefined) return undefined;
  const relaxed = follow(
    infrastructure,
    infeasible.changes.map(({ constraint, tier, to }) => ({ constraint, tier, to })),
  );
  const isNamed = / at [\d.]+ [kMG]bit\/s\.$/.test(infeasible.reason);
  for (const part of isNamed ? [0.1, 0.5] : [1e-9, 1e-3, 0.1, 0.5]) {
    const at = { [link]: toMbps * part };
    expect(refusal(graph, withBandwidths(infrastructure, at))).toBeDefined();
    expect(refusal(graph, withBandwidths(relaxed, at)), `${infeasible.reason} At ${toMbps * part}.`).toBeUndefined();
  }
  return isNamed;
}

describe('where no plan keeps the constraints', () => {
  test('following the advice gives a plan, and going only most of the way gives none', () => {
    const objectives: Objective[] = [...metrics, { latency: 1, cost: 500 }];
    let [singles, several, alternatives, faster] = [0, 0, 0, 0];
    fc.assert(
      fc.property(
        smallGraphs(6),
        fc.integer({ min: 1, max: 4 }).chain((tierCount) => infrastructures(tierCount, false)),
        fc.constantFrom(...objectives),
        randomLimits,
        (graph, base, objective, limits) => {
          const infrastructure = limitedBy(graph, { ...base, objective }, limits);
          const message = refusal(graph, infrastructure);
          if (message === undefined) return;
          const [main = '', ...others] = message.split('; or ');
          const advice = adviceIn(main);
          expect(advice.length, message).toBeGreaterThan(0);
          expect(refusal(graph, follow(infrastructure, advice)), message).toBeUndefined();
          if (advice.length > 1) several++;
          else singles++;
          for (const other of others.join(', or ').split(', or ').filter(Boolean)) {
            alternatives++;
            const [instead] = adviceIn(other);
            if (instead?.from !== undefined) {
              faster++;
              const slower = follow(infrastructure, [{ ...instead, to: instead.to * 0.998 }]);
              expect(refusal(graph, slower), `${message} | ${other}`).toBeDefined();
            }
            expect(refusal(graph, followWords(infrastructure, other)), `${message} | ${other}`).toBeUndefined();
          }
          const [only] = advice;
          if (advice.length > 1 || only === undefined || only.tier !== undefined) return;
          const short = only.constraint === 'minThroughputPerSecond' ? 1.002 : 0.998;
          expect(refusal(graph, follow(infrastructure, [{ ...only, to: only.to * short }])), message).toBeDefined();
        },
      ),
      { numRuns: 600 },
    );
    expect(singles).toBeGreaterThan(50);
    expect(several).toBeGreaterThan(5);
    expect(alternatives).toBeGreaterThan(5);
    expect(faster).toBeGreaterThan(5);
  });

  test('below a border, what a regime asks for gives a plan: at every bandwidth, or at the one it names', () => {
    const objectives: readonly Objective[] = metrics;
    let [everywhere, somewhere] = [0, 0];
    const options = { ...fast, skipRegimes: false };
    fc.assert(
      fc.property(
        smallGraphs(6),
        fc.integer({ min: 2, max: 3 }).chain((tierCount) => infrastructures(tierCount, false)),
        fc.constantFrom(...objectives),
        randomLimits,
        fc.boolean(),
        (graph, base, objective, limits, leavesFirstOut) => {
          const free = { ...base, objective };
          const limited = limitedBy(graph, free, limits);
          const excludeTiers = leavesFirstOut ? ['tier0'] : [];
          const infrastructure = { ...limited, constraints: { ...limited.constraints, excludeTiers } };
          if (refusal(graph, infrastructure) !== undefined) return;
          const { regimes } = planModel(graph, findCandidates(graph), infrastructure, options);
          for (const [link, [slowest]] of regimes.entries()) {
            const names = slowest && checkBelowBorder(graph, infrastructure, link, slowest);
            if (names === true) somewhere++;
            if (names === false) everywhere++;
          }
        },
      ),
      { numRuns: 600 },
    );
    expect(everywhere).toBeGreaterThan(10);
    expect(somewhere).toBeGreaterThan(10);
  });

  const chain = syntheticGraph({ x: 1000 }, [
    { name: 'a', reads: ['x'], bytes: 400, macs: 1, weightBytes: 1000 },
    { name: 'b', reads: ['a'], bytes: 100, macs: 2, weightBytes: 2000 },
    { name: 'c', reads: ['b'], bytes: 20, macs: 4, weightBytes: 4000 },
  ]);
  const tiers = [
    { id: 'device', gflops: 1e-6, watts: 2 },
    { id: 'edge', gflops: 2e-6, pricePerHour: 3600 },
    { id: 'cloud', gflops: 4e-6, pricePerHour: 36_000 },
  ];
  const under = (constraints: Constraints, rest: Partial<Infrastructure> = {}) =>
    refusal(chain, { ...plainInfrastructure(tiers, [{}, {}], rest), constraints });

  test('a pin that stands in the way is named besides the limit', () => {
    const message = under({ maxLatencyMs: 13, pin: { c: 'device' } });
    expect(message).toContain('raise it to 14');
    expect(message).toContain('or drop the pin of `c`');
  });

  test('a tier that is left out is named besides the limit', () => {
    const message = under({ maxLatencyMs: 10, excludeTiers: ['cloud'] });
    expect(message).toMatch(
      /`maxLatencyMs` 10: raise it to [\d.]+; or raise the `bandwidthMbps` between `device` and `edge` to 1\.6, or drop `cloud` from `excludeTiers`/,
    );
  });

  test('the raw input that must stay is named besides the limit', () => {
    const links = plainInfrastructure(tiers, [{ bandwidthMbps: 1e6 }, { bandwidthMbps: 1e6 }]).links;
    const message = under({ maxLatencyMs: 4, keepInputOnFirstTier: true }, { links });
    expect(message).toMatch(/raise it to [\d.]+; or drop `keepInputOnFirstTier`/);
  });

  test('memories that are too small are each told what they need', () => {
    const small = plainInfrastructure(
      tiers.map((tier) => ({ ...tier, memoryGB: 2e-6 })),
      [{}, {}],
    ).tiers;
    const message = under({ respectMemory: true }, { tiers: small });
    expect(message).toMatch(
      /No plan fits into the memory of the tiers: raise the `memoryGB` of `\w+` to .*or set `constraints.respectMemory` to false\.$/,
    );
    expect(under({}, { tiers: small })).toBe(message);
    expect(under({ respectMemory: false }, { tiers: small })).toBeUndefined();
  });

  test('limits that exclude each other are relaxed together', () => {
    const message = under({ maxLatencyMs: 3, maxCostPerRequest: 1e-6, minThroughputPerSecond: 1e4 });
    expect(message).toContain('relaxing one is not enough');
    expect(adviceIn(message ?? '').length).toBeGreaterThan(1);
  });

  test('nothing can be relaxed where a tensor of unknown size has to cross', () => {
    const graph = syntheticGraph({ x: undefined }, [{ name: 'a', reads: ['x'], bytes: 4, macs: 1 }]);
    const infrastructure = plainInfrastructure(tiers, [{}, {}], { constraints: { pin: { a: 'edge' } } });
    const message = refusal(graph, infrastructure);
    expect(message).toContain('unknown size; bind the open dimensions');
    expect(message).toContain('drop the pin of `a`');
  });
});
