import type { CandidateOutcome } from '../../../shared/reports';
import { membersBelow } from '../../split/cuts';
import type { Candidate } from '../../split/splitGraph';
import { pricePerSecond, transferJoules, transferPrice, transferSeconds } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import type { TierBounds } from '../infrastructure/tierBounds';
import type { PlanMetrics } from '../plan/constraints';
import type { Assignment } from '../plan/plan';
import { metricsValue } from '../search/prefixTuples';

/**
 * Per candidate, the best plan that crosses there alone: everything below on one tier, everything above on the next one,
 * for the pair of neighboring tiers that suits the objective best. Above the last node nothing is left to cut off, so
 * that candidate has no figures and is never chosen: it stands for a single tier, which the baselines show.
 */
export function candidateOutcomes(
  costs: CostTables,
  candidates: readonly Candidate[],
  bounds: TierBounds,
  plan: Assignment,
): CandidateOutcome[] {
  const { links, objective } = costs.infrastructure;
  return candidates.map((candidate) => {
    if (candidate.position === costs.graph.nodes.length) return noCut(candidate.position);
    const members = membersBelow(costs.graph, candidate);
    let best: { metrics: PlanMetrics; link: number; value: number } | undefined;
    for (const link of links.keys()) {
      if (!mayCross(bounds, members, link)) continue;
      const metrics = crossingOnce(costs, candidate, link);
      const value = metricsValue(metrics, objective);
      if (Number.isFinite(value) && value < (best?.value ?? Number.POSITIVE_INFINITY)) best = { metrics, link, value };
    }
    return {
      position: candidate.position,
      latencyMs: best === undefined ? null : best.metrics.latencyS * 1e3,
      costPerRequest: best?.metrics.cost ?? null,
      throughputPerSecond: best === undefined ? null : 1 / best.metrics.slowestS,
      energyJ: best?.metrics.energyJ ?? null,
      objectiveValue: best?.value ?? null,
      link: best?.link ?? null,
      chosen: isCutOf(members, plan, links.length),
    };
  });
}

function noCut(position: number): CandidateOutcome {
  return { position, latencyMs: null, costPerRequest: null, throughputPerSecond: null, link: null, chosen: false };
}

function mayCross(bounds: TierBounds, members: Uint8Array, link: number): boolean {
  if (!bounds.restricts) return true;
  for (let node = 0; node < members.length; node++) {
    const tier = members[node] === 1 ? link : link + 1;
    if (tier < (bounds.lowest[node] ?? 0) || tier > (bounds.highest[node] ?? 0)) return false;
    if (bounds.allowedTiers[tier] !== 1) return false;
  }
  return true;
}

/** Figures of the plan with the candidate on one link: the input reaches tier `link` over the links below it. */
function crossingOnce(costs: CostTables, candidate: Candidate, link: number): PlanMetrics {
  const { infrastructure, graph } = costs;
  const secondsOn = (k: number, isBelow: boolean) => {
    const table = costs.tiers[k];
    const total = table?.prefixSeconds[graph.nodes.length] ?? 0;
    const below =
      candidate.downset === undefined
        ? (table?.prefixSeconds[candidate.position] ?? 0)
        : candidate.downset.reduce((sum, node) => sum + (table?.seconds[node] ?? 0), 0);
    return isBelow ? below : Math.max(0, total - below);
  };
  let latencyS = 0;
  let cost = 0;
  let energyJ = 0;
  let slowestS = 0;
  for (const k of [link, link + 1]) {
    const tier = infrastructure.tiers[k];
    const busyS = secondsOn(k, k === link);
    latencyS += busyS;
    cost += tier === undefined ? 0 : busyS * pricePerSecond(tier);
    if (k === 0) energyJ += busyS * (tier?.watts ?? 0);
    slowestS = Math.max(slowestS, busyS / (tier?.replicas ?? 1));
  }
  for (let l = 0; l <= link; l++) {
    const one = infrastructure.links[l];
    if (one === undefined) continue;
    const bytes = l === link ? crossingBytes(costs, candidate, l) : (costs.wires[l]?.positionBytes[0] ?? 0);
    const transferS = transferSeconds(bytes, one);
    latencyS += transferS;
    cost += transferPrice(bytes, one);
    if (l === 0) energyJ += transferJoules(bytes, one);
    slowestS = Math.max(slowestS, transferS);
  }
  return { latencyS, cost, energyJ, slowestS };
}

function crossingBytes(costs: CostTables, candidate: Candidate, link: number): number {
  return candidate.tensors.reduce((sum, tensor) => sum + (costs.wires[link]?.tensorBytes[tensor] ?? 0), 0);
}

/** True when the plan cuts exactly here, on whichever link. */
function isCutOf(members: Uint8Array, plan: Assignment, linkCount: number): boolean {
  for (let link = 0; link < linkCount; link++) {
    if (members.every((member, node) => ((plan[node] ?? 0) <= link ? 1 : 0) === member)) return true;
  }
  return false;
}
