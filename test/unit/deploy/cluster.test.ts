import { posix, resolve } from 'node:path';
import { Command } from 'commander';
import { Deployment as KubernetesDeployment } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { prepareSplit } from '../../../src/app/deploySplit';
import { planText } from '../../../src/app/planAnalyzed';
import { deploymentFiles } from '../../../src/engine/deploy/deploymentFiles';
import type { Deployment } from '../../../src/engine/deploy/parts/deployment';
import { modelConfig } from '../../../src/engine/deploy/triton/modelConfig';
import { defaultRelaySettings } from '../../../src/relay/runRelay';
import { addRelayOptions } from '../../../src/relay/serveCommand';
import { requireDocument } from '../../../src/shared/documents/parsedDocument';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import type { PlanDocument } from '../../../src/shared/documents/plan';
import type { DeploymentTarget, Engine } from '../../../src/shared/targets';
import { planAt } from '../../relay/splitChain';
import { splitOnce } from '../../support/cutOnce';
import { byHand, handFolder, planByHand } from '../../support/handModel';
import { unknownKeys } from './kubernetesKeys';

/**
 * What holds a cluster together, checked from its side: names that lead to what is there, ports that something listens
 * on, labels that select what they mean. A schema lets all of these be wrong.
 */
const folder = handFolder();
afterAll(folder.remove);

/** Sizes that matter, machines of every kind, another number of copies on each tier, and another encoding on each link. */
const sizes = [
  { weightBytes: 100e6, peakActivationBytes: 30e6, preset: 'jetson-orin-nano', replicas: 2 },
  { weightBytes: 300e6, peakActivationBytes: 50e6, preset: 't4', replicas: 5 },
  { weightBytes: 700e6, peakActivationBytes: 70e6, replicas: 3 },
] as const;
/** What Kubernetes calls the processors of a Jetson and of a machine with a T4; nobody says it of the third. */
const nodeArchitectures = [{ 'kubernetes.io/arch': 'arm64' }, { 'kubernetes.io/arch': 'amd64' }, {}];
const wires = ['float16', 'int8'] as const;

/** Weights and activations twice, two messages of 4 MB, and what each server needs before it has a model. */
const memoryMiB = (k: number, serverMiB: number) => {
  const { weightBytes = 0, peakActivationBytes = 0 } = sizes[k] ?? {};
  return serverMiB + Math.ceil((2 * (weightBytes + peakActivationBytes) + 8e6) / 2 ** 20);
};

/** Weights and activations once, and what each server takes while it waits. */
const idleMiB = (k: number, serverMiB: number) => {
  const { weightBytes = 0, peakActivationBytes = 0 } = sizes[k] ?? {};
  return serverMiB + Math.ceil((weightBytes + peakActivationBytes) / 2 ** 20);
};

function splitAt(cuts?: readonly number[]) {
  const planPath = `${folder.model}.splitplan.json`;
  const options = { skipRegimes: true, skipCertificate: true };
  const made = requireDocument(
    parsePlan(planText(planByHand(folder, options, cuts), planPath)),
    'invalid-plan',
    planPath,
  );
  const plan: PlanDocument = {
    ...made,
    tiers: made.tiers.map((tier, k) => ({ ...tier, ...sizes[k] })),
    links: made.links.map((link, l) => ({ ...link, wireDtype: wires[l] ?? 'original' })),
  };
  return splitOnce(prepareSplit(plan, planPath));
}

const whole = splitAt();
/** The same without anything on the edge, which passes tensors on. */
const passing = splitAt([3, 3]);
const splits = [
  ['a part on every tier', whole],
  ['a tier between that runs nothing', passing],
] as const;

const generate = (target: DeploymentTarget, { plan, contracts }: typeof whole, engine: Engine = 'relay') =>
  deploymentFiles(target, { plan, contracts, engine, relayProgram: '// relay\n', revision: '0123456789ab' });

const contentOf = ({ files }: Deployment, path: string) => {
  const file = files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`there is no ${path}`);
  return file.content;
};
const isThere = ({ files, models }: Deployment, path: string) =>
  [...files, ...models].some((one) => one.path === path || one.path.startsWith(`${path}/`));

type Labels = Readonly<Record<string, string>>;
const selects = (selector: Labels, labels: Labels) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

interface Port {
  readonly name?: string;
  readonly port?: number;
  readonly targetPort?: string | number;
  readonly containerPort?: number;
  readonly protocol?: string;
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string | number };
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly Port[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
  readonly resources: Readonly<Record<'requests' | 'limits', Labels>>;
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
}
interface Peer {
  readonly podSelector?: { readonly matchLabels?: Labels };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly Port[];
}
interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels };
  readonly data?: Labels;
  readonly spec?: {
    readonly replicas?: number;
    readonly maxUnavailable?: number;
    readonly selector?: Labels & { readonly matchLabels?: Labels };
    readonly ports?: readonly Port[];
    readonly podSelector?: { readonly matchLabels?: Labels };
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
    readonly template?: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly nodeSelector: Labels;
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly Container[];
        readonly initContainers?: readonly Container[];
        readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
      };
    };
    readonly predictor?: {
      readonly minReplicas: number;
      readonly maxReplicas: number;
      readonly nodeSelector: Labels;
      readonly model: {
        readonly storageUri: string;
        readonly runtimeVersion: string;
        readonly resources: Readonly<Record<'requests' | 'limits', Labels>>;
      };
    };
  };
}

