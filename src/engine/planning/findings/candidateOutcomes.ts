import type { CandidateOutcome } from '../../../shared/reports/reports';
import { figures, type Metric, metricEntry } from '../../../shared/vocabulary/metrics';
import { membersBelow } from '../../split/cuts';
import { withWholeKernels } from '../../split/kernelCuts';
import type { Candidate, Cut } from '../../split/splitGraph';
import { answersAbove } from '../costs/answers';
import { type BusySpans, busyBetween } from '../costs/busySpans';
import type { CostTables } from '../costs/costTables';
import { mayRunOn, type TierBounds } from '../infrastructure/tierBounds';
import { answerValue, busyValue, joined, objectiveOf, searchedTransferValue, wayOf } from '../plan/metrics';
import type { Assignment } from '../plan/plan';
import { bytesCrossing, spansOfCuts } from '../search/cutFamily';

/**
 * Per candidate, the best plan that crosses there alone: everything below on one tier, everything above on the next one,
 * for the pair of neighboring tiers that suits the objective best. Above the last node nothing is left to cut off, so
 * that candidate has no figures and is never chosen: it stands for a single tier, which the baselines show. One inside of a
 * kernel is chosen too where the plan cuts at the kernel's end.
 */
export function candidateOutcomes(
  costs: CostTables,
  candidates: readonly Candidate[],
  bounds: TierBounds,
  plan: Assignment,
): CandidateOutcome[] {
  const { links, objective } = costs.infrastructure;
  const spans = spansOfCuts(costs, [{ position: 0 }, ...candidates, { position: costs.graph.nodes.length }]);
  const isCutOfPlan = cutTest(costs, plan);
  return candidates.map((candidate, index) => {
    if (candidate.position === costs.graph.nodes.length) return noCut(candidate.position);
    const members = bounds.restricts ? membersBelow(costs.graph, candidate) : undefined;
    let best: { valueFor: (metric: Metric) => number; link: number; value: number } | undefined;
    for (const link of links.keys()) {
      if (members !== undefined && !mayCross(bounds, members, link)) continue;
      const valueFor = crossingOnce(costs, candidate, link, busyBeside(spans, index + 1, link));
      const value = objectiveOf(valueFor, objective);
      if (Number.isFinite(value) && value < (best?.value ?? Number.POSITIVE_INFINITY)) best = { valueFor, link, value };
    }
    const valueFor = best?.valueFor;
    return {
      position: candidate.position,
      ...figures((metric) => (valueFor === undefined ? null : metricEntry(metric).toFigure(valueFor(metric)))),
      objectiveValue: best?.value ?? null,
      link: best?.link ?? null,
      chosen: isCutOfPlan(candidate) || isCutOfPlan(withWholeKernels(costs.graph, costs.bonds, candidate)),
    };
  });
}

function noCut(position: number): CandidateOutcome {
  return { position, latencyMs: null, costPerRequest: null, throughputPerSecond: null, link: null, chosen: false };
}

function mayCross(bounds: TierBounds, members: Uint8Array, link: number): boolean {
  for (let node = 0; node < members.length; node++) {
    const tier = members[node] === 1 ? link : link + 1;
    if (!mayRunOn(bounds, node, tier)) return false;
  }
  return true;
}

/** Busy seconds of the tiers below and above a link with a cut on it, one of several between no nodes and all. */
function busyBeside(spans: readonly BusySpans[], cut: number, link: number): readonly [number, number] {
  const [below, above] = [spans[link], spans[link + 1]];
  const all = (below?.ends.length ?? 1) - 1;
  return [below ? busyBetween(below, 0, cut) : 0, above ? busyBetween(above, cut, all) : 0];
}

/** A metric of the plan with the candidate on one link: the input reaches tier `link` over the links below it. */
function crossingOnce(
  costs: CostTables,
  candidate: Candidate,
  link: number,
  busyS: readonly [number, number],
): (metric: Metric) => number {
  const { infrastructure } = costs;
  const crossed = infrastructure.links.slice(0, link + 1).map((_, l) => ({
    up: wayOf(infrastructure, l, 'up'),
    down: wayOf(infrastructure, l, 'down'),
    bytes: l === link ? upBytes(costs, candidate, l) : (costs.wires[l]?.positionBytes[0] ?? 0),
    answerBytes: l === link ? answersAbove(costs.answers, candidate) : costs.answers.totalBytes,
  }));
  const comesBack = costs.answers.comesBack;
  return (metric) => {
    let sum = 0;
    for (const [above, seconds] of busyS.entries()) {
      sum = joined(metric, sum, busyValue(metric, seconds, infrastructure, link + above));
    }
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

/** Whether the plan cuts exactly there, on whichever link. */
function cutTest({ graph, wires }: CostTables, plan: Assignment): (cut: Cut) => boolean {
  const below = wires.map((_, link) => plan.reduce((count, tier) => count + (tier <= link ? 1 : 0), 0));
  return (cut) => {
    const links = [...below.keys()].filter((link) => below[link] === cut.position);
    if (links.length === 0) return false;
    const members = membersBelow(graph, cut);
    return links.some((link) => members.every((member, node) => ((plan[node] ?? 0) <= link ? 1 : 0) === member));
  };
}
