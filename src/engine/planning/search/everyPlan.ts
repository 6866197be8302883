import { throwIfCanceled, type Work } from '../../../shared/work';
import type { CostTables } from '../costs/costTables';
import type { TierBounds } from '../infrastructure/tierBounds';
import { allowedCuts, type CutFamily } from './cutFamily';
import { combine, crossingFigure, type Measure } from './measures';

/** The plans of a family and their measures, flat. */
export interface EveryPlan {
  readonly count: number;
  /** Cut on link l of plan p at `p * links + l`. */
  readonly cuts: Int32Array;
  /** Measure m of plan p at `p * measures + m`. */
  readonly values: Float64Array;
}

/**
 * Every plan that puts cuts of a family on its links, with its measures; those that exceed what a measure may be are left
 * out.
 * @returns nothing where there are more than `most`
 */
export function everyPlan(
  costs: CostTables,
  family: CutFamily,
  bounds: TierBounds,
  measures: readonly Measure[],
  most: number,
  work: Work,
): EveryPlan | undefined {
  return new Enumeration(costs, family, bounds, measures, most, work).run();
}

class Enumeration {
  private readonly allowed: readonly Uint8Array[];
  private readonly links: number;
  private readonly full: number;
  private readonly chosen: Int32Array;
  /** Measures of what lies below each tier. */
  private readonly soFar: Float64Array[];
  private readonly cuts: number[] = [];
  private readonly values: number[] = [];
  private looked = 0;

  constructor(
    private readonly costs: CostTables,
    private readonly family: CutFamily,
    private readonly bounds: TierBounds,
    private readonly measures: readonly Measure[],
    private readonly most: number,
    private readonly work: Work,
  ) {
    this.allowed = allowedCuts(costs, family, bounds);
    this.links = costs.wires.length;
    this.full = family.size - 1;
    this.chosen = new Int32Array(this.links);
    this.soFar = Array.from({ length: 2 * this.links + 2 }, () => new Float64Array(measures.length));
  }

  run(): EveryPlan | undefined {
    if (!this.from(0, 0)) return undefined;
    const count = this.values.length / Math.max(1, this.measures.length);
    return { count, cuts: Int32Array.from(this.cuts), values: Float64Array.from(this.values) };
  }

  /** Goes through the cuts above tier k. @returns false where there are too many plans */
  private from(k: number, lower: number): boolean {
    const [before, ran, crossed] = [this.soFar[2 * k], this.soFar[2 * k + 1], this.soFar[2 * k + 2]];
    if (before === undefined || ran === undefined) return true;
    for (let upper = k === this.links ? this.full : lower; upper <= this.full; upper++) {
      if (!this.family.isInside(lower, upper)) continue;
      if (++this.looked % 4096 === 0) throwIfCanceled(this.work);
      if (!this.addPart(k, lower, upper, before, ran)) continue;
      if (k === this.links) {
        if (this.cuts.length >= this.most * Math.max(1, this.links)) return false;
        this.cuts.push(...this.chosen);
        this.values.push(...ran);
        continue;
      }
      if (crossed === undefined || this.allowed[k]?.[upper] !== 1 || !this.cross(k, upper, ran, crossed)) continue;
      this.chosen[k] = upper;
      if (!this.from(k + 1, upper)) return false;
    }
    return true;
  }

  /** Adds what tier k runs between two cuts; false where it must not or exceeds something. */
  private addPart(k: number, lower: number, upper: number, before: Float64Array, after: Float64Array): boolean {
    after.set(before);
    if (lower === upper) return true;
    if (this.bounds.allowedTiers[k] !== 1) return false;
    const seconds = this.family.secondsBelow[k];
    const busyS = Math.max(0, (seconds?.[upper] ?? 0) - (seconds?.[lower] ?? 0));
    return this.measures.every((measure, m) => {
      const figure = measure.ofPart?.(k, lower, upper) ?? busyS * (measure.rates[k] ?? 0);
      after[m] = combine(measure, before[m] ?? 0, figure);
      return (after[m] ?? 0) <= measure.most;
    });
  }

  /** Adds what crosses link l at a cut; false where that is unknown or exceeds something. */
  private cross(l: number, cut: number, before: Float64Array, after: Float64Array): boolean {
    const reciprocal = 1 / (this.costs.infrastructure.links[l]?.bandwidthMbps ?? 1);
    return this.measures.every((measure, m) => {
      const figure = crossingFigure(measure, l, cut, reciprocal);
      if (figure === Number.POSITIVE_INFINITY) return false;
      after[m] = combine(measure, before[m] ?? 0, figure);
      return (after[m] ?? 0) <= measure.most;
    });
  }
}
