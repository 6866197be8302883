import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure } from '../../../src/engine/planning/infrastructure/infrastructure';
import { brokenConstraints } from '../../../src/engine/planning/plan/constraints';
import { planModel } from '../../../src/engine/planning/planModel';
import { planReport } from '../../../src/engine/report/planReport';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { placementOf } from '../../../src/engine/split/nodeRanges';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { DnnSplitError } from '../../../src/shared/work/errors';
import {
  allAssignments,
  allWithin,
  chainOf,
  infrastructures,
  limitedBy,
  randomLimits,
  smallGraphs,
} from './randomGraphs';
import { plainInfrastructure, syntheticGraph } from './support';

const options = { strategy: 'dnnsplit', skipCertificate: true, skipRegimes: true, pareto: true } as const;
const anyTiers = fc.integer({ min: 1, max: 4 }).chain((tierCount) => infrastructures(tierCount, false));

/** Latency, cost, seconds of the slowest stage and energy: of each, less is better. */
type Figures = readonly [number, number, number, number];

const front = (graph: SplitGraph, infrastructure: Infrastructure) => frontOf(graph, infrastructure).plans;

function frontOf(graph: SplitGraph, infrastructure: Infrastructure) {
  const { pareto } = planModel(graph, findCandidates(graph), infrastructure, options);
  if (pareto === undefined) throw new Error('there is no front');
  const plans = pareto.plans.map((plan) => {
    const { latencyMs, costPerRequest, throughputPerSecond, energyJ, assignment } = plan;
    return { figures: [latencyMs, costPerRequest, 1 / throughputPerSecond, energyJ] as Figures, assignment };
  });
  return { plans, isComplete: pareto.isComplete };
}

function isBeaten(one: Figures, by: readonly Figures[]): boolean {
  const slack = (figure: number) => figure - 1e-9 * Math.abs(figure) - 1e-18;
  return by.some(
    (other) =>
      other.every((figure, at) => figure <= (one[at] ?? 0)) && other.some((figure, at) => figure < slack(one[at] ?? 0)),
  );
}