/** Of everything that is applied; components are for those who list them. */
const objectsOf = ({ files }: Deployment): KubernetesObject[] =>
  files
    .filter(({ path }) => path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'))
    .filter(({ path }) => !path.startsWith('components/'))
    .flatMap(({ content }) => parseAllDocuments(content).map((document) => document.toJS()));

/** Relays of a tier with all that belongs to them. */
function relaysOf(objects: readonly KubernetesObject[]) {
  return objects
    .filter(({ kind }) => kind === 'Deployment')
    .map((deployment) => {
      const pod = deployment.spec?.template;
      const [container] = pod?.spec.containers ?? [];
      if (pod === undefined || container === undefined) throw new Error('a deployment has no container');
      const environment = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
      return { deployment, pod, container, environment, labels: pod.metadata.labels };
    });
}

/** Variables that the relay reads, by what its help says. */
const known = (() => {
  const command = new Command();
  addRelayOptions(command);
  return new Set(command.helpInformation().match(/\bDNNSPLIT_[A-Z_]+\b/g));
})();

const clusters = splits.flatMap(([name, split]) =>
  (['kubernetes', 'kserve'] as const).map((target) => [target, name, split] as const),
);

describe.each(clusters)('%s with %s', (target, _, split) => {
  const generated = generate(target, split);
  const objects = objectsOf(generated);
  const relays = relaysOf(objects);
  const readme = contentOf(generated, 'README.md');
  const named = (kind: string, name: string) => objects.find((one) => one.kind === kind && one.metadata.name === name);

  it('lies in one namespace, and kustomize finds every file', () => {
    const [namespace] = objects.filter(({ kind }) => kind === 'Namespace');
    for (const { kind, metadata } of objects) {
      if (kind !== 'Namespace') expect(metadata.namespace, kind).toBe(namespace?.metadata.name);
    }
    for (const { path, content } of generated.files.filter((file) => file.path.endsWith('kustomization.yaml'))) {
      for (const resource of parse(content).resources ?? []) {
        const at = posix.join(posix.dirname(path), resource);
        expect(isThere(generated, at), at).toBe(true);
        expect(at.endsWith('.yaml') || isThere(generated, `${at}/kustomization.yaml`), at).toBe(true);
      }
    }
  });

  it('runs as many copies of each tier as the plan says, on nodes with its label', () => {
    expect(relays.map(({ deployment }) => deployment.spec?.replicas)).toEqual([2, 5, 3]);
    for (const [k, { pod, labels }] of relays.entries()) {
      const tier = byHand.tiers[k]?.id;
      expect(pod.spec.nodeSelector).toEqual({ 'dnnsplit.dev/tier': tier, ...nodeArchitectures[k] });
      expect(labels['dnnsplit.dev/tier']).toBe(tier);
      expect(readme).toContain(`kubectl label node NODE dnnsplit.dev/tier=${tier}\n`);
    }
  });

  it('mounts what is there, where the relay looks for it', () => {
    for (const [k, { deployment, pod, container, labels }] of relays.entries()) {
      expect(selects(deployment.spec?.selector?.matchLabels ?? { none: '' }, labels)).toBe(true);
      const { volumeMounts } = container;
      expect(volumeMounts.map(({ name }) => name).sort()).toEqual(pod.spec.volumes.map(({ name }) => name).sort());
      expect(volumeMounts.some(({ mountPath }) => mountPath === '/tmp')).toBe(true);
      const [path = ''] = container.args;
      const mount = volumeMounts.find(({ mountPath }) => path === mountPath);
      // One file of the volume, so that what the image has beside it is not covered.
      expect(mount?.subPath).toBe(posix.basename(path));
      const volume = pod.spec.volumes.find(({ name }) => name === mount?.name);
      const text = named('ConfigMap', volume?.configMap?.name ?? '')?.data?.[posix.basename(path)];
      const contract = JSON.parse(text ?? '{}');
      expect(contract).toMatchObject({ tier: byHand.tiers[k]?.id, position: k });
      if (target === 'kserve' || contract.segment === null) continue;
      // The image has the part where its stage copies it to.
      const copied = /COPY .*\$\{TIER\}\/ (\S+)/.exec(contentOf(generated, 'images/Dockerfile'))?.[1] ?? '';
      expect(posix.join(posix.dirname(path), contract.segment.file)).toBe(posix.join(copied, 'model.onnx'));
    }
  });

  it('probes what the relay serves, at a port that it listens on', () => {
    for (const { container, environment } of relays) {
      const ports = container.ports.map(({ containerPort }) => containerPort);
      expect(ports).toEqual([Number(environment['DNNSPLIT_PORT'])]);
      const { startupProbe, livenessProbe, readinessProbe } = container;
      for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
        expect([...container.ports.map(({ name }) => name), ...ports]).toContain(probe.httpGet.port);
      }
      const paths = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path);
      expect(paths).toEqual(['/v2/health/live', '/v2/health/live', '/v2/health/ready']);
    }
  });

  it('sets variables that the relay reads, and lets others in', () => {
    for (const { environment } of relays) {
      for (const name of Object.keys(environment)) expect(known, name).toContain(name);
      expect(environment).toMatchObject({
        DNNSPLIT_HOST: '0.0.0.0',
        DNNSPLIT_ALLOW_ANONYMOUS: 'true',
        DNNSPLIT_MAX_BODY_MB: '4',
      });
    }
  });

  it('lets nodes be drained without taking all copies of a tier at once', () => {
    const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets).toHaveLength(relays.length);
    for (const [k, { spec }] of budgets.entries()) {
      expect(spec?.maxUnavailable).toBe(1);
      const chosen = relays.filter(({ labels }) => selects(spec?.selector?.matchLabels ?? { none: '' }, labels));
      expect(chosen).toEqual([relays[k]]);
      new PodDisruptionBudget(structuredClone(budgets[k]) as never).validate();
      expect(unknownKeys(structuredClone(budgets[k]) as never)).toEqual([]);
    }
    const alone = {
      ...split,
      plan: { ...split.plan, tiers: split.plan.tiers.map((tier) => ({ ...tier, replicas: 1 })) },
    };
    expect(objectsOf(generate(target, alone)).some(({ kind }) => kind === 'PodDisruptionBudget')).toBe(false);
  });

  it('has a service for each tier, whose port leads to a port of its pods alone', () => {
    const services = objects.filter(({ kind }) => kind === 'Service');
    expect(services).toHaveLength(relays.length);
    for (const [k, { spec }] of services.entries()) {
      const chosen = relays.filter(({ labels }) => selects(spec?.selector ?? { none: '' }, labels));
      expect(chosen).toEqual([relays[k]]);
      for (const { targetPort, protocol } of spec?.ports ?? []) {
        const ports = chosen.flatMap(({ container }) => container.ports);
        expect(ports.flatMap(({ name, containerPort }) => [name, containerPort])).toContain(targetPort);
        expect(protocol).toBe('TCP');
      }
    }
    expect(readme).toContain(
      ` port-forward service/${services[0]?.metadata.name} ${services[0]?.spec?.ports?.[0]?.port}\n`,
    );
  });

  it('sends each tier to the service of the next one', () => {
    for (const [k, { environment }] of relays.entries()) {
      const above = relays[k + 1];
      const upstream = environment['DNNSPLIT_UPSTREAM'];
      if (above === undefined) {
        expect(upstream).toBeUndefined();
        continue;
      }
      const { hostname, port, protocol } = new URL(upstream ?? '');
      const service = named('Service', hostname);
      expect(protocol).toBe('http:');
      expect(service?.spec?.ports?.map((one) => one.port)).toEqual([Number(port)]);
      expect(selects(service?.spec?.selector ?? { none: '' }, above.labels)).toBe(true);
    }
  });

  it('lets only neighbors reach one another, at the ports where they listen', () => {
    for (const [k, { container, labels }] of relays.entries()) {
      const [policy, ...others] = objects.filter(({ kind, spec }) => {
        const { matchLabels = {} } = spec?.podSelector ?? {};
        return kind === 'NetworkPolicy' && Object.keys(matchLabels).length > 0 && selects(matchLabels, labels);
      });
      expect(others).toEqual([]);
      const [below, above] = [relays[k - 1], relays[k + 1]];
      const [ingress] = policy?.spec?.ingress ?? [];
      expect(ingress?.ports).toEqual([{ protocol: 'TCP', port: container.ports[0]?.containerPort }]);
      const callers = ingress?.from?.[0]?.podSelector?.matchLabels;
      if (below === undefined) expect(callers).toBeUndefined();
      else expect(relays.filter((one) => selects(callers ?? {}, one.labels))).toEqual([below]);
      const outwards = (policy?.spec?.egress ?? []).flatMap(({ to, ports }) =>
        (to ?? []).flatMap(({ podSelector }) => (podSelector?.matchLabels ? [{ podSelector, ports }] : [])),
      );
      const upwards = outwards.filter(({ podSelector }) =>
        relays.some((one) => selects(podSelector.matchLabels ?? {}, one.labels)),
      );
      expect(upwards.map(({ ports }) => ports[0]?.port)).toEqual(above === undefined ? [] : [8000]);
      if (above) expect(selects(upwards[0]?.podSelector.matchLabels ?? { none: '' }, above.labels)).toBe(true);
      const names = policy?.spec?.egress?.at(-1)?.ports ?? [];
      expect(names.map(({ protocol, port }) => `${protocol} ${port}`)).toEqual(['UDP 53', 'TCP 53']);
    }
  });

  it('asks for the memory that its parts take', () => {
    for (const [k, { container }] of relays.entries()) {
      // With an inference server beside it a relay holds messages alone: four of 4 MB, and 256 MiB of its own.
      const wanted = target === 'kserve' ? 256 + 4 * 4 : memoryMiB(k, 512);
      expect(container.resources.limits['memory']).toBe(`${wanted}Mi`);
      expect(container.resources.requests['memory']).toBe(`${target === 'kserve' ? 64 : idleMiB(k, 96)}Mi`);
    }
  });

  it('uses images that its README builds, with the part of their tier inside', () => {
    for (const [k, { container }] of relays.entries()) {
      const { image } = container;
      expect(image).toMatch(/^[a-z0-9-]+:[\w.-]+$/);
      const build = readme.split('\n').find((line) => line.includes('docker build ') && line.includes(` ${image} `));
      expect(build, image).toBeDefined();
      if (target === 'kserve') continue;
      const tier = /--build-arg TIER=(\S+)/.exec(build ?? '')?.[1];
      expect(tier).toBe(split.contracts[k]?.segment === null ? undefined : byHand.tiers[k]?.id);
      if (tier !== undefined) expect(generated.models.map(({ path }) => path)).toContain(`images/${tier}/model.onnx`);
    }
  });
});

