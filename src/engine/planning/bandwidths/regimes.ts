import { busyBetween } from '../costs/busySpans';
import type { CostTables } from '../costs/costTables';
import { answerValue, transferValue, wayOf } from '../plan/metrics';
import type { Regime } from '../plan/plan';
import type { ChainFronts } from '../search/chainFronts';
import { assignmentOf, type CutFamily, linkSeconds } from '../search/cutFamily';
import { chainOf, type Front, type Label } from '../search/labels';
import type { Measure } from '../search/measures';
import { withoutNeedlessTiers } from '../search/ties';
import { lowerEnvelope, type Ray, valueAt, withoutThin } from './rayEnvelope';

/** Regimes thinner than this part of a bandwidth make place for a neighbor that is within as much. */
const thin = 1e-3;

/** A plan over x = 1 / bandwidth of one link. */
interface PlanRay extends Ray {
  readonly chosen: readonly number[];
}

/**
 * The bandwidths of one link at which the best plan of a family changes, exactly, all other figures fixed; from the
 * slowest link to the fastest; the way back moves with the link unless it has a bandwidth of its own. With one cut on the
 * link, every figure of a plan is a line over x = 1/bandwidth (for the slowest stage, the larger of a constant and a line),
 * and none falls, so that a plan keeps its limits up to some x and
 * its value is a ray that ends there. The best plans are the lower envelope of these rays, one for every plan around the
 * cut that no other one matches or beats. Below the bandwidth at which the last ray ends, no plan keeps the limits: no
 * regime begins there. A regime that is too thin to tell its ends apart gives way to a neighbor that is as good but for 0.1 %.
 */
export function bandwidthRegimes(fronts: ChainFronts, link: number): Regime[] {
  const { costs, family } = fronts;
  return withoutThin(lowerEnvelope(planRays(fronts, link)), thin)
    .map(({ ray, fromX, untilX }) => {
      const chosen = withoutNeedlessTiers(fronts, link, ray.chosen, valueAt(ray, fromX));
      const regime = regimeOf(costs, family, link, chosen, { fromMbps: 1 / untilX, toMbps: 1 / fromX });
      return ray.untilX === Number.POSITIVE_INFINITY ? regime : { ...regime, keepsLimitsFromMbps: 1 / ray.untilX };
    })
    .reverse();
}

function planRays(fronts: ChainFronts, link: number): PlanRay[] {
  const above = fronts.above(link);
  return fronts.below(link).flatMap((lowers, cut) => raysOf(fronts, link, cut, lowers, above[cut] ?? []));
}

/**
 * The rays of one cut that no other one of it is at most as high as, as long as it lasts: these have the slope in common,
 * and either the floor or the base.
 */
function raysOf(fronts: ChainFronts, link: number, cut: number, lowers: Front, uppers: Front): PlanRay[] {
  const found: { readonly ray: Ray; readonly lower: Label; readonly upper: Label }[] = [];
  let lowest: Ray | undefined;
  for (const lower of lowers) {
    for (const upper of uppers) {
      const ray = rayOf(fronts.measures, fronts.joined(lower, upper), link, cut);
      if (ray === undefined || (lowest && heightOrder(lowest, ray) <= 0 && lowest.untilX >= ray.untilX)) continue;
      if (lowest === undefined || heightOrder(ray, lowest) < 0) lowest = ray;
      found.push({ ray, lower, upper });
    }
  }
  found.sort((a, b) => heightOrder(a.ray, b.ray) || Math.sign(b.ray.untilX - a.ray.untilX) || 0);
  let untilX = Number.NEGATIVE_INFINITY;
  return found.flatMap(({ ray, lower, upper }) => {
    if (ray.untilX <= untilX) return [];
    untilX = ray.untilX;
    return [{ ...ray, chosen: chainOf(lower, cut, upper) }];
  });
}

function heightOrder(a: Ray, b: Ray): number {
  return a.floor - b.floor || a.base - b.base;
}

/** The objective over x, up to where the first limit is broken; nothing where one is broken at any bandwidth. */
function rayOf(measures: readonly Measure[], rest: ArrayLike<number>, link: number, cut: number): Ray | undefined {
  let untilX = Number.POSITIVE_INFINITY;
  for (const [m, measure] of measures.entries()) {
    const fixed = measure.fixed[link]?.[cut] ?? 0;
    const slope = measure.slope[link]?.[cut] ?? 0;
    const others = rest[m] ?? 0;
    const isSum = measure.combine === 'sum';
    const constant = isSum ? others + fixed : Math.max(others, fixed);
    if (fixed === Number.POSITIVE_INFINITY || constant > measure.most) return undefined;
    if (slope > 0) untilX = Math.min(untilX, (isSum ? measure.most - constant : measure.most) / slope);
  }
  const [objective] = measures;
  const fixed = objective?.fixed[link]?.[cut] ?? 0;
  const slope = objective?.slope[link]?.[cut] ?? 0;
  const others = rest[0] ?? 0;
  return objective?.combine === 'sum'
    ? { floor: 0, base: others + fixed, slope, untilX }
    : { floor: Math.max(others, fixed), base: 0, slope, untilX };
}

/** A plan between two bandwidths: its latency at the link's own bandwidth where the regime holds it, else at the border nearest to it. */
export function regimeOf(
  costs: CostTables,
  family: CutFamily,
  link: number,
  chosen: readonly number[],
  { fromMbps, toMbps }: Pick<Regime, 'fromMbps' | 'toMbps'>,
): Regime {
  const { links } = costs.infrastructure;
  let fixedS = 0;
  for (const [k, span] of family.spans.entries()) {
    fixedS += busyBetween(span, chosen[k - 1] ?? 0, chosen[k] ?? family.size - 1);
  }
  for (const l of links.keys()) if (l !== link) fixedS += linkSeconds(costs, family, l, chosen[l] ?? 0);
  const own = sharesOf(costs, family, link, chosen[link] ?? 0);
  const bandwidthMbps = Math.min(Math.max(links[link]?.bandwidthMbps ?? 0, fromMbps), toMbps);
  fixedS += own.fixedS;
  const transferS = (8 * (own.bytes + own.answerBytes)) / (bandwidthMbps * 1e6);
  return {
    fromMbps,
    toMbps,
    assignment: assignmentOf(family, chosen),
    latencyMs: (fixedS + transferS) * 1e3,
    fixedMs: fixedS * 1e3,
    bytes: own.bytes,
    answerBytes: own.answerBytes,
  };
}

/** What a cut on a link takes whatever the bandwidth, and the bytes that move at it, up and down. */
function sharesOf({ infrastructure, answers }: CostTables, family: CutFamily, link: number, c: number) {
  const fast = { bandwidthMbps: Number.POSITIVE_INFINITY };
  const bytes = family.bytes[link]?.[c] ?? 0;
  const upS = transferValue('latency', bytes, { ...wayOf(infrastructure, link, 'up'), ...fast });
  if (!answers.comesBack || c === family.size - 1) return { bytes, answerBytes: 0, fixedS: upS };
  const varies = infrastructure.links[link]?.downBandwidthMbps === undefined;
  const down = wayOf(infrastructure, link, 'down');
  const answerBytes = family.answerBytes[c] ?? 0;
  const downS = answerValue('latency', answerBytes, varies ? { ...down, ...fast } : down);
  return { bytes, answerBytes: varies ? answerBytes : 0, fixedS: upS + downS };
}
