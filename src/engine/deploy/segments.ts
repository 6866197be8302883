import type { PlanDocument, PlanTensor, PlanTier } from '../../protocol/documents/plan';
import { bytesText } from '../../protocol/quantities';

/** The part of a model that one tier runs, under names that deployment targets accept. */
export interface Segment {
  readonly tier: PlanTier;
  /** Lower-case letters, digits and hyphens (DNS-1123 label), unique in the plan. */
  readonly service: string;
  /** Name that the inference server knows the part by. */
  readonly modelName: string;
  readonly inputs: readonly PlanTensor[];
  readonly outputs: readonly PlanTensor[];
  /** Memory that the service may take, in MiB. */
  readonly memoryMiB: number;
}

/** What an inference server takes before it holds any model. */
const serverBytes = 1024 ** 3;

/** The tiers that run something, from the device upwards. */
export function segmentsOf(plan: PlanDocument): Segment[] {
  const used = new Set<string>();
  const model = slug(plan.model.name, 'model').replaceAll('-', '_');
  return plan.tiers
    .filter((tier) => tier.nodeCount > 0)
    .map((tier) => {
      const service = unique(slug(tier.id, 'tier'), used);
      return {
        tier,
        service,
        modelName: `${model}_${service.replaceAll('-', '_')}`,
        inputs: tier.inputs,
        outputs: tier.outputs,
        memoryMiB: memoryMiB(tier),
      };
    });
}

/** Weights and activations twice, because an engine may copy and rearrange both, and the server itself. */
function memoryMiB({ weightBytes, peakActivationBytes }: PlanTier): number {
  return Math.ceil((2 * (weightBytes + peakActivationBytes) + serverBytes) / 1024 ** 2);
}

/** A DNS-1123 label made from any text. */
export function slug(text: string, fallback: string): string {
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return label === '' ? fallback : label;
}

function unique(name: string, used: Set<string>): string {
  let free = name;
  for (let count = 2; used.has(free); count++) free = `${name}-${count}`;
  used.add(free);
  return free;
}

/** `avg_pool: float32 1x2048, 8.19 kB`. */
export function tensorLine({ name, dtype, shape, bytes }: PlanTensor): string {
  const size = bytes === null ? '' : `, ${bytesText(bytes)}`;
  return `${name}: ${dtype} ${shape === null ? '?' : shape.join('x')}${size}`;
}
