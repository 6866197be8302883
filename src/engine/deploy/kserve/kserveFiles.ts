import {
  baseObjects,
  contractConfigMap,
  type EngineAddress,
  kustomization,
  manifest,
  nodesOf,
  type Placement,
  relayDeployment,
  relayDisruptionBudget,
  relayName,
  relayNetworkPolicy,
  relayService,
  tierLabel,
} from '../kubernetes/objects';
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
import { platformFlag } from '../parts/device';
import { tritonImageFor } from '../parts/engineImage';
import { interfaceLines, introduction, modelLines, triedLines } from '../parts/markdown';
import { modelSlug, relayImage, tierImage } from '../parts/names';
import { relayDockerfile, relayPort, relayPrograms } from '../parts/relayImage';
import { modelConfig } from '../triton/modelConfig';
import { repositoryPath } from '../triton/tritonFiles';

/** Where Triton listens in KServe's runtime. */
const predictorPort = 8080;

/**
 * An InferenceService per part, served by Triton, with a relay in front of each that passes tensors on: KServe's own
 * graphs forward whole bodies and cannot turn the outputs of one part into the inputs of the next.
 * @throws DnnSplitError `unsupported-model` where Triton cannot take a part
 */
export function kserveFiles(input: DeploymentInput): Deployment {
  const tiers = deployedTiers(input, 'triton');
  const model = modelSlug(input);
  const placement: Placement = { namespace: `dnnsplit-${model}`, model, revision: input.revision };
  const served = tiers.filter(isServed);
  const models = tiers.flatMap((tier) =>
    modelPlaces(tier, `relay/${tier.name}`).map((place) =>
      isServed(tier) ? { ...place, path: `storage/${repositoryPath(tier)}` } : place,
    ),
  );
  return {
    files: [
      {
        path: 'kustomization.yaml',
        content: manifest([kustomization(['base.yaml', 'claims.yaml', 'inference-services.yaml', 'relays.yaml'])]),
      },
      { path: 'base.yaml', content: manifest(baseObjects(placement)) },
      { path: 'claims.yaml', content: manifest(served.map((tier) => claimOf(tier, placement))) },
      {
        path: 'inference-services.yaml',
        content: manifest(
          served.flatMap((tier) => [inferenceService(tier, placement), partNetworkPolicy(tier, placement)]),
        ),
      },
      {
        path: 'relays.yaml',
        content: manifest(
          tiers.flatMap((tier, index) => {
            const engine = isServed(tier) ? engineAddressOf(tier, placement) : undefined;
            const runsPart = engine === undefined && runsAnything(tier);
            const relay = runsPart ? tier : relayAlone(tier);
            const neighbors = { below: tiers[index - 1], above: tiers[index + 1], engine };
            return [
              contractConfigMap(tier, placement),
              relayDeployment(relay, placement, { image: imageOf(input, tier), ...neighbors }),
              relayService(tier, placement),
              ...relayDisruptionBudget(tier, placement),
              relayNetworkPolicy(tier, placement, neighbors),
            ];
          }),
        ),
      },
      ...served.map((tier) => ({
        path: `storage/${tier.name}/${tier.modelName}/config.pbtxt`,
        // Nothing would lead a session back to the one of several pods that keeps its state: the relay keeps it then.
        content: modelConfig(tier, { keepsState: tier.tier.replicas === 1 }),
      })),
      {
        path: 'relay/Dockerfile',
        content: relayDockerfile({ withTiers: tiers.some(({ engine }) => engine === 'relay') }),
      },
      ...relayPrograms(input, 'relay/'),
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

/** The relay alone, or with a part that Triton has no image for. */
function imageOf(input: DeploymentInput, tier: DeployedTier): string {
  return runsAnything(tier) && !isServed(tier) ? tierImage(input, tier) : relayImage(input);
}

function serviceName({ name }: Pick<DeployedTier, 'name'>): string {
  return `part-${name}`;
}

/** Claim that a tier's model repository lies in: tiers run on different nodes, and most volumes belong to one. */
function claimName({ name }: Pick<DeployedTier, 'name'>): string {
  return `models-${name}`;
}

/** Room for a part twice, so that the next one fits beside it. */
function claimOf(tier: DeployedTier, { namespace, model }: Placement): Readonly<Record<string, unknown>> {
  const gibibytes = Math.ceil((2 * tier.tier.weightBytes) / 1024 ** 3 + 0.5);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(tier),
      namespace,
      labels: { 'app.kubernetes.io/part-of': model, [tierLabel]: tier.name },
    },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: `${gibibytes}Gi` } } },
  };
}

