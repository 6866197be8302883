import { markdownCode } from '../../../shared/escape/markdown';
import {
  baseObjects,
  contractConfigMap,
  type EngineAddress,
  kustomization,
  manifest,
  type Placement,
  relayDeployment,
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
  modelSlug,
  relayImage,
} from '../parts/deployment';
import { engineImageFor } from '../parts/engineImage';
import { interfaceLines, introduction, modelLines } from '../parts/markdown';
import { relayDockerfile, relayPort } from '../parts/relayImage';
import { modelConfig } from '../triton/modelConfig';
import { repositoryPath } from '../triton/tritonFiles';

/** Claim that the InferenceServices load their model repositories from; a person makes it and fills it. */
const claim = 'dnnsplit-models';
/** Where Triton listens in KServe's runtime. */
const predictorPort = 8080;

/**
 * An InferenceService per part, served by Triton, with a relay in front of each that passes tensors on: KServe's own
 * graphs forward whole bodies and cannot turn the outputs of one part into the inputs of the next.
 * @throws DnnSplitError `unsupported-model` where Triton cannot take a part
 */
export function kserveFiles(input: DeploymentInput): Deployment {
  const { plan } = input;
  const tiers = deployedTiers(input, 'triton');
  const model = modelSlug(plan);
  const placement: Placement = { namespace: `dnnsplit-${model}`, model };
  const served = tiers.filter(({ contract }) => contract.segment !== null);
  const models = tiers.flatMap((tier, position) =>
    tier.contract.segment === null ? [] : [{ position, path: `storage/${repositoryPath(tier)}` }],
  );
  const image = relayImage(plan);
  return {
    files: [
      {
        path: 'kustomization.yaml',
        content: manifest([kustomization(['base.yaml', 'inference-services.yaml', 'relays.yaml'])]),
      },
      { path: 'base.yaml', content: manifest(baseObjects(placement)) },
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
            const engine = tier.contract.segment === null ? undefined : engineAddressOf(tier, placement);
            const relay = { ...tier, memoryMiB: relayMemoryMiB + 4 * tier.maxBodyMB };
            const neighbors = { below: tiers[index - 1], above: tiers[index + 1], engine };
            return [
              contractConfigMap(tier, placement),
              relayDeployment(relay, placement, { image, ...neighbors }),
              relayService(tier, placement),
              relayNetworkPolicy(tier, placement, neighbors),
            ];
          }),
        ),
      },
      ...served.map((tier) => ({
        path: `storage/${tier.name}/${tier.modelName}/config.pbtxt`,
        content: modelConfig(tier),
      })),
      { path: 'relay/Dockerfile', content: relayDockerfile({ withTiers: false }) },
      { path: 'relay/relay.js', content: input.relayProgram },
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

/** What a relay that runs nothing itself takes, besides a few messages. */
const relayMemoryMiB = 256;

function serviceName({ name }: Pick<DeployedTier, 'name'>): string {
  return `part-${name}`;
}

function inferenceService(tier: DeployedTier, { namespace, model }: Placement): Readonly<Record<string, unknown>> {
  const gpu = engineImageFor(tier.tier).accelerator === 'none' ? {} : { 'nvidia.com/gpu': '1' };
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
        nodeSelector: { [tierLabel]: tier.name },
        model: {
          modelFormat: { name: 'onnx' },
          protocolVersion: 'v2',
          runtime: 'kserve-tritonserver',
          storageUri: `pvc://${claim}/${tier.name}`,
          resources: {
            requests: { cpu: '1', memory: `${tier.memoryMiB}Mi` },
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
  { plan }: DeploymentInput,
  tiers: readonly DeployedTier[],
  { namespace }: Placement,
  paths: readonly string[],
): string {
  const [first] = tiers;
  return [
    ...introduction(plan, tiers),
    ...modelLines(paths),
    '## Start',
    '',
    `1. Make a PersistentVolumeClaim ${markdownCode(claim)} in the namespace ${markdownCode(namespace)} and copy what is in \`storage\` to its root, so that`,
    `   each tier's repository is at \`/TIER\`. Any other storage does too: change \`storageUri\` in \`inference-services.yaml\`.`,
    '2. Build the relay and push it where the cluster finds it:',
    '',
    '   ```sh',
    `   docker build --tag ${relayImage(plan)} relay`,
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
    '',
  ].join('\n');
}