describe('Kubernetes with Triton in the pods of relays', () => {
  const generated = generate('kubernetes', passing, 'triton');
  const objects = objectsOf(generated);
  const pods = objects.filter(({ kind }) => kind === 'Deployment');
  /** The tier between runs nothing, and needs no server for it. */
  const served = [true, false, true];

  it('are valid, and have a server where a part runs', () => {
    expect(pods).toHaveLength(3);
    for (const [k, pod] of pods.entries()) {
      new KubernetesDeployment(structuredClone(pod) as never).validate();
      expect(unknownKeys(structuredClone(pod) as never)).toEqual([]);
      expect(pod.spec?.template?.spec.containers.map(({ name }) => name)).toEqual(
        served[k] ? ['relay', 'engine'] : ['relay'],
      );
    }
  });

  it('have relays that ask the server of their own pod by the name that it gives the part', () => {
    for (const [k, { environment, deployment }] of relaysOf(objects).entries()) {
      const { containers = [], initContainers = [] } = deployment.spec?.template?.spec ?? {};
      const [, engine] = containers;
      const model = environment['DNNSPLIT_ENGINE_MODEL'];
      if (!served[k]) {
        expect([model, engine, initContainers]).toEqual([undefined, undefined, []]);
        continue;
      }
      const { hostname, port } = new URL(environment['DNNSPLIT_ENGINE'] ?? '');
      expect(engine?.command).toEqual(expect.arrayContaining([`--http-address=${hostname}`, `--http-port=${port}`]));
      expect(port).not.toBe(environment['DNNSPLIT_PORT']);
      const [copy] = initContainers;
      const script = copy?.command?.at(-1) ?? '';
      expect(script).toContain(`/models/${model}/1/`);
      const config = objects.filter(({ kind }) => kind === 'ConfigMap')[k]?.data?.['config.pbtxt'];
      expect(config).toContain(`name: "${model}"`);
      // The part comes from the image that the relay has, which holds it.
      expect(copy?.image).toBe(containers[0]?.image);
      expect(engine?.image).toBe(`nvcr.io/nvidia/tritonserver:25.10-py3${k === 0 ? '-igpu' : ''}`);
      expect(engine?.resources.limits['nvidia.com/gpu']).toBe(k === 0 ? '1' : undefined);
      expect(engine?.resources.limits['memory']).toBe(`${memoryMiB(k, 1024)}Mi`);
      expect(containers[0]?.resources.limits['memory']).toBe(`${256 + 4 * 4}Mi`);
      // It ends after the relay, which drains and lets requests finish, and before Kubernetes ends both.
      const { drainMs, graceMs } = defaultRelaySettings;
      expect(environment['DNNSPLIT_DRAIN_MS']).toBe(String(drainMs));
      const [program, seconds] = engine?.lifecycle?.preStop.exec.command ?? [];
      expect([program, Number(seconds)]).toEqual(['sleep', (drainMs + graceMs) / 1000]);
      expect(deployment.spec?.template?.spec.terminationGracePeriodSeconds).toBeGreaterThan(Number(seconds));
      for (const { volumeMounts } of [...containers, ...initContainers]) {
        const volumes = deployment.spec?.template?.spec.volumes.map(({ name }) => name);
        for (const { name } of volumeMounts) expect(volumes).toContain(name);
      }
    }
  });

  it('leave the relay to run parts where no engine is asked for', () => {
    const plain = objectsOf(generate('kubernetes', passing)).filter(({ kind }) => kind === 'Deployment');
    for (const pod of plain) expect(pod.spec?.template?.spec.containers).toHaveLength(1);
  });
});

