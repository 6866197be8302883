import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import { auditCandidates } from '../../../src/engine/planning/findings/audit';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure/infrastructure';
import { tierBounds } from '../../../src/engine/planning/infrastructure/tierBounds';
import { planModel } from '../../../src/engine/planning/planModel';
import { assignmentAt, rankPrefixPlans } from '../../../src/engine/planning/search/prefixTuples';
import { TupleMeter } from '../../../src/engine/planning/search/tupleMeter';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { figureOf, type Metric, metrics } from '../../../src/shared/vocabulary/metrics';
import { unwatched } from '../../../src/shared/work/work';
import { allAssignments, expectNear, infrastructures, smallGraphs } from './randomGraphs';

const objectives: Objective[] = [...metrics, { latency: 1, cost: 500 }];
const runs = { numRuns: 150 };

describe('random small graphs', () => {
  test('evaluatePlan agrees with a naive evaluator for every assignment', () => {
    fc.assert(
      fc.property(smallGraphs(6), infrastructures(3, false), (graph, infrastructure) => {
        const costs = createCostTables(graph, infrastructure);
        for (const assignment of allAssignments(graph, 3)) {
          const evaluation = evaluatePlan(costs, assignment);
          const naive = evaluateNaively(graph, infrastructure, assignment);
          for (const metric of metrics) {
            const figure = figureOf(evaluation, metric);
            expect(metric === 'throughput' ? 1 / figure : figure, metric).toBeCloseTo(naive[metric], 9);
          }
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
    expect(held).toBeGreaterThan(30);
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

  test('every tuple of positions is ranked', () => {
    fc.assert(
      fc.property(
        smallGraphs(12),
        infrastructures(4, false),
        fc.constantFrom(...objectives),
        (graph, base, objective) => {
          const costs = createCostTables(graph, { ...base, objective });
          const meter = new TupleMeter(costs, objective, 'latency');
          const bounds = tierBounds(graph, costs.infrastructure);
          let best = Number.POSITIVE_INFINITY;
          let count = 0;
          for (const positions of tuples(3, graph.nodes.length)) {
            count++;
            meter.measure(positions);
            const { value } = meter;
            const assignment = assignmentAt(graph.nodes.length, positions);
            expectNear(evaluatePlan(costs, assignment).objectiveValue, value);
            best = Math.min(best, value);
          }
          const ranked = rankPrefixPlans(costs, bounds, objective, 3, unwatched);
          expect(ranked.evaluated).toBe(count);
          expectNear(ranked.ranked[0]?.value ?? Number.NaN, best);
        },
      ),
      { numRuns: 40 },
    );
  });
});

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

/** The formulas again, node by node and tensor by tensor, straight from the graph; the slowest stage for throughput. */
function evaluateNaively(
  graph: SplitGraph,
  infrastructure: Infrastructure,
  assignment: Uint8Array,
): Readonly<Record<Metric, number>> {
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
    const sendingS = (bytes * 8) / (link.bandwidthMbps * 1e6);
    return { bytes, sendingS, seconds: bytes > 0 ? (link.latencyMs + (link.hopMs ?? 0)) / 1000 + sendingS : 0 };
  });
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const first = infrastructure.tiers[0];
  const wanted = graph.tensors.filter(({ name, producer, isGraphOutput }) => {
    const place = infrastructure.outputAnswers[name] ?? infrastructure.answer;
    return isGraphOutput && producer >= 0 && place === 'returned';
  });
  // Everything is asked for from the first tier, so that an answer comes back over every link below the highest tier.
  const returned = infrastructure.links.map((link, l) => {
    const isAsked = wanted.length > 0 && assignment.some((tier) => tier > l);
    const above = wanted.filter(({ producer }) => (assignment[producer] ?? 0) > l);
    const bytes = sum(above.map((tensor) => tensor.bytes ?? 0));
    const receivingS = (bytes * 8) / ((link.downBandwidthMbps ?? link.bandwidthMbps) * 1e6);
    const seconds = isAsked ? (link.downLatencyMs ?? link.latencyMs) / 1000 + receivingS : 0;
    return { bytes, receivingS, seconds };
  });
  const latency = sum(busy) + sum([...moved, ...returned].map((one) => one.seconds));
  const onAirS = (moved[0]?.sendingS ?? 0) + (returned[0]?.receivingS ?? 0);
  const waitingS = wanted.length > 0 ? latency - (busy[0] ?? 0) - onAirS : 0;
  return {
    latency: 1000 * latency,
    cost:
      sum(
        infrastructure.tiers.map(
          (tier, k) =>
            (busy[k] ?? 0) * (tier.pricePerHour / 3600 + (tier.watts / 1000 / 3600) * tier.electricityPerKWh),
        ),
      ) +
      sum(infrastructure.links.map((link, l) => ((moved[l]?.bytes ?? 0) / 1e9) * link.pricePerGB)) +
      sum(infrastructure.links.map((link, l) => ((returned[l]?.bytes ?? 0) / 1e9) * link.downPricePerGB)),
    energy:
      (busy[0] ?? 0) * (first?.watts ?? 0) +
      ((moved[0]?.bytes ?? 0) / 1e6) * (infrastructure.links[0]?.joulesPerMB ?? 0) +
      (moved[0]?.sendingS ?? 0) * (infrastructure.links[0]?.txWatts ?? 0) +
      (returned[0]?.receivingS ?? 0) * (infrastructure.links[0]?.rxWatts ?? 0) +
      waitingS * (first?.idleWatts ?? 0),
    throughput: Math.max(
      ...infrastructure.tiers.map((tier, k) => (busy[k] ?? 0) / tier.replicas),
      ...moved.map((one) => one.sendingS),
      ...returned.map((one) => one.receivingS),
    ),
  };
}
