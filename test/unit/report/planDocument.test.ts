import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { settingsOf } from '../../../src/app/model/configuredModel';
import { checkPlan } from '../../../src/app/plan/checkPlan';
import { planAnalyzed, planDocumentOf, planText } from '../../../src/app/plan/planAnalyzed';
import { searchNodes } from '../../../src/engine/report/search';
import { assignedTiers, compareNodeIds, nodeRanges } from '../../../src/engine/split/nodeRanges';
import { parseConfig } from '../../../src/shared/documents/parseConfig';
import { requireDocument } from '../../../src/shared/documents/parsedDocument';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import type { PlanDocument } from '../../../src/shared/documents/plan';
import type { PlanOverrides } from '../../../src/shared/protocol/requests';
import { sampleConfig } from '../../support/sampleConfig';

const model = resolve(import.meta.dirname, '../../workspace/resnet152.onnx');
const analyzed = analyzeFile(model, {});
const config = requireDocument(parseConfig(sampleConfig), 'invalid-config', 'dnnsplit.json');
const settings = settingsOf(model, { path: undefined, config, profiles: new Map() });

/** The plan document with forced cuts. */
function documentWith(cuts: readonly (number | null)[]): PlanDocument {
  const planned = planAnalyzed(analyzed, settings, { cuts }, { skipRegimes: true, skipCertificate: true });
  const { document, problems } = parsePlan(planText(planned, `${model}.splitplan.json`));
  expect(problems).toEqual([]);
  if (document === undefined) throw new Error('the plan does not parse');
  return document;
}

describe('node ranges', () => {
  const ids = ['0', '1', '2', '10', '2/0', '2/1', '2/10', '9'];

  it('follow the order of the file', () => {
    expect([...ids].sort(compareNodeIds)).toEqual(['0', '1', '2', '2/0', '2/1', '2/10', '9', '10']);
  });

  it('come back as the same assignment, whatever it is', () => {
    for (let code = 0; code < 3 ** ids.length; code += 7) {
      const tiers = Uint8Array.from(ids, (_, index) => Math.floor(code / 3 ** index) % 3);
      const { tiersOf, unknown } = assignedTiers(ids, nodeRanges(ids, tiers, 3));
      expect(unknown).toEqual([]);
      expect(tiersOf).toEqual([...tiers].map((tier) => [tier]));
    }
  });
});

describe('a plan document', () => {
  it('states for each tier what goes in and what comes out', () => {
    const [device, edge, cloud] = documentWith([493, 515]).tiers;
    expect(device?.nodes).toEqual(['0..492']);
    expect(device?.inputs.map(({ name }) => name)).toEqual(['input_layer_2']);
    expect(device?.outputs.map(({ name }) => name)).toEqual(['conv5_block1_add:0']);
    expect(edge?.inputs).toEqual(device?.outputs);
    expect(cloud?.inputs).toEqual(edge?.outputs);
    expect(cloud?.outputs.map(({ name }) => name)).toEqual(['predictions/Softmax:0']);
  });

  it('holds the plan that is advised, and the optimum where a strategy is named', () => {
    const careful = { ...config, objective: 'throughput' as const, minimumGainPercent: 10_000 };
    const own = settingsOf(model, { path: undefined, config: careful, profiles: new Map() });
    const documentOf = (overrides: PlanOverrides) => {
      const planned = planAnalyzed(analyzed, own, { bandwidthMbps: [1e4, 1e4], ...overrides }, { skipRegimes: true });
      return { ...planned, document: planDocumentOf(planned, `${model}.splitplan.json`) };
    };
    const { result, document } = documentOf({});
    const used = document.tiers.filter(({ nodeCount }) => nodeCount > 0);
    expect(used).toHaveLength(1);
    expect(document.advice).toContain(`Do not split: run everything on \`${used[0]?.id}\``);
    expect(document.prediction.throughputPerSecond).toBeCloseTo(
      result.recommendation?.plan.evaluation.throughputPerSecond ?? 0,
      4,
    );
    const { exactObjectiveValue, objectiveValue, gapPercent } = document.certificate;
    expect(gapPercent).toBeGreaterThan(10);
    expect(gapPercent).toBeCloseTo((objectiveValue / (exactObjectiveValue ?? 0) - 1) * 100, 4);
    const optimum = documentOf({ strategy: 'dnnsplit' });
    expect(optimum.document.tiers.filter(({ nodeCount }) => nodeCount > 0).length).toBeGreaterThan(1);
    expect(optimum.document.certificate.objectiveValue).toBeLessThan(objectiveValue);
  });

  it('fits to its model', () => {
    expect(checkPlan(documentWith([484, 517]), analyzed.graph, analyzed.structureHash)).toEqual([]);
  });

  it('is found out when its link says something else than its tiers', () => {
    const plan = documentWith([493, 515]);
    const links = plan.links.map((link, index) => (index === 0 ? { ...link, tensors: [] } : link));
    const [finding] = checkPlan({ ...plan, links }, analyzed.graph, analyzed.structureHash);
    expect(finding?.message).toMatch(/'conv5_block1_add:0' also crosses from/);
  });
});

describe('search', () => {
  it('puts exact labels first, takes all words, and keeps to its limit', () => {
    expect(searchNodes(analyzed.graph, 'avg_pool', 5)[0]?.label).toBe('avg_pool');
    expect(searchNodes(analyzed.graph, 'CONV5 block1 add', 5).map(({ label }) => label)).toEqual(['conv5_block1_add']);
    expect(searchNodes(analyzed.graph, 'conv', 7)).toHaveLength(7);
    expect(searchNodes(analyzed.graph, '  ', 7)).toEqual([]);
    expect(searchNodes(analyzed.graph, '(unclosed [', 7)).toEqual([]);
  });

  it('finds nodes by operator, output shape, tier, and the tensors that they read', () => {
    const { graph } = analyzed;
    const tiers = graph.nodes.map((_, place) => (place < 5 ? 'device' : 'edge'));
    expect(searchNodes(graph, 'tier:device', 50, tiers).map(({ orderIndex }) => orderIndex)).toEqual([0, 1, 2, 3, 4]);
    const [first] = searchNodes(graph, 'op:gemm tier:edge', 5, tiers);
    expect(first?.detail).toMatch(/^1x1000 float32, .*, edge$/);
    expect(searchNodes(graph, '1x2048x7x7', 5).every(({ detail }) => detail.startsWith('1x2048x7x7'))).toBe(true);
    const [tensor] = graph.inputs.map((index) => graph.tensors[index]?.name ?? '');
    expect(searchNodes(graph, tensor ?? '', 50).map(({ orderIndex }) => orderIndex)).toContain(0);
    expect(searchNodes(graph, 'op:pool', 5).every(({ op }) => op.includes('Pool'))).toBe(true);
  });
});
