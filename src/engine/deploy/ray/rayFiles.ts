import { stringify } from 'yaml';
import type { ContractTensor } from '../../../shared/documents/contract';
import { markdownCode } from '../../../shared/escape/markdown';
import { say } from '../../../shared/messages/say';
import { runtimePackage } from '../../../shared/runtimePackage';
import { DnnSplitError } from '../../../shared/work/errors';
import {
  contractText,
  type DeployedTier,
  type Deployment,
  type DeploymentInput,
  deployedTiers,
  keepsSessions,
  modelPlaces,
  runsAnything,
} from '../parts/deployment';
import { tritonImageFor } from '../parts/engineImage';
import { interfaceLines, introduction, modelLines, triedLines } from '../parts/markdown';
import { modelSlug } from '../parts/names';
import { relayPrograms } from '../parts/relayImage';
import { protocolModule } from './protocolModule';
import { tiersModule } from './tiersModule';

const port = 8000;
/** Of the custom resource that a node of a tier has one of: any number of replicas fits. */
const resourceShare = 0.001;
/** As long as a relay works on a request. */
const requestTimeoutS = 30;

/** Element types that NumPy has too. */
const supported = /^(bool|u?int(8|16|32|64)|float(16|32|64))$/;

/**
 * An application of Ray Serve with a deployment for each tier but the first, whose relay stays on its machine and asks the
 * application as it would ask the relay of the next tier.
 * @throws DnnSplitError `unsupported-model` for tensors that NumPy has no type for and for state in the application, `bad-usage` for splits that follow a bandwidth
 */
export function rayFiles(input: DeploymentInput): Deployment {
  const tiers = deployedTiers(input, 'relay');
  const served = tiers.slice(1);
  for (const { contract } of served) refuseUnserved(contract);
  const models = tiers.flatMap((tier) => modelPlaces(tier, tierFolder(tier)));
  const paths = models.map(({ path }) => path);
  return {
    files: [
      { path: 'README.md', content: readme(input, tiers, paths) },
      ...tiers.map((tier) => ({ path: `${tierFolder(tier)}/contract.json`, content: contractText(tier.contract) })),
      ...relayPrograms(input, ''),
      ...(served.length === 0
        ? []
        : [
            { path: 'serve.yaml', content: serveConfig(input, served) },
            { path: 'dnnsplit_tiers.py', content: tiersModule },
            { path: 'open_inference.py', content: protocolModule },
          ]),
    ],
    models,
  };
}

function tierFolder({ name }: DeployedTier): string {
  return `tiers/${name}`;
}

function resourceOf({ name }: DeployedTier): string {
  return `dnnsplit-${name}`;
}

function refuseUnserved(contract: DeployedTier['contract']): void {
  if (contract.formatVersion === 2) throw new DnnSplitError('bad-usage', say('policy.engine', {}));
  if (keepsSessions({ contract }))
    throw new DnnSplitError('unsupported-model', say('ray.state', { tier: contract.tier }));
  const { segment, receives, sends, answers } = contract;
  const tensors = [...receives, ...sends, ...answers, ...(segment?.inputs ?? []), ...(segment?.outputs ?? [])];
  const other = tensors.find((tensor) => !isSupported(tensor));
  if (other === undefined) return;
  const { name, type, dtype } = other;
  throw new DnnSplitError('unsupported-model', say('ray.dtype', { tensor: name, dtype: type ?? dtype }));
}

function isSupported({ dtype, type }: ContractTensor): boolean {
  return type === undefined && supported.test(dtype);
}

/** `serve.yaml`, a `ServeDeploySchema` of Ray Serve. */
function serveConfig(input: DeploymentInput, served: readonly DeployedTier[]): string {
  const name = modelSlug(input);
  const config = {
    proxy_location: 'EveryNode',
    http_options: { host: '0.0.0.0', port, request_timeout_s: requestTimeoutS },
    applications: [
      {
        name,
        route_prefix: `/${name}`,
        import_path: 'dnnsplit_tiers:app',
        args: { tiers: served.map((tier) => tier.name), revision: input.revision, exact: false, token_file: null },
        deployments: served.map((tier) => ({
          name: tier.name,
          num_replicas: tier.tier.replicas,
          ray_actor_options: {
            num_cpus: 1,
            ...(hasGpu(tier) && { num_gpus: 1 }),
            memory: tier.requestMiB * 1024 ** 2,
            resources: { [resourceOf(tier)]: resourceShare },
          },
        })),
      },
    ],
  };
  return stringify(config, { lineWidth: 0 });
}

/** Whether the tier's preset has a GPU, as images for it say. */
function hasGpu({ tier }: DeployedTier): boolean {
  return (tritonImageFor(tier)?.accelerator ?? 'none') !== 'none';
}

function readme(input: DeploymentInput, tiers: readonly DeployedTier[], paths: readonly string[]): string {
  const [first, ...served] = tiers;
  return [
    ...introduction(input.plan, tiers),
    ...modelLines(paths),
    ...(first === undefined || served.length === 0 ? [] : startLines(input, first, served)),
    ...(served.length === 0
      ? ['Everything runs on the first tier, so that there is nothing for Ray to serve.', '']
      : []),
    ...(first === undefined ? [] : interfaceLines(first)),
    ...triedLines('ray'),
  ].join('\n');
}

function startLines(input: DeploymentInput, first: DeployedTier, served: readonly DeployedTier[]): string[] {
  const prefix = modelSlug(input);
  const resources = (tier: DeployedTier | undefined) =>
    tier === undefined ? '' : ` --resources='${JSON.stringify({ [resourceOf(tier)]: 1 })}'`;
  const [head, ...others] = served;
  const gpus = served.filter(hasGpu).map(({ name }) => name);
  return [
    '## Start',
    '',
    'Every node of the Ray cluster needs this folder at the same place and, for one version of Python,',
    `\`pip install "ray[serve]" onnxruntime\`${gpus.length === 0 ? '.' : `; on nodes of ${gpus.join(', ')} \`onnxruntime-gpu\` instead.`}`,
    '',
    `1. Start Ray in this folder, on a node of ${markdownCode(head?.name ?? '')} first. A custom resource says which tier a node belongs to:`,
    '',
    '   ```sh',
    `   PYTHONPATH=$PWD ray start --head${resources(head)}`,
    ...others.map((tier) => `   PYTHONPATH=$PWD ray start --address=HEAD-NODE:6379${resources(tier)}`),
    '   ```',
    '',
    '2. Deploy the application, and again after planning again; Ray replaces the replicas one by one:',
    '',
    '   ```sh',
    '   serve deploy serve.yaml',
    '   ```',
    '',
    `3. On the machine of ${markdownCode(first.name)}, with Node.js 20 or newer, run its relay in this folder:`,
    '',
    '   ```sh',
    ...(runsAnything(first) ? [`   npm install --ignore-scripts ${runtimePackage}`] : []),
    `   node relay.js ${tierFolder(first)}/contract.json --upstream http://NODE-OF-${head?.name.toUpperCase() ?? ''}:${port}/${prefix}`,
    '   ```',
    '',
    'Ray answers everybody who reaches its port: join the machines by a private network. For a token on top, name its file as',
    '`token_file` in `serve.yaml`, and give it to the relay with `--upstream-token-file`. Tiers of the application talk over',
    "Ray's own connections, which are as open as your cluster.",
    '',
    'With `exact: true` in `serve.yaml` and `--exact` for the relay, answers have the bits of the whole model.',
    '',
  ];
}
