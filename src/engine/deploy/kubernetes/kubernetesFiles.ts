import { markdownCode } from '../../../shared/escape/markdown';
import {
  type DeployedTier,
  type Deployment,
  type DeploymentInput,
  deployedTiers,
  isServed,
  keepsSessions,
  modelPlaces,
  relayAlone,
  runsAnything,
} from '../parts/deployment';
import { deviceOf, platformFlag } from '../parts/device';
import { interfaceLines, introduction, modelLines, triedLines } from '../parts/markdown';
import { modelSlug, relayImage, tierImage } from '../parts/names';
import { relayDockerfile, relayPort, relayPrograms } from '../parts/relayImage';
import { modelConfig } from '../triton/modelConfig';
import { componentFiles, componentLines } from './components';
import { engineConfigFile, engineSidecar, sidecarAddress } from './engineSidecar';
import {
  baseObjects,
  contractConfigMap,
  kustomization,
  manifest,
  type Placement,
  relayDeployment,
  relayDisruptionBudget,
  relayName,
  relayNetworkPolicy,
  relayService,
  tierLabel,
} from './objects';

/**
 * Kubernetes objects for kustomize: a base with the namespace and one folder per tier, which can be applied alone, to
 * another cluster too; and what the images are built from, one per tier with its sub-model inside.
 */
export function kubernetesFiles(input: DeploymentInput): Deployment {
  const tiers = deployedTiers(input, input.engine === 'triton' ? 'triton' : 'relay');
  const model = modelSlug(input);
  const placement: Placement = { namespace: `dnnsplit-${model}`, model, revision: input.revision };
  const models = tiers.flatMap((tier) => modelPlaces(tier, `images/${tier.name}`));
  return {
    files: [
      { path: 'kustomization.yaml', content: manifest([kustomization(['base', ...tiers.map(tierFolder)])]) },
      { path: 'base/kustomization.yaml', content: manifest([kustomization(['base.yaml'])]) },
      { path: 'base/base.yaml', content: manifest(baseObjects(placement)) },
      ...tiers.flatMap((tier, index) => [
        { path: `${tierFolder(tier)}/kustomization.yaml`, content: manifest([kustomization(['relay.yaml'])]) },
        {
          path: `${tierFolder(tier)}/relay.yaml`,
          content: manifest([
            contractConfigMap(tier, placement, isServed(tier) ? { [engineConfigFile]: modelConfig(tier) } : {}),
            podsOf(input, tier, tiers[index + 1], placement),
            relayService(tier, placement),
            ...relayDisruptionBudget(tier, placement),
            relayNetworkPolicy(tier, placement, { below: tiers[index - 1], above: tiers[index + 1] }),
          ]),
        },
      ]),
      ...componentFiles(tiers, placement),
      { path: 'images/Dockerfile', content: relayDockerfile({ withTiers: true }) },
      { path: 'images/docker-bake.json', content: bakeFile(input, tiers) },
      ...relayPrograms(input, 'images/'),
      {
        path: 'README.md',
        content: readme(
          input,
          tiers,
          placement,
          models.map(({ path }) => path),
        ),
      },
    ],
    models,
  };
}

/** Relays of a tier, with Triton beside each where that runs the tier's part. */
function podsOf(input: DeploymentInput, tier: DeployedTier, above: DeployedTier | undefined, placement: Placement) {
  const image = imageOf(input, tier);
  if (!isServed(tier)) return relayDeployment(tier, placement, { image, above });
  return relayDeployment(relayAlone(tier), placement, {
    ...{ image, above },
    engine: sidecarAddress(tier),
    beside: engineSidecar(tier, image),
  });
}

function tierFolder({ name }: DeployedTier): string {
  return `tiers/${name}`;
}

/** A tier that only passes tensors on runs the relay alone. */
function imageOf(input: DeploymentInput, tier: DeployedTier): string {
  return runsAnything(tier) ? tierImage(input, tier) : relayImage(input);
}