describe('the efficient plans', () => {
  test('are what they say, and none beats another', () => {
    fc.assert(
      fc.property(smallGraphs(7), anyTiers, (graph, infrastructure) => {
        const plans = front(graph, infrastructure);
        const costs = createCostTables(graph, infrastructure);
        for (const { figures, assignment } of plans) {
          const { latencyMs, costPerRequest, throughputPerSecond, energyJ } = evaluatePlan(costs, assignment);
          const own = [latencyMs, costPerRequest, 1 / throughputPerSecond, energyJ];
          for (const [at, figure] of own.entries()) expect(figures[at]).toBeCloseTo(figure, 12);
          expect(
            isBeaten(
              figures,
              plans.map((one) => one.figures),
            ),
          ).toBe(false);
        }
      }),
      { numRuns: 80 },
    );
  });

  test('leave no assignment out that nothing beats', () => {
    fc.assert(
      fc.property(smallGraphs(7), anyTiers, fc.boolean(), (branched, infrastructure, isChain) => {
        const graph = isChain ? chainOf(branched) : branched;
        const { plans, isComplete } = frontOf(graph, infrastructure);
        expect(isComplete).toBe(true);
        const found = plans.map(({ figures }) => figures);
        const costs = createCostTables(graph, infrastructure);
        const all = allAssignments(graph, infrastructure.tiers.length).map((assignment): Figures => {
          const one = evaluatePlan(costs, assignment);
          return [one.latencyMs, one.costPerRequest, 1 / one.throughputPerSecond, one.energyJ];
        });
        for (const one of all) {
          const isCovered = found.some((other) =>
            other.every((figure, at) => figure <= (one[at] ?? 0) * (1 + 1e-9) + 1e-18),
          );
          expect(isCovered).toBe(true);
        }
        for (const one of found) expect(isBeaten(one, all)).toBe(false);
      }),
      { numRuns: 80 },
    );
  });

  test('stay the same ones when one of them is taken', () => {
    fc.assert(
      fc.property(smallGraphs(6), infrastructures(3, false), (graph, infrastructure) => {
        const before = planReport(planModel(graph, findCandidates(graph), infrastructure, options)).pareto ?? [];
        const placement = before.at(-1)?.nodes;
        const taken = planModel(graph, findCandidates(graph), infrastructure, { ...options, placement });
        expect(planReport(taken).pareto).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });

  test('keep the limits, and none of those that do and beat it is missing', () => {
    let limited = 0;
    fc.assert(
      fc.property(smallGraphs(6), infrastructures(3, false), randomLimits, (graph, base, limits) => {
        const infrastructure = limitedBy(graph, base, limits);
        const within = allWithin(graph, infrastructure).map(({ evaluation }): Figures => {
          const { latencyMs, costPerRequest, throughputPerSecond, energyJ } = evaluation;
          return [latencyMs, costPerRequest, 1 / throughputPerSecond, energyJ];
        });
        if (within.length === 0) return;
        if (within.length < allAssignments(graph, 3).length) limited++;
        const found = front(graph, infrastructure);
        const costs = createCostTables(graph, infrastructure);
        for (const { assignment } of found) {
          expect(brokenConstraints(infrastructure, evaluatePlan(costs, assignment))).toEqual([]);
        }
        for (const one of within) {
          expect(
            found.some(({ figures }) => figures.every((it, at) => it <= (one[at] ?? 0) * (1 + 1e-9) + 1e-18)),
          ).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
    expect(limited).toBeGreaterThan(50);
  });

  test('include the plan, also where more tiers leave no room to search beyond candidates', () => {
    fc.assert(
      fc.property(smallGraphs(7), infrastructures(6, false), (graph, base) => {
        const infrastructure = { ...base, objective: 'throughput' as const };
        const { plan, pareto } = planModel(graph, findCandidates(graph), infrastructure, options);
        const { throughputPerSecond } = plan.evaluation;
        const most = Math.max(...(pareto?.plans ?? []).map((one) => one.throughputPerSecond));
        expect(most).toBeGreaterThanOrEqual(throughputPerSecond * (1 - 1e-9));
      }),
      { numRuns: 200 },
    );
  });

  test('are each planned again by what the report names of them, cuts across branches too', () => {
    fc.assert(
      fc.property(smallGraphs(7), infrastructures(3, false), (graph, infrastructure) => {
        const result = planModel(graph, findCandidates(graph), infrastructure, options);
        for (const [index, { nodes, latencyMs }] of (planReport(result).pareto ?? []).entries()) {
          const again = planModel(graph, findCandidates(graph), infrastructure, {
            ...options,
            pareto: false,
            placement: nodes,
          });
          expect(again.plan.evaluation.latencyMs).toBeCloseTo(latencyMs, 12);
          expect([...again.plan.assignment]).toEqual([...(result.pareto?.plans[index]?.assignment ?? [])]);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('where there are too many plans to look at them all', () => {
  test('each one is proven to be beaten by none, and it is said that there may be more', () => {
    const names = Array.from({ length: 12 }, (_, branch) => `b${branch}`);
    const graph = syntheticGraph({ x: 4000 }, [
      { name: 'stem', reads: ['x'], bytes: 4000, macs: 10 },
      ...names.map((name, branch) => ({ name, reads: ['stem'], bytes: 400 + 4 * branch, macs: 5 + branch })),
      { name: 'join', reads: names, bytes: 40, macs: 20 },
    ]);
    const tiers = [
      { gflops: 0.01, watts: 3 },
      { gflops: 0.02, pricePerHour: 1 },
      { gflops: 0.1, pricePerHour: 9 },
    ];
    const links = [{ bandwidthMbps: 4000 }, { bandwidthMbps: 9000, pricePerGB: 1 }];
    const infrastructure = plainInfrastructure(tiers, links);
    const { plans, isComplete } = frontOf(graph, infrastructure);
    expect(isComplete).toBe(false);
    expect(plans.length).toBeGreaterThan(3);
    const costs = createCostTables(graph, infrastructure);
    const all = allAssignments(graph, 3);
    expect(all.length).toBeGreaterThan(100_000);
    const some = all.filter((_, index) => index % 10 === 0);
    const near = plans.flatMap(({ assignment }) =>
      Array.from(assignment).flatMap((tier, node) => [tier - 1, tier + 1].map((moved) => assignment.with(node, moved))),
    );
    const isPlan = new Set(all.map((assignment) => assignment.join()));
    const every = [...some, ...near.filter((one) => isPlan.has(one.join()))].map((assignment): Figures => {
      const one = evaluatePlan(costs, assignment);
      return [one.latencyMs, one.costPerRequest, 1 / one.throughputPerSecond, one.energyJ];
    });
    for (const { figures } of plans) expect(isBeaten(figures, every)).toBe(false);
  });
});

describe('a whole plan that is given as the nodes of each tier', () => {
  const graph = syntheticGraph({ x: 100 }, [
    { name: 'a', reads: ['x'], bytes: 40, macs: 5 },
    { name: 'b', reads: ['x'], bytes: 40, macs: 5 },
    { name: 'c', reads: ['a', 'b'], bytes: 4, macs: 5 },
  ]);
  const infrastructure = plainInfrastructure([{ gflops: 1 }, { gflops: 2 }], [{ bandwidthMbps: 1 }]);
  const planWith = (placement: readonly (readonly string[])[]) =>
    planModel(graph, findCandidates(graph), infrastructure, { ...options, placement });

  test('is taken as it is', () => {
    const placement = placementOf(graph, [0, 1, 1], 2);
    expect([...planWith(placement).plan.assignment]).toEqual([0, 1, 1]);
    expect([...planWith([['1'], ['0', '2']]).plan.assignment]).toEqual([1, 0, 1]);
  });

  test.each([
    [[['0', '1'], []], 'node `2`'],
    [[['0', '1', '2'], ['2']], 'node `2`'],
    [[['0', '1', '7'], ['2']], 'node `7`'],
    [[['2'], ['0', '1']], 'does not fit this model: tensor `a` would flow from a higher tier back to a lower one'],
    [[['0', '1', '2']], 'does not fit this model: it has 1 tier instead of 2'],
  ])('is refused where it is no plan: %j', (placement, words) => {
    const attempt = () => planWith(placement);
    expect(attempt).toThrow(words);
    expect(attempt).toThrow(DnnSplitError);
  });
});
