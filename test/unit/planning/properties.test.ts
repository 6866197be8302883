import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditCandidates } from '../../../src/engine/planning/audit';
import { createCostTables } from '../../../src/engine/planning/costTables';
import { createFamily } from '../../../src/engine/planning/cutFamily';
import { evaluatePlan } from '../../../src/engine/planning/evaluate';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure';
import { planModel } from '../../../src/engine/planning/planModel';
import { assignmentAt, solvePrefixes, solvePrefixThroughput } from '../../../src/engine/planning/prefixDp';
import { metricsValue, rankPrefixPlans, tupleMetrics } from '../../../src/engine/planning/prefixTuples';
import { bandwidthRegimes, regimeAt } from '../../../src/engine/planning/regimes';
import { regionAt, regionMap } from '../../../src/engine/planning/regionMap';
import { searchableCuts } from '../../../src/engine/planning/searchableCuts';
import { tierBounds } from '../../../src/engine/planning/tierBounds';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { unwatched } from '../../../src/protocol/work';
import { allAssignments, infrastructures, smallGraphs } from './randomGraphs';

const objectives: Objective[] = ['latency', 'cost', 'energy', 'throughput', { latency: 1, cost: 500 }];
const runs = { numRuns: 150 };

describe('random small graphs', () => {
  test('evaluatePlan agrees with a naive evaluator for every assignment', () => {
    fc.assert(
      fc.property(smallGraphs(6), infrastructures(3, false), (graph, infrastructure) => {
        const costs = createCostTables(graph, infrastructure);
        for (const assignment of allAssignments(graph, 3)) {
          const evaluation = evaluatePlan(costs, assignment);
          const naive = evaluateNaively(graph, infrastructure, assignment);
          expect(evaluation.latencyMs).toBeCloseTo(naive.latencyMs, 9);
          expect(evaluation.costPerRequest).toBeCloseTo(naive.cost, 12);
          expect(evaluation.energyJ).toBeCloseTo(naive.energyJ, 12);
          expect(1 / evaluation.throughputPerSecond).toBeCloseTo(naive.slowestS, 12);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the candidates hold an optimum over all assignments wherever the audit holds', () => {
    let held = 0;
    fc.assert(
      fc.property(
        smallGraphs(7),
        infrastructures(3, true),
        fc.constantFrom(...objectives),
        (graph, base, objective) => {
          const infrastructure = { ...base, objective };
          const costs = createCostTables(graph, infrastructure);
          if (!auditCandidates(costs, objective).holds) return;
          held++;
          const { plan } = planModel(graph, findCandidates(graph), infrastructure, { strategy: 'dnnsplit' });
          expectNear(plan.evaluation.objectiveValue, bestOfAll(costs, graph));
        },
      ),
      { numRuns: 400 },
    );
    expect(held).toBeGreaterThan(50);
  });

  test('the certificate is the optimum over all assignments, and the plan is above it by its gap', () => {
    fc.assert(
      fc.property(
        smallGraphs(6),
        infrastructures(3, false),
        fc.constantFrom(...objectives),
        (graph, base, objective) => {
          if (objective === 'throughput') return;
          const infrastructure = { ...base, objective };
          const { certificate, plan, costs } = planModel(graph, findCandidates(graph), infrastructure, {
            strategy: 'dnnsplit',
          });
          const best = bestOfAll(costs, graph);
          expectNear(certificate.exactValue, best);
          if (best > 0) expectNear(plan.evaluation.objectiveValue, best * (1 + certificate.gapPercent / 100));
        },
      ),
      runs,
    );
  });

  test('the search over all positions is as good as every tuple of positions', () => {
    fc.assert(
      fc.property(
        smallGraphs(12),
        infrastructures(4, false),
        fc.constantFrom(...objectives),
        (graph, base, objective) => {
          const costs = createCostTables(graph, { ...base, objective });
          const bounds = tierBounds(graph, costs.infrastructure);
          const found =
            objective === 'throughput' ? solvePrefixThroughput(costs, bounds) : solvePrefixes(costs, bounds, objective);
          let best = Number.POSITIVE_INFINITY;
          let count = 0;
          for (const positions of tuples(3, graph.nodes.length)) {
            count++;
            const value = metricsValue(tupleMetrics(costs, positions), objective);
            const assignment = assignmentAt(graph.nodes.length, positions);
            expectNear(evaluatePlan(costs, assignment).objectiveValue, value);
            best = Math.min(best, value);
          }
          expectNear(found?.value ?? Number.NaN, best);
          const ranked = rankPrefixPlans(costs, bounds, objective, 3, unwatched);
          expect(ranked.evaluated).toBe(count);
          expectNear(ranked.ranked[0]?.value ?? Number.NaN, best);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('the regimes are what a fine sweep over the bandwidth finds', () => {
    fc.assert(
      fc.property(
        smallGraphs(8),
        infrastructures(3, false),
        fc.constantFrom(...objectives),
        fc.nat({ max: 1 }),
        (graph, base, objective, link) => {
          const infrastructure = { ...base, objective };
          const costs = createCostTables(graph, infrastructure);
          const bounds = tierBounds(graph, infrastructure);
          const family = createFamily(costs, searchableCuts(costs, findCandidates(graph)), bounds);
          const regimes = bandwidthRegimes(costs, family, bounds, link);
          expect(regimes[0]?.fromMbps).toBe(0);
          expect(regimes.at(-1)?.toMbps).toBe(Number.POSITIVE_INFINITY);
          for (let exponent = -1; exponent <= 5; exponent += 0.23) {
            const bandwidthMbps = 10 ** exponent;
            const links = infrastructure.links.map((one, l) => (l === link ? { ...one, bandwidthMbps } : one));
            const swept = planModel(graph, findCandidates(graph), { ...infrastructure, links }, fast);
            const regime = regimes[regimeAt(regimes, bandwidthMbps)];
            const told = evaluatePlan(swept.costs, regime?.assignment ?? new Uint8Array());
            expectNear(told.objectiveValue, swept.plan.evaluation.objectiveValue);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the region map is what a sweep over two bandwidths finds, and its corners lie between equals', () => {
    const request = { links: [0, 1] as const, fromMbps: 1, toMbps: 1e5 };
    let regions = 0;
    fc.assert(
      fc.property(
        smallGraphs(8),
        infrastructures(3, false),
        fc.constantFrom<Objective>('latency', 'cost', 'energy', { latency: 1, cost: 500 }),
        (graph, base, objective) => {
          const infrastructure = { ...base, objective };
          const costs = createCostTables(graph, infrastructure);
          const bounds = tierBounds(graph, infrastructure);
          const family = createFamily(costs, searchableCuts(costs, findCandidates(graph)), bounds);
          const map = regionMap(costs, family, bounds, request);
          regions = Math.max(regions, map?.regions.length ?? 0);
          const priceAt = (assignment: Uint8Array, mbps: readonly number[]) => {
            const links = infrastructure.links.map((one, l) => ({ ...one, bandwidthMbps: mbps[l] ?? 1 }));
            return evaluatePlan(createCostTables(graph, { ...infrastructure, links }), assignment).objectiveValue;
          };
          const bestAt = (mbps: readonly number[]) => {
            const links = infrastructure.links.map((one, l) => ({ ...one, bandwidthMbps: mbps[l] ?? 1 }));
            const { plan } = planModel(graph, findCandidates(graph), { ...infrastructure, links }, fast);
            return plan.evaluation.objectiveValue;
          };
          for (let first = 0.1; first < 5; first += 1.2) {
            for (let second = 0.3; second < 5; second += 1.2) {
              const mbps = [10 ** first, 10 ** second] as const;
              const region = map?.regions[map ? regionAt(map, mbps) : -1];
              expectNear(priceAt(region?.assignment ?? new Uint8Array(), mbps), bestAt(mbps));
            }
          }
          for (const region of map?.regions ?? []) {
            for (const corner of region.cornersMbps) expectNear(priceAt(region.assignment, corner), bestAt(corner));
          }
        },
      ),
      { numRuns: 40 },
    );
    expect(regions).toBeGreaterThan(1);
  });

  test('the regions of a map cover its range without overlap', () => {
    fc.assert(
      fc.property(smallGraphs(8), infrastructures(4, false), (graph, infrastructure) => {
        const costs = createCostTables(graph, infrastructure);
        const bounds = tierBounds(graph, infrastructure);
        const family = createFamily(costs, searchableCuts(costs, findCandidates(graph)), bounds);
        const map = regionMap(costs, family, bounds, { links: [0, 2], fromMbps: 2, toMbps: 5000 });
        const areas = (map?.regions ?? []).map(({ cornersMbps }) =>
          areaOf(cornersMbps.map(([a, b]) => [1 / a, 1 / b])),
        );
        const square = (1 / 2 - 1 / 5000) ** 2;
        expect(areas.reduce((sum, area) => sum + area, 0) / square).toBeCloseTo(1, 9);
      }),
      { numRuns: 60 },
    );
  });
});

/** Area of a polygon, by the shoelace formula. */
function areaOf(corners: readonly (readonly number[])[]): number {
  let twice = 0;
  for (const [index, [x = 0, y = 0]] of corners.entries()) {
    const [nextX = 0, nextY = 0] = corners[(index + 1) % corners.length] ?? [];
    twice += x * nextY - nextX * y;
  }
  return twice / 2;
}

const fast = { strategy: 'dnnsplit', skipCertificate: true, skipRegimes: true } as const;

function expectNear(value: number, expected: number): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected) + 1e-18);
}

function bestOfAll(costs: ReturnType<typeof createCostTables>, graph: SplitGraph): number {
  const tierCount = costs.tiers.length;
  return Math.min(...allAssignments(graph, tierCount).map((one) => evaluatePlan(costs, one).objectiveValue));
}

function* tuples(length: number, to: number, from = 0): Generator<number[]> {
  if (length === 0) yield [];
  else {
    for (let first = from; first <= to; first++)
      for (const rest of tuples(length - 1, to, first)) yield [first, ...rest];
  }
}

/** The formulas again, node by node and tensor by tensor, straight from the graph. */
function evaluateNaively(graph: SplitGraph, infrastructure: Infrastructure, assignment: Uint8Array) {
  const busy = infrastructure.tiers.map(() => 0);
  for (const [node, { macs }] of graph.nodes.entries()) {
    const k = assignment[node] ?? 0;
    const tier = infrastructure.tiers[k];
    busy[k] = (busy[k] ?? 0) + (2 * (macs ?? 0)) / ((tier?.gflops ?? 1) * 1e9) + (tier?.overheadUs ?? 0) * 1e-6;
  }
  const moved = infrastructure.links.map((link, l) => {
    let bytes = 0;
    for (const tensor of graph.tensors) {
      const from = tensor.producer < 0 ? 0 : (assignment[tensor.producer] ?? 0);
      if (from <= l && tensor.consumers.some((reader) => (assignment[reader] ?? 0) > l)) {
        const size = { original: 1, float16: 0.5, int8: 0.25 }[link.wireDtype] * (tensor.bytes ?? 0);
        bytes += tensor.producer < 0 ? (infrastructure.inputWireBytes[tensor.name] ?? size) : size;
      }
    }
    return { bytes, seconds: bytes > 0 ? link.latencyMs / 1000 + (bytes * 8) / (link.bandwidthMbps * 1e6) : 0 };
  });
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const first = infrastructure.tiers[0];
  return {
    latencyMs: 1000 * (sum(busy) + sum(moved.map((one) => one.seconds))),
    cost:
      sum(
        infrastructure.tiers.map(
          (tier, k) =>
            (busy[k] ?? 0) * (tier.pricePerHour / 3600 + (tier.watts / 1000 / 3600) * tier.electricityPerKWh),
        ),
      ) + sum(infrastructure.links.map((link, l) => ((moved[l]?.bytes ?? 0) / 1e9) * link.pricePerGB)),
    energyJ:
      (busy[0] ?? 0) * (first?.watts ?? 0) +
      ((moved[0]?.bytes ?? 0) / 1e6) * (infrastructure.links[0]?.joulesPerMB ?? 0),
    slowestS: Math.max(
      ...infrastructure.tiers.map((tier, k) => (busy[k] ?? 0) / tier.replicas),
      ...moved.map((one) => one.seconds),
    ),
  };
}
