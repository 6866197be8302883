import { throwIfCanceled, type Work } from '../../../shared/work';
import type { CostTables } from '../costs/costTables';
import type { TierBounds } from '../infrastructure/tierBounds';
import { allowedCuts, type CutFamily } from './cutFamily';
import { efficientPoints } from './efficient';
import { combine, crossingFigure, type Measure } from './measures';

/** Plans that wait to be sorted, at least. */
const unsorted = 1000;
/** Plans of which none beats another that are kept at most. */
const mostKept = 20_000;

/**
 * The plans of a family that no other one matches or beats in every deciding measure at once, of all that put its cuts on
 * their links and exceed no measure: each one is looked at. The first of plans with the same figures stays.
 * @param measures the deciding ones first.
 * @param most plans that are looked at, at most.
 * @returns the cuts of each plan, by the first measure; nothing where there are too many plans
 */
export function efficientPlans(
  costs: CostTables,
  family: CutFamily,
  bounds: TierBounds,
  measures: readonly Measure[],
  most: number,
  work: Work,
): number[][] | undefined {
  const enumeration = new Enumeration(costs, family, bounds, measures, work);
  return enumeration.count(most) > most ? undefined : enumeration.run();
}

class Enumeration {
  private readonly allowed: readonly Uint8Array[];
  private readonly links: number;
  private readonly full: number;
  private readonly chosen: Int32Array;
  /** Measures of what lies below each tier, below and on it, and with the link above it. */
  private readonly soFar: Float64Array[];
  /** Measure m of cut c on link l at `crossing[l][c * measures + m]`. */
  private readonly crossing: readonly Float64Array[];
  private readonly deciding: number;
  private cuts: number[] = [];
  private values: number[] = [];
  /** How many of the plans at hand no other one of them beats; these come first. What beats many comes first in the order. */
  private sorted = 0;
  private order = new Int32Array();
  private looked = 0;

  constructor(
    costs: CostTables,
    private readonly family: CutFamily,
    private readonly bounds: TierBounds,
    private readonly measures: readonly Measure[],
    private readonly work: Work,
  ) {
    this.allowed = allowedCuts(costs, family, bounds);
    this.links = costs.wires.length;
    this.full = family.size - 1;
    this.chosen = new Int32Array(this.links);
    this.soFar = Array.from({ length: 2 * this.links + 2 }, () => new Float64Array(measures.length));
    this.deciding = measures.filter(({ decides }) => decides).length;
    this.crossing = costs.infrastructure.links.map(({ bandwidthMbps }, l) =>
      Float64Array.from({ length: family.size * measures.length }, (_, at) => {
        const measure = measures[at % measures.length];
        const cut = Math.floor(at / measures.length);
        return measure === undefined ? 0 : crossingFigure(measure, l, cut, 1 / bandwidthMbps);
      }),
    );
  }

  /** How many ways there are to put cuts on all links, or some number above `most`. */
  count(most: number): number {
    let below = new Float64Array(this.family.size).fill(1);
    if (this.links === 0) return 1;
    for (let link = 1; link < this.links && below.reduce((sum, ways) => sum + ways, 0) <= most; link++) {
      const lowers = below;
      below = Float64Array.from({ length: this.family.size }, (_, upper) => {
        if (upper % 64 === 0) throwIfCanceled(this.work);
        let ways = 0;
        for (let lower = 0; lower <= upper; lower++) {
          if (this.family.isInside(lower, upper)) ways += lowers[lower] ?? 0;
        }
        return ways;
      });
    }
    return below.reduce((sum, ways) => sum + ways, 0);
  }

  run(): number[][] | undefined {
    if (!this.from(0, 0)) return undefined;
    this.sortOut();
    const plans = this.values.length / this.deciding;
    return Array.from({ length: plans }, (_, plan) => this.cuts.slice(plan * this.links, (plan + 1) * this.links));
  }

  /** Goes through the cuts above tier k. @returns false where too many plans would have to be kept */
  private from(k: number, lower: number): boolean {
    const [before, ran, crossed] = [this.soFar[2 * k], this.soFar[2 * k + 1], this.soFar[2 * k + 2]];
    if (before === undefined || ran === undefined) return true;
    for (let upper = k === this.links ? this.full : lower; upper <= this.full; upper++) {
      if (!this.family.isInside(lower, upper)) continue;
      if (++this.looked % 4096 === 0) throwIfCanceled(this.work);
      if (!this.addPart(k, lower, upper, before, ran)) continue;
      if (k === this.links) this.keep(ran);
      else if (crossed !== undefined && this.allowed[k]?.[upper] === 1 && this.cross(k, upper, ran, crossed)) {
        this.chosen[k] = upper;
        if (!this.from(k + 1, upper)) return false;
      }
    }
    return this.sorted <= mostKept;
  }

  private keep(values: Float64Array): void {
    if (this.isBeaten(values)) return;
    for (let m = 0; m < this.deciding; m++) this.values.push(values[m] ?? 0);
    for (let link = 0; link < this.links; link++) this.cuts.push(this.chosen[link] ?? 0);
    if (this.values.length >= (2 * this.sorted + unsorted) * this.deciding) this.sortOut();
  }

  /** True where one of the sorted plans is as good. What beats one plan often beats the next, so that it is asked first. */
  private isBeaten(values: Float64Array): boolean {
    const { order, deciding } = this;
    for (let place = 0; place < order.length; place++) {
      const plan = order[place] ?? 0;
      let m = 0;
      while (m < deciding && (this.values[plan * deciding + m] ?? 0) <= (values[m] ?? 0)) m++;
      if (m < deciding) continue;
      order[place] = order[place >> 1] ?? 0;
      order[place >> 1] = plan;
      return true;
    }
    return false;
  }

  /** Leaves out what others beat. */
  private sortOut(): void {
    const kept = efficientPoints(Float64Array.from(this.values), this.deciding);
    const { values, cuts, deciding, links } = this;
    this.values = kept.flatMap((plan) => values.slice(plan * deciding, (plan + 1) * deciding));
    this.cuts = kept.flatMap((plan) => cuts.slice(plan * links, (plan + 1) * links));
    this.sorted = kept.length;
    this.order = Int32Array.from(kept, (_, place) => place);
  }

  /** Adds what tier k runs between two cuts; false where it must not or exceeds something. */
  private addPart(k: number, lower: number, upper: number, before: Float64Array, after: Float64Array): boolean {
    after.set(before);
    if (lower === upper) return true;
    if (this.bounds.allowedTiers[k] !== 1) return false;
    const seconds = this.family.secondsBelow[k];
    const busyS = Math.max(0, (seconds?.[upper] ?? 0) - (seconds?.[lower] ?? 0));
    for (let m = 0; m < this.measures.length; m++) {
      const measure = this.measures[m];
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
    const own = this.crossing[l];
    for (let m = 0; m < this.measures.length; m++) {
      const measure = this.measures[m];
      const figure = own?.[cut * this.measures.length + m] ?? 0;
      if (measure === undefined || figure === Number.POSITIVE_INFINITY) return false;
      const value = combine(measure, before[m] ?? 0, figure);
      if (value > measure.most) return false;
      after[m] = value;
    }
    return true;
  }
}
