import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exactPlan } from '../../../src/engine/planning/exact/exactPlan';
import type { Infrastructure } from '../../../src/engine/planning/infrastructure';
import { planModel } from '../../../src/engine/planning/planModel';
import { defaultConfig, resolveConfig } from '../../../src/engine/planning/resolveConfig';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { inferFile } from '../split/loadGraph';

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
      for (const bandwidthMbps of [0.1, 1, 7, 40, 300]) {
        const links = base.links.map((link, l) => ({ ...link, ...(l === 0 && { bandwidthMbps }) }));
        yield { ...base, tiers, links, inputWireBytes };
        yield { ...base, tiers, links: links.map((link) => ({ ...link, wireDtype: 'int8' as const })), inputWireBytes };
      }
    }
  }
  yield { ...base, objective: 'cost', links: base.links.map((link, l) => ({ ...link, pricePerGB: l * 0.09 })) };
  yield { ...base, objective: 'energy' };
  yield { ...base, constraints: { keepInputOnFirstTier: true } };
}

test('planning again from what is kept finds what planning from scratch finds', () => {
  let previousCosts = planModel(graph, candidates, base, { strategy: 'dnnsplit' }).costs;
  for (const infrastructure of changes()) {
    const kept = planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit', previousCosts });
    const fresh = planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit' });
    expect(kept.plan).toEqual(fresh.plan);
    const exact = [kept, fresh].map(({ costs }) => exactPlan(costs, infrastructure).objectiveValue);
    expect(exact[0]).toBeCloseTo(exact[1] ?? 0, 12);
    expect(kept.regimes).toEqual(fresh.regimes);
    expect(kept.baselines).toEqual(fresh.baselines);
    previousCosts = kept.costs;
  }
});
