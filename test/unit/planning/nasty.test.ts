import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type {
  Constraints,
  Infrastructure,
  Objective,
} from '../../../src/engine/planning/infrastructure/infrastructure';
import { tierBounds } from '../../../src/engine/planning/infrastructure/tierBounds';
import { brokenConstraints } from '../../../src/engine/planning/plan/constraints';
import { type PlanningResult, planModel } from '../../../src/engine/planning/planModel';
import { planReport } from '../../../src/engine/report/planReport';
import { searchCandidates } from '../../../src/engine/split/findCandidates';
import type { DataTensor, SplitGraph, SplitNode } from '../../../src/engine/split/splitGraph';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { allAssignments } from './randomGraphs';
import { plainInfrastructure } from './support';

/** What a node of a nasty graph is made from. */
interface Draft {
  readonly picks: readonly number[];
  readonly outputs: readonly (number | null)[];
  readonly macs: number | null;
  readonly isView: boolean;
}

const bytes = fc.option(fc.constantFrom(0, 4, 40, 400), { freq: 6 });
const draft: fc.Arbitrary<Draft> = fc.record({
  picks: fc.array(fc.nat({ max: 99 }), { maxLength: 3 }),
  outputs: fc.array(bytes, { minLength: 1, maxLength: 2 }),
  macs: fc.option(fc.integer({ min: 0, max: 30 }), { freq: 8 }),
  isView: fc.boolean(),
});

/**
 * Graphs with everything that planning has to survive: sizes that are unknown or zero, several inputs, inputs that nobody
 * reads, nodes that read nothing, nodes with several outputs, dead ends in the middle, tensors that skip, views, and no
 * known work at all.
 */
const nastyGraphs = fc
  .tuple(fc.array(bytes, { minLength: 1, maxLength: 3 }), fc.array(draft, { minLength: 1, maxLength: 6 }))
  .map(([inputs, drafts]): SplitGraph => {
    const tensors: (Omit<DataTensor, 'consumers' | 'isGraphOutput'> & { consumers: number[] })[] = [];
    const add = (name: string, size: number | null, producer: number) =>
      tensors.push({ name, dtype: 'float32', shape: undefined, bytes: size ?? undefined, producer, consumers: [] }) - 1;
    const inputIndices = inputs.map((size, index) => add(`in${index}`, size, -1));
    const nodes = drafts.map(({ picks, outputs, macs, isView }, index): SplitNode => {
      const reads = [...new Set(picks.map((pick) => pick % tensors.length))].sort((a, b) => a - b);
      for (const read of reads) tensors[read]?.consumers.push(index);
      const writes = outputs.map((size, output) => add(`n${index}_${output}`, size, index));
      return {
        ...{ id: `${index}`, name: `n${index}`, label: `n${index}`, op: 'Op', domain: '', modulePath: '' },
        ...{ reads, writes, macs: macs ?? undefined, elementwiseOps: 0, weightBytes: 10, viewOnly: isView },
        trafficBytes: macs === null ? undefined : 8,
      };
    });
    const all = tensors.map((tensor): DataTensor => ({ ...tensor, isGraphOutput: tensor.consumers.length === 0 }));
    const outputs = all.flatMap(({ isGraphOutput }, index) => (isGraphOutput ? [index] : []));
    return { nodes, tensors: all, inputs: inputIndices, outputs };
  });

const tier = fc.record({
  gflops: fc.option(fc.constantFrom(1e-6, 1e-3, 1), { nil: undefined, freq: 4 }),
  memoryGBps: fc.option(fc.constantFrom(1e-5, 1), { nil: undefined, freq: 2 }),
  overheadUs: fc.constantFrom(0, 0, 5),
  pricePerHour: fc.constantFrom(0, 0, 1, 3600),
  watts: fc.constantFrom(0, 10),
  electricityPerKWh: fc.constantFrom(0, 0.3),
  idleWatts: fc.constantFrom(0, 2),
  replicas: fc.constantFrom(1, 1, 3),
  profile: fc.option(
    fc
      .array(fc.tuple(fc.constantFrom('n0', 'n1', '2'), fc.constantFrom(0, 1, 50)), { maxLength: 3 })
      .map((e) => new Map(e)),
    { nil: undefined },
  ),
});
const link = fc.record({
  bandwidthMbps: fc.constantFrom(1e-3, 1, 1e3, 1e9),
  latencyMs: fc.constantFrom(0, 0, 0.01, 5),
  pricePerGB: fc.constantFrom(0, 9),
  joulesPerMB: fc.constantFrom(0, 5),
  downPricePerGB: fc.constantFrom(0, 7),
  txWatts: fc.constantFrom(0, 3),
  rxWatts: fc.constantFrom(0, 4),
  downBandwidthMbps: fc.constantFrom(undefined, 1e-2, 1e4),
  downLatencyMs: fc.constantFrom(undefined, 0, 2),
  wireDtype: fc.constantFrom('original' as const, 'float16' as const, 'int8' as const),
});

/** From one tier to eight, with missing rates, free tiers, extreme links, profiles, and inputs of a given size. */
const nastyInfrastructures = fc
  .integer({ min: 1, max: 8 })
  .chain((count) =>
    fc.tuple(
      fc.array(tier, { minLength: count, maxLength: count }),
      fc.array(link, { minLength: count - 1, maxLength: count - 1 }),
      fc.constantFrom({}, { in0: 1 }, { in0: 1000, in1: 1 }),
      fc.constantFrom('returned' as const, 'stays' as const),
      fc.constantFrom<Objective>('latency', 'cost', 'energy', 'throughput', { latency: 1, cost: 3, energy: 0.1 }),
    ),
  )
  .map(([tiers, links, inputWireBytes, answer, objective]) =>
    plainInfrastructure(tiers, links, { inputWireBytes, answer, objective }),
  );

