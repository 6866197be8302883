import { throwIfCanceled, type Work } from '../../../shared/work/work';
import type { CostTables } from '../costs/costTables';
import type { TierBounds } from '../infrastructure/tierBounds';
import { type BestStep, BestStepSearch } from './bestStep';
import { allowedCuts, type CutFamily, mayRunPart } from './cutFamily';
import { FrontCollector } from './frontCollector';
import type { Front, Label } from './labels';
import { leastBeyond } from './leastBeyond';
import { combine, crossingFigure, type Measure, partFigure } from './measures';

/**
 * The efficient plans of a family under measures, by label setting with dominance (Hansen, Bicriterion path problems,
 * 1980), from both ends: what lies below each cut and what lies above it. With one deciding measure this is the dynamic
 * program over tiers and cuts, O(K C^2). Of equal labels the one with the smaller cut stays, that is the upper tier.
 */
export class ChainFronts {
  private readonly allowed: readonly Uint8Array[];
  private readonly full: number;
  private readonly collector: FrontCollector;
  private readonly empty: Label;
  /** Figures of the part that was looked at last, and of the labels that were joined last. */
  private readonly part: Float64Array;
  private readonly both: Float64Array;
  private belowLinks: Front[][] | undefined;
  private aboveLinks: Front[][] | undefined;
  private whole: Front | undefined;
  private least: readonly (readonly Float64Array[] | undefined)[] | undefined;

  /** @param tried per link and cut, 1 for the cuts that are looked at; without it, all that may lie there. */
  constructor(
    readonly costs: CostTables,
    readonly family: CutFamily,
    readonly bounds: TierBounds,
    readonly measures: readonly Measure[],
    readonly work: Work,
    tried?: readonly Uint8Array[],
  ) {
    const allowed = allowedCuts(costs, family, bounds);
    this.allowed =
      tried === undefined ? allowed : allowed.map((of, link) => of.map((one, c) => one & (tried[link]?.[c] ?? 0)));
    this.full = family.size - 1;
    this.collector = new FrontCollector(measures);
    this.empty = { values: measures.map(() => 0), beyond: undefined };
    this.part = new Float64Array(measures.length);
    this.both = new Float64Array(measures.length);
  }

  /** Pairs of cuts and labels whose figures were computed so far. */
  get evaluated(): number {
    return this.collector.evaluated;
  }

  /** True when some labels were left out because there were too many. */
  get bounded(): boolean {
    return this.collector.bounded;
  }

  /** Whole plans. */
  plans(): Front {
    const last = this.costs.wires.length;
    if (this.whole === undefined) {
      const before = last === 0 ? [[this.empty]] : this.crossed(this.below(last - 1), last - 1);
      this.whole = this.stepUp(last, before)(this.full);
    }
    return this.whole;
  }

  /** The plan that runs everything on one tier, if it is allowed and keeps the limits. */
  everythingOn(tier: number): Front {
    let front: Front = [this.empty];
    for (let k = 0; k <= this.costs.wires.length; k++) {
      const [lower, upper] = [k > tier ? this.full : 0, k >= tier ? this.full : 0];
      this.collector.begin(undefined);
      this.addPart(k, lower, upper, front, lower);
      front = this.collector.front();
      if (k === this.costs.wires.length || front.length === 0) break;
      if (this.allowed[k]?.[upper] !== 1) return [];
      front = front.flatMap((label) => this.crossing(label, k, upper, this.reciprocalOf(k)) ?? []);
    }
    return front;
  }

  /** Per cut on a link, what lies below it: the tiers up to `link`, the links below it. */
  below(link: number): readonly Front[] {
    if (this.belowLinks === undefined) {
      this.belowLinks = [];
      let before: Front[] = [[this.empty]];
      for (let k = 0; k < this.costs.wires.length; k++) {
        const fronts = this.cutsOn(k, this.stepUp(k, before));
        this.belowLinks.push(fronts);
        before = this.crossed(fronts, k);
      }
    }
    return this.belowLinks[link] ?? [];
  }

  /** Per cut on a link, what lies above it: the tiers and links above `link`. */
  above(link: number): readonly Front[] {
    if (this.aboveLinks === undefined) {
      this.aboveLinks = [];
      let beyond: Front[] = [];
      beyond[this.full] = [this.empty];
      for (let l = this.costs.wires.length - 1; l >= 0; l--) {
        const fronts = this.cutsOn(l, this.stepDown(l + 1, beyond));
        this.aboveLinks.unshift(fronts);
        beyond = this.crossed(fronts, l);
      }
    }
    return this.aboveLinks[link] ?? [];
  }