function inferenceService(tier: DeployedTier, { namespace, model }: Placement): Readonly<Record<string, unknown>> {
  const engine = tritonImageFor(tier.tier);
  const gpu = (engine?.accelerator ?? 'none') === 'none' ? {} : { 'nvidia.com/gpu': '1' };

  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: {
      name: serviceName(tier),
      namespace,
      labels: { 'app.kubernetes.io/part-of': model, [tierLabel]: tier.name },
      annotations: { 'serving.kserve.io/deploymentMode': 'RawDeployment' },
    },
    spec: {
      predictor: {
        minReplicas: tier.tier.replicas,
        maxReplicas: tier.tier.replicas,
        nodeSelector: nodesOf(tier),
        model: {
          modelFormat: { name: 'onnx' },
          protocolVersion: 'v2',
          runtime: 'kserve-tritonserver',
          // The runtime's own version may be too old for the model's IR version.
          runtimeVersion: engine?.version,
          storageUri: `pvc://${claimName(tier)}/repository`,
          resources: {
            requests: { cpu: '1', memory: `${tier.requestMiB}Mi` },
            limits: { memory: `${tier.memoryMiB}Mi`, ...gpu },
          },
        },
      },
    },
  };
}

function engineAddressOf(tier: DeployedTier, { namespace }: Placement): EngineAddress {
  return {
    address: `http://${serviceName(tier)}-predictor.${namespace}.svc.cluster.local`,
    modelName: tier.modelName,
    podLabels: { 'serving.kserve.io/inferenceservice': serviceName(tier) },
    podPort: predictorPort,
  };
}

/** Lets a part be reached by its own relay alone. */
function partNetworkPolicy(tier: DeployedTier, placement: Placement): Readonly<Record<string, unknown>> {
  const { podLabels, podPort } = engineAddressOf(tier, placement);
  const relay = {
    'app.kubernetes.io/name': 'dnnsplit-relay',
    'app.kubernetes.io/part-of': placement.model,
    [tierLabel]: tier.name,
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: serviceName(tier), namespace: placement.namespace },
    spec: {
      podSelector: { matchLabels: podLabels },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: { matchLabels: relay } }], ports: [{ protocol: 'TCP', port: podPort }] }],
    },
  };
}

function readme(
  input: DeploymentInput,
  tiers: readonly DeployedTier[],
  { namespace }: Placement,
  paths: readonly string[],
): string {
  const [first] = tiers;
  const builds = new Set(
    tiers.map((tier) => {
      const image = imageOf(input, tier);
      const target = image === relayImage(input) ? '--target relay' : `--target tier --build-arg TIER=${tier.name}`;
      return `docker build ${platformFlag(tier)}${target} --tag ${image} relay`;
    }),
  );
  return [
    ...introduction(input.plan, tiers),
    ...modelLines(paths),
    '## Start',
    '',
    '1. Make the namespace and a volume per tier, and copy what is in `storage/TIER` to the folder `repository` of the',
    "   tier's volume. Any other storage does too: change `storageUri` in `inference-services.yaml`.",
    '',
    '   ```sh',
    '   kubectl apply --filename base.yaml --filename claims.yaml',
    '   ```',
    '',
    '2. Build the relay and push it where the cluster finds it:',
    '',
    '   ```sh',
    ...[...builds].map((line) => `   ${line}`),
    '   ```',
    '',
    '3. Say which nodes belong to which tier, and apply everything:',
    '',
    '   ```sh',
    ...tiers.map(({ name }) => `   kubectl label node NODE ${tierLabel}=${name}`),
    '   kubectl apply -k .',
    ...(first === undefined
      ? []
      : [`   kubectl --namespace ${namespace} port-forward service/${relayName(first)} ${relayPort}`]),
    '   ```',
    '',
    ...(first === undefined ? [] : interfaceLines(first)),
    '## What this relies on',
    '',
    'KServe 0.15 or newer with its runtime `kserve-tritonserver`, and a network plug-in that enforces network policies:',
    'relays and parts take requests without a token from their neighbors alone.',
    ...(tiers.some(keepsSessions)
      ? [
          'Services lead a caller back to the relay that keeps its sessions, by its address; a relay that goes takes them along.',
        ]
      : []),
    '',
    ...triedLines('kserve'),
  ].join('\n');
}
