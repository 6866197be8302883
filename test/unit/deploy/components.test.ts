import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { prepareSplit } from '../../../src/app/split/deploySplit';
import { deploymentFiles } from '../../../src/engine/deploy/deploymentFiles';
import { planAt, tinyResnet } from '../../relay/splitChain';
import { splitOnce } from '../../support/cutOnce';
import { unknownKeys } from './kubernetesKeys';

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

interface Found {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas?: number;
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly metrics?: readonly { readonly pods: { readonly target: { readonly averageValue: string } } }[];
    readonly scaleTargetRef?: object;
    readonly podMetricsEndpoints?: readonly { readonly authorization?: object }[];
    readonly ingress?: readonly object[];
    readonly template?: {
      readonly spec: {
        readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
        readonly containers: readonly {
          readonly env: readonly { readonly name: string; readonly value: string }[];
          readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
        }[];
      };
    };
  };
}

/** What a person gets who lists components in a kustomization of their own, as the README says. */
describe.skipIf(!hasKubectl)('components of the Kubernetes target (where kubectl is)', () => {
  let folder: string;
  let readme = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-components-'));
    const made = planAt(tinyResnet, [0.3, 0.7]);
    // A tier that takes 4 ms answers 250 requests per second, and is left to do 175.
    const tiers = made.tiers.map((tier, k) => ({ ...tier, replicas: [1, 2, 3][k] ?? 1, computeMs: 4 }));
    const plan = { ...made, tiers };
    const { contracts } = splitOnce(prepareSplit(plan, `${tinyResnet}.splitplan.json`));
    const input = { plan, contracts, engine: 'relay', relayProgram: '', revision: '0123456789ab' } as const;
    for (const { path, content } of deploymentFiles('kubernetes', input).files) {
      mkdirSync(dirname(join(folder, 'kubernetes', path)), { recursive: true });
      writeFileSync(join(folder, 'kubernetes', path), content);
      if (path === 'README.md') readme = content;
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function built(kustomization: string): Found[] {
    mkdirSync(join(folder, 'mine'), { recursive: true });
    writeFileSync(join(folder, 'mine/kustomization.yaml'), kustomization);
    const text = execFileSync('kubectl', ['kustomize', join(folder, 'mine')], { encoding: 'utf8' });
    return parseAllDocuments(text).map((document) => document.toJS());
  }
  const withComponents = (...names: string[]) =>
    built(
      JSON.stringify({
        resources: ['../kubernetes'],
        components: names.map((name) => `../kubernetes/components/${name}`),
      }),
    );
  const deployments = (objects: readonly Found[]) =>
    objects.filter(({ kind }) => kind === 'Deployment').sort((a, b) => order(a) - order(b));
  const order = ({ metadata }: Found) => ['relay-device', 'relay-edge', 'relay-cloud'].indexOf(metadata.name);

  it('go together as the README lists them', () => {
    const [, listed = ''] = /```yaml\n([\s\S]+?)```/.exec(readme) ?? [];
    expect(parse(listed).components).toHaveLength(3);
    const kinds = new Set(built(listed).map(({ kind }) => kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['Deployment', 'HorizontalPodAutoscaler', 'PodMonitor']));
  });

  it('scale each tier by what the plan says that a copy of it can do', () => {
    const objects = withComponents('autoscaling');
    const scalers = objects
      .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
      .sort((a, b) => order(a) - order(b));
    expect(scalers.map(({ spec }) => [spec.minReplicas, spec.maxReplicas])).toEqual([
      [1, 4],
      [2, 8],
      [3, 12],
    ]);
    for (const { spec, metadata } of scalers) {
      expect(spec.metrics?.[0]?.pods.target.averageValue).toBe('175000m');
      expect(spec.scaleTargetRef).toMatchObject({ kind: 'Deployment', name: metadata.name });
    }
    // The plan's own number would be set again with every apply.
    expect(deployments(objects).map(({ spec }) => spec.replicas)).toEqual([undefined, undefined, undefined]);
    expect(deployments(withComponents()).map(({ spec }) => spec.replicas)).toEqual([1, 2, 3]);
  });

  it('want tokens of Secrets that the README makes, and change nothing else', () => {
    const guarded = deployments(withComponents('tokens'));
    const told = guarded.map((deployment) => {
      expect(unknownKeys(deployment as never)).toEqual([]);
      expect(() => new Deployment(deployment as never).validate()).not.toThrow();
      const pod = deployment.spec.template?.spec;
      const [relay] = pod?.containers ?? [];
      const files = (relay?.env ?? []).filter(({ name }) => name.endsWith('TOKEN_FILE'));
      return {
        isOpen: relay?.env.some(({ name }) => name === 'DNNSPLIT_ALLOW_ANONYMOUS'),
        secrets: files.map(({ name, value }) => {
          const mount = relay?.volumeMounts.find(({ mountPath }) => value === `${mountPath}/token`);
          return [name, pod?.volumes.find((volume) => volume.name === mount?.name)?.secret?.secretName];
        }),
      };
    });
    const [own, above] = ['DNNSPLIT_TOKEN_FILE', 'DNNSPLIT_UPSTREAM_TOKEN_FILE'];
    expect(told).toEqual([
      { isOpen: true, secrets: [[above, 'relay-edge-token']] },
      {
        isOpen: false,
        secrets: [
          [own, 'relay-edge-token'],
          [above, 'relay-cloud-token'],
        ],
      },
      { isOpen: false, secrets: [[own, 'relay-cloud-token']] },
    ]);
    for (const secret of ['relay-edge-token', 'relay-cloud-token'])
      expect(readme).toContain(`create secret generic ${secret} --from-file=token=`);
    const before = deployments(withComponents());
    for (const [k, { spec }] of guarded.entries()) {
      const plain = before[k]?.spec.template?.spec.containers[0];
      const kept = spec.template?.spec.containers[0]?.env.filter(({ name }) => !name.includes('TOKEN'));
      expect(plain?.env).toEqual(expect.arrayContaining(kept ?? []));
      expect(spec.template?.spec.volumes).toEqual(
        expect.arrayContaining([expect.objectContaining({ name: 'contract' })]),
      );
    }
  });

  it('show metrics to the namespace of the monitoring alone, with the token where one is wanted', () => {
    const monitors = (objects: readonly Found[]) =>
      objects.filter(({ kind }) => kind === 'PodMonitor').sort((a, b) => order(a) - order(b));
    const open = monitors(withComponents('monitoring'));
    expect(open.map(({ spec }) => spec.podMetricsEndpoints)).toEqual(
      Array(3).fill([{ port: 'http', path: '/metrics' }]),
    );
    const guarded = monitors(withComponents('monitoring', 'tokens'));
    expect(guarded.map(({ spec }) => spec.podMetricsEndpoints?.[0]?.authorization)).toEqual([
      undefined,
      { credentials: { name: 'relay-edge-token', key: 'token' } },
      { credentials: { name: 'relay-cloud-token', key: 'token' } },
    ]);
    const policy = withComponents('monitoring').find(({ metadata }) => metadata.name === 'relay-metrics');
    expect(policy?.spec.ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ protocol: 'TCP', port: 'http' }],
      },
    ]);
  });
});
