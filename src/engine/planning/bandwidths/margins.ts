import type { Work } from '../../../shared/work';
import { cutAboveDownset } from '../../split/cuts';
import type { Cut } from '../../split/splitGraph';
import type { CostTables } from '../costs/costTables';
import type { Assignment } from '../plan/plan';
import { allCuts } from '../search/allCuts';
import { type CutFamily, createFamily } from '../search/cutFamily';
import { everyPlan } from '../search/everyPlan';
import { combine, crossingFigure, type Measure, measuresOf } from '../search/measures';
import type { PlanSearch } from '../search/planSearch';

/** How far one figure may be off before another plan is better by more than a gain, all others as they are. */
export interface Margin {
  /** A tier, whose times are multiplied, or a link, whose bandwidth is divided, by a factor between these two. */
  readonly of: { readonly kind: 'tier' | 'link'; readonly index: number };
  readonly fromFactor: number;
  readonly toFactor: number;
}

export interface Margins {
  readonly margins: readonly Margin[];
  /** How much better another plan may be. */
  readonly gainPercent: number;
  /** True where every cut of the graph was looked at; otherwise the plans of a search were. */
  readonly isExact: boolean;
}

type TierBounds = PlanSearch['bounds'];

/** Cuts of a graph that are all looked at, at most, by number of tiers, and plans of them. */
const mostCuts: readonly number[] = [0, 0, 5000, 300, 60];
const mostPlans = 60_000;
/** Relative difference below which two values count as equal. */
const tolerance = 1e-9;

/** A figure over a factor s: the sum of a constant and a line through 0, or the larger of both. */
interface Line {
  readonly isSum: boolean;
  readonly constant: number;
  readonly slope: number;
}

/** A plan over a factor: its objective, and the factor up to which it keeps every limit; never below 0. */
interface Course {
  readonly objective: Line;
  readonly until: number;
}

/**
 * For every tier and link the factors, connected and around 1, over which a plan stays within a gain of the best plan that
 * keeps the limits, and keeps them itself. Every figure of a plan is a line over a factor (for the slowest stage the
 * larger of a constant and a line), so each other plan gives one factor from which on it is better: the range lies between
 * the nearest of these.
 * @param gainPercent 0 for as good as the best.
 * @returns nothing where there are too many plans to look at
 */
export function marginsOf(
  search: PlanSearch,
  assignment: Assignment,
  gainPercent: number,
  work: Work,
): Margins | undefined {
  const { costs, bounds } = search;
  if (costs.tiers.length === 1) return { margins: [], gainPercent, isExact: true };
  const all = allCuts(costs.graph, mostCuts[costs.tiers.length] ?? 0);
  const family = all === undefined ? search.family : createFamily(costs, all, bounds);
  const rivals = rivalsOf(costs, family, bounds, work);
  if (rivals === undefined) return undefined;
  const own = planIn(costs, assignment, bounds);
  const gain = 1 + gainPercent / 100 + tolerance;
  const parameters: Margin['of'][] = [
    ...costs.tiers.map((_, index) => ({ kind: 'tier' as const, index })),
    ...costs.wires.map((_, index) => ({ kind: 'link' as const, index })),
  ];
  return {
    margins: parameters.map((of) => ({ of, ...rangeOf(courseOf(costs, own, own.cuts, of), rivals, costs, of, gain) })),
    gainPercent,
    isExact: all !== undefined,
  };
}

/** Cuts of a family and what plans of them are measured by. */
interface Measured {
  readonly family: CutFamily;
  readonly measures: readonly Measure[];
}

function measured(costs: CostTables, family: CutFamily): Measured {
  const { objective, constraints } = costs.infrastructure;
  return { family, measures: measuresOf(costs, family, objective, constraints) };
}

/** Every plan of a family that keeps what no factor changes: the limits may be kept at another one. */
function rivalsOf(costs: CostTables, family: CutFamily, bounds: TierBounds, work: Work) {
  const own = measured(costs, family);
  const unlimited = own.measures.slice(0, 1).map((measure) => ({ ...measure, most: Number.POSITIVE_INFINITY }));
  const every = everyPlan(costs, family, bounds, unlimited, mostPlans, work);
  return every && { ...own, every };
}

/** A plan as cuts of a family of its own. */
function planIn(costs: CostTables, assignment: Assignment, bounds: TierBounds): Measured & { cuts: Int32Array } {
  const nodes = [...assignment.keys()];
  const cuts: Cut[] = costs.wires.map((_, link) =>
    cutAboveDownset(
      costs.graph,
      nodes.filter((node) => (assignment[node] ?? 0) <= link),
    ),
  );
  const family = createFamily(costs, cuts, { ...bounds, restricts: false });
  const counts = costs.wires.map((_, link) => nodes.filter((node) => (assignment[node] ?? 0) <= link).length);
  // Cuts of a plan lie inside each other, so that their sizes tell them apart.
  const places = counts.map((count) => family.positions.indexOf(count));
  return { ...measured(costs, family), cuts: Int32Array.from(places) };
}

