import { efficient, type Front, type Label } from './labels';
import { combine, type Measure } from './measures';

/** Labels that one cut keeps at most. */
const labelsPerCut = 4000;

/** Gathers the labels of one cut and keeps the efficient ones; used for one cut after the other. */
export class FrontCollector {
  /** Labels whose figures were computed. */
  evaluated = 0;
  /** True when some labels were left out because there were too many. */
  bounded = false;
  private labels: Label[] = [];
  private best: Label | undefined;
  private least: readonly number[] | undefined;
  private readonly values: number[];
  private readonly deciding: readonly number[];
  /** The one deciding measure; none where there are several. */
  private readonly single: number | undefined;

  constructor(private readonly measures: readonly Measure[]) {
    this.values = measures.map(() => 0);
    this.deciding = measures.flatMap(({ decides }, m) => (decides ? [m] : []));
    this.single = this.deciding.length === 1 ? this.deciding[0] : undefined;
  }

  /** Begins a cut. @param least per measure what the rest of the plan adds at least. */
  begin(least: readonly number[] | undefined): void {
    this.labels = [];
    this.best = undefined;
    this.least = least;
  }

  /** Adds labels that end at `cut`, each with a part added that lies between that cut and this one. */
  add(labels: Front, cut: number, part: ArrayLike<number>): void {
    this.evaluated += labels.length;
    for (const label of labels) {
      if (!this.extend(label, part)) continue;
      if (this.single === undefined) {
        this.labels.push({ values: this.values.slice(), beyond: { cut, label } });
      } else if ((this.values[this.single] ?? 0) < (this.best?.values[this.single] ?? Number.POSITIVE_INFINITY)) {
        this.best = { values: this.values.slice(), beyond: { cut, label } };
      }
    }
  }

  front(): Front {
    if (this.single !== undefined) return this.best === undefined ? [] : [this.best];
    const kept = efficient(this.labels, this.deciding);
    if (kept.length <= labelsPerCut) return kept;
    this.bounded = true;
    const step = kept.length / labelsPerCut;
    return Array.from({ length: labelsPerCut }, (_, at) => kept[Math.floor(at * step)] ?? []).flat();
  }

  /** Computes the figures of a label with a part added; false where one exceeds what it may be. */
  private extend(label: Label, part: ArrayLike<number>): boolean {
    for (let m = 0; m < this.measures.length; m++) {
      const measure = this.measures[m];
      if (measure === undefined) return false;
      const value = combine(measure, label.values[m] ?? 0, part[m] ?? 0);
      if (value + (this.least?.[m] ?? 0) > measure.most) return false;
      this.values[m] = value;
    }
    return true;
  }
}
