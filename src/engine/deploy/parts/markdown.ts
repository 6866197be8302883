import type { ContractTensor } from '../../../shared/documents/contract';
import { blocksOf, interfaceOf } from '../../../shared/documents/contractParts';
import type { PlanDocument } from '../../../shared/documents/plan';
import { markdownCode, markdownText } from '../../../shared/escape/markdown';
import { bytesText, counted, durationText } from '../../../shared/vocabulary/quantities';
import { type DeploymentTarget, targetEntry } from '../../../shared/vocabulary/targets';
import { type DeployedTier, keepsSessions } from './deployment';

/** Title and predicted latency. */
export function introduction(plan: PlanDocument, tiers: readonly DeployedTier[]): string[] {
  const count = `${tiers.length} ${tiers.length === 1 ? 'tier' : 'tiers'}`;
  return [
    `# ${markdownText(plan.model.name)} over ${count}`,
    '',
    `Made from a plan by dnnsplit ${markdownText(plan.tool.version)}. Predicted latency of one request: ${durationText(plan.prediction.latencyMs)}.`,
    '',
    '| name | tier | nodes | weights | memory limit |',
    '|---|---|---|---|---|',
    ...tiers.map(
      (deployed) =>
        `| ${markdownCode(deployed.name)} | ${markdownText(deployed.tier.id)} | ${workText(deployed)} | ${bytesText(deployed.tier.weightBytes)} | ${deployed.memoryMiB} MiB |`,
    ),
    '',
  ];
}

function workText({ contract, tier }: DeployedTier): string {
  const blocks = blocksOf(contract).length;
  if (blocks === 0) return 'passes tensors on';
  return contract.formatVersion === 2 ? `${tier.nodeCount}, in ${counted(blocks, 'block')}` : String(tier.nodeCount);
}

/** What the first tier takes and what comes back. */
export function interfaceLines({ contract }: Pick<DeployedTier, 'contract'>): string[] {
  const { inputs, outputs } = interfaceOf(contract);
  return [
    `Ask the first tier as any server of the Open Inference Protocol v2; model name ${markdownCode(contract.model)}:`,
    '',
    ...inputs.map((tensor) => `- takes ${markdownCode(tensorLine(tensor))}`),
    ...outputs.map((tensor) => `- answers ${markdownCode(tensorLine(tensor))}`),
    '',
    ...(keepsSessions({ contract }) ? sessionLines : []),
  ];
}

const sessionLines = [
  'The model remembers what it has seen, and the relays keep that between requests. Give every request of a session the',
  'parameter `sequence_id`, a random text, the first one `sequence_start: true` and the last one `sequence_end: true`. Send',
  'all requests of a session to the same relay. A relay that has lost a session, after a restart or 5 minutes without a',
  'request, answers 409: begin the session again.',
  '',
];

/** Where sub-models belong that were not exported along. */
export function modelLines(paths: readonly string[]): string[] {
  return [
    'The sub-models lie at these places, with `model.onnx.data` beside those whose weights are in a file of their own:',
    '',
    '```',
    ...paths,
    '```',
    '',
    "Where they are missing, the model's weights were not there when this folder was made; put them beside the model and",
    'make it again.',
    '',
  ];
}

/** What was started and what was only validated, for the end of a README. */
export function triedLines(target: DeploymentTarget): string[] {
  return ['## How far this was tried', '', targetEntry(target).tried, ''];
}

function tensorLine({ name, dtype, shape, bytes }: ContractTensor): string {
  const size = bytes === null ? '' : `, ${bytesText(bytes)}`;
  return `${name}: ${dtype} ${shape === null ? '?' : shape.length === 0 ? 'scalar' : shape.join('x')}${size}`;
}
