import type { CostTables } from '../planning/costs/costTables';
import type { Assignment } from '../planning/plan/plan';

/** How many nodes each tier runs. */
export function nodesPerTier(assignment: Assignment, tierCount: number): number[] {
  const counts = new Array<number>(tierCount).fill(0);
  for (const tier of assignment) counts[tier] = (counts[tier] ?? 0) + 1;
  return counts;
}

/** How many nodes each tier runs, and from which on, in words. */
export function placement(costs: CostTables, assignment: Assignment): { summary: string; nodesPerTier: number[] } {
  const { tiers } = costs.infrastructure;
  const counts = nodesPerTier(assignment, tiers.length);
  const starts = tiers.flatMap(({ id }, k) => {
    const first = costs.graph.nodes[assignment.indexOf(k)];
    return first === undefined ? [] : [`${id} from ${first.label}`];
  });
  const only = tiers.find((_, k) => counts[k] === assignment.length);
  return { summary: only === undefined ? starts.join(', ') : `all on ${only.id}`, nodesPerTier: counts };
}
