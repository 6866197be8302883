import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultConfig, resolveConfig } from '../../../src/engine/planning/infrastructure/resolveConfig';
import { planModel } from '../../../src/engine/planning/planModel';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { inferFile } from '../split/loadGraph';

const path = join(import.meta.dirname, '../../workspace/resnet152.onnx');
const graph = buildSplitGraph(inferFile(path));
const candidates = findCandidates(graph);
const { infrastructure } = resolveConfig(defaultConfig, path, new Map());

test('ResNet152 on the default tiers: offload to the edge, proven, and no other strategy does better', () => {
  const result = planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit', compare: true });
  expect(result.audit).toMatchObject({ metric: 'latency', holds: true, exceptionCount: 0 });
  expect(result.certificate.gapPercent).toBe(0);
  expect(result.advice.text).toContain('Do not split: run everything on `edge`');
  // The input's 602112 bytes at 20 Mbit/s and 5 ms.
  expect(result.plan.evaluation.links[0]).toMatchObject({ bytes: 602112, transferMs: 5 + (8 * 602112) / 20e3 });
  const relatives = result.strategies.filter((one) => one.plan !== undefined).map((one) => one.relative);
  expect(Math.min(...relatives)).toBeGreaterThanOrEqual(1 - 1e-12);
  expect(result.strategies.find((one) => one.strategy === 'exhaustive')?.relative).toBeCloseTo(1, 12);
  expect(result.plan.evaluatedPlans).toBeLessThan(100);
  expect(result.strategies.find((one) => one.strategy === 'exhaustive')?.plan?.evaluatedPlans).toBe((519 * 520) / 2);
});

test('below its border bandwidth, the regimes say to stay on the device, and there both cost the same', () => {
  const { regimes } = planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit' });
  const [onDevice, offloaded] = regimes[0] ?? [];
  expect(Array.from(new Set(onDevice?.assignment))).toEqual([0]);
  expect(Array.from(new Set(offloaded?.assignment))).toEqual([1]);
  const links = infrastructure.links.map((link, l) =>
    l === 0 ? { ...link, bandwidthMbps: onDevice?.toMbps ?? 0 } : link,
  );
  const { baselines } = planModel(graph, candidates, { ...infrastructure, links }, { strategy: 'dnnsplit' });
  const latencies = baselines.map((one) => one.plan?.evaluation.latencyMs ?? 0);
  expect(latencies[0]).toBeCloseTo(latencies[1] ?? 0, 6);
});
