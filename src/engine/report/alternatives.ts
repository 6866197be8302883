import { partsOf } from '../../shared/reports/planParts';
import type { AlternativeReport, PinReport } from '../../shared/reports/reports';
import { figuresOf } from '../../shared/vocabulary/metrics';
import type { CostTables } from '../planning/costs/costTables';
import type { Assignment, Plan } from '../planning/plan/plan';
import { placementOf } from '../split/nodeRanges';
import { unstatedInPlan } from './unstated';

/** Another plan, measured against the one that is shown. */
export function alternativeReport(costs: CostTables, shown: Plan, { assignment, evaluation }: Plan): AlternativeReport {
  const { tiers } = costs.infrastructure;
  const cuts = tiers.slice(1).map((_, link) => prefixLength(assignment, link));
  const ratio = evaluation.objectiveValue / shown.evaluation.objectiveValue;
  return {
    ...figuresOf(evaluation),
    ...unstatedInPlan(costs.infrastructure, evaluation),
    parts: partsOf(evaluation),
    nodesPerTier: tiers.map((_, k) => assignment.reduce((count, tier) => count + (tier === k ? 1 : 0), 0)),
    cuts,
    ...(cuts.includes(null) && { nodes: placementOf(costs.graph, assignment, tiers.length) }),
    after: lastBelow(costs, assignment),
    relative: Number.isFinite(ratio) ? ratio : null,
  };
}

/** Number of nodes on tiers up to `link`, where these are the first ones of the order. */
function prefixLength(assignment: Assignment, link: number): number | null {
  const above = assignment.findIndex((tier) => tier > link);
  if (above < 0) return assignment.length;
  return assignment.every((tier, index) => index < above || tier > link) ? above : null;
}

/** Label of the last node on the lowest tier that is used, where another one is used too. */
function lastBelow({ graph }: CostTables, assignment: Assignment): string | null {
  // Not by one call with them all: a large graph has more nodes than a call takes arguments.
  const lowest = assignment.reduce((least, tier) => Math.min(least, tier), Number.POSITIVE_INFINITY);
  if (assignment.every((tier) => tier === lowest)) return null;
  return graph.nodes[assignment.lastIndexOf(lowest)]?.label ?? null;
}

/** The nodes that pins name, by id or by name. */
export function pinReports({ graph, infrastructure }: CostTables): PinReport[] {
  const { pin } = infrastructure.constraints;
  if (pin === undefined) return [];
  const tierOf = new Map(Object.entries(pin));
  return graph.nodes.flatMap(({ id, name, label }) => {
    const tier = tierOf.get(id) ?? tierOf.get(name);
    return tier === undefined ? [] : [{ nodeId: id, label, tier }];
  });
}
