import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planModel } from '../../../src/engine/planning/planModel';
import { defaultConfig, resolveConfig } from '../../../src/engine/planning/resolveConfig';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { inferFile } from '../split/loadGraph';

const path = join(import.meta.dirname, '../../workspace/resnet152.onnx');

test('ResNet152 on the default tiers gets a plan that is proven, audited and compared', () => {
  const graph = buildSplitGraph(inferFile(path));
  const { infrastructure } = resolveConfig(defaultConfig, path, new Map());
  const result = planModel(graph, findCandidates(graph), infrastructure, {
    strategy: 'dnnsplit',
    compare: true,
    pareto: true,
  });
  console.log(result.advice, result.audit, result.certificate, result.plan.evaluatedPlans, result.plan.evaluation);
  console.log(result.strategies.map((s) => [s.strategy, s.relative, s.unavailable, s.plan?.evaluatedPlans]));
  console.log(result.baselines.map((s) => [s.strategy, s.relative, s.unavailable]));
  console.log(result.regimes.map((r) => r.map((x) => [x.fromMbps, x.toMbps, x.latencyMs])));
  console.log(result.candidates, result.pareto?.plans.length);
  expect(result.certificate.gapPercent).toBe(0);
});
