import type { ContractTensor } from '../../../shared/documents/contract';
import type { PlanDocument } from '../../../shared/documents/plan';
import { bytesText, durationText } from '../../../shared/quantities';
import type { DeployedTier } from './deployment';

/** Names come from a file that anyone may have written: they stay inside of their code span. */
export function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('\n', ' ')}\``;
}

/** Text in a cell of a table. */
export function cell(text: string): string {
  return text.replace(/[|\n\r`<>]/g, ' ');
}

/** Title and predicted latency. */
export function introduction(plan: PlanDocument, tiers: readonly DeployedTier[]): string[] {
  const count = `${tiers.length} ${tiers.length === 1 ? 'tier' : 'tiers'}`;
  return [
    `# ${cell(plan.model.name)} over ${count}`,
    '',
    `Made from a plan by dnnsplit ${plan.tool.version}. Predicted latency of one request: ${durationText(plan.prediction.latencyMs)}.`,
    '',
    '| name | tier | nodes | weights | memory limit |',
    '|---|---|---|---|---|',
    ...tiers.map(
      ({ name, tier, contract, memoryMiB }) =>
        `| ${code(name)} | ${cell(tier.id)} | ${contract.segment === null ? 'passes tensors on' : tier.nodeCount} | ${bytesText(tier.weightBytes)} | ${memoryMiB} MiB |`,
    ),
    '',
  ];
}

/** What the first tier takes and what comes back. */
export function interfaceLines({ contract }: DeployedTier): string[] {
  return [
    `Ask the first tier as any server of the Open Inference Protocol v2; model name ${code(contract.model)}:`,
    '',
    ...contract.receives.map((tensor) => `- takes ${code(tensorLine(tensor))}`),
    ...[...contract.answers, ...contract.answersAbove].map((tensor) => `- answers ${code(tensorLine(tensor))}`),
    '',
  ];
}

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

function tensorLine({ name, dtype, shape, bytes }: ContractTensor): string {
  const size = bytes === null ? '' : `, ${bytesText(bytes)}`;
  return `${name}: ${dtype} ${shape === null ? '?' : shape.length === 0 ? 'scalar' : shape.join('x')}${size}`;
}
