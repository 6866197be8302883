import type { InferredNode } from '../facts/inferred';
import type { OpEntry } from '../facts/rule';
import type { Counts } from './count';
import type { PlannedNode } from './plannedGraph';

/** What is known of a node once its outputs are. */
export function inferredNode(planned: PlannedNode, entry: OpEntry | undefined, counts: Counts): InferredNode {
  const { node } = planned;
  return {
    id: node.id,
    node,
    label: node.name === '' ? `${node.op} ${planned.writes[0] ?? node.id}` : node.name,
    reads: planned.reads,
    writes: planned.writes,
    macs: counts.macs,
    elementwiseOps: counts.elementwiseOps,
    viewOnly: entry?.viewOnly ?? false,
    modulePath: planned.modulePath,
  };
}