/** What `docker buildx bake` builds: an image per tier, for the processor of its preset. */
function bakeFile(input: DeploymentInput, tiers: readonly DeployedTier[]): string {
  const targets = tiers.map((tier) => {
    const { platform } = deviceOf(tier.tier);
    const isPart = runsAnything(tier);
    const target = {
      context: 'images',
      target: isPart ? 'tier' : 'relay',
      ...(isPart && { args: { TIER: tier.name } }),
      tags: [imageOf(input, tier)],
      ...(platform !== undefined && { platforms: [platform] }),
      labels: {
        'org.opencontainers.image.title': `${input.plan.model.name}, tier ${tier.tier.id}`,
        'org.opencontainers.image.version': input.plan.tool.version,
        'org.opencontainers.image.revision': input.revision,
      },
    };
    return [tier.name, target] as const;
  });
  const group = { default: { targets: targets.map(([name]) => name) } };
  return `${JSON.stringify({ group, target: Object.fromEntries(targets) }, null, 2)}\n`;
}

function readme(
  input: DeploymentInput,
  tiers: readonly DeployedTier[],
  placement: Placement,
  paths: readonly string[],
): string {
  const { namespace } = placement;
  const [first] = tiers;
  const builds = tiers.map((tier) => {
    const target = runsAnything(tier) ? `--target tier --build-arg TIER=${tier.name}` : '--target relay';
    return `docker build ${platformFlag(tier)}${target} --tag ${imageOf(input, tier)} images`;
  });
  return [
    ...introduction(input.plan, tiers),
    ...modelLines(paths),
    '## Start',
    '',
    '1. Build the images and push them where the cluster finds them (`kustomize edit set image` changes their names):',
    '',
    '   ```sh',
    ...[...new Set(builds)].map((line) => `   ${line}`),
    '   ```',
    '',
    '   Or build and push all of them at once: `docker buildx bake --file images/docker-bake.json --push`. The tag changes',
    '   with the parts, so that no node goes on running an old one.',
    '',
    `2. Say which nodes belong to which tier (KubeEdge: edge nodes are labeled the same way):`,
    '',
    '   ```sh',
    ...tiers.map(({ name }) => `   kubectl label node NODE ${tierLabel}=${name}`),
    '   ```',
    '',
    '3. Apply everything, or `base` and single tiers:',
    '',
    '   ```sh',
    '   kubectl apply -k .',
    ...(first === undefined
      ? []
      : [
          `   kubectl --namespace ${namespace} rollout status deployment/${relayName(first)}`,
          `   kubectl --namespace ${namespace} port-forward service/${relayName(first)} ${relayPort}`,
        ]),
    '   ```',
    '',
    ...(first === undefined ? [] : interfaceLines(first)),
    ...componentLines(tiers, placement),
    '## What this relies on',
    '',
    'Kubernetes 1.25 or newer (k3s and KubeEdge are), and Docker 23 with Buildx for the images. A relay that is told to stop',
    'answers for a few seconds more while it says that it is not ready, so that a change of plans loses no request.',
    '',
    'Network policies let each relay be reached by the tier below alone, and the first one by pods of its namespace; they',
    `need a network plug-in that enforces them. A tier in another cluster needs ${markdownCode('DNNSPLIT_UPSTREAM')} of the tier below set to its`,
    'address there, and a token and TLS on the way. Memory limits are twice the predicted weights and activations and what',
    'the relay itself needs; measure before you rely on them.',
    '',
    ...(tiers.some(isServed)
      ? ["Triton runs the parts, beside the relay in each pod; nodes with a GPU need NVIDIA's device plug-in."]
      : [
          'Parts run on the CPU of their node, so that figures of a preset with a GPU are not reached. With `--engine triton`, Triton',
          'runs them beside the relay in each pod, on a GPU where the preset has one.',
        ]),
    '',
    ...(tiers.some(keepsSessions)
      ? [
          'Services lead a caller back to the pod that keeps its sessions, by its address. An ingress in front of them has to do',
          'the same, for example by a cookie. A pod that goes takes its sessions along.',
          '',
        ]
      : []),
    'Pods say where Prometheus finds their metrics; network policies keep it from them without `components/monitoring`.',
    'ConfigMaps of earlier revisions stay until you delete them, for the pods that still run.',
    '',
    ...triedLines('kubernetes'),
  ].join('\n');
}
