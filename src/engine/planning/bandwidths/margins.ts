import type { Work } from '../../../shared/work/work';
import type { CostTables } from '../costs/costTables';
import type { Assignment } from '../plan/plan';
import type { CutFamily } from '../search/cutFamily';
import { combine, crossingFigure, type Measure, partFigure } from '../search/measures';
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
  const varied: Margin['of'][] = [
    ...costs.tiers.map((_, index) => ({ kind: 'tier' as const, index })),
    ...costs.wires.map((_, index) => ({ kind: 'link' as const, index })),
  ];
  return {
    margins: varied.map((of) => ({ of, ...rangeOf(costs, own, rivals, of, gain) })),
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
  for (const k of family.spans.keys()) {
    const upper = cuts[k] ?? family.size - 1;
    const isFixed = measure.ofPart !== undefined || of.kind === 'link' || of.index !== k;
    const figure = partFigure(measure, family, k, lower, upper);
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
  costs: CostTables,
  own: Measured & { readonly cuts: Int32Array },
  rivals: Rivals,
  of: Margin['of'],
  gain: number,
): Pick<Margin, 'fromFactor' | 'toFactor'> {
  const mine = courseOf(costs, own, own.cuts, of);
  const range = new Range(mine, gain);
  const isLimited = rivals.measures.length > 1 || rivals.measures[0]?.most !== Number.POSITIVE_INFINITY;
  const search = new RangeSearch({ costs, rivals, of, own: mine.objective, gain }, range);
  if (isLimited) search.askAll();
  else if (mine.objective.isSum) search.askForSums();
  else search.askForWorst();
  return range.ends;
}

/** The factors around 1 at which none of the plans that it was told of is better by more than a gain. */
class Range {
  from = 0;
  to: number;

  constructor(
    private readonly own: Course,
    private readonly gain: number,
  ) {
    this.to = Math.max(1, own.until);
  }

  /** @returns true, for the next one */
  readonly take = (rival: Course): boolean => {
    if (rival.until > 0) {
      this.from = Math.max(this.from, beatenBelow(this.own.objective, rival, this.gain));
      this.to = Math.min(this.to, beatenFrom(this.own.objective, rival, this.gain));
    }
    return true;
  };

  get ends(): Pick<Margin, 'fromFactor' | 'toFactor'> {
    return { fromFactor: Math.min(1, this.from), toFactor: Math.max(1, this.to) };
  }
}

/** What is multiplied, and the plan that others are held against. */
interface Varied {
  readonly costs: CostTables;
  readonly rivals: Rivals;
  readonly of: Margin['of'];
  readonly own: Line;
  readonly gain: number;
}

/** Tells a range of the plans that may narrow it; of few where no limit can rule them out. */
class RangeSearch {
  constructor(
    private readonly varied: Varied,
    private readonly range: Range,
  ) {}

  askAll(): void {
    const { rivals, costs, of } = this.varied;
    rivals.walkBy([rivals.objective], (cuts) => this.range.take(courseOf(costs, rivals, cuts, of))).run();
  }

  /**
   * The least of all sums is concave over a factor, so that one is better than the own beyond one factor at most on each
   * side of 1. From any factor beyond it, the plan that is the best there leads to one that is nearer, until that one is the
   * best where it begins to be better (Newton's method; Dinkelbach, On nonlinear fractional programming, 1967).
   */
  askForSums(): void {
    const { varied, range } = this;
    this.askAt(1);
    if (range.from >= 1) return;
    this.approach('from', 0);
    const { own, gain } = varied;
    if (own.slope === 0) return;
    // Any plan that grows less is better from some factor on.
    const growsLess = varied.rivals.walkBy([varyingPart(varied)], (cuts) => {
      range.take(courseOfSum(varied, cuts));
      return range.to === Number.POSITIVE_INFINITY;
    });
    growsLess.atMost(own.slope / gain);
    growsLess.run();
    this.approach('to', range.to);
  }

  /**
   * Where the worst part counts, what is better for longer factors has less in all other parts, and less in the one that is
   * multiplied than the own plan has; for shorter ones the other way around.
   */
  askForWorst(): void {
    const { varied, range } = this;
    const { rivals, own, gain } = varied;
    this.askAt(1);
    if (range.from >= 1) return;
    const [rest, part] = [multiplied(varied, 0), varyingPart(varied)];
    const ask = (measures: readonly Measure[], mostNow: () => number) => {
      const walk = rivals.walkBy(measures, (cuts) => {
        range.take(courseOf(varied.costs, rivals, cuts, varied.of));
        walk.atMost(mostNow());
        return true;
      });
      walk.atMost(mostNow());
      walk.run();
    };
    ask([rest, { ...part, most: own.slope / gain }], () => (range.to * own.slope) / gain);
    ask([part, { ...rest, most: own.constant / gain }], () => own.constant / (gain * range.from));
  }

  /** Tells of plans that are better than the own one by the gain at a factor, the best one among them. */
  private askAt(factor: number): void {
    const { varied, range } = this;
    const { rivals, own, gain, costs, of } = varied;
    let most = valueAt(own, factor) / gain;
    const walk = rivals.walkBy([multiplied(varied, factor)], (cuts, [value = most]) => {
      most = Math.min(most, value);
      walk.atMost(most);
      return range.take(own.isSum ? courseOfSum(varied, cuts) : courseOf(costs, rivals, cuts, of));
    });
    walk.atMost(most);
    walk.run();
  }

  private approach(end: 'from' | 'to', start: number): void {
    for (let at = start; at < Number.POSITIVE_INFINITY; at = this.range[end]) {
      this.askAt(at);
      if (this.range[end] === at) return;
    }
  }
}

/** The objective with what is varied multiplied by a factor. */
function multiplied({ rivals: { objective }, of }: Varied, factor: number): Measure {
  const times = (values: Float64Array) => values.map((value) => value * factor);
  return of.kind === 'tier'
    ? { ...objective, rates: objective.rates.map((rate, k) => (k === of.index ? rate * factor : rate)) }
    : { ...objective, slope: objective.slope.map((slopes, l) => (l === of.index ? times(slopes) : slopes)) };
}

/** Of the objective only what is varied; what is unknown stays so. */
function varyingPart({ rivals: { objective }, of }: Varied): Measure {
  const isVaried = (kind: Margin['of']['kind'], index: number) => of.kind === kind && of.index === index;
  const unknown = (figures: Float64Array) => figures.map((one) => (one === Number.POSITIVE_INFINITY ? one : 0));
  return {
    ...objective,
    rates: objective.rates.map((rate, k) => (isVaried('tier', k) ? rate : 0)),
    fixed: objective.fixed.map(unknown),
    slope: objective.slope.map((slopes, l) => (isVaried('link', l) ? slopes : slopes.map(() => 0))),
  };
}

/** A plan of which one sum alone counts: what is not multiplied is the rest of its value. */
function courseOfSum({ costs, rivals: { family, objective }, of }: Varied, cuts: Int32Array): Course {
  const { links } = costs.infrastructure;
  let [value, slope, lower] = [0, 0, 0];
  for (const k of family.spans.keys()) {
    const upper = cuts[k] ?? family.size - 1;
    const busy = partFigure(objective, family, k, lower, upper);
    value += busy;
    if (of.kind === 'tier' && of.index === k) slope = busy;
    const bandwidthMbps = links[k]?.bandwidthMbps;
    if (bandwidthMbps !== undefined) {
      value += crossingFigure(objective, k, upper, 1 / bandwidthMbps);
      if (of.kind === 'link' && of.index === k) slope = (objective.slope[k]?.[upper] ?? 0) / bandwidthMbps;
    }
    lower = upper;
  }
  const line = { isSum: true, constant: Math.max(0, value - slope), slope };
  return { objective: line, until: Number.POSITIVE_INFINITY };
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
