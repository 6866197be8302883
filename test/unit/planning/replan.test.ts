import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CostTables } from '../../../src/engine/planning/costs/costTables';
import type { Constraints, Infrastructure } from '../../../src/engine/planning/infrastructure/infrastructure';
import { defaultConfig, resolveConfig } from '../../../src/engine/planning/infrastructure/resolveConfig';
import { planModel } from '../../../src/engine/planning/planModel';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { inferFile } from '../split/loadGraph';
import { wide, wideTiers } from './support';

const path = join(import.meta.dirname, '../../workspace/mobilenetv2.onnx');
const graph = buildSplitGraph(inferFile(path));
const candidates = findCandidates(graph);
const base = resolveConfig(defaultConfig, path, new Map()).infrastructure;

/** One change after another, of everything that tables and contractions are made from. */
function* changes(): Generator<Infrastructure> {
  const input = graph.tensors[graph.inputs[0] ?? 0]?.name ?? '';
  for (const gflops of [20, 400]) {
    const tiers = base.tiers.map((tier, k) => (k === 0 ? { ...tier, gflops } : tier));
    for (const inputWireBytes of [{}, { [input]: 9000 }, { [input]: 900_000 }]) {
      for (const wireDtype of ['original', 'int8'] as const) {
        for (const bandwidthMbps of [0.1, 1, 7, 40, 300]) {
          const links = base.links.map((link, l) => ({ ...link, wireDtype, ...(l === 0 && { bandwidthMbps }) }));
          yield { ...base, tiers, links, inputWireBytes };
        }
      }
    }
  }
  for (const gflops of [20, 400]) yield { ...base, tiers: base.tiers.map((tier) => ({ ...tier, gflops })) };
  yield { ...base, objective: 'cost', links: base.links.map((link, l) => ({ ...link, pricePerGB: l * 0.09 })) };
  for (const latencyMs of [0, 500]) {
    yield { ...base, links: base.links.map((link) => ({ ...link, latencyMs, bandwidthMbps: 300 })) };
  }
  for (const watts of [1, 100])
    yield { ...base, objective: 'energy', tiers: base.tiers.map((tier) => ({ ...tier, watts })) };
  for (const pricePerHour of [1, 100]) {
    const tiers = base.tiers.map((tier, k) => ({ ...tier, pricePerHour: k === 2 ? 10 : pricePerHour }));
    yield { ...base, objective: 'cost', tiers };
  }
  const node = graph.nodes[40]?.id ?? '';
  const constraints: Constraints[] = [
    { keepInputOnFirstTier: true },
    { pin: { [node]: 'edge' } },
    { pin: { [node]: 'device' } },
    { pin: { [node]: 'device' }, excludeTiers: ['cloud'] },
    { excludeTiers: ['edge'] },
    { respectMemory: true },
    { maxLatencyMs: 150 },
    { maxCostPerRequest: 1e-6 },
    { pin: { [node]: 'edge' } },
    {},
  ];
  const small = base.tiers.map((tier, k) => ({ ...tier, memoryGB: 0.012 + k }));
  for (const objective of ['latency', 'cost', 'throughput'] as const) {
    for (const one of constraints) yield { ...base, objective, constraints: one, tiers: small };
  }
}

/** The same graph, which nothing that is kept for the first one serves. */
const unknownGraph = (): SplitGraph => ({ ...graph, nodes: [...graph.nodes], tensors: [...graph.tensors] });

/** The values of the plans that minimum cuts find, or why there are none. */
function cutValues(of: SplitGraph, infrastructure: Infrastructure, previousCosts?: CostTables): (number | string)[] {
  const options = { skipRegimes: true, skipCertificate: true, ...(previousCosts && { previousCosts }) };
  return (['exact', 'dads-heavy'] as const).map((strategy) => {
    try {
      return planModel(of, candidates, infrastructure, { strategy, ...options }).plan.evaluation.objectiveValue;
    } catch (error) {
      if (DnnSplitError.is(error)) return error.message;
      throw error;
    }
  });
}

test('planning again from what is kept finds what planning from scratch finds', () => {
  let previousCosts = planModel(graph, candidates, base, { strategy: 'dnnsplit' }).costs;
  for (const infrastructure of changes()) {
    const kept = planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit', previousCosts });
    const fresh = planModel(unknownGraph(), candidates, infrastructure, { strategy: 'dnnsplit' });
    expect(kept.plan).toEqual(fresh.plan);
    expect(kept.certificate).toEqual(fresh.certificate);
    expect(cutValues(graph, infrastructure, kept.costs)).toEqual(cutValues(unknownGraph(), infrastructure));
    expect(kept.regimes).toEqual(fresh.regimes);
    expect(kept.baselines).toEqual(fresh.baselines);
    previousCosts = kept.costs;
  }
});

test('so it does where pins change and the graph has too many cuts to look at them all', () => {
  const pins: Constraints[] = ['b3', 'b7', 'b3'].flatMap((name, k) => [
    { pin: { [name]: `tier${k}` } },
    { pin: { [name]: 'tier1', join: 'tier2' } },
  ]);
  const cuts = findCandidates(wide);
  let previousCosts: CostTables | undefined;
  for (const constraints of pins) {
    const infrastructure = { ...wideTiers, constraints };
    const options = { strategy: 'dnnsplit', ...(previousCosts && { previousCosts }) } as const;
    const kept = planModel(wide, cuts, infrastructure, options);
    const fresh = planModel({ ...wide, tensors: [...wide.tensors] }, cuts, infrastructure, { strategy: 'dnnsplit' });
    expect(kept.plan).toEqual(fresh.plan);
    expect(kept.regimes).toEqual(fresh.regimes);
    previousCosts = kept.costs;
  }
});
