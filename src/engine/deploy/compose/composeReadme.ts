import { shellWord } from '../../../shared/escape/shell';
import { urlSegment } from '../../../shared/escape/url';
import {
  type DeployedTier,
  type DeploymentInput,
  isServed,
  keepsSessions,
  type ModelPlace,
  runsAnything,
} from '../parts/deployment';
import { tritonImageFor } from '../parts/engineImage';
import { interfaceLines, introduction, modelLines, triedLines } from '../parts/markdown';

/** The README beside a `compose.yaml`: what it starts, how to start and ask it, what it does not do. */
export function composeReadme(
  { plan, engine }: DeploymentInput,
  tiers: readonly DeployedTier[],
  models: readonly ModelPlace[],
  hostPort: number,
): string {
  const [first] = tiers;
  const model = urlSegment(plan.model.name);
  return [
    ...introduction(plan, tiers),
    engineSentence(tiers, engine),
    '',
    '## Start and check',
    '',
    '```sh',
    'docker compose up --build --detach --wait',
    `curl --fail http://127.0.0.1:${hostPort}/v2/health/ready`,
    `curl ${shellWord(`http://127.0.0.1:${hostPort}/v2/models/${model}`)}`,
    '```',
    '',
    'The first tier is ready once every tier above it is.',
    '',
    ...(first === undefined ? [] : interfaceLines(first)),
    ...(tiers.some((tier) => keepsSessions(tier) && tier.tier.replicas > 1)
      ? [
          'Each tier is one container, whatever the plan says: Compose spreads requests by chance, away from the container that',
          'keeps their session. Kubernetes can have several.',
          '',
        ]
      : []),
    ...modelLines(models.map(({ path }) => path)),
    '## One tier per machine',
    '',
    'This project is for one machine: its networks and ports lead nowhere else. `dnnsplit deploy -t bundle` makes a folder per',
    'machine, with TLS and tokens between them.',
    '',
    '## What this relies on',
    '',
    'Docker 23 or newer with Compose 2.20 or newer. Relays take requests without a token here: only the first one has a port, on the loopback address, and the networks',
    'between them lead nowhere else. The memory limits are twice the predicted weights and activations and what the server',
    'itself needs; measure before you rely on them.',
    '',
    ...triedLines('compose'),
  ].join('\n');
}

function engineSentence(tiers: readonly DeployedTier[], engine: DeploymentInput['engine']): string {
  if (engine === 'relay') return 'Each tier is one container that runs its part in ONNX Runtime on the CPU.';
  const without = tiers.filter((tier) => runsAnything(tier) && !isServed(tier)).map(({ name }) => name);
  const rest =
    without.length === 0 ? '' : ` No image of it is for ${without.join(', ')}: the relay runs the part there.`;
  if (engine === 'ovms') return `Each part runs in OpenVINO Model Server, with a relay in front of it.${rest}`;
  const notes = new Set(tiers.flatMap(({ tier }) => tritonImageFor(tier)?.note ?? []));
  return `Each part runs in an inference server (${[...notes].join('; ')}), with a relay in front of it.${rest}`;
}
