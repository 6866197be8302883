import type { ContractTensor } from '../../../shared/documents/contract';
import type { PlanDocument } from '../../../shared/documents/plan';
import { markdownCode, markdownText } from '../../../shared/escape/markdown';
import { bytesText, durationText } from '../../../shared/quantities';
import type { DeployedTier } from './deployment';

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
      ({ name, tier, contract, memoryMiB }) =>
        `| ${markdownCode(name)} | ${markdownText(tier.id)} | ${contract.segment === null ? 'passes tensors on' : tier.nodeCount} | ${bytesText(tier.weightBytes)} | ${memoryMiB} MiB |`,
    ),
    '',
  ];
}

/** What the first tier takes and what comes back. */
export function interfaceLines({ contract }: DeployedTier): string[] {
  return [
    `Ask the first tier as any server of the Open Inference Protocol v2; model name ${markdownCode(contract.model)}:`,
    '',
    ...contract.receives.map((tensor) => `- takes ${markdownCode(tensorLine(tensor))}`),
    ...[...contract.answers, ...contract.answersAbove].map((tensor) => `- answers ${markdownCode(tensorLine(tensor))}`),
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
