import type { ContractTensor } from '../../../shared/documents/contract';
import { blocksOf, interfaceOf } from '../../../shared/documents/contractParts';
import type { PlanDocument } from '../../../shared/documents/plan';
import { markdownCode, markdownText } from '../../../shared/escape/markdown';
import { bytesText, counted, durationText } from '../../../shared/quantities';
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
export function interfaceLines({ contract }: DeployedTier): string[] {
  const { inputs, outputs } = interfaceOf(contract);
  return [
    `Ask the first tier as any server of the Open Inference Protocol v2; model name ${markdownCode(contract.model)}:`,
    '',
    ...inputs.map((tensor) => `- takes ${markdownCode(tensorLine(tensor))}`),
    ...outputs.map((tensor) => `- answers ${markdownCode(tensorLine(tensor))}`),
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
