import type { Recording } from '../../shared/documents/profile';
import type { ProfileReport } from '../../shared/reports/reports';
import { measuredKey } from '../planning/costs/costModel';
import type { CostTables } from '../planning/costs/costTables';
import type { Tier } from '../planning/infrastructure/infrastructure';
import type { SplitNode } from '../split/splitGraph';

/** What tells a model from others; asked for only where a profile names its own. */
export interface ModelIdentity {
  readonly structureHash: string;
}

/** For each tier with a profile: how many of the model's nodes it has times for, and what that means. */
export function profileReports(
  { graph, infrastructure }: CostTables,
  model: ModelIdentity | undefined,
): ProfileReport[] {
  const profiled = infrastructure.tiers.filter(({ profile }) => profile !== undefined);
  return profiled.map((tier) => profileReport(graph.nodes, tier, model));
}

function profileReport(nodes: readonly SplitNode[], tier: Tier, model: ModelIdentity | undefined): ProfileReport {
  const used = new Set<string>();
  const missing: SplitNode[] = [];
  for (const node of nodes) {
    const key = measuredKey(node, tier);
    if (key === undefined) missing.push(node);
    else used.add(key);
  }
  const entries = tier.profile?.size ?? 0;
  const profiled = tier.recording?.model;
  const isOther = profiled !== undefined && model !== undefined && profiled.structureHash !== model.structureHash;
  const finding =
    isOther && missing.length < nodes.length
      ? `The profile of tier \`${tier.id}\` was recorded from ${profiled.name}, which is another model or another version of this one; ${nodes.length - missing.length} of ${nodes.length} nodes have a time by their name or id.`
      : findingOf(tier.id, nodes.length, missing, entries);
  return {
    tier: tier.id,
    nodes: nodes.length,
    measuredNodes: nodes.length - missing.length,
    entries,
    unusedEntries: entries - used.size,
    ...(tier.recording && { recordedFrom: recordedFrom(tier.recording) }),
    ...(finding !== undefined && { finding }),
  };
}

/** `Raspberry Pi 4, onnxruntime 1.30.0, 1 thread, optimization all, 2026-11-01`, as far as it is known. */
function recordedFrom({ device, runtime, optimization, recorded }: Recording): string {
  const level = optimization === undefined ? '' : `optimization ${optimization}`;
  return [device, runtime, level, recorded].filter((part) => part !== '').join(', ');
}

function findingOf(tier: string, nodes: number, missing: readonly SplitNode[], entries: number): string | undefined {
  const [first] = missing;
  if (first === undefined) return undefined;
  if (entries === 0) return `The profile of tier \`${tier}\` is empty, so all ${nodes} times are estimates.`;
  if (missing.length === nodes) {
    return `The profile of tier \`${tier}\` names none of this model's ${nodes} nodes, so all times are estimates; was it recorded from another model?`;
  }
  const others = missing.length === 1 ? `'${first.label}'` : `'${first.label}' and ${missing.length - 1} more`;
  return `The profile of tier \`${tier}\` has no time for ${missing.length} of ${nodes} nodes (${others}); these are estimated.`;
}
