import { throwIfCanceled, type Work } from '../../../shared/work';
import type { CostTables } from '../costs/costTables';
import type { TierBounds } from '../infrastructure/tierBounds';
import { allowedCuts, type CutFamily, mayRunPart } from './cutFamily';
import { combine, crossingFigure, type Measure } from './measures';

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

/** Goes through every plan that puts cuts of a family on its links and exceeds no measure. */
export class PlanWalk {
  private readonly allowed: readonly Uint8Array[];
  private readonly links: number;
  private readonly full: number;
  private readonly chosen: Int32Array;
  /** Measures of what lies below each tier, below and on it, and with the link above it. */
  private readonly soFar: Float64Array[];
  /** Measure m of cut c on link l at `crossing[l][c * measures + m]`. */
  private readonly crossing: readonly Float64Array[];
  /** The highest tier that may run something: all that is left is on it. */
  private readonly top: number;
  private looked = 0;

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
    this.crossing = costs.infrastructure.links.map(({ bandwidthMbps }, l) =>
      Float64Array.from({ length: family.size * measures.length }, (_, at) => {
        const measure = measures[at % measures.length];
        const cut = Math.floor(at / measures.length);
        return measure === undefined ? 0 : crossingFigure(measure, l, cut, 1 / bandwidthMbps);
      }),
    );
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
      if (!family.isInside(lower, upper)) continue;
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

  /** Adds what tier k runs between two cuts; false where it must not or exceeds something. */
  private addPart(k: number, lower: number, upper: number, before: Float64Array, after: Float64Array): boolean {
    const { family, bounds, measures } = this.plans;
    after.set(before);
    if (lower === upper) return true;
    if (!mayRunPart(family, bounds, k, lower, upper)) return false;
    const seconds = family.secondsBelow[k];
    const busyS = Math.max(0, (seconds?.[upper] ?? 0) - (seconds?.[lower] ?? 0));
    for (let m = 0; m < measures.length; m++) {
      const measure = measures[m];
      if (measure === undefined) return false;
      const figure = measure.ofPart?.(k, lower, upper) ?? busyS * (measure.rates[k] ?? 0);
      const value = combine(measure, before[m] ?? 0, figure);
      if (value > measure.most) return false;
      after[m] = value;
    }
    return true;
  }

  /** Adds what crosses link l at a cut; false where that is unknown or exceeds something. */
  private cross(l: number, cut: number, before: Float64Array, after: Float64Array): boolean {
    const { measures } = this.plans;
    const own = this.crossing[l];
    for (let m = 0; m < measures.length; m++) {
      const measure = measures[m];
      const figure = own?.[cut * measures.length + m] ?? 0;
      if (measure === undefined || figure === Number.POSITIVE_INFINITY) return false;
      const value = combine(measure, before[m] ?? 0, figure);
      if (value > measure.most) return false;
      after[m] = value;
    }
    return true;
  }
}
