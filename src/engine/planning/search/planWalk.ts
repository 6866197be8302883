import { throwIfCanceled, type Work } from '../../../shared/work/work';
import type { CostTables } from '../costs/costTables';
import type { TierBounds } from '../infrastructure/tierBounds';
import { countPlans } from './countPlans';
import { allowedCuts, type CutFamily, mayRunPart } from './cutFamily';
import { leastAbove } from './leastAbove';
import { combine, crossingFigure, type Measure, partFigure } from './measures';
import { tupleCount } from './prefixTuples';

/** Plans of a family, one after the other. */
export interface WalkedPlans {
  readonly costs: CostTables;
  readonly family: CutFamily;
  readonly bounds: TierBounds;
  readonly measures: readonly Measure[];
  readonly work: Work;
}

/**
 * Is told of a plan: the cut on each link, and its measures; both are written over after it.
 * @returns false to end the walk
 */
export type PlanVisitor = (cuts: Int32Array, values: Float64Array) => boolean;

/** By how much a bound on a value may be off: of the value, and of the largest figure that went into it. */
const rounding = { ofValue: 1e-12, ofFigures: 1e-12 };

/** Goes through every plan that puts cuts of a family on its links and exceeds no measure. */
export class PlanWalk {
  private readonly allowed: readonly Uint8Array[];
  private readonly links: number;
  private readonly full: number;
  private readonly chosen: Int32Array;
  /** Measures of what lies below each tier, below and on it, and with the link above it. */
  private readonly soFar: Float64Array[];
  /** Measure m of cut c on link l at `crossing[m][l][c]`. */
  private readonly crossing: readonly (readonly Float64Array[])[];
  /** Of the first measure. */
  private readonly above: readonly Float64Array[];
  private readonly largest: number;
  /** The highest tier that may run something: all that is left is on it. */
  private readonly top: number;
  private looked = 0;
  private most = Number.POSITIVE_INFINITY;

  constructor(
    private readonly plans: WalkedPlans,
    private readonly visit: PlanVisitor,
  ) {
    const { costs, family, bounds, measures } = plans;
    this.allowed = allowedCuts(costs, family, bounds);
    this.links = costs.wires.length;
    this.full = family.size - 1;
    this.top = bounds.allowedTiers.lastIndexOf(1);
    this.chosen = new Int32Array(this.links);
    this.soFar = Array.from({ length: 2 * this.links + 2 }, () => new Float64Array(measures.length));
    this.crossing = measures.map((measure) => crossings(costs, family, measure));
    const [first] = measures;
    const possible = this.crossing[0]?.map((figures, l) =>
      figures.map((figure, c) => (this.allowed[l]?.[c] === 1 ? figure : Number.POSITIVE_INFINITY)),
    );
    this.above = first === undefined ? [] : leastAbove(family, first, bounds.allowedTiers, possible ?? []);
    this.largest = family.spans.reduce((sum, { ends }, k) => sum + (ends[this.full] ?? 0) * (first?.rates[k] ?? 0), 0);
  }

  /**
   * From now on leaves out plans of which it is seen on the way that their first measure is higher; the others are told of,
   * of which a few may be higher too.
   */
  atMost(value: number): void {
    this.most = value * (1 + rounding.ofValue) + this.largest * rounding.ofFigures;
  }

  /** @returns false where the visitor ended it */
  run(): boolean {
    return this.from(0, 0);
  }

