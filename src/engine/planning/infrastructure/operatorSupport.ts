import { DnnSplitError } from '../../../shared/errors';
import { say } from '../../../shared/messages/say';
import { listed } from '../../../shared/quantities';
import type { SplitGraph, SplitNode } from '../../split/splitGraph';
import type { Tier } from './infrastructure';

/** True where the tier can run the node: neither its operator nor `domain:operator` is among those that it cannot. */
export function runsOn({ unsupportedOperators = [] }: Tier, { op, domain }: SplitNode): boolean {
  return !unsupportedOperators.includes(op) && !unsupportedOperators.includes(`${domain || 'ai.onnx'}:${op}`);
}

/**
 * The tiers that can run a node, as one range from `low` to `high`; nothing where none can. Where a tier between two
 * others cannot, the range is the part on the side of the node: below it for the first half of the model's work, else above.
 */
export function supportedRange(
  graph: SplitGraph,
  tiers: readonly Tier[],
  allowedTiers: Uint8Array,
  index: number,
): { readonly low: number; readonly high: number; readonly isOneSide?: true } | undefined {
  const node = graph.nodes[index];
  const able = tiers.flatMap((tier, k) => (allowedTiers[k] === 1 && node && runsOn(tier, node) ? [k] : []));
  const [low, high] = [able[0], able.at(-1)];
  if (low === undefined || high === undefined) return undefined;
  const unable = tiers.flatMap((_, k) =>
    allowedTiers[k] === 1 && k > low && k < high && !able.includes(k) ? [k] : [],
  );
  const [lowestGap, highestGap] = [unable[0], unable.at(-1)];
  if (lowestGap === undefined || highestGap === undefined) return { low, high };
  if (isInFirstHalf(graph, index)) return { low, high: lowestGap - 1, isOneSide: true };
  return { low: highestGap + 1, high, isOneSide: true };
}

function isInFirstHalf({ nodes }: SplitGraph, index: number): boolean {
  const work = (from: number, until: number) =>
    nodes.slice(from, until).reduce((sum, { macs }) => sum + (macs ?? 0), 0);
  return work(0, index) < work(index + 1, nodes.length);
}

/** The refusal of a node that no tier can run. */
export function refuseUnsupported(tiers: readonly Tier[], allowedTiers: Uint8Array, node: SplitNode): DnnSplitError {
  const names = listed(tiers.filter((_, k) => allowedTiers[k] === 1).map(({ id }) => `\`${id}\``));
  const sentence = say('bounds.unsupported', { node: node.label, op: node.op, tiers: names });
  return new DnnSplitError('infeasible', sentence, { nodeId: node.id });
}