/** Pins, tiers that are left out, and the raw input that stays, more often contradicting than not. */
const nastyConstraints = fc.record(
  {
    pin: fc.dictionary(
      fc.constantFrom('n0', '1', 'n2'),
      fc.nat({ max: 7 }).map((k) => `tier${k}`),
      { maxKeys: 2 },
    ),
    excludeTiers: fc.uniqueArray(
      fc.nat({ max: 7 }).map((k) => `tier${k}`),
      { maxLength: 2 },
    ),
    keepInputOnFirstTier: fc.boolean(),
  },
  { requiredKeys: [] },
);

function constrained(graph: SplitGraph, base: Infrastructure, wanted: Constraints): Infrastructure {
  const ids = new Set(base.tiers.map(({ id }) => id));
  const names = new Set(graph.nodes.flatMap(({ id, name }) => [id, name]));
  const pin = Object.fromEntries(
    Object.entries(wanted.pin ?? {}).filter(([node, id]) => names.has(node) && ids.has(id)),
  );
  const excludeTiers = (wanted.excludeTiers ?? []).filter((id) => ids.has(id));
  return { ...base, constraints: { ...wanted, pin, excludeTiers } };
}

function attempt(run: () => PlanningResult): PlanningResult | undefined {
  try {
    return run();
  } catch (error) {
    if (DnnSplitError.is(error, 'infeasible')) return undefined;
    throw error;
  }
}

/** The least value of all assignments within pins and left-out tiers that can be priced; nothing where there is none. */
function bestOfAll(graph: SplitGraph, infrastructure: Infrastructure): number | undefined {
  const costs = createCostTables(graph, infrastructure);
  let bounds: ReturnType<typeof tierBounds>;
  try {
    bounds = tierBounds(graph, infrastructure);
  } catch {
    return undefined;
  }
  const values = allAssignments(graph, infrastructure.tiers.length).flatMap((assignment) => {
    const isWithin = assignment.every(
      (k, node) => bounds.allowedTiers[k] === 1 && k >= (bounds.lowest[node] ?? 0) && k <= (bounds.highest[node] ?? 0),
    );
    const evaluation = evaluatePlan(costs, assignment);
    return isWithin && Number.isFinite(evaluation.latencyMs) ? [evaluation.objectiveValue] : [];
  });
  return values.length === 0 ? undefined : Math.min(...values);
}

const isAtLeast = (value: number, least: number) => value >= least * (1 - 1e-9) - 1e-18;

describe('graphs, tiers and constraints of the nastiest kind', () => {
  const cases = fc.tuple(nastyGraphs, nastyInfrastructures, nastyConstraints);

  test('have a plan whenever any assignment can be priced, the best one, proven, and no strategy beats it', () => {
    let [planned, impossible, compared] = [0, 0, 0];
    fc.assert(
      fc.property(cases, ([graph, base, wanted]) => {
        if (graph.nodes.length > 4 && base.tiers.length > 4) return;
        const infrastructure = constrained(graph, base, wanted);
        const { candidates } = searchCandidates(graph);
        const best = bestOfAll(graph, infrastructure);
        const run = () =>
          planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit', compare: true, pareto: true });
        const result = attempt(run);
        if (result === undefined || best === undefined) {
          impossible++;
          expect(result === undefined).toBe(best === undefined);
          return;
        }
        planned++;
        const { plan, certificate } = result;
        expect(brokenConstraints(infrastructure, plan.evaluation)).toEqual([]);
        expect(isAtLeast(plan.evaluation.objectiveValue, best)).toBe(true);
        expect(isAtLeast(best, plan.evaluation.objectiveValue)).toBe(true);
        expect(isAtLeast(best, certificate.exactValue)).toBe(true);
        if (certificate.isBound !== true) expect(isAtLeast(certificate.exactValue, best)).toBe(true);
        for (const { plan: other, unavailable } of [...result.strategies, ...result.baselines]) {
          if (other === undefined || unavailable !== undefined) continue;
          compared++;
          expect(isAtLeast(other.evaluation.objectiveValue, best)).toBe(true);
        }
        for (const { latencyMs } of result.pareto?.plans ?? [])
          expect(latencyMs).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 800 },
    );
    expect(planned).toBeGreaterThan(200);
    expect(impossible).toBeGreaterThan(20);
    expect(compared).toBeGreaterThan(500);
  });

  test('are reported without a number that JSON cannot hold where the contract wants one', () => {
    fc.assert(
      fc.property(cases, ([graph, base, wanted]) => {
        const infrastructure = constrained(graph, base, wanted);
        const { candidates } = searchCandidates(graph);
        const result = attempt(() => planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit' }));
        if (result === undefined) return;
        const report = planReport(result);
        for (const value of [report.latencyMs, report.costPerRequest, report.energyJ, report.objectiveValue]) {
          expect(Number.isFinite(value)).toBe(true);
        }
        expect(report.advice).not.toMatch(/NaN|undefined/);
        for (const regime of report.linkRegimes.flat()) {
          expect([regime.fromMbps, regime.latencyMs, regime.fixedMs, regime.bytes].every(Number.isFinite)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