describe('inference services', () => {
  const generated = generate('kserve', whole);
  const objects = objectsOf(generated);
  const relays = relaysOf(objects);
  const services = objects.filter(({ kind }) => kind === 'InferenceService');

  it('hold the part of their tier, in as many copies and as much memory as it wants', () => {
    for (const [k, { spec, metadata }] of services.entries()) {
      const predictor = spec?.predictor;
      expect([predictor?.minReplicas, predictor?.maxReplicas]).toEqual([sizes[k]?.replicas, sizes[k]?.replicas]);
      expect(predictor?.nodeSelector).toEqual({ 'dnnsplit.dev/tier': byHand.tiers[k]?.id, ...nodeArchitectures[k] });
      expect(predictor?.model.runtimeVersion).toBe(k === 0 ? '25.10-py3-igpu' : '25.10-py3');
      const { limits, requests } = predictor?.model.resources ?? {};
      expect([limits?.['memory'], requests?.['memory']]).toEqual([`${memoryMiB(k, 1024)}Mi`, `${idleMiB(k, 512)}Mi`]);
      expect(limits?.['nvidia.com/gpu']).toBe(k === 2 ? undefined : '1');
      const tier = byHand.tiers[k]?.id ?? '';
      expect(predictor?.model.storageUri).toBe(`pvc://models-${tier}/repository`);
      const [claim] = objects.filter(
        (one) => one.kind === 'PersistentVolumeClaim' && one.metadata.name === `models-${tier}`,
      );
      expect(claim?.metadata.namespace).toBe(metadata.namespace);
      const { environment } = relays[k] ?? {};
      const model = environment?.['DNNSPLIT_ENGINE_MODEL'] ?? '';
      expect(isThere(generated, `storage/${tier}/${model}/1/model.onnx`)).toBe(true);
      expect(contentOf(generated, `storage/${tier}/${model}/config.pbtxt`)).toContain(`name: "${model}"`);
      const { hostname } = new URL(environment?.['DNNSPLIT_ENGINE'] ?? '');
      expect(hostname).toBe(`${metadata.name}-predictor.${metadata.namespace}.svc.cluster.local`);
    }
  });

  it('are reached by their own relay alone', () => {
    for (const [k, { metadata }] of services.entries()) {
      const label = { 'serving.kserve.io/inferenceservice': metadata.name };
      const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
      const own = policies.filter(({ spec }) => selects(label, spec?.podSelector?.matchLabels ?? {}));
      expect(own).toHaveLength(1);
      const [rule] = own[0]?.spec?.ingress ?? [];
      const callers = relays.filter(({ labels }) => selects(rule?.from?.[0]?.podSelector?.matchLabels ?? {}, labels));
      expect(callers).toEqual([relays[k]]);
      const outwards = policies
        .flatMap(({ spec }) => spec?.egress ?? [])
        .filter(({ to }) => selects(label, to?.[0]?.podSelector?.matchLabels ?? {}));
      // KServe's runtime for Triton listens on 8080.
      expect([outwards.map(({ ports }) => ports), rule?.ports]).toEqual([
        [[{ protocol: 'TCP', port: 8080 }]],
        [{ protocol: 'TCP', port: 8080 }],
      ]);
    }
  });
});

interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly runtime?: string;
  readonly command: readonly string[];
  readonly environment?: Labels;
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes: readonly { readonly source: string; readonly target: string }[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly deploy: {
    readonly resources: {
      readonly limits: { readonly memory: string };
      readonly reservations?: { readonly devices: readonly { readonly driver: string }[] };
    };
  };
}

/** OpenVINO Model Server is not built for the Jetson of the first tier. */
const withoutJetson = (split: typeof whole) => ({
  ...split,
  plan: {
    ...split.plan,
    tiers: split.plan.tiers.map((tier, k) => (k === 0 ? { ...tier, preset: 'cpu-i5-2500' } : tier)),
  },
});

const projects = splits.flatMap(([name, split]) =>
  (['relay', 'triton', 'ovms'] as const).map(
    (engine) => [engine, name, engine === 'ovms' ? withoutJetson(split) : split] as const,
  ),
);

describe.each(projects)('a Compose project with the engine %s and %s', (engine, _, split) => {
  const generated = generate('compose', split, engine);
  const project = parse(contentOf(generated, 'compose.yaml'));
  const services: Readonly<Record<string, ComposeService>> = project.services;
  const relays = byHand.tiers.flatMap(({ id }) => services[id] ?? []);
  const readme = contentOf(generated, 'README.md');

  /** The service at an address, which has to be on a network of the asking one. */
  function serviceAt(address: string | undefined, from: ComposeService): { service: ComposeService; port: number } {
    const { hostname, port } = new URL(address ?? '');
    const service = services[hostname];
    if (service === undefined) throw new Error(`there is no service ${hostname}`);
    expect(service.networks.filter((network) => from.networks.includes(network))).toHaveLength(1);
    return { service, port: Number(port) };
  }

  it('mounts folders and files that are there', () => {
    for (const { volumes } of Object.values(services)) {
      for (const { source } of volumes) expect(isThere(generated, posix.normalize(source)), source).toBe(true);
    }
    for (const [k, { volumes, command }] of relays.entries()) {
      const mount = volumes.find(({ target }) => target === posix.dirname(command[0] ?? ''));
      const path = posix.join(posix.normalize(mount?.source ?? ''), posix.basename(command[0] ?? ''));
      expect(JSON.parse(contentOf(generated, path))).toMatchObject({ tier: byHand.tiers[k]?.id, position: k });
    }
  });

  it('builds the image of all relays once, with the tier that every other one waits for', () => {
    expect(new Set(relays.map(({ image }) => image)).size).toBe(1);
    const builds = relays.map(({ build }) => build !== undefined);
    expect(builds).toEqual(relays.map((_, k) => k === relays.length - 1));
    const folder = posix.normalize(relays.at(-1)?.build ?? '');
    expect(isThere(generated, posix.join(folder, 'Dockerfile'))).toBe(true);
  });

  it('joins each tier to the next one, waits for it, and opens the first one alone', () => {
    for (const [k, relay] of relays.entries()) {
      const { environment = {}, depends_on = {} } = relay;
      for (const name of Object.keys(environment)) expect(known, name).toContain(name);
      for (const name of Object.keys(depends_on)) expect(services).toHaveProperty(name);
      const above = relays[k + 1];
      if (above === undefined) expect(environment).not.toHaveProperty('DNNSPLIT_UPSTREAM');
      else {
        const { service, port } = serviceAt(environment['DNNSPLIT_UPSTREAM'], relay);
        expect([service, port]).toEqual([above, Number(above.environment?.['DNNSPLIT_PORT'])]);
        expect(depends_on).toHaveProperty(byHand.tiers[k + 1]?.id ?? '');
      }
      const own = `http://127.0.0.1:${environment['DNNSPLIT_PORT']}/v2/health/ready`;
      expect(relay.healthcheck?.test.join(' ')).toContain(`'${own}'`);
      expect(environment).toMatchObject({ DNNSPLIT_HOST: '0.0.0.0', DNNSPLIT_MAX_BODY_MB: '4' });
      const [, host, inside] = /^127\.0\.0\.1:(\d+):(\d+)$/.exec(relay.ports?.[0] ?? '') ?? [];
      expect(inside).toBe(k === 0 ? environment['DNNSPLIT_PORT'] : undefined);
      if (k === 0) expect(readme).toContain(`http://127.0.0.1:${host}/v2/health/ready\n`);
    }
    const used = new Set(Object.values(services).flatMap(({ networks }) => networks));
    expect(Object.keys(project.networks).sort()).toEqual([...used].sort());
  });

  it('has each part run by what is asked for, under the name that its relay asks for', () => {
    for (const [k, relay] of relays.entries()) {
      const { environment = {} } = relay;
      const runsNothing = split.contracts[k]?.segment === null;
      if (engine === 'relay' || runsNothing) {
        expect(environment).not.toHaveProperty('DNNSPLIT_ENGINE');
        continue;
      }
      const { service, port } = serviceAt(environment['DNNSPLIT_ENGINE'], relay);
      const model = environment['DNNSPLIT_ENGINE_MODEL'] ?? '';
      const part = service.volumes.find(({ source }) => source === `./models/${byHand.tiers[k]?.id}`);
      if (engine === 'triton') {
        expect(part?.target).toBe(`/models/${model}/1`);
        const config = service.volumes.find(({ target }) => target === `/models/${model}/config.pbtxt`);
        expect(contentOf(generated, posix.normalize(config?.source ?? ''))).toContain(`name: "${model}"`);
        expect(service.command).toContain('--model-repository=/models');
        expect(service.healthcheck?.test.join(' ')).toContain(`:${port}/v2/health/ready`);
        expect(service.runtime).toBe(k === 0 ? 'nvidia' : undefined);
        expect(service.image.endsWith('-igpu')).toBe(k === 0);
        expect(service.deploy.resources.reservations !== undefined).toBe(k === 1);
      } else {
        expect(service.command.join(' ')).toContain(
          `--model_name ${model} --model_path ${part?.target.replace(/\/1$/, '')} `,
        );
        expect(service.command.join(' ')).toContain(`--rest_port ${port} `);
      }
    }
  });

  it('limits memory to what the plan says, in the README too', () => {
    for (const [k, { id }] of byHand.tiers.entries()) {
      const wanted = memoryMiB(k, engine === 'relay' ? 512 : 1024);
      expect(services[id]?.deploy.resources.limits.memory).toBe(`${wanted}M`);
      const runner = services[`${id}-engine`];
      if (runner) expect(runner.deploy.resources.limits.memory).toBe(`${wanted}M`);
      const weights = `${(sizes[k]?.weightBytes ?? 0) / 1e6} MB`;
      const nodes = split.contracts[k]?.segment === null ? '[a-z ]+' : String(split.plan.tiers[k]?.nodeCount);
      expect(readme).toMatch(
        new RegExp(`^\\| \`${id}\` \\| ${id} \\| ${nodes} \\| ${weights} \\| ${wanted} MiB \\|$`, 'm'),
      );
    }
    const latency = /Predicted latency of one request: ([\d.]+) ms/.exec(readme)?.[1];
    expect(Number(latency)).toBeCloseTo(split.plan.prediction.latencyMs, 1);
    expect(readme).toMatch(/^- takes `x: float32 1x7, 28 B`$/m);
    expect(readme).toMatch(/^- answers `y: float32 1x19, 76 B`$/m);
  });
});

