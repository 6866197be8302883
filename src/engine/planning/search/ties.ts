import { busyBetween } from '../costs/busySpans';
import type { Objective } from '../infrastructure/infrastructure';
import { countedMetrics } from '../plan/metrics';
import { ChainFronts } from './chainFronts';
import { type CutFamily, linkSeconds } from './cutFamily';
import type { Front } from './labels';
import { combine, crossingFigure, type Measure, measuresOf, objectiveMeasure, partFigure } from './measures';
import type { PlanSearch } from './planSearch';

/** Relative difference below which two values count as equal. */
export const tieTolerance = 1e-12;

/**
 * The plans of a search that are as good as its best one, by their latency: a pipeline's slowest stage says nothing of the
 * other stages, and a cost or an energy nothing of tiers that are free, so that many plans share the least.
 * @param value the least objective.
 * @returns nothing where latency counts already, so that plans hardly tie.
 */
export function frontsOfEqual(search: PlanSearch, value: number): ChainFronts | undefined {
  const { costs, family, bounds, fronts, work } = search;
  const { objective, constraints } = costs.infrastructure;
  if (countsLatency(objective)) return undefined;
  const most = value * (1 + tieTolerance);
  const own = { ...objectiveMeasure(costs, family, objective), most };
  const measures = [
    ...measuresOf(costs, family, 'latency', constraints),
    { ...own, decides: own.combine === 'sum' } satisfies Measure,
  ];
  return new ChainFronts(costs, family, bounds, measures, work, cutsOfEqual(fronts, own, family));
}

function countsLatency(objective: Objective): boolean {
  return countedMetrics(objective).some(({ metric }) => metric === 'latency');
}

/** Per link and cut, 1 where a plan through the cut may be as good as the best. */
function cutsOfEqual(fronts: ChainFronts, own: Measure, family: CutFamily): Uint8Array[] {
  return fronts.costs.infrastructure.links.map(({ bandwidthMbps }, link) => {
    const [below, above] = [fronts.below(link), fronts.above(link)];
    return Uint8Array.from({ length: family.size }, (_, c) => {
      const crossing = crossingFigure(own, link, c, 1 / bandwidthMbps);
      const parts = combine(own, leastOf(below[c] ?? []), leastOf(above[c] ?? []));
      return combine(own, parts, crossing) <= own.most ? 1 : 0;
    });
  });
}

/** The least objective, which is the first measure. */
function leastOf(front: Front): number {
  return front.reduce((least, { values }) => Math.min(least, values[0] ?? least), Number.POSITIVE_INFINITY);
}

/**
 * A plan that cuts one link at the same place, is as good there at every bandwidth, and has less latency where leaving a
 * tier out gives that; for searches without limits, whose other figures need not be looked at.
 * @param chosen the cut on each link.
 * @param least the objective at the fastest of these bandwidths.
 */
export function withoutNeedlessTiers(
  fronts: ChainFronts,
  link: number,
  chosen: readonly number[],
  least: number,
): readonly number[] {
  const { measures, bounds, costs, family } = fronts;
  const [own, ...limits] = measures;
  const { objective } = costs.infrastructure;
  if (own === undefined || limits.length > 0 || bounds.restricts || countsLatency(objective)) {
    return chosen;
  }
  const most = own.combine === 'sum' ? valueWithout(fronts, own, link, chosen) : least;
  let [best, latencyS] = [chosen, latencyWithout(fronts, link, chosen)];
  for (let isDone = false; !isDone; ) {
    isDone = true;
    for (const fewer of withoutOneTier(best, link, family.size - 1)) {
      if (!(valueWithout(fronts, own, link, fewer) <= most * (1 + tieTolerance))) continue;
      const fewerS = latencyWithout(fronts, link, fewer);
      if (fewerS >= latencyS * (1 - tieTolerance)) continue;
      [best, latencyS, isDone] = [fewer, fewerS, false];
      break;
    }
  }
  return best;
}

/** The plans that leave one tier out: the cut below it moves up to the one above it, or the other way around. */
function withoutOneTier(chosen: readonly number[], link: number, full: number): (readonly number[])[] {
  return [0, ...chosen].flatMap((_, tier) => {
    const [lower, upper] = [chosen[tier - 1] ?? 0, chosen[tier] ?? full];
    const moves = [
      { moved: tier - 1, to: upper },
      { moved: tier, to: lower },
    ].filter(({ moved }) => lower !== upper && moved >= 0 && moved < chosen.length && moved !== link);
    return moves.map(({ moved, to }) => chosen.map((cut, l) => (l === moved ? to : cut)));
  });
}

/** A measure of a plan without what crosses one link. */
function valueWithout({ costs, family }: ChainFronts, measure: Measure, link: number, chosen: readonly number[]) {
  let value = 0;
  for (const k of family.spans.keys()) {
    const figure = partFigure(measure, family, k, chosen[k - 1] ?? 0, chosen[k] ?? family.size - 1);
    value = combine(measure, value, figure);
  }
  for (const [l, { bandwidthMbps }] of costs.infrastructure.links.entries()) {
    if (l !== link) value = combine(measure, value, crossingFigure(measure, l, chosen[l] ?? 0, 1 / bandwidthMbps));
  }
  return value;
}

function latencyWithout({ costs, family }: ChainFronts, link: number, chosen: readonly number[]): number {
  let latencyS = 0;
  for (const [k, span] of family.spans.entries()) {
    latencyS += busyBetween(span, chosen[k - 1] ?? 0, chosen[k] ?? family.size - 1);
  }
  for (const l of costs.infrastructure.links.keys()) {
    if (l !== link) latencyS += linkSeconds(costs, family, l, chosen[l] ?? 0);
  }
  return latencyS;
}