  /** Goes through the cuts above tier k. */
  private from(k: number, lower: number): boolean {
    const { family, bounds, work } = this.plans;
    const [before, ran, crossed] = [this.soFar[2 * k], this.soFar[2 * k + 1], this.soFar[2 * k + 2]];
    if (before === undefined || ran === undefined) return true;
    // A tier that may run nothing leaves one cut: the one below it.
    const last = bounds.allowedTiers[k] === 1 || k >= this.top ? this.full : lower;
    for (let upper = k >= this.top ? this.full : lower; upper <= last; upper++) {
      if (this.leastWith(k, lower, upper, before) > this.most || !family.isInside(lower, upper)) continue;
      if (++this.looked % 4096 === 0) throwIfCanceled(work);
      if (!this.addPart(k, lower, upper, before, ran)) continue;
      if (k === this.links) {
        if (!this.visit(this.chosen, ran)) return false;
      } else if (crossed !== undefined && this.allowed[k]?.[upper] === 1 && this.cross(k, upper, ran, crossed)) {
        this.chosen[k] = upper;
        if (!this.from(k + 1, upper)) return false;
      }
    }
    return true;
  }

  /** No plan with tier k between two cuts has a lower first measure. */
  private leastWith(k: number, lower: number, upper: number, before: Float64Array): number {
    const measure = this.plans.measures[0];
    const above = this.above[k]?.[upper] ?? 0;
    if (measure === undefined || measure.ofPart !== undefined) return 0;
    const busy = partFigure(measure, this.plans.family, k, lower, upper);
    const own = before[0] ?? 0;
    return measure.combine === 'sum' ? own + busy + above : Math.max(own, busy, above);
  }

  /** Adds what tier k runs between two cuts; false where it must not or exceeds something. */
  private addPart(k: number, lower: number, upper: number, before: Float64Array, after: Float64Array): boolean {
    const { family, bounds, measures } = this.plans;
    if (lower !== upper && !mayRunPart(family, bounds, k, lower, upper)) return false;
    for (let m = 0; m < measures.length; m++) {
      const measure = measures[m];
      if (measure === undefined) return false;
      const figure = partFigure(measure, family, k, lower, upper);
      const value = combine(measure, before[m] ?? 0, figure);
      if (value > measure.most) return false;
      after[m] = value;
    }
    return true;
  }

  /** Adds what crosses link l at a cut; false where that is unknown or exceeds something. */
  private cross(l: number, cut: number, before: Float64Array, after: Float64Array): boolean {
    const { measures } = this.plans;
    for (let m = 0; m < measures.length; m++) {
      const measure = measures[m];
      const figure = this.crossing[m]?.[l]?.[cut] ?? 0;
      if (measure === undefined || figure === Number.POSITIVE_INFINITY) return false;
      const value = combine(measure, before[m] ?? 0, figure);
      if (value > measure.most) return false;
      after[m] = value;
    }
    return true;
  }
}

/** Figure of cut c on link l at the link's bandwidth: `crossings[l][c]`. */
function crossings({ infrastructure }: CostTables, family: CutFamily, measure: Measure): Float64Array[] {
  return infrastructure.links.map(({ bandwidthMbps }, l) => {
    const figures = new Float64Array(family.size);
    for (let cut = 0; cut < family.size; cut++) figures[cut] = crossingFigure(measure, l, cut, 1 / bandwidthMbps);
    return figures;
  });
}

/** Whether a walk would tell of no more than so many plans; limits apart, without going through them. */
export function hasAtMost(plans: WalkedPlans, most: number): boolean {
  const { costs, family, bounds, measures, work } = plans;
  const used = bounds.allowedTiers.reduce((sum, isAllowed) => sum + isAllowed, 0);
  if (tupleCount(family.size - 1, used) <= most) return true;
  const allowed = allowedCuts(costs, family, bounds);
  const crossing = measures.map((measure) => crossings(costs, family, measure));
  const count = countPlans(costs.wires.length, family, most, work, {
    mayLie: (link, cut) =>
      allowed[link]?.[cut] === 1 && crossing.every((of) => of[link]?.[cut] !== Number.POSITIVE_INFINITY),
    mayRun: (tier, lower, upper) => mayRunPart(family, bounds, tier, lower, upper),
  });
  if (count <= most) return true;
  if (measures.every((measure) => measure.most === Number.POSITIVE_INFINITY)) return false;
  let told = 0;
  return new PlanWalk(plans, () => ++told <= most).run();
}