  /** Per cut on `second`, what lies between it and cut `lower` on a lower link: the tiers and links between the two. */
  between(first: number, lower: number, second: number): Front[] {
    const start = [this.empty];
    let fronts = this.cutsOn(first + 1, (upper) => {
      this.collector.begin(undefined);
      this.addPart(first + 1, lower, upper, start, lower);
      return this.collector.front();
    });
    for (let k = first + 2; k <= second; k++) fronts = this.cutsOn(k, this.stepUp(k, this.crossed(fronts, k - 1)));
    return fronts;
  }

  /** The figures of two parts together; in a shared array that the next call overwrites. */
  joined(a: Label, b: Label): Float64Array {
    for (const [m, measure] of this.measures.entries()) {
      this.both[m] = combine(measure, a.values[m] ?? 0, b.values[m] ?? 0);
    }
    return this.both;
  }

  private cutsOn(link: number, frontOf: (c: number) => Front): Front[] {
    return Array.from({ length: this.family.size }, (_, c) => {
      if ((c & 63) === 0) throwIfCanceled(this.work);
      return this.allowed[link]?.[c] === 1 ? frontOf(c) : [];
    });
  }

  /** For a cut above tier k the labels that end there, from those that end below tier k. */
  private stepUp(k: number, before: readonly Front[]): (upper: number) => Front {
    const search = this.singleSearch(k, before);
    if (search !== undefined) return (upper) => this.counted(search.below(upper));
    return (upper) => {
      this.collector.begin(this.leastAt(k, upper));
      for (let lower = 0; lower <= upper; lower++) this.addPart(k, lower, upper, before[lower] ?? [], lower);
      return this.collector.front();
    };
  }

  /** For a cut below tier k the labels that start there, from those that start above tier k. */
  private stepDown(k: number, beyond: readonly Front[]): (lower: number) => Front {
    const search = this.singleSearch(k, beyond);
    if (search !== undefined) return (lower) => this.counted(search.above(lower));
    return (lower) => {
      this.collector.begin(undefined);
      for (let upper = lower; upper <= this.full; upper++) this.addPart(k, lower, upper, beyond[upper] ?? [], upper);
      return this.collector.front();
    };
  }

  /** The search for a single measure that follows from busy seconds; nothing for any other. */
  private singleSearch(k: number, fronts: readonly Front[]): BestStepSearch | undefined {
    const [measure, ...others] = this.measures;
    if (measure === undefined || others.length > 0 || measure.ofPart !== undefined) return undefined;
    if (this.family.gapsBelow[k] !== undefined) return undefined;
    const spans = this.family.spans[k];
    if (spans === undefined) return undefined;
    const labels = Array.from({ length: this.family.size }, (_, c) => fronts[c]?.[0]);
    const mayRun = this.bounds.allowedTiers[k] === 1;
    return new BestStepSearch(this.family, measure, labels, spans, measure.rates[k] ?? 0, mayRun);
  }

  private counted({ label, evaluated }: BestStep): Front {
    this.collector.evaluated += evaluated;
    return label === undefined ? [] : [label];
  }

  /** Gives labels at one end of tier k, with its part between two cuts, to the collector, unless it must not run there. */
  private addPart(k: number, lower: number, upper: number, labels: Front, end: number): void {
    if (labels.length === 0 || !this.family.isInside(lower, upper)) return;
    if (lower !== upper && !mayRunPart(this.family, this.bounds, k, lower, upper)) return;
    for (let m = 0; m < this.measures.length; m++) {
      const measure = this.measures[m];
      if (measure === undefined) return;
      const figure = partFigure(measure, this.family, k, lower, upper);
      if (figure > measure.most) return;
      this.part[m] = figure;
    }
    this.collector.add(labels, end, this.part);
  }

  /** Per measure, the least that the rest of the plan adds to what ends at cut c above tier k. */
  private leastAt(k: number, c: number): number[] {
    this.least ??= leastBeyond(this.family, this.bounds, this.measures);
    return this.least.map((least) => least?.[k]?.[c] ?? 0);
  }

  /** The same labels with the crossing of each cut on a link added at the link's bandwidth. */
  private crossed(fronts: readonly Front[], link: number): Front[] {
    const reciprocal = this.reciprocalOf(link);
    return fronts.map((front, c) => front.flatMap((label) => this.crossing(label, link, c, reciprocal) ?? []));
  }

  private reciprocalOf(link: number): number {
    return 1 / (this.costs.infrastructure.links[link]?.bandwidthMbps ?? 1);
  }

  private crossing(label: Label, link: number, c: number, reciprocal: number): Label | undefined {
    const values = label.values.slice();
    for (const [m, measure] of this.measures.entries()) {
      const figure = crossingFigure(measure, link, c, reciprocal);
      if (figure === Number.POSITIVE_INFINITY) return undefined;
      const value = combine(measure, values[m] ?? 0, figure);
      if (value > measure.most) return undefined;
      values[m] = value;
    }
    return { values, beyond: label.beyond };
  }
}
