import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure/infrastructure';
import { brokenConstraints } from '../../../src/engine/planning/plan/constraints';
import type { Assignment } from '../../../src/engine/planning/plan/plan';
import { planModel } from '../../../src/engine/planning/planModel';
import { planReport } from '../../../src/engine/report/planReport';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { allAssignments, infrastructures, limitedBy, randomLimits, smallGraphs } from './randomGraphs';
import { plainInfrastructure, syntheticGraph } from './support';

const objectives: Objective[] = ['latency', 'cost', 'energy', 'throughput', { latency: 1, cost: 500 }];

function slowed(infrastructure: Infrastructure, factors: readonly number[]): Infrastructure {
  const tiers = infrastructure.tiers.map((tier, k) => {
    const factor = factors[k] ?? 1;
    return { ...tier, gflops: (tier.gflops ?? 1) / factor, overheadUs: tier.overheadUs * factor };
  });
  return { ...infrastructure, tiers };
}

/** How many times better than a plan the best of all is; without end where the plan alone breaks a limit. */
function ratioAt(graph: SplitGraph, infrastructure: Infrastructure, plan: Assignment): number {
  const costs = createCostTables(graph, infrastructure);
  const priceOf = (one: Assignment) => {
    const evaluation = evaluatePlan(costs, one);
    return brokenConstraints(infrastructure, evaluation).length > 0
      ? Number.POSITIVE_INFINITY
      : evaluation.objectiveValue;
  };
  const best = Math.min(...allAssignments(graph, infrastructure.tiers.length).map(priceOf));
  const own = priceOf(plan);
  return own === best ? 1 : own / best;
}

/** The tiers with errors that are stated of some of them. */
function withErrors(base: Infrastructure, errors: readonly (number | null)[]): Infrastructure {
  const tiers = base.tiers.map((tier, k) => {
    const withinFactor = errors[k] ?? undefined;
    return { ...tier, estimate: { basis: 'fitted' as const, withinFactor } };
  });
  return { ...base, tiers };
}

function cornersOf(errors: readonly (number | null)[]): number[][] {
  return errors.reduce<number[][]>(
    (corners, error) => corners.flatMap((one) => (error ? [1 / error, error] : [1]).map((factor) => [...one, factor])),
    [[]],
  );
}

describe('whether a plan holds within the stated errors', () => {
  test('is what all assignments say at every corner, under any limits and objective', () => {
    let [held, doubted, limited] = [0, 0, 0];
    fc.assert(
      fc.property(
        smallGraphs(5),
        fc.integer({ min: 2, max: 3 }).chain((count) => infrastructures(count, false)),
        fc.array(fc.option(fc.constantFrom(1.2, 2, 8), { freq: 9 }), { minLength: 3, maxLength: 3 }),
        fc.constantFrom(...objectives),
        fc.constantFrom(0, 5, 20),
        fc.option(randomLimits, { freq: 2 }),
        (graph, base, drawn, objective, gain, limits) => {
          const errors = base.tiers.map((_, k) => drawn[k] ?? null);
          const free = withErrors({ ...base, objective }, errors);
          const infrastructure = limits === null ? free : limitedBy(graph, free, limits);
          const options = { strategy: 'dnnsplit', ...(gain > 0 && { minimumGainPercent: gain }) } as const;
          let result: ReturnType<typeof planModel>;
          try {
            result = planModel(graph, findCandidates(graph), infrastructure, options);
          } catch (error) {
            if (DnnSplitError.is(error, 'infeasible')) return;
            throw error;
          }
          const trust = result.margins?.trust;
          expect(trust === undefined).toBe(errors.every((error) => error === null));
          if (trust === undefined) return;
          const { assignment } = result.recommendation?.plan ?? result.plan;
          const ratios = cornersOf(errors).map((factors) =>
            ratioAt(graph, slowed(infrastructure, factors), assignment),
          );
          const allowed = Math.max(1 + gain / 100, ratioAt(graph, infrastructure, assignment));
          const most = Math.max(...ratios);
          if (Math.abs(most / allowed - 1) < 1e-6) return;
          expect(trust.worst !== undefined).toBe(most > allowed);
          if (trust.worst === undefined) {
            held++;
            return;
          }
          doubted++;
          if (most === Number.POSITIVE_INFINITY) limited++;
          else expect(1 + trust.worst.gainPercent / 100).toBeCloseTo(most, 6);
          const there = slowed(infrastructure, trust.worst.factors);
          expect(ratioAt(graph, there, trust.worst.better)).toBeCloseTo(1, 6);
        },
      ),
      { numRuns: 150, seed: 5 },
    );
    expect(held).toBeGreaterThan(5);
    expect(doubted).toBeGreaterThan(5);
    expect(limited).toBeGreaterThan(0);
  });

  // Everything on the device: 100 + 100 ms. On the server: 80 ms on the link and 10 + 10 ms.
  const graph = syntheticGraph({ x: 10_000 }, [
    { name: 'a', reads: ['x'], bytes: 10_000, macs: 50 },
    { name: 'b', reads: ['a'], bytes: 4, macs: 50 },
  ]);
  const told = (device: number | null, server: number | null) => {
    const tiers = [
      { id: 'device', gflops: 1e-6 },
      { id: 'server', gflops: 1e-5 },
    ];
    const infrastructure = withErrors(plainInfrastructure(tiers, [{ bandwidthMbps: 1 }]), [device, server]);
    const result = planModel(graph, findCandidates(graph), infrastructure, { strategy: 'dnnsplit' });
    return planReport(result).trust;
  };

  test.each([
    [
      1.9,
      1.2,
      'The plan stays the best wherever times are within the stated errors: `device` within 1.9x and `server` within 1.2x.',
    ],
    [
      1.9,
      null,
      'The plan stays the best wherever times are within the stated errors: `device` within 1.9x. How far `server` may be off is not stated.',
    ],
    [
      2.5,
      1.2,
      'The estimates do not settle this plan: where `device` takes 0.4x its estimated time and `server` takes 1.2x its estimated time, everything on `device` is 30 % better. Measure the model on `device` with `dnnsplit profile` to be sure.',
    ],
    [
      1.9,
      1.9,
      'The estimates do not settle this plan: where `device` takes 0.53x its estimated time and `server` takes 1.9x its estimated time, everything on `device` is 12 % better. Measure the model on `device` and `server` with `dnnsplit profile` to be sure.',
    ],
  ])('is told in words: %s and %s', (device, server, words) => {
    expect(told(device, server)?.text).toBe(words);
  });

  test('is told in figures', () => {
    expect(told(2.5, 1)).toMatchObject({
      holds: false,
      withinFactors: [
        { tier: 'device', withinFactor: 2.5 },
        { tier: 'server', withinFactor: 1 },
      ],
      worst: { times: [{ tier: 'device', factor: 0.4 }], summary: 'all on device', nodesPerTier: [2, 0] },
      measure: ['device'],
    });
    expect(told(null, null)).toBeUndefined();
  });
});