describe('a Triton model repository', () => {
  const generated = generate('triton', whole);
  const readme = contentOf(generated, 'README.md');

  it('has each part in a folder of its name, and a server and a relay that agree on it', () => {
    for (const [k, { id, tensors }] of [
      {
        id: 'device',
        tensors: [
          ['x', '1, 7'],
          ['a', '1, 11'],
          ['c', '1, 19'],
        ],
      },
      {
        id: 'edge',
        tensors: [
          ['a', '1, 11'],
          ['c', '1, 19'],
          ['e', '1, 13'],
        ],
      },
      {
        id: 'cloud',
        tensors: [
          ['c', '1, 19'],
          ['e', '1, 13'],
          ['y', '1, 19'],
        ],
      },
    ].entries()) {
      const model = `net_${id}`;
      const config = contentOf(generated, `${id}/${model}/config.pbtxt`);
      expect(config).toContain(`name: "${model}"`);
      expect(isThere(generated, `${id}/${model}/1/model.onnx`)).toBe(true);
      const found = [
        ...config.matchAll(/^(?:in|out)put \{ name: "(\w)" data_type: TYPE_FP32 dims: \[ ([\d, ]+) \] \}$/gm),
      ];
      expect(found.map(([, name, dims]) => [name, dims])).toEqual(tensors);
      expect([...config.matchAll(/^input/gm)]).toHaveLength(k === 0 ? 1 : 2);
      expect(config).toContain(`instance_group { kind: ${k === 2 ? 'KIND_CPU' : 'KIND_GPU'} count: 1 }`);
      const [, published] =
        new RegExp(`--publish 127\\.0\\.0\\.1:(\\d+):8000 --volume "\\$PWD/${id}:/models:ro"`).exec(readme) ?? [];
      expect(readme).toContain(
        `node relay.js contracts/${id}/contract.json --engine http://127.0.0.1:${published} --engine-model ${model} `,
      );
      const above = byHand.tiers[k + 1]?.id.toUpperCase();
      const upstream = k < 2 ? `--upstream http://ADDRESS-OF-${above}:8000 --upstream-token-file token-above ` : '';
      expect(readme).toContain(`--engine-model ${model} ${upstream}--host 0.0.0.0 --token-file token\n`);
    }
  });

  /** Triton's documentation, "Model Configuration", datatypes: by what ONNX Runtime calls them. */
  it.each([
    ['bool', 'TYPE_BOOL'],
    ['uint8', 'TYPE_UINT8'],
    ['uint16', 'TYPE_UINT16'],
    ['uint32', 'TYPE_UINT32'],
    ['uint64', 'TYPE_UINT64'],
    ['int8', 'TYPE_INT8'],
    ['int16', 'TYPE_INT16'],
    ['int32', 'TYPE_INT32'],
    ['int64', 'TYPE_INT64'],
    ['float16', 'TYPE_FP16'],
    ['bfloat16', 'TYPE_BF16'],
    ['float32', 'TYPE_FP32'],
    ['float64', 'TYPE_FP64'],
    ['string', 'TYPE_STRING'],
  ])('calls %s %s', (dtype, type) => {
    const [contract] = whole.contracts;
    const [tier] = whole.plan.tiers;
    if (contract === undefined || tier === undefined) throw new Error('there is a first tier');
    const tensor = { name: 't', dtype, shape: [2, 3], bytes: null };
    const segment = { file: 'model.onnx', inputs: [tensor], outputs: [] };
    const deployed = {
      contract: { ...contract, segment },
      tier,
      name: 'a',
      modelName: 'm',
      memoryMiB: 1,
      requestMiB: 1,
      engine: 'triton',
      maxBodyMB: 1,
    } as const;
    expect(modelConfig(deployed)).toContain(`{ name: "t" data_type: ${type} dims: [ 2, 3 ] }`);
  });
});

