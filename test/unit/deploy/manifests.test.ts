import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, PersistentVolumeClaim, Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { prepareSplit } from '../../../src/app/split/deploySplit';
import { deploymentFiles } from '../../../src/engine/deploy/deploymentFiles';
import type { Deployment as Generated } from '../../../src/engine/deploy/parts/deployment';
import { modelConfig } from '../../../src/engine/deploy/triton/modelConfig';
import { contractSchema } from '../../../src/shared/documents/contract';
import {
  type DeploymentTarget,
  deploymentTargets,
  type Engine,
  engines,
  targetEntry,
} from '../../../src/shared/vocabulary/targets';
import { builtFile } from '../../relay/rememberingChain';
import { type PlanOptions, planAt, tinyResnet } from '../../relay/splitChain';
import { type OnceSplit, splitOnce } from '../../support/cutOnce';
import type { BuiltModel } from '../../support/onnxBuilder';
import { unpackedPath, unpackedText } from '../../support/packedFiles.mjs';
import { llamaLike, streamingEncoder } from '../../support/rememberingModels';
import { unknownKeys } from './kubernetesKeys';

const fixture = (name: string) => resolve(import.meta.dirname, '../../fixtures/models', name);
const workspace = (name: string) => resolve(import.meta.dirname, '../../workspace', name);

function cut(path: string, places: readonly number[], options: PlanOptions = {}): OnceSplit {
  return splitOnce(prepareSplit(planAt(path, places, options), `${path}.splitplan.json`));
}

/** A decoder, whose caches grow, and a stream, whose state stays as large as it is. */
function cutBuilt(model: BuiltModel, places: readonly number[]): OnceSplit {
  const { modelPath, dimensions, remove } = builtFile(model);
  try {
    return cut(modelPath, places, { dimensions });
  } finally {
    remove();
  }
}

const hostile = { tierIds: ['Edge $HOME: | #1', 'edge-home-1', '5G `x`\nyes', 'ütf'] };
/** Models over one to four tiers; some tiers run nothing, some dimensions are open, some names mean something. */
const cases: readonly (readonly [string, OnceSplit])[] = [
  ['one tier', cut(tinyResnet, [])],
  ['two tiers', cut(tinyResnet, [0.5])],
  ['three tiers', cut(tinyResnet, [0.3, 0.7], { wire: 'int8' })],
  ['four tiers with names that need care', cut(tinyResnet, [0.2, 0.5, 0.8], hostile)],
  ['tiers that run nothing', cut(tinyResnet, [0, 0.5, 0.5])],
  ['resnet152 without its weights', cut(workspace('resnet152.onnx'), [0.5, 0.9])],
  ['mobilenetv2 without its weights', cut(workspace('mobilenetv2.onnx'), [0.5])],
  ['open dimensions', cut(fixture('s_lstm_gru.onnx'), [0.4, 0.6], { dimensions: { batch: 2, seq: 3 } })],
  ['bodies with captures', cut(fixture('s_if_capture.onnx'), [0.5])],
  ['local functions', cut(fixture('s_functions.onnx'), [0.5])],
  ['a decoder that remembers', cutBuilt(llamaLike(), [0.4, 0.6])],
  ['a stream that remembers', cutBuilt(streamingEncoder(6, 1), [0.5])],
  ['half precision', cut(fixture('s_resnet_fp16.onnx'), [0.3, 0.6, 0.9])],
];

/** What a target takes: Ray refuses to keep state. */
const casesOf = (target: DeploymentTarget) =>
  target === 'ray' ? cases.filter(([, { contracts }]) => contracts[1]?.startsWith === undefined) : cases;

function generate(target: DeploymentTarget, { plan, contracts }: OnceSplit, engine: Engine = 'relay'): Generated {
  return deploymentFiles(target, { plan, contracts, engine, relayProgram: '// relay\n', revision: '0123456789ab' });
}
const contentOf = ({ files }: Generated, path: string) => files.find((file) => file.path === path)?.content ?? '';

/** Every object of the YAML files that are applied, kustomizations left out. */
function objectsOf({ files }: Generated): Record<string, unknown>[] {
  return allObjectsOf({ files: files.filter(({ path }) => !path.startsWith('components/')) });
}

