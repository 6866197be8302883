import { additiveObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import type { Objective } from '../infrastructure/infrastructure';
import { hasLimits } from '../plan/constraints';
import { busyValue, isWorstPart, leadingMetric } from '../plan/metrics';
import type { AuditFinding } from '../plan/plan';
import { memoriesMayFill } from '../search/partMemory';
import type { SearchedCuts } from '../search/planSearch';

/** Exceptions that are named; the others are counted. */
const namedExceptions = 24;
/** Relative difference below which two times count as equal. */
const tolerance = 1e-12;

/**
 * Checks what the candidates rest on, layer by layer (`docs/theory.md` section 3): that no layer is dearer on the next tier up.
 * Tiers that are left out do not take part. For throughput, and where links encode tensors differently, the argument does
 * not apply at all.
 * @param boundedBlocks blocks in which the search for candidates did not look at every cut across branches.
 */
export function auditCandidates(costs: CostTables, objective: Objective, boundedBlocks = 0): AuditFinding {
  const tiers = usableTiers(costs);
  const exceptions: { node: number; lowerTier: number; upperTier: number }[] = [];
  let exceptionCount = 0;
  const dearer = new Set<number>();
  for (const [place, upperTier] of tiers.entries()) {
    const lowerTier = tiers[place - 1];
    if (lowerTier === undefined) continue;
    const [lower, upper] = [lowerTier, upperTier].map((k) => dearness(costs, k, objective));
    for (let node = 0; node < costs.graph.nodes.length; node++) {
      if ((upper?.(node) ?? 0) <= (lower?.(node) ?? 0) * (1 + tolerance)) continue;
      exceptionCount++;
      dearer.add(node);
      if (exceptions.length < namedExceptions) exceptions.push({ node, lowerTier, upperTier });
    }
  }
  const holds = exceptionCount === 0 && (tiers.length === 1 || (!isWorstPart(objective) && !encodesDifferently(costs)));
  return {
    metric: leadingMetric(objective),
    holds,
    exceptions,
    exceptionCount,
    consequence: consequence(costs, objective, dearer.size, holds) + leftOut(boundedBlocks),
  };
}

/** Which cuts the search looked at besides the candidates, as a sentence to follow the consequence; empty where it looked at none. */
export function searchedText({ beyondCandidates, allCuts, positions, allPositions }: SearchedCuts): string {
  if (!beyondCandidates) return '';
  if (allCuts !== undefined) return ` All ${allCuts} cuts of the graph were searched instead.`;
  const count = positions === allPositions ? `All ${positions}` : `${positions} of the ${allPositions}`;
  return ` ${count} positions of the order were searched besides them; the certificate says how far from the optimum that may be.`;
}

/** Whether limits, pins or memories may rule out the candidates that would be best without them. */
export function rulesPlansOut(costs: CostTables): boolean {
  const { constraints } = costs.infrastructure;
  const pins = Object.keys(constraints.pin ?? {}).length > 0 || constraints.keepInputOnFirstTier === true;
  return pins || hasLimits(constraints) || memoriesMayFill(costs);
}

/** What a bounded search for candidates leaves open. */
function leftOut(boundedBlocks: number): string {
  if (boundedBlocks === 0) return '';
  const blocks = boundedBlocks === 1 ? '1 block has' : `${boundedBlocks} blocks have`;
  return ` Except that ${blocks} more cuts across branches than were looked at: there the best ones by bytes against MACs, traffic and layers stand for all, and the certificate says what that misses.`;
}

/** With other sizes on other links, a cut that is best on one link may stand in the way of the next one's. */
function encodesDifferently(costs: CostTables): boolean {
  return new Set(costs.wires).size > 1;
}

function usableTiers(costs: CostTables): number[] {
  const { tiers, constraints } = costs.infrastructure;
  return [...tiers.keys()].filter((k) => !constraints.excludeTiers?.includes(tiers[k]?.id ?? ''));
}

/** What a node costs on a tier in the objective's unit; its share of the stage time for throughput. */
function dearness(costs: CostTables, k: number, objective: Objective): (node: number) => number {
  const table = costs.tiers[k];
  if (table === undefined) return () => 0;
  const perSecond = isWorstPart(objective)
    ? busyValue(objective, 1, table.tier, k)
    : (additiveObjective(costs.infrastructure, objective)?.perSecond[k] ?? 0);
  return (node) => (table.seconds[node] ?? 0) * perSecond;
}

function consequence(costs: CostTables, objective: Objective, dearer: number, holds: boolean): string {
  if (isWorstPart(objective) && !holds) {
    return 'For throughput the candidates guarantee nothing, because a pipeline may gain from balancing its stages at a larger cut.';
  }
  if (dearer === 0 && !holds) {
    return 'The links encode tensors differently, so no one set of candidates serves all of them.';
  }
  if (!holds) {
    const layers = dearer === 1 ? '1 layer is' : `${dearer} layers are`;
    return `${layers} dearer on a higher tier, so the candidates alone may miss the optimum.`;
  }
  if (rulesPlansOut(costs)) {
    return 'No layer is dearer on a higher tier, but the constraints may rule candidates out, so the optimum may lie beside them.';
  }
  return 'No layer is dearer on a higher tier, so the candidates hold an optimum for every bandwidth.';
}