function courseOf(costs: CostTables, plan: Measured, cuts: Int32Array, of: Margin['of']): Course {
  let until = Number.POSITIVE_INFINITY;
  let objective: Line = { isSum: true, constant: 0, slope: 0 };
  for (const [m, measure] of plan.measures.entries()) {
    const line = lineOf(costs, plan.family, measure, cuts, of);
    if (m === 0) objective = line;
    until = Math.min(until, keptUntil(line, measure.most));
  }
  return { objective, until };
}

function keptUntil({ isSum, constant, slope }: Line, most: number): number {
  if (!(constant <= most)) return Number.NEGATIVE_INFINITY;
  return slope === 0 ? Number.POSITIVE_INFINITY : (isSum ? most - constant : most) / slope;
}

function lineOf(costs: CostTables, family: CutFamily, measure: Measure, cuts: Int32Array, of: Margin['of']): Line {
  let [constant, slope, lower] = [0, 0, 0];
  for (const [k, seconds] of family.secondsBelow.entries()) {
    const upper = cuts[k] ?? family.size - 1;
    const busyS = Math.max(0, (seconds[upper] ?? 0) - (seconds[lower] ?? 0));
    const isFixed = measure.ofPart !== undefined || of.kind === 'link' || of.index !== k;
    const figure = lower === upper ? 0 : (measure.ofPart?.(k, lower, upper) ?? busyS * (measure.rates[k] ?? 0));
    if (isFixed) constant = combine(measure, constant, figure);
    else slope = figure;
    lower = upper;
  }
  for (const [l, { bandwidthMbps }] of costs.infrastructure.links.entries()) {
    const cut = cuts[l] ?? 0;
    const isFixed = of.kind === 'tier' || of.index !== l;
    if (!isFixed) slope = (measure.slope[l]?.[cut] ?? 0) / bandwidthMbps;
    const figure = isFixed ? crossingFigure(measure, l, cut, 1 / bandwidthMbps) : (measure.fixed[l]?.[cut] ?? 0);
    constant = combine(measure, constant, figure);
  }
  return { isSum: measure.combine === 'sum', constant, slope };
}

function rangeOf(
  own: Course,
  { family, measures, every }: NonNullable<ReturnType<typeof rivalsOf>>,
  costs: CostTables,
  of: Margin['of'],
  gain: number,
): Pick<Margin, 'fromFactor' | 'toFactor'> {
  const links = costs.wires.length;
  let [fromFactor, toFactor] = [0, Math.max(1, own.until)];
  for (let p = 0; p < every.count; p += 1) {
    const cuts = every.cuts.subarray(p * links, (p + 1) * links);
    const rival = courseOf(costs, { family, measures }, cuts, of);
    if (rival.until <= 0) continue;
    fromFactor = Math.max(fromFactor, beatenBelow(own.objective, rival, gain));
    toFactor = Math.min(toFactor, beatenFrom(own.objective, rival, gain));
  }
  return { fromFactor: Math.min(1, fromFactor), toFactor: Math.max(1, toFactor) };
}

/** What a line is at a factor. */
function valueAt({ isSum, constant, slope }: Line, factor: number): number {
  if (slope === 0) return constant;
  return isSum ? constant + slope * factor : Math.max(constant, slope * factor);
}

/** The largest factor up to 1 at which a rival is better by more than the gain; 0 for none. */
function beatenBelow(own: Line, { objective: rival, until }: Course, gain: number): number {
  const last = Math.min(1, until);
  if (valueAt(own, last) > gain * valueAt(rival, last)) return last;
  const root = own.isSum
    ? (own.constant - gain * rival.constant) / (gain * rival.slope - own.slope)
    : own.constant / (gain * rival.slope);
  const grows = own.constant > gain * rival.constant;
  return grows && root > 0 && root < last ? root : 0;
}

/** The least factor from 1 on at which a rival is; `Infinity` for none. */
function beatenFrom(own: Line, { objective: rival, until }: Course, gain: number): number {
  if (until <= 1) return Number.POSITIVE_INFINITY;
  if (valueAt(own, 1) > gain * valueAt(rival, 1)) return 1;
  if (own.slope <= gain * rival.slope) return Number.POSITIVE_INFINITY;
  const root = own.isSum
    ? (gain * rival.constant - own.constant) / (own.slope - gain * rival.slope)
    : (gain * rival.constant) / own.slope;
  return root >= 1 && root < until ? root : Number.POSITIVE_INFINITY;
}
