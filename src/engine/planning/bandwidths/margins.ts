import type { Work } from '../../../shared/work';
import type { CostTables } from '../costs/costTables';
import type { Assignment } from '../plan/plan';
import type { CutFamily } from '../search/cutFamily';
import { combine, crossingFigure, type Measure } from '../search/measures';
import type { PlanSearch } from '../search/planSearch';
import { type Measured, planIn, type Rivals, rivalsOf } from './rivals';
import { type Trust, trustOf } from './trust';

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
  /** Whether the plan holds when times are as far off as is stated; absent where nothing is stated. */
  readonly trust?: Trust;
}

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
  const { costs } = search;
  if (costs.tiers.length === 1) return { margins: [], gainPercent, isExact: true };
  const rivals = rivalsOf(search, work);
  if (rivals === undefined) return undefined;
  const own = planIn(search, assignment);
  const gain = 1 + gainPercent / 100 + tolerance;
  const trust = trustOf(search, own, rivals, gainPercent);
  const parameters: Margin['of'][] = [
    ...costs.tiers.map((_, index) => ({ kind: 'tier' as const, index })),
    ...costs.wires.map((_, index) => ({ kind: 'link' as const, index })),
  ];
  return {
    margins: parameters.map((of) => ({ of, ...rangeOf(courseOf(costs, own, own.cuts, of), rivals, costs, of, gain) })),
    gainPercent,
    isExact: rivals.hasAllCuts,
    ...(trust && { trust }),
  };
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
  rivals: Rivals,
  costs: CostTables,
  of: Margin['of'],
  gain: number,
): Pick<Margin, 'fromFactor' | 'toFactor'> {
  const links = costs.wires.length;
  const { every } = rivals;
  const sums = sumsOf(costs, rivals, of);
  let [fromFactor, toFactor] = [0, Math.max(1, own.until)];
  for (let p = 0; p < every.count; p += 1) {
    const rival = sums?.(p) ?? courseOf(costs, rivals, every.cuts.subarray(p * links, (p + 1) * links), of);
    if (rival.until <= 0) continue;
    fromFactor = Math.max(fromFactor, beatenBelow(own.objective, rival, gain));
    toFactor = Math.min(toFactor, beatenFrom(own.objective, rival, gain));
  }
  return { fromFactor: Math.min(1, fromFactor), toFactor: Math.max(1, toFactor) };
}

/**
 * The courses of plans where one sum alone counts: what is not multiplied is the rest of their value. Each call writes over
 * what the one before returned, since there are many plans.
 * @returns nothing where more is asked for
 */
function sumsOf(
  { infrastructure }: CostTables,
  { family, measures: [measure, ...limits], every }: Rivals,
  { kind, index }: Margin['of'],
): ((p: number) => Course) | undefined {
  if (measure === undefined || limits.length > 0 || measure.combine !== 'sum') return undefined;
  if (measure.most !== Number.POSITIVE_INFINITY || measure.ofPart !== undefined) return undefined;
  const links = infrastructure.links.length;
  const [seconds, rate] = [family.secondsBelow[index], measure.rates[index] ?? 0];
  const [slopes, bandwidthMbps = 1] = [measure.slope[index], infrastructure.links[index]?.bandwidthMbps];
  const objective = { isSum: true, constant: 0, slope: 0 };
  const course = { objective, until: Number.POSITIVE_INFINITY };
  return (p) => {
    const upper = index < links ? (every.cuts[p * links + index] ?? 0) : family.size - 1;
    const lower = index > 0 ? (every.cuts[p * links + index - 1] ?? 0) : 0;
    const busyS = Math.max(0, (seconds?.[upper] ?? 0) - (seconds?.[lower] ?? 0));
    objective.slope = kind === 'tier' ? busyS * rate : (slopes?.[upper] ?? 0) / bandwidthMbps;
    objective.constant = Math.max(0, (every.values[p] ?? 0) - objective.slope);
    return course;
  };
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