describe('contracts', () => {
  const tensor = (name: string, shape: readonly number[], bytes: number) => ({ name, dtype: 'float32', shape, bytes });
  const x = tensor('x', [1, 7], 28);
  const a = tensor('a', [1, 11], 44);
  const c = tensor('c', [1, 19], 76);
  const e = tensor('e', [1, 13], 52);
  const y = tensor('y', [1, 19], 76);

  it('say of each tier what it receives, runs, sends and answers, and how it travels', () => {
    const artifact = whole.contracts[0]?.artifact;
    expect(artifact).toMatch(/^sha256:[0-9a-f]{64}$/);
    const common = { format: 'dnnsplit.contract', formatVersion: 1, artifact, model: 'net', tierCount: 3 };
    const file = 'model.onnx';
    expect(whole.contracts).toEqual([
      {
        ...common,
        tier: 'device',
        position: 0,
        segment: { file, inputs: [x], outputs: [a, c] },
        receives: [x],
        receivesAs: 'original',
        sends: [a, c],
        sendsAs: 'float16',
        answers: [],
        answersAbove: [y],
      },
      {
        ...common,
        tier: 'edge',
        position: 1,
        segment: { file, inputs: [a, c], outputs: [e] },
        receives: [a, c],
        receivesAs: 'float16',
        sends: [c, e],
        sendsAs: 'int8',
        answers: [],
        answersAbove: [y],
      },
      {
        ...common,
        tier: 'cloud',
        position: 2,
        segment: { file, inputs: [c, e], outputs: [y] },
        receives: [c, e],
        receivesAs: 'int8',
        sends: [],
        sendsAs: 'original',
        answers: [y],
        answersAbove: [],
      },
    ]);
    expect(passing.contracts[1]).toMatchObject({ tier: 'edge', segment: null, receives: [a, c], sends: [a, c] });
  });

  it('name the types of tensors as the model has them', () => {
    const half = resolve(import.meta.dirname, '../../fixtures/models/s_resnet_fp16.onnx');
    const { contracts } = splitOnce(prepareSplit(planAt(half, [0.5]), `${half}.splitplan.json`));
    const tensors = contracts.flatMap(({ receives, sends, answers, segment }) => [
      ...receives,
      ...sends,
      ...answers,
      ...(segment?.inputs ?? []),
    ]);
    for (const { name, dtype, shape, bytes } of tensors) {
      expect(dtype, name).toBe('float16');
      expect(bytes, name).toBe((shape ?? []).reduce<number>((product, dim) => product * Number(dim), 2));
    }
    expect(tensors.length).toBeGreaterThan(4);
  });
});

