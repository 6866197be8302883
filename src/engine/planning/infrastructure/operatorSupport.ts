import { say } from '../../../shared/messages/say';
import { listed } from '../../../shared/vocabulary/quantities';
import { DnnSplitError } from '../../../shared/work/errors';
import type { SplitNode } from '../../split/splitGraph';
import type { Tier } from './infrastructure';

/** True where the tier can run the node: neither its operator nor `domain:operator` is among those that it cannot. */
export function runsOn({ unsupportedOperators = [] }: Tier, { op, domain }: SplitNode): boolean {
  return !unsupportedOperators.includes(op) && !unsupportedOperators.includes(`${domain || 'ai.onnx'}:${op}`);
}

/** The tiers that can run a node, ascending, of those that may run anything. */
export function supportingTiers(tiers: readonly Tier[], allowedTiers: Uint8Array, node: SplitNode): number[] {
  return tiers.flatMap((tier, k) => (allowedTiers[k] === 1 && runsOn(tier, node) ? [k] : []));
}

/** The refusal of a node that no tier can run. */
export function refuseUnsupported(tiers: readonly Tier[], allowedTiers: Uint8Array, node: SplitNode): DnnSplitError {
  const names = listed(tiers.filter((_, k) => allowedTiers[k] === 1).map(({ id }) => `\`${id}\``));
  const sentence = say('bounds.unsupported', { node: node.label, op: node.op, tiers: names });
  return new DnnSplitError('infeasible', sentence, { nodeId: node.id });
}