/** Those of components too. */
function allObjectsOf({ files }: Pick<Generated, 'files'>): Record<string, unknown>[] {
  return files
    .filter(({ path }) => path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'))
    .flatMap(({ content }) => parseAllDocuments(content).map((document) => document.toJS()))
    .filter((object) => object !== null);
}

function inFolder<Value>({ files }: Generated, work: (folder: string) => Value): Value {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-manifests-'));
  try {
    for (const { path, content } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const hasProgram = (name: string, ...args: string[]) => spawnSync(name, args).status === 0;

describe('what every target has', () => {
  it.each(deploymentTargets)('%s: the same bytes again, a README, and a place for every part', (target) => {
    for (const [name, split] of casesOf(target)) {
      const generated = generate(target, split);
      expect(generate(target, split), name).toEqual(generated);
      const readme = contentOf(generated, 'README.md');
      const parts = split.contracts.filter(({ segment }) => segment !== null);
      expect(generated.models.map(({ position }) => position)).toEqual(parts.map(({ position }) => position));
      for (const { path } of generated.models) expect(readme).toContain(path);
      expect(readme).toMatch(/## How far this was tried\n\n.*(Started|started|validated)/);
      const paths = generated.files.map(({ path }) => path);
      expect(new Set(paths).size).toBe(paths.length);
      for (const path of paths) expect(path).toMatch(/^[A-Za-z0-9_./-]+$/);
    }
  });

  it.each(deploymentTargets)(
    '%s: contracts that the relay takes where the editor looks for them, or none',
    (target) => {
      const { contracts: pattern } = targetEntry(target);
      const place = pattern && new RegExp(`^${pattern.replaceAll('.', '\\.').replace('*', '[^/]+')}$`);
      for (const [, split] of casesOf(target)) {
        const contracts = generate(target, split).files.filter(({ path }) => path.endsWith('contract.json'));
        expect(contracts).toHaveLength(place === undefined ? 0 : split.contracts.length);
        for (const { path, content } of contracts) {
          expect(path).toMatch(place ?? '');
          contractSchema.parse(JSON.parse(content));
        }
      }
    },
  );

  it.each(deploymentTargets)('%s: the relay with what it speaks gRPC with, in its images too', (target) => {
    const { plan, contracts } = cut(tinyResnet, [0.5]);
    const programs = { relayProgram: '// relay\n', relayGrpcProgram: '// gRPC\n' };
    const { files } = deploymentFiles(target, { plan, contracts, engine: 'relay', ...programs, revision: '0' });
    const relays = files.filter(({ path }) => posix.basename(path) === 'relay.js');
    expect(relays.length).toBeGreaterThan(0);
    for (const { path } of relays) {
      const beside = (name: string) =>
        files.find((file) => file.path === posix.join(posix.dirname(path), name))?.content;
      expect(beside('relayGrpc.js')).toBe('// gRPC\n');
      const copied = /^COPY .*?(\S*relay\S*) \.\/$/m.exec(beside('Dockerfile') ?? '')?.[1];
      const kept = /^!(\S*relay\S*)$/m.exec(beside('.dockerignore') ?? '')?.[1];
      for (const pattern of [copied, kept]) {
        const matches = new RegExp(`^${(pattern ?? '*').replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
        expect('relayGrpc.js').toMatch(matches);
      }
      // Their relays run without an image.
      if (!['triton', 'ray'].includes(target)) expect(copied).toBeDefined();
    }
  });

  it('hands on exactly what the next tier receives', () => {
    for (const [name, { contracts, model }] of cases) {
      for (const [index, { sends, sendsAs, answersAbove, returns = [] }] of contracts.entries()) {
        const next = contracts[index + 1];
        expect(next?.receives ?? [], name).toEqual(sends);
        if (next) expect(next.receivesAs).toBe(sendsAs);
        const above = next ? [...next.answers, ...next.answersAbove].map((tensor) => tensor.name) : [];
        expect([...answersAbove, ...returns].map((tensor) => tensor.name).sort()).toEqual(above.sort());
      }
      const [first] = contracts;
      const answered = [...(first?.answers ?? []), ...(first?.answersAbove ?? [])].map((tensor) => tensor.name);
      const remembered = new Set(model.state.map(({ output }) => output));
      expect(answered.sort()).toEqual(model.inferred.outputs.filter((output) => !remembered.has(output)).sort());
    }
  });
});

describe('a compose project', () => {
  it.each(engines)('with %s: joins neighbors alone and opens one port', (engine) => {
    for (const [name, split] of cases) {
      const project = parse(contentOf(generate('compose', split, engine), 'compose.yaml'));
      const services = Object.entries<Record<string, unknown>>(project.services);
      const ports = services.flatMap(([, service]) => (service['ports'] as string[] | undefined) ?? []);
      expect(ports, name).toEqual(['127.0.0.1:8000:8000']);
      for (const [network, settings] of Object.entries<{ internal?: boolean }>(project.networks)) {
        const members = services.filter(([, { networks }]) => (networks as string[]).includes(network));
        expect(settings.internal === true).toBe(network !== 'front');
        expect(members.length).toBe(network === 'front' ? 1 : 2);
      }
      for (const [, service] of services) {
        expect(service['image']).toMatch(/:[\w.-]*\d/);
        expect(service['security_opt']).toEqual(['no-new-privileges:true']);
        for (const volume of service['volumes'] as { read_only: boolean }[]) expect(volume.read_only).toBe(true);
        if (!String(service['image']).includes('dnnsplit-relay')) continue;
        expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], user: '1000:1000' });
      }
    }
  });

  it('conforms to the Compose specification', () => {
    const ajv = new Ajv({ strict: false });
    addFormats(ajv);
    // The schema names draft-07 by an https address that ajv does not know.
    const { $schema: _, ...schema } = JSON.parse(unpackedText('compose-spec.json'));
    const validate = ajv.compile(schema);
    for (const [name, split] of cases) {
      for (const engine of engines) {
        validate(parse(contentOf(generate('compose', split, engine), 'compose.yaml')));
        expect(validate.errors ?? [], `${name}, ${engine}`).toEqual([]);
      }
    }
    expect(validate({ services: { a: { imagee: 'x' } } })).toBe(false);
  });
});

describe('Kubernetes objects', () => {
  const kinds: Readonly<Record<string, new (data: never) => { validate(): void }>> = {
    Deployment,
    Service,
    NetworkPolicy,
    ConfigMap,
    Namespace,
    PersistentVolumeClaim,
    PodDisruptionBudget,
    HorizontalPodAutoscaler,
  };
  /** Of operators, whose types are theirs. */
  const custom = ['InferenceService', 'PodMonitor'];

  it.each(['kubernetes', 'kserve'] as const)('%s: are valid and have no key that their kind lacks', (target) => {
    for (const [name, split] of cases) {
      for (const object of allObjectsOf(generate(target, split))) {
        if (custom.includes(String(object['kind']))) continue;
        const Kind = kinds[String(object['kind'])];
        if (Kind === undefined) throw new Error(`${object['kind']} is not expected`);
        expect(() => new Kind(object as never).validate(), `${name}: ${object['kind']}`).not.toThrow();
        expect(unknownKeys(object), name).toEqual([]);
        const { name: own, namespace } = object['metadata'] as { name: string; namespace?: string };
        expect(own).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
        expect(namespace ?? own).toMatch(/^dnnsplit-[-a-z0-9]{1,54}$/);
      }
    }
  });

  it('are checked by a check that can fail', () => {
    const [, , deployment] = objectsOf(generate('kubernetes', cut(tinyResnet, []))).map((object) =>
      structuredClone(object),
    );
    const broken = objectsOf(generate('kubernetes', cut(tinyResnet, []))).find(({ kind }) => kind === 'Deployment');
    expect(deployment).toBeDefined();
    const spec = (broken?.['spec'] ?? {}) as { template: { spec: { containers: Record<string, unknown>[] } } };
    Object.assign(spec.template.spec.containers[0] ?? {}, { livenesProbe: {} });
    expect(unknownKeys(broken ?? {})).toEqual(['Deployment.spec.template.spec.containers[0].livenesProbe']);
    Object.assign(spec, { replicas: 'three' });
    expect(() => new Deployment(broken as never).validate()).toThrow();
  });

  it('run without privileges, on nodes of their tier, within limits', () => {
    for (const target of ['kubernetes', 'kserve'] as const) {
      for (const object of objectsOf(generate(target, cut(tinyResnet, [0.3, 0.7])))) {
        if (object['kind'] !== 'Deployment') continue;
        expect(object['spec']).toMatchObject({
          template: {
            spec: {
              automountServiceAccountToken: false,
              nodeSelector: { 'dnnsplit.dev/tier': expect.stringMatching(/^(device|edge|cloud)$/) },
              securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
              containers: [
                {
                  resources: { requests: { memory: expect.any(String) }, limits: { memory: expect.any(String) } },
                  startupProbe: { httpGet: { path: '/v2/health/live' } },
                  livenessProbe: { httpGet: { path: '/v2/health/live' } },
                  readinessProbe: { httpGet: { path: '/v2/health/ready' } },
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ['ALL'] },
                  },
                },
              ],
            },
          },
        });
      }
    }
  });

  it('let each tier be reached by the one below alone', () => {
    const policies = objectsOf(generate('kubernetes', cut(tinyResnet, [0.3, 0.7])))
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map((object) => object['spec'] as { ingress?: { from: { podSelector: { matchLabels?: object } }[] }[] });
    const callers = policies.map(({ ingress }) => ingress?.[0]?.from[0]?.podSelector.matchLabels);
    expect(callers).toEqual([
      undefined,
      undefined,
      expect.objectContaining({ 'dnnsplit.dev/tier': 'device' }),
      expect.objectContaining({ 'dnnsplit.dev/tier': 'edge' }),
    ]);
  });

  it.skipIf(!hasProgram('kubectl', 'version', '--client'))('are put together by kubectl kustomize', () => {
    for (const target of ['kubernetes', 'kserve'] as const) {
      for (const [name, split] of cases.slice(2, 6)) {
        const generated = generate(target, split);
        const built = inFolder(generated, (folder) =>
          execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' }),
        );
        expect(parseAllDocuments(built), name).toHaveLength(objectsOf(generated).length);
      }
    }
  });
});

describe('KServe objects', () => {
  it('conform to the schema of InferenceService', () => {
    const crd = parse(unpackedText('kserve-inferenceservices.crd.yaml'));
    const schema = crd.spec.versions.find(({ name }: { name: string }) => name === 'v1beta1').schema.openAPIV3Schema;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const used = cases.flatMap(([, split]) => objectsOf(generate('kserve', split)));
    const validate = ajv.compile(closed(schema, [...used, misspelled]));
    for (const [name, split] of cases) {
      const services = objectsOf(generate('kserve', split)).filter(({ kind }) => kind === 'InferenceService');
      expect(services.length).toBe(split.contracts.filter(({ segment }) => segment !== null).length);
      for (const service of services) {
        validate(service);
        expect(validate.errors ?? [], name).toEqual([]);
      }
    }
    expect(validate(misspelled)).toBe(false);
    expect(validate.errors?.[0]).toMatchObject({ keyword: 'additionalProperties' });
  });

  const misspelled = { spec: { predictor: { model: { modelFormat: { name: 'onnx', versoin: '1' } } } } };

  /**
   * The schema with unknown keys refused, as strict validation in a cluster does. Branches that none of the values uses
   * are left out: compiling all of them takes half a minute.
   */
  function closed(schema: unknown, values: readonly unknown[]): Record<string, unknown> {
    const copy = { ...(schema as Record<string, unknown>) };
    const objects = values.filter(
      (value): value is Record<string, unknown> => typeof value === 'object' && value !== null,
    );
    if (copy['items'] !== undefined) copy['items'] = closed(copy['items'], values.flat());
    if (copy['properties'] !== undefined) {
      const properties = Object.entries(copy['properties'] as object).map(([key, inner]) => {
        const used = objects.flatMap((value) => (key in value ? [value[key]] : []));
        return [key, used.length === 0 ? {} : closed(inner, used)];
      });
      copy['properties'] = Object.fromEntries(properties);
      if (copy['additionalProperties'] === undefined) copy['additionalProperties'] = false;
    }
    return copy;
  }
});

describe('a Triton model repository', () => {
  it('says -1 for open dimensions and reshapes scalars', () => {
    const split = cut(tinyResnet, []);
    const [plain] = split.contracts;
    const [tier] = split.plan.tiers;
    if (plain === undefined || tier === undefined) throw new Error('there is no tier');
    const scalar = { name: 'say "a\\b"\n', dtype: 'int64', shape: [], bytes: 8 };
    const open = { name: 'o', dtype: 'bool', shape: ['batch', 3, '2*seq'], bytes: null };
    const contract = { ...plain, segment: { file: 'model.onnx', inputs: [scalar], outputs: [open] } };
    const config = modelConfig({
      contract,
      tier,
      name: 'a',
      modelName: 'm_a',
      memoryMiB: 1,
      requestMiB: 1,
      engine: 'triton',
      maxBodyMB: 1,
    });
    expect(config).toContain(
      'input { name: "say \\"a\\\\b\\"\\n" data_type: TYPE_INT64 dims: [ 1 ] reshape { shape: [ ] } }',
    );
    expect(config).toContain('output { name: "o" data_type: TYPE_BOOL dims: [ -1, 3, -1 ] }');
    const unknownType = { ...contract, segment: { ...contract.segment, inputs: [{ ...scalar, dtype: 'complex64' }] } };
    expect(() =>
      modelConfig({
        contract: unknownType,
        tier,
        name: 'a',
        modelName: 'm_a',
        memoryMiB: 1,
        requestMiB: 1,
        engine: 'triton',
        maxBodyMB: 1,
      }),
    ).toThrow(/Triton does not support type complex64 of tensor/);
  });

  it.skipIf(!hasProgram('protoc', '--version'))('is parsed by protoc', () => {
    const proto = unpackedPath('model_config.proto');
    const encode = (config: string) =>
      spawnSync('protoc', ['-I', dirname(proto), '--encode=inference.ModelConfig', basename(proto)], { input: config });
    for (const [name, split] of cases) {
      for (const { path, content } of generate('triton', split).files) {
        if (!path.endsWith('config.pbtxt')) continue;
        const { status, stdout, stderr } = encode(content);
        expect(stderr.toString(), name).toBe('');
        expect([status, stdout.byteLength > 40]).toEqual([0, true]);
      }
    }
    expect(encode('name: "x" max_batchsize: 0').status).not.toBe(0);
  });
});
