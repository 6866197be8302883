import type { CandidateOutcome } from '../../../shared/reports/reports';
import { figures, type Metric, metricEntry } from '../../../shared/vocabulary/metrics';
import { membersBelow } from '../../split/cuts';
import type { Candidate } from '../../split/splitGraph';
import { answersAbove } from '../costs/answers';
import { busyBetween } from '../costs/busySpans';
import type { CostTables } from '../costs/costTables';
import { mayRunOn, type TierBounds } from '../infrastructure/tierBounds';
import { answerValue, busyValue, joined, objectiveOf, searchedTransferValue, wayOf } from '../plan/metrics';
import type { Assignment } from '../plan/plan';
import { bytesCrossing, spansOfCuts } from '../search/cutFamily';

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
    let best: { valueFor: (metric: Metric) => number; link: number; value: number } | undefined;
    for (const link of links.keys()) {
      if (!mayCross(bounds, members, link)) continue;
      const valueFor = crossingOnce(costs, candidate, link);
      const value = objectiveOf(valueFor, objective);
      if (Number.isFinite(value) && value < (best?.value ?? Number.POSITIVE_INFINITY)) best = { valueFor, link, value };
    }
    const valueFor = best?.valueFor;
    return {
      position: candidate.position,
      ...figures((metric) => (valueFor === undefined ? null : metricEntry(metric).toFigure(valueFor(metric)))),
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
    if (!mayRunOn(bounds, node, tier)) return false;
  }
  return true;
}

/** A metric of the plan with the candidate on one link: the input reaches tier `link` over the links below it. */
function crossingOnce(costs: CostTables, candidate: Candidate, link: number): (metric: Metric) => number {
  const { infrastructure, graph } = costs;
  const spans = spansOfCuts(costs, [{ position: 0 }, candidate, { position: graph.nodes.length }]);
  const secondsOn = (k: number) => {
    const span = spans[k];
    return span === undefined ? 0 : k === link ? busyBetween(span, 0, 1) : busyBetween(span, 1, 2);
  };
  const used = infrastructure.tiers.slice(link, link + 2).map((_, at) => {
    return { k: link + at, busyS: secondsOn(link + at) };
  });
  const crossed = infrastructure.links.slice(0, link + 1).map((_, l) => ({
    up: wayOf(infrastructure, l, 'up'),
    down: wayOf(infrastructure, l, 'down'),
    bytes: l === link ? upBytes(costs, candidate, l) : (costs.wires[l]?.positionBytes[0] ?? 0),
    answerBytes: l === link ? answersAbove(costs.answers, candidate) : costs.answers.totalBytes,
  }));
  const comesBack = costs.answers.comesBack;
  return (metric) => {
    let sum = 0;
    for (const { k, busyS } of used) sum = joined(metric, sum, busyValue(metric, busyS, infrastructure, k));
    for (const { up, down, bytes, answerBytes } of crossed) {
      sum = joined(metric, sum, searchedTransferValue(metric, bytes, up));
      if (comesBack) sum = joined(metric, sum, answerValue(metric, answerBytes, down));
    }
    return sum;
  };
}

function upBytes(costs: CostTables, candidate: Candidate, link: number): number {
  const wire = costs.wires[link];
  return wire === undefined ? 0 : bytesCrossing(costs, wire, candidate);
}

/** True when the plan cuts exactly here, on whichever link. */
function isCutOf(members: Uint8Array, plan: Assignment, linkCount: number): boolean {
  for (let link = 0; link < linkCount; link++) {
    if (members.every((member, node) => ((plan[node] ?? 0) <= link ? 1 : 0) === member)) return true;
  }
  return false;
}
