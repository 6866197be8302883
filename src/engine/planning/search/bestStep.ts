import type { BusySpans } from '../costs/busySpans';
import type { CutFamily } from './cutFamily';
import type { Label } from './labels';
import type { Measure } from './measures';

/** The best way over one tier, and how many ways were looked at. */
export interface BestStep {
  readonly label: Label | undefined;
  readonly evaluated: number;
}

/** Cuts from one to another, both included. */
interface CutRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Over one tier with a single measure: for any cut, the best of the cuts at the tier's other end. The same as collecting
 * labels, on flat arrays, because such a search looks at every pair of many cuts.
 */
export class BestStepSearch {
  private readonly reached: Float64Array;

  /**
   * @param labels the label at each cut of the tier's other end, where there is one.
   * @param rate of a busy second of the tier.
   * @param mayRun false where the tier must run nothing, and so only passes on what crosses.
   */
  constructor(
    private readonly family: CutFamily,
    private readonly measure: Measure,
    private readonly labels: readonly (Label | undefined)[],
    private readonly spans: BusySpans,
    private readonly rate: number,
    private readonly mayRun: boolean,
  ) {
    this.reached = Float64Array.from(family.positions, (_, c) => labels[c]?.values[0] ?? Number.POSITIVE_INFINITY);
  }

  /** The best label that ends at `upper`, from those at lower cuts. */
  below(upper: number): BestStep {
    const { ends, starts } = this.spans;
    return this.bestOf(upper, { from: 0, to: upper }, ends[upper] ?? 0, starts);
  }

  /** The best label that starts at `lower`, from those at higher cuts. */
  above(lower: number): BestStep {
    const { ends, starts } = this.spans;
    return this.bestOf(lower, { from: lower, to: this.family.size - 1 }, starts[lower] ?? 0, ends);
  }

  /** @param here what the tier has done at `end`. @param others the same at the cuts of its other end. */
  private bestOf(end: number, { from, to }: CutRange, here: number, others: Float64Array): BestStep {
    const { reached, rate } = this;
    const isSum = this.measure.combine === 'sum';
    let [best, at, evaluated] = [Number.POSITIVE_INFINITY, -1, 0];
    for (let other = from; other <= to; other++) {
      const before = reached[other] ?? 0;
      if (before === Number.POSITIVE_INFINITY || !this.mayRunBetween(other, end)) continue;
      evaluated++;
      const busy = Math.abs(here - (others[other] ?? 0)) * rate;
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
    if (!this.mayRun) return false;
    const [lower, upper] = a < b ? [a, b] : [b, a];
    const { afterLast, firstOutside } = this.family;
    return (afterLast[lower] ?? 0) <= (firstOutside[upper] ?? 0) || this.family.isInside(lower, upper);
  }
}
