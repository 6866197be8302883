import { bestPlanAt, deadMbps } from '../../../shared/vocabulary/linkPlans';
import { throwIfCanceled, type Work } from '../../../shared/work/work';
import type { Assignment } from '../plan/plan';
import type { ChainFronts } from '../search/chainFronts';
import { assignmentOf } from '../search/cutFamily';
import { chainOf, cutsOf, type Label } from '../search/labels';
import type { Measure } from '../search/measures';
import { type Affine, lowestPieces, type Point, type Surface } from './convexPieces';

/** Two links, the lower one first, and the range of both bandwidths that a map covers. */
export interface RegionRequest {
  readonly links: readonly [number, number];
  readonly fromMbps: number;
  readonly toMbps: number;
}

type Corners = readonly (readonly [number, number])[];

/** Where one plan is best; a plan whose bandwidths are no convex polygon has several regions. */
export interface Region {
  readonly assignment: Assignment;
  /** Regions with the same number are of the same plan. */
  readonly plan: number;
  /** The plan's objective value here: `constant + slopes[0] / Mbit/s of the first link + slopes[1] / Mbit/s of the second`. */
  readonly constant: number;
  readonly slopes: readonly [number, number];
  /** Corners of the region in Mbit/s of both links; its edges are straight over the reciprocals of the bandwidths. */
  readonly cornersMbps: Corners;
}

/** A plan of a map, by what its figures are at any bandwidths, those outside of the map's range included. */
export interface MappedPlan {
  readonly assignment: Assignment;
  /** The objective value is the largest of these at the reciprocals of both bandwidths. */
  readonly terms: readonly Affine[];
  /** By how much each limit is exceeded, as a part of it; the plan keeps them where none of these is above 0. */
  readonly limits: readonly Affine[];
}

/** The best plan of a family for every pair of bandwidths in a range; other figures fixed. */
export interface RegionMap extends RegionRequest {
  /** Those of the regions, by their numbers, then those that are best where a link is slower than the range. */
  readonly plans: readonly MappedPlan[];
  /** By rising constant: from the plans for fast links to those for slow ones. */
  readonly regions: readonly Region[];
  /** Where no plan keeps the limits, as polygons like those of the regions. */
  readonly infeasible: readonly Corners[];
  /** What to relax for a plan to be possible everywhere there. */
  readonly infeasibleReason?: string;
}

/** A plan with one cut fixed on each of the two links. */
interface PlanSurface extends Surface {
  readonly chosen: readonly number[];
}

/**
 * The regions of best plans over the bandwidths of two links, exactly. With x and y the reciprocals of the bandwidths, the
 * value of a plan with given cuts on both links is a plane over (x, y), for throughput the largest of three; each limit
 * leaves a half-plane. So every region is made of convex polygons in (x, y).
 * @returns nothing where the links are not two of the infrastructure's.
 */
export function regionMap(fronts: ChainFronts, request: RegionRequest): RegionMap | undefined {
  const [first, second] = request.links;
  if (first >= second || fronts.costs.infrastructure.links[second] === undefined) return undefined;
  const surfaces = withoutBeaten(planSurfaces(fronts, request.links), fronts.work);
  // Where two plans are equal, the one on fewer tiers is better.
  surfaces.sort((a, b) => tiersUsed(fronts, a.chosen) - tiersUsed(fronts, b.chosen));
  const { pieces, uncovered } = lowestPieces(
    surfaces,
    { low: 1 / request.toMbps, high: 1 / request.fromMbps },
    fronts.work,
  );
  const shown = new Set(pieces.map(({ surface }) => surface));
  for (const surface of bestOnSlowLinks(surfaces, request)) shown.add(surface);
  const plans = [...shown].map(
    ({ chosen, terms, within }): MappedPlan => ({
      assignment: assignmentOf(fronts.family, chosen),
      terms,
      limits: within,
    }),
  );
  const numbers = new Map([...shown].map((surface, number) => [surface, number]));
  const regions = pieces.map(({ surface, term, corners }): Region => {
    const { constant, slopes } = term;
    const plan = numbers.get(surface) ?? 0;
    const assignment = plans[plan]?.assignment ?? new Uint8Array();
    return { assignment, plan, constant, slopes, cornersMbps: inMbps(corners) };
  });
  return {
    ...request,
    plans,
    regions: regions.sort((a, b) => a.constant - b.constant || a.plan - b.plan),
    infeasible: uncovered.map(inMbps),
  };
}

/** Bandwidths below a map's range at which plans are looked for, as parts of its least one; the last is as good as dead. */
const slowParts = [0.3, 0.1, 0.01, 1e-3, deadMbps] as const;
/** Bandwidths within the range that the other link is given meanwhile. */
const stepsAcross = 24;

