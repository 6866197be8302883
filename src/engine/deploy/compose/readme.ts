import type { PlanDocument } from '../../../protocol/documents/plan';
import { bytesText, durationText } from '../../../protocol/quantities';
import { engineImageFor } from '../engineImage';
import { type Segment, tensorLine } from '../segments';

/** The README beside a `compose.yaml`: what it starts, what has to be put there first, how to call it, what it does not do. */
export function composeReadme(
  plan: PlanDocument,
  segments: readonly Segment[],
  hostPort: (index: number) => number,
): string {
  return [
    `# ${plan.model.name}, split over ${segments.length} ${segments.length === 1 ? 'tier' : 'tiers'}`,
    '',
    `Made from a plan by dnnsplit ${plan.tool.version}. Predicted latency of one request: ${durationText(plan.prediction.latencyMs)}.`,
    '',
    '| service | tier | nodes | weights | memory limit | image | address |',
    '|---|---|---|---|---|---|---|',
    ...segments.map(
      ({ tier, service, memoryMiB }, index) =>
        `| \`${service}\` | ${cell(tier.id)} | ${tier.nodeCount} | ${bytesText(tier.weightBytes)} | ${memoryMiB} MiB | ${engineImageFor(tier).note} | http://127.0.0.1:${hostPort(index)} |`,
    ),
    '',
    '## Put the parts of the model here first',
    '',
    '`compose.yaml` mounts one model repository per service, read-only, and does not start a service whose folder is missing.',
    'The parts are not in this folder: cut them out of the model and copy each to its place.',
    '',
    '```',
    ...segments.map(({ service, modelName }) => `models/${service}/${modelName}/1/model.onnx`),
    '```',
    '',
    'Weights in files of their own (external data) belong beside `model.onnx`. Each part keeps the tensor names of the whole',
    'model, so that the output of one is the input of the next:',
    '',
    ...segments.flatMap(segmentContract),
    '## Start and check',
    '',
    '```sh',
    'docker compose up --detach --wait',
    `curl --fail http://127.0.0.1:${hostPort(0)}/v2/health/ready`,
    '```',
    '',
    'To run one tier on its own machine, copy this folder there and start its service alone: `docker compose up SERVICE`.',
    'The ports are open on the loopback address only; open them to other machines behind a firewall of your choice.',
    '',
    '## What this does not do',
    '',
    'An inference server answers its caller and does not pass tensors on to the next one. Whoever sends a request calls the',
    'services in the order of the table, each with the outputs of those before (Open Inference Protocol v2, `POST',
    '/v2/models/NAME/infer`; 16-bit types need its binary form). `DNNSPLIT_INPUTS`, `DNNSPLIT_OUTPUTS` and `DNNSPLIT_NEXT` in',
    'the environment of each service name the tensors and the next address.',
    '',
    'The memory limits are twice the predicted weights and activations and 1 GiB for the server; measure before you rely on them.',
    '',
  ].join('\n');
}

function segmentContract({ service, inputs, outputs }: Segment): string[] {
  return [
    `- \`${service}\``,
    ...inputs.map((tensor) => `  - takes \`${code(tensorLine(tensor))}\``),
    ...outputs.map((tensor) => `  - makes \`${code(tensorLine(tensor))}\``),
    '',
  ];
}

/** Names come from a file that anyone may have written: they stay inside their code span and table cell. */
function code(text: string): string {
  return text.replaceAll('`', "'").replaceAll('\n', ' ');
}

function cell(text: string): string {
  return text.replace(/[|\n\r`<>]/g, ' ');
}
