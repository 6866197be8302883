import { posix } from 'node:path';
import { Deployment as KubernetesDeployment } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultRelaySettings } from '../../../src/relay/runRelay';
import { byHand } from '../../support/handModel';
import {
  contentOf,
  generate,
  idleMiB,
  isThere,
  memoryMiB,
  nodeArchitectures,
  passing,
  relayVariables,
  sizes,
  splits,
  whole,
} from './deploymentsByHand';
import { unknownKeys } from './kubernetesKeys';
import { objectsOf, relaysOf, selects } from './kubernetesObjects';

/**
 * What holds a cluster together, checked from its side: names that lead to what is there, ports that something listens
 * on, labels that select what they mean. A schema lets all of these be wrong.
 */

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
      for (const name of Object.keys(environment)) expect(relayVariables, name).toContain(name);
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
