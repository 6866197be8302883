import { markdownCode } from '../../../shared/escape/markdown';
import { runtimePackage } from '../../../shared/runtimePackage';
import {
  contractText,
  type DeployedTier,
  type Deployment,
  type DeploymentInput,
  deployedTiers,
  isServed,
  modelPlaces,
  runsAnything,
} from '../parts/deployment';
import { tritonImageFor } from '../parts/engineImage';
import { interfaceLines, introduction, modelLines, triedLines } from '../parts/markdown';
import { relayPrograms } from '../parts/relayImage';
import { modelConfig } from './modelConfig';

/** Path of a tier's sub-model in a Triton model repository. */
export function repositoryPath({ name, modelName }: Pick<DeployedTier, 'name' | 'modelName'>): string {
  return `${name}/${modelName}/1/model.onnx`;
}

/**
 * A Triton model repository per tier that runs something, and the contracts for relays in front of them. An ensemble is
 * not needed: each server holds one part.
 * @throws DnnSplitError as `modelConfig`
 */
export function tritonFiles(input: DeploymentInput): Deployment {
  const tiers = deployedTiers(input, 'triton');
  const models = tiers.flatMap((tier) =>
    modelPlaces(tier, `contracts/${tier.name}`).map((place) =>
      isServed(tier) ? { ...place, path: repositoryPath(tier) } : place,
    ),
  );
  const configs = tiers
    .filter(isServed)
    .map((tier) => ({ path: `${tier.name}/${tier.modelName}/config.pbtxt`, content: modelConfig(tier) }));
  return {
    files: [
      ...configs,
      ...tiers.map(({ name, contract }) => ({
        path: `contracts/${name}/contract.json`,
        content: contractText(contract),
      })),
      ...relayPrograms(input, ''),
      {
        path: 'README.md',
        content: readme(
          input,
          tiers,
          models.map(({ path }) => path),
        ),
      },
    ],
    models,
  };
}

function readme({ plan }: DeploymentInput, tiers: readonly DeployedTier[], paths: readonly string[]): string {
  const [first] = tiers;
  return [
    ...introduction(plan, tiers),
    ...modelLines(paths),
    '## Start',
    '',
    'Each machine needs this folder, Docker with the NVIDIA Container Toolkit where a GPU is used, and Node.js 20 or newer.',
    'There, a server with the repository of its tier; the relay in front of it passes tensors to the next tier, because Triton',
    'answers its caller and sends nothing on. Each relay takes requests from other machines that send the token in its file',
    '`token`; the relay of the tier below has the same token in `token-above`. Make one per tier:',
    '',
    '```sh',
    'openssl rand -hex 32 > token',
    '```',
    '',
    'Tokens travel as they are: join the machines by a private network, or give the relays certificates',
    '(`node relay.js --help`).',
    '',
    ...tiers.flatMap((tier, position) => startLines(tier, tiers[position + 1])),
    ...(first === undefined ? [] : interfaceLines(first)),
    ...triedLines('triton'),
  ].join('\n');
}

function startLines(deployed: DeployedTier, above: DeployedTier | undefined): string[] {
  const { name, modelName, tier } = deployed;
  const { image = '', accelerator = 'none' } = tritonImageFor(tier) ?? {};
  const gpu = accelerator === 'discrete-gpu' ? '--gpus 1 ' : accelerator === 'jetson' ? '--runtime nvidia ' : '';
  const engine = [
    `docker run --rm ${gpu}--publish 127.0.0.1:8001:8000 --volume "$PWD/${name}:/models:ro" \\`,
    `  ${image} tritonserver --model-repository=/models`,
  ];
  const upstream =
    above === undefined
      ? ''
      : ` --upstream http://ADDRESS-OF-${above.name.toUpperCase()}:8000 --upstream-token-file token-above`;
  const served = !isServed(deployed) ? '' : ` --engine http://127.0.0.1:8001 --engine-model ${modelName}`;
  return [
    `${markdownCode(name)}:`,
    '',
    '```sh',
    ...(isServed(deployed) ? engine : []),
    ...(runsAnything(deployed) && !isServed(deployed) ? [`npm install --ignore-scripts ${runtimePackage}`] : []),
    `node relay.js contracts/${name}/contract.json${served}${upstream} --host 0.0.0.0 --token-file token`,
    '```',
    '',
  ];
}
