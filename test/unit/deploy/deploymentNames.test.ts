import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deploymentFiles } from '../../../src/engine/deploy/deploymentFiles';
import { contentOf, generate, isThere, whole } from './deploymentsByHand';
import { type KubernetesObject, objectsOf, relaysOf } from './kubernetesObjects';

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