describe('engines and devices', () => {
  const on = (preset: string) => ({
    ...whole,
    plan: { ...whole.plan, tiers: whole.plan.tiers.map((tier) => ({ ...tier, preset })) },
  });

  it.each(['jetson-nano', 'jetson-xavier-nx'])(
    'have no Triton for %s, where the relay runs the part itself',
    (preset) => {
      const mixed = {
        ...whole,
        plan: { ...whole.plan, tiers: whole.plan.tiers.map((tier, k) => (k === 0 ? { ...tier, preset } : tier)) },
      };
      const compose = generate('compose', mixed, 'triton');
      const { services } = parse(contentOf(compose, 'compose.yaml'));
      expect(Object.keys(services)).toEqual(['device', 'edge', 'cloud', 'edge-engine', 'cloud-engine']);
      expect(services.device.environment).not.toHaveProperty('DNNSPLIT_ENGINE');
      expect(contentOf(compose, 'README.md')).toContain('No image of it is for device: the relay runs the part there.');

      const triton = generate('triton', mixed);
      expect(triton.models.map(({ path }) => path)).toContain('contracts/device/model.onnx');
      expect(triton.files.some(({ path }) => path.startsWith('device/'))).toBe(false);
      expect(contentOf(triton, 'README.md')).toContain(
        'node relay.js contracts/device/contract.json --upstream http://ADDRESS-OF-EDGE:8000 ',
      );

      const kserve = generate('kserve', mixed);
      const objects = objectsOf(kserve);
      const servedParts = objects
        .filter(({ kind }) => kind === 'InferenceService')
        .map(({ metadata }) => metadata.name);
      expect(servedParts).toEqual(['part-edge', 'part-cloud']);
      const [relay] = relaysOf(objects);
      expect(relay?.environment).not.toHaveProperty('DNNSPLIT_ENGINE');
      expect(isThere(kserve, 'relay/device/model.onnx')).toBe(true);
      expect(contentOf(kserve, 'README.md')).toContain(
        `docker build --platform linux/arm64 --target tier --build-arg TIER=device --tag ${relay?.container.image} relay`,
      );
      // The part lies beside the contract.
      const copied = /COPY .*\$\{TIER\}\/ (\S+)/.exec(contentOf(kserve, 'relay/Dockerfile'))?.[1] ?? '';
      expect(posix.join(copied, 'contract.json')).toBe(relay?.container.args[0]);
    },
  );

  it('have a release of Triton that still knows Volta', () => {
    const { services } = parse(contentOf(generate('compose', on('v100'), 'triton'), 'compose.yaml'));
    expect(services['device-engine'].image).toBe('nvcr.io/nvidia/tritonserver:23.07-py3');
  });

  it('build images for the processor of each tier, all at once or one by one', () => {
    const generated = generate('kubernetes', whole);
    const { group, target } = JSON.parse(contentOf(generated, 'images/docker-bake.json'));
    expect(group.default.targets).toEqual(['device', 'edge', 'cloud']);
    const relays = relaysOf(objectsOf(generated));
    for (const [k, id] of ['device', 'edge', 'cloud'].entries()) {
      const { context, args, tags, platforms } = target[id];
      expect(isThere(generated, `${context}/Dockerfile`)).toBe(true);
      expect(isThere(generated, `${context}/${args.TIER}/model.onnx`)).toBe(true);
      expect(tags).toEqual([relays[k]?.container.image]);
      expect(platforms).toEqual([['linux/arm64'], ['linux/amd64'], undefined][k]);
    }
    const readme = contentOf(generated, 'README.md');
    expect(readme).toContain('docker build --platform linux/arm64 --target tier --build-arg TIER=device ');
  });
});

describe('names of a deployment', () => {
  const { plan, contracts } = whole;
  const input = { plan, contracts, engine: 'relay', relayProgram: '// relay\n', revision: '0123456789ab' } as const;
  const projectOf = (extra: Partial<Parameters<typeof deploymentFiles>[1]>) =>
    parse(contentOf(deploymentFiles('compose', { ...input, ...extra }), 'compose.yaml'));

  it('are those that are asked for, everywhere', () => {
    const named = { name: 'shop-3', registry: 'registry.example.com/team' };
    expect(projectOf(named).name).toBe('dnnsplit-shop-3');
    const generated = deploymentFiles('kubernetes', { ...input, ...named });
    const objects = objectsOf(generated);
    expect(objects.find(({ kind }) => kind === 'Namespace')?.metadata.name).toBe('dnnsplit-shop-3');
    expect(relaysOf(objects).map(({ container }) => container.image)).toEqual(
      ['device', 'edge', 'cloud'].map((id) => `registry.example.com/team/dnnsplit-shop-3-${id}:0123456789ab`),
    );
    const { files } = deploymentFiles('triton', { ...input, ...named });
    expect(files.map(({ path }) => path)).toContain('cloud/shop_3_cloud/config.pbtxt');
  });

  it('tell models apart whose files have the same common name', () => {
    const called = (structureHash: string) =>
      projectOf({ plan: { ...plan, model: { ...plan.model, name: 'model', structureHash } } }).name;
    expect([called('sha256:aaaaaa1'), called('sha256:bbbbbb2')]).toEqual([
      'dnnsplit-model-aaaaaa',
      'dnnsplit-model-bbbbbb',
    ]);
  });

  it('change with the revision, so that pods of two plans do not share a contract or an image', () => {
    const [one, other] = ['0123456789ab', 'ba9876543210'].map((revision) =>
      objectsOf(deploymentFiles('kubernetes', { ...input, revision })),
    );
    const namesOf = (objects: readonly KubernetesObject[] = []) =>
      objects.flatMap(({ kind, metadata }) => (kind === 'ConfigMap' ? [metadata.name] : []));
    expect(namesOf(one).filter((name) => namesOf(other).includes(name))).toEqual([]);
    const imagesOf = (objects: readonly KubernetesObject[] = []) =>
      relaysOf(objects).map(({ container }) => container.image);
    expect(imagesOf(one).filter((image) => imagesOf(other).includes(image))).toEqual([]);
  });
});
