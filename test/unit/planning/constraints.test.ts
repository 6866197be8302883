import { describe, expect, test } from 'vitest';
import type { Constraints, Infrastructure } from '../../../src/engine/planning/infrastructure/infrastructure';
import { type PlanOptions, planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { nextRegime, regimeAt } from '../../../src/shared/vocabulary/policy';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { plainInfrastructure, syntheticGraph } from './support';

/** A chain whose bytes fall 1000, 400, 100, 20, 0; 1 MAC takes 2 ms on the first tier, 1 ms and 0.5 ms above. */
const chain = syntheticGraph({ x: 1000 }, [
  { name: 'a', reads: ['x'], bytes: 400, macs: 1, weightBytes: 1000 },
  { name: 'b', reads: ['a'], bytes: 100, macs: 2, weightBytes: 2000 },
  { name: 'c', reads: ['b'], bytes: 20, macs: 4, weightBytes: 4000 },
  { name: 'd', reads: ['c'], bytes: 4, macs: 8, weightBytes: 8000 },
]);
const tiers = [
  { id: 'device', gflops: 1e-6, watts: 2 },
  { id: 'edge', gflops: 2e-6, pricePerHour: 3600 },
  { id: 'cloud', gflops: 4e-6, pricePerHour: 36_000 },
];
const links = [{ bandwidthMbps: 1 }, { bandwidthMbps: 1 }];

function plan(constraints: Constraints, rest: Partial<Infrastructure> = {}, options: Partial<PlanOptions> = {}) {
  const infrastructure = plainInfrastructure(tiers, links, { constraints, ...rest });
  return planModel(chain, findCandidates(chain), infrastructure, { strategy: 'dnnsplit', ...options });
}

function failureOf(run: () => unknown): DnnSplitError {
  try {
    run();
  } catch (error) {
    if (error instanceof DnnSplitError) return error;
    throw error;
  }
  throw new Error('expected a DnnSplitError');
}

const tiersOf = (result: ReturnType<typeof plan>) => Array.from(result.plan.assignment);

describe('constraints', () => {
  test('without any, the chain is cut where bytes and seconds balance', () => {
    const result = plan({});
    expect(tiersOf(result)).toEqual([0, 0, 2, 2]);
    expect(result.plan.evaluation.latencyMs).toBeCloseTo(6 + 6 + 0.8 + 0.8, 9);
    expect(result.certificate.gapPercent).toBe(0);
    expect(result.advice.text).toContain('Split between `device` and `cloud`');
  });

  test('a pin moves the cut to the node, with everything that it depends on', () => {
    expect(tiersOf(plan({ pin: { c: 'device' } }))).toEqual([0, 0, 0, 2]);
    expect(tiersOf(plan({ pin: { 1: 'edge' } })).slice(1)).toEqual([1, 2, 2]);
  });

  test('a tier that is left out runs nothing and still passes data on', () => {
    const result = plan({ excludeTiers: ['cloud'] });
    expect(tiersOf(result)).not.toContain(2);
    expect(tiersOf(plan({ excludeTiers: ['device'] }))).not.toContain(0);
  });

  test('the raw input stays on the first tier', () => {
    const fast = {
      links: [{ bandwidthMbps: 1e6 }, { bandwidthMbps: 1e6 }].map(
        (link) => plainInfrastructure([{}, {}], [link]).links[0],
      ),
    };
    const wide = { links: fast.links.flatMap((link) => link ?? []) };
    expect(tiersOf(plan({}, wide))).toEqual([2, 2, 2, 2]);
    expect(tiersOf(plan({ keepInputOnFirstTier: true }, wide))).toEqual([0, 2, 2, 2]);
  });

  test('cuts that are decided are kept, and the certificate still compares with the optimum', () => {
    const result = plan({}, {}, { cuts: [3, null] });
    expect(tiersOf(result)).toEqual([0, 0, 0, 2]);
    expect(result.certificate.gapPercent).toBeGreaterThan(0);
    expect(failureOf(() => plan({}, {}, { cuts: [3, 1] })).message).toContain('from 3 to 4');
  });

  test('a limit changes the plan before it makes it infeasible', () => {
    const cheap = plan({ maxCostPerRequest: 0.02 });
    expect(cheap.plan.evaluation.costPerRequest).toBeLessThanOrEqual(0.02);
    expect(cheap.plan.evaluation.latencyMs).toBeGreaterThan(plan({}).plan.evaluation.latencyMs);
  });

  test.each([
    [{ maxLatencyMs: 5 }, 'maxLatencyMs', '13.6'],
    [{ maxLatencyMs: 14, maxCostPerRequest: 0.02 }, 'max', 'while the other limits hold'],
    [{ minThroughputPerSecond: 1e6 }, 'minThroughputPerSecond', 'lower it to'],
    [{ respectMemory: true }, 'memory', 'memoryGB'],
  ])('what cannot be kept is named: %j', (constraints, name, words) => {
    const small = {
      tiers: plainInfrastructure(
        tiers.map((tier) => ({ ...tier, memoryGB: 1e-6 })),
        links,
      ).tiers,
    };
    const failure = failureOf(() => plan(constraints, 'respectMemory' in constraints ? small : {}));
    expect(failure.code).toBe('infeasible');
    expect(failure.message).toContain(name);
    expect(failure.message).toContain(words);
  });

  test('memory pushes layers to where they fit', () => {
    const sized = tiers.map((tier, k) => ({ ...tier, memoryGB: k === 0 ? 2.5e-6 : 1 }));
    const result = plan({ respectMemory: true }, { tiers: plainInfrastructure(sized, links).tiers });
    expect(tiersOf(result)).toEqual([0, 1, 2, 2]);
  });

  test('contradicting pins name the node', () => {
    const failure = failureOf(() => plan({ pin: { a: 'cloud', d: 'device' } }));
    expect(failure.code).toBe('infeasible');
    expect(failure.message).toMatch(
      /`[a-d]` cannot be placed: the pin of `a` requires `cloud` or higher, and the pin of `d` requires `device` or lower\./,
    );
    expect([...(failure.place?.pins ?? [])].sort()).toEqual(['0', '3']);
    expect(failureOf(() => plan({ pin: { nope: 'edge' } })).code).toBe('invalid-config');
  });
});

describe('strategies', () => {
  test('all are compared, and none beats the exact plan', () => {
    const result = plan({ minThroughputPerSecond: 10 }, {}, { compare: true });
    const values = result.strategies.map((one) => one.plan?.evaluation.objectiveValue ?? Number.NaN);
    for (const value of values.filter(Number.isFinite))
      expect(value).toBeGreaterThanOrEqual(result.certificate.exactValue * (1 - 1e-12));
    const names = result.strategies.map((one) => one.strategy);
    expect(names).toEqual(expect.arrayContaining(['exact', 'neurosurgeon', 'load-aware', 'dpso', 'exhaustive']));
    const exhaustive = result.strategies.find((one) => one.strategy === 'exhaustive');
    expect(exhaustive?.plan?.evaluatedPlans).toBe(15);
    expect(exhaustive?.relative).toBeCloseTo(1, 12);
  });

  test('a strategy that cannot plan here says why', () => {
    const result = plan({}, {}, { compare: true });
    const loadAware = result.strategies.find((one) => one.strategy === 'load-aware');
    expect(loadAware?.plan).toBeUndefined();
    expect(loadAware?.unavailable).toContain('minThroughputPerSecond');
  });

  test('every single tier is a baseline', () => {
    const result = plan({});
    expect(result.baselines.map((one) => [one.strategy, one.plan?.evaluation.latencyMs])).toEqual([
      ['single:device', 30],
      ['single:edge', expect.closeTo(23, 9)],
      ['single:cloud', expect.closeTo(23.5, 9)],
    ]);
  });

  test('the swarm is reproducible', () => {
    const once = () => Array.from(plan({}, {}, { strategy: 'dpso' }).plan.assignment);
    expect(once()).toEqual(once());
  });

  test('the same tables serve another bandwidth', () => {
    const first = plan({});
    const second = plan(
      {},
      { links: plainInfrastructure([{}, {}, {}], [{ bandwidthMbps: 9 }, { bandwidthMbps: 2 }]).links },
      { previousCosts: first.costs },
    );
    expect(second.costs.tiers.map((table) => table.prefixSeconds)).toEqual(
      first.costs.tiers.map((table) => table.prefixSeconds),
    );
    expect(second.costs.tiers[0]?.prefixSeconds).toBe(first.costs.tiers[0]?.prefixSeconds);
    expect(second.costs.wires[0]).toBe(first.costs.wires[0]);
  });

  test('the efficient front holds the best plan for each figure', () => {
    const { pareto } = plan({}, {}, { pareto: true });
    const front = pareto?.plans ?? [];
    for (const objective of ['latency', 'cost', 'energy', 'throughput'] as const) {
      const { evaluation } = plan({}, { objective }).plan;
      const best = Math.min(
        ...front.map(
          (one) =>
            ({
              latency: one.latencyMs,
              cost: one.costPerRequest,
              energy: one.energyJ,
              throughput: -one.throughputPerSecond,
            })[objective],
        ),
      );
      const own = {
        latency: evaluation.latencyMs,
        cost: evaluation.costPerRequest,
        energy: evaluation.energyJ,
        throughput: -evaluation.throughputPerSecond,
      };
      expect(own[objective]).toBeCloseTo(best, 9);
    }
  });

  test('an unknown size cannot win, and a baseline over it says so', () => {
    const graph = syntheticGraph({ x: undefined }, [
      { name: 'a', reads: ['x'], bytes: 4, macs: 1 },
      { name: 'b', reads: ['a'], bytes: 4, macs: 9 },
    ]);
    const result = planModel(graph, findCandidates(graph), plainInfrastructure(tiers, links), { strategy: 'dnnsplit' });
    expect(Array.from(result.plan.assignment)).toEqual([0, 2]);
    expect(result.baselines[1]?.unavailable).toContain('unknown');
  });

  test('a model without nodes is planned too', () => {
    const graph = syntheticGraph({ x: 4 }, []);
    const result = planModel(graph, findCandidates(graph), plainInfrastructure(tiers, links), {
      strategy: 'dnnsplit',
      compare: true,
    });
    expect(result.plan.evaluation.latencyMs).toBe(0);
    expect(result.advice.text).toContain('Nothing to split');
  });
});

test('a regime is kept until the bandwidth has left it by the hysteresis', () => {
  const regimes = plan({}).regimes[0] ?? [];
  expect(regimes.length).toBeGreaterThan(2);
  const border = regimes[0]?.toMbps ?? 0;
  expect(regimeAt(regimes, border * 1.01)).toBe(1);
  expect(nextRegime(regimes, 0, border * 1.01, 0.1)).toBe(0);
  expect(nextRegime(regimes, 0, border * 1.2, 0.1)).toBe(regimeAt(regimes, border * 1.2));
  expect(nextRegime(regimes, -1, border / 2, 0.1)).toBe(0);
});
