import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { composeFiles } from '../../../src/engine/deploy/compose/compose';
import { assignedTiers, compareNodeIds, nodeRanges } from '../../../src/engine/report/nodeRanges';
import { searchNodes } from '../../../src/engine/report/search';
import { parseConfig } from '../../../src/protocol/documents/parseConfig';
import { requireDocument } from '../../../src/protocol/documents/parsedDocument';
import { parsePlan } from '../../../src/protocol/documents/parsePlan';
import type { PlanDocument } from '../../../src/protocol/documents/plan';
import { analyzeFile } from '../../../src/server/analysis/analyzeFile';
import { checkPlan } from '../../../src/server/analysis/checkPlan';
import { settingsOf } from '../../../src/server/analysis/configuredModel';
import { planAnalyzed, planText } from '../../../src/server/analysis/planAnalyzed';
import { sampleConfig } from '../../support/sampleConfig';
import { sharedFolder } from '../../support/shared';

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

  it('fits to its model', () => {
    expect(checkPlan(documentWith([484, 517]), analyzed.graph, analyzed.structureHash)).toEqual([]);
  });

  it('is found out when its link says something else than its tiers', () => {
    const plan = documentWith([493, 515]);
    const links = plan.links.map((link, index) => (index === 0 ? { ...link, tensors: [] } : link));
    const [finding] = checkPlan({ ...plan, links }, analyzed.graph, analyzed.structureHash);
    expect(finding?.message).toMatch(/'conv5_block1_add:0' crosses here too/);
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
});

describe('a compose project', () => {
  const plan = documentWith([493, 515]);
  const [composeFile, readme] = composeFiles(plan);
  const compose = parse(composeFile?.content ?? '');

  it('has a service per tier that runs something, joined to its neighbors', () => {
    expect(Object.keys(compose.services)).toEqual(['device', 'edge', 'cloud']);
    expect(Object.keys(compose.networks)).toEqual(['device-to-edge', 'edge-to-cloud']);
    expect(compose.services.edge.networks).toEqual(['device-to-edge', 'edge-to-cloud']);
    expect(compose.services.cloud.networks).toEqual(['edge-to-cloud']);
    const skipping = parse(composeFiles(documentWith([493, 493]))[0]?.content ?? '');
    expect(Object.keys(skipping.services)).toEqual(['device', 'cloud']);
    expect(Object.keys(skipping.networks)).toEqual(['device-to-cloud']);
  });

  it('pins images, mounts read-only, listens on the loopback, and limits memory', () => {
    const ports = new Set<string>();
    const services = Object.values<{ image: string; volumes: unknown[]; ports: string[] }>(compose.services);
    for (const service of services) {
      expect(service.image).toMatch(/:\d+\.\d+-py3/);
      expect(service.volumes[0]).toMatchObject({ read_only: true, target: '/models' });
      for (const port of service.ports) {
        expect(port).toMatch(/^127\.0\.0\.1:/);
        ports.add(port);
      }
    }
    expect(ports.size).toBe(6);
    const { weightBytes = 0 } = plan.tiers[0] ?? {};
    expect(Number.parseInt(compose.services.device.deploy.resources.limits.memory, 10) * 2 ** 20).toBeGreaterThan(
      weightBytes,
    );
  });

  it('names the tensors of each hop in the environment', () => {
    const out = JSON.parse(compose.services.device.environment.DNNSPLIT_OUTPUTS);
    const into = JSON.parse(compose.services.edge.environment.DNNSPLIT_INPUTS);
    expect(out).toEqual([{ name: 'conv5_block1_add:0', dtype: 'float32', shape: [1, 2048, 7, 7] }]);
    expect(into).toEqual(out);
    expect(compose.services.device.environment.DNNSPLIT_NEXT).toContain('http://edge:8000/v2/models/');
    expect(compose.services.cloud.environment).not.toHaveProperty('DNNSPLIT_NEXT');
  });

  it('says in its README where the parts belong', () => {
    for (const service of ['device', 'edge', 'cloud']) {
      expect(readme?.content).toContain(`models/${service}/resnet152_${service}/1/model.onnx`);
    }
  });

  it('survives names that mean something to YAML, Compose, Markdown and DNS', () => {
    const tiers = plan.tiers.map((tier, index) => ({
      ...tier,
      id: ['Edge $HOME: | #1', 'edge-home-1', 'yes'][index] ?? '',
      inputs: tier.inputs.map((tensor) => ({ ...tensor, name: `\${X}: "a" \`b\`\n- |${tensor.name}` })),
    }));
    const [file, text] = composeFiles({ ...plan, tiers });
    const project = parse(file?.content ?? '');
    expect(Object.keys(project.services)).toEqual(['edge-home-1', 'edge-home-1-2', 'yes']);
    const environment = project.services['edge-home-1'].environment;
    expect(environment.DNNSPLIT_TIER).toBe('Edge $$HOME: | #1');
    expect(JSON.parse(environment.DNNSPLIT_INPUTS.replaceAll('$$', '$'))[0].name).toMatch(/^\$\{X\}: "a" `b`\n- \|/);
    expect(text?.content.split('\n').filter((line) => line.startsWith('| `'))).toHaveLength(3);
  });

  const schemaPath = join(sharedFolder ?? '', 'schemas/compose-spec.json');
  it.skipIf(sharedFolder === undefined)('conforms to the Compose specification', () => {
    const ajv = new Ajv({ strict: false });
    addFormats(ajv);
    // The schema names draft-07 by an https address that ajv does not know.
    const { $schema: _, ...schema } = JSON.parse(readFileSync(schemaPath, 'utf8'));
    const validate = ajv.compile(schema);
    for (const cuts of [
      [0, 0],
      [493, 493],
      [493, 515],
      [518, 518],
    ]) {
      validate(parse(composeFiles(documentWith(cuts))[0]?.content ?? ''));
      expect(validate.errors ?? []).toEqual([]);
    }
    expect(validate({ services: { a: { imagee: 'x' } } })).toBe(false);
  });
});
