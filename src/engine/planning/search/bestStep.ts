import type { CutFamily } from './cutFamily';
import type { Label } from './labels';
import type { Measure } from './measures';

/** The best way over one tier, and how many ways were looked at. */
export interface BestStep {
  readonly label: Label | undefined;
  readonly evaluated: number;
}

/**
 * Over one tier with a single measure: for any cut, the best of the cuts at the tier's other end. The same as collecting
 * labels, on flat arrays, because such a search looks at every pair of many cuts.
 */
export class BestStepSearch {
  private readonly reached: Float64Array;

  /**
   * @param labels the label at each cut of the tier's other end, where there is one.
   * @param rate of a busy second of the tier; none where it must run nothing.
   */
  constructor(
    private readonly family: CutFamily,
    private readonly measure: Measure,
    private readonly labels: readonly (Label | undefined)[],
    private readonly seconds: Float64Array,
    private readonly rate: number | undefined,
  ) {
    this.reached = Float64Array.from(family.positions, (_, c) => labels[c]?.values[0] ?? Number.POSITIVE_INFINITY);
  }

  /** The best label that ends at `upper`, from those at lower cuts. */
  below(upper: number): BestStep {
    return this.bestOf(upper, 0, upper);
  }

  /** The best label that starts at `lower`, from those at higher cuts. */
  above(lower: number): BestStep {
    return this.bestOf(lower, lower, this.family.size - 1);
  }

  private bestOf(end: number, from: number, to: number): BestStep {
    const { reached, seconds } = this;
    const isSum = this.measure.combine === 'sum';
    const rate = this.rate ?? 0;
    const here = seconds[end] ?? 0;
    let [best, at, evaluated] = [Number.POSITIVE_INFINITY, -1, 0];
    for (let other = from; other <= to; other++) {
      const before = reached[other] ?? 0;
      if (before === Number.POSITIVE_INFINITY || !this.mayRunBetween(other, end)) continue;
      evaluated++;
      const busy = other === end ? 0 : Math.abs(here - (seconds[other] ?? 0)) * rate;
      const value = isSum ? before + busy : before > busy ? before : busy;
      if (value >= best) continue;
      best = value;
      at = other;
    }
    const label = this.labels[at];
    const isKept = label !== undefined && best <= this.measure.most;
    return { label: isKept ? { values: [best], beyond: { cut: at, label } } : undefined, evaluated };
  }

  private mayRunBetween(a: number, b: number): boolean {
    if (a === b) return true;
    if (this.rate === undefined) return false;
    const [lower, upper] = a < b ? [a, b] : [b, a];
    const { afterLast, firstOutside } = this.family;
    return (afterLast[lower] ?? 0) <= (firstOutside[upper] ?? 0) || this.family.isInside(lower, upper);
  }
}