/** What is lowest where one link or both are slower than the range, at some bandwidths each: relays meet such links too. */
function* bestOnSlowLinks(surfaces: readonly PlanSurface[], { fromMbps, toMbps }: RegionRequest) {
  const slow = slowParts.map((part) => part * fromMbps);
  const ratio = toMbps / fromMbps;
  const plans = surfaces.map(({ terms, within: limits }) => ({ terms, limits }));
  const within = Array.from({ length: stepsAcross + 1 }, (_, step) => fromMbps * ratio ** (step / stepsAcross));
  for (const one of slow) {
    for (const other of [...slow, ...within]) {
      for (const bandwidths of [
        [one, other],
        [other, one],
      ]) {
        const best = surfaces[bestPlanAt(plans, bandwidths)];
        if (best !== undefined) yield best;
      }
    }
  }
}

function inMbps(corners: readonly Point[]): Corners {
  return corners.map(([x, y]) => [1 / x, 1 / y] as const);
}

function planSurfaces(fronts: ChainFronts, [first, second]: readonly [number, number]): PlanSurface[] {
  const surfaces: PlanSurface[] = [];
  const above = fronts.above(second);
  for (const [lower, belows] of fronts.below(first).entries()) {
    if (belows.length === 0) continue;
    for (const [upper, betweens] of fronts.between(first, lower, second).entries()) {
      for (const part of productOf(fronts, belows, betweens)) {
        for (const end of above[upper] ?? []) {
          const values = Array.from(fronts.joined(part, end));
          const surface = surfaceOf(fronts.measures, values, { link: first, cut: lower }, { link: second, cut: upper });
          const between = [...cutsOf(part.between).reverse(), upper];
          if (surface)
            surfaces.push({ ...surface, chosen: chainOf(part.below, lower, end).toSpliced(first + 1, 0, ...between) });
        }
      }
    }
  }
  return surfaces;
}

function tiersUsed({ family, costs }: ChainFronts, chosen: readonly number[]): number {
  return costs.tiers.filter((_, k) => (chosen[k] ?? family.size - 1) !== (chosen[k - 1] ?? 0)).length;
}

interface JoinedPart extends Label {
  readonly below: Label;
  readonly between: Label;
}

function productOf(fronts: ChainFronts, belows: readonly Label[], betweens: readonly Label[]): JoinedPart[] {
  return belows.flatMap((below) =>
    betweens.map((between) => ({
      below,
      between,
      values: Array.from(fronts.joined(below, between)),
      beyond: undefined,
    })),
  );
}

interface CutOnLink {
  readonly link: number;
  readonly cut: number;
}

/** The objective over x and y, and the limits that depend on them; nothing where one is broken at any bandwidths. */
function surfaceOf(
  measures: readonly Measure[],
  rest: readonly number[],
  ...ends: readonly [CutOnLink, CutOnLink]
): Surface | undefined {
  const within: Affine[] = [];
  let terms: Affine[] = [];
  for (const [m, measure] of measures.entries()) {
    const [a, b] = ends.map(({ link, cut }) => ({
      fixed: measure.fixed[link]?.[cut] ?? 0,
      slope: measure.slope[link]?.[cut] ?? 0,
    }));
    if (a === undefined || b === undefined) return undefined;
    const own = figureTerms(measure, rest[m] ?? 0, a, b);
    if (own.some(({ constant }) => constant === Number.POSITIVE_INFINITY || constant > measure.most)) return undefined;
    if (m === 0) terms = own;
    if (measure.most === Number.POSITIVE_INFINITY) continue;
    // As a part of the limit, so that different limits compare.
    const size = measure.most > 0 ? measure.most : 1;
    for (const { constant, slopes } of own)
      within.push({
        constant: (constant - measure.most) / size,
        slopes: [slopes[0] / size, slopes[1] / size],
      });
  }
  return { terms, within };
}

interface Crossing {
  readonly fixed: number;
  readonly slope: number;
}

function figureTerms({ combine }: Measure, rest: number, a: Crossing, b: Crossing): Affine[] {
  if (combine === 'sum') return [{ constant: rest + a.fixed + b.fixed, slopes: [a.slope, b.slope] }];
  return [
    { constant: Math.max(rest, a.fixed, b.fixed), slopes: [0, 0] },
    { constant: 0, slopes: [a.slope, 0] },
    { constant: 0, slopes: [0, b.slope] },
  ];
}

/** Plans that no other one matches or beats in every coefficient, and so at all bandwidths. */
function withoutBeaten(surfaces: readonly PlanSurface[], work: Work): PlanSurface[] {
  const sized = surfaces.map((surface) => ({ surface, sizes: coefficientsOf(surface) }));
  sized.sort((a, b) => compare(a.sizes, b.sizes));
  const kept: typeof sized = [];
  for (const [index, one] of sized.entries()) {
    if ((index & 1023) === 0) throwIfCanceled(work);
    if (!kept.some(({ sizes }) => sizes.every((size, at) => size <= (one.sizes[at] ?? 0)))) kept.push(one);
  }
  return kept.map(({ surface }) => surface);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((size, index) => size !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function coefficientsOf({ terms, within }: Surface): number[] {
  return [...terms, ...within].flatMap(({ constant, slopes }) => [constant, ...slopes]);
}
