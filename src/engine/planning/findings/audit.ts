import { inTurn, type Sentence, say } from '../../../shared/messages/say';
import { additiveObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import type { Objective } from '../infrastructure/infrastructure';
import { runsOn } from '../infrastructure/operatorSupport';
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
 * What comes back is no part of it: the candidates take it into account. Tiers that are left out do not take part. For throughput, and where links encode tensors differently, the argument does
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
  const isSum = !isWorstPart(objective) && !encodesDifferently(costs) && costs.answers.carried.length === 0;
  const holds = exceptionCount === 0 && (tiers.length === 1 || isSum);
  return {
    metric: leadingMetric(objective),
    holds,
    exceptions,
    exceptionCount,
    consequence: inTurn(
      consequence(costs, objective, dearer.size, holds),
      ...(boundedBlocks === 0 ? [] : [say('audit.bounded', { blocks: boundedBlocks })]),
    ),
  };
}

/** Which cuts the search looked at besides the candidates; nothing where it looked at none. */
export function searchedText(searched: SearchedCuts): Sentence | undefined {
  const { beyondCandidates, allCuts, positions, allPositions } = searched;
  if (!beyondCandidates) return undefined;
  if (allCuts !== undefined) return say('audit.allCuts', { cuts: allCuts });
  return positions === allPositions
    ? say('audit.allPositions', { count: positions })
    : say('audit.positions', { count: positions, all: allPositions });
}

/** Whether limits, pins or memories may rule out the candidates that would be best without them. */
export function rulesPlansOut(costs: CostTables): boolean {
  const { constraints } = costs.infrastructure;
  const pins = Object.keys(constraints.pin ?? {}).length > 0 || constraints.keepInputOnFirstTier === true;
  return pins || hasLimits(constraints) || memoriesMayFill(costs) || hasUnsupportedNodes(costs);
}

function hasUnsupportedNodes({ graph, infrastructure: { tiers } }: CostTables): boolean {
  const lacking = tiers.filter(({ unsupportedOperators = [] }) => unsupportedOperators.length > 0);
  return lacking.some((tier) => graph.nodes.some((node) => !runsOn(tier, node)));
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
    ? busyValue(objective, 1, costs.infrastructure, k)
    : (additiveObjective(costs.infrastructure, objective)?.perSecond[k] ?? 0);
  return (node) => (table.seconds[node] ?? 0) * perSecond;
}

function consequence(costs: CostTables, objective: Objective, dearer: number, holds: boolean): Sentence {
  if (isWorstPart(objective) && !holds) return say('audit.throughput', {});
  if (dearer === 0 && !holds) return say(encodesDifferently(costs) ? 'audit.wires' : 'audit.state', {});
  if (!holds) return say('audit.dearer', { layers: dearer });
  return say(rulesPlansOut(costs) ? 'audit.ruledOut' : 'audit.holds', {});
}
