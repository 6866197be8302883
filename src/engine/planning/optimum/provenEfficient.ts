import { recordOf } from '../../../shared/recordOf';
import { type AdditiveMetric, additiveMetrics, type Metric, metrics } from '../../../shared/vocabulary/metrics';
import { throwIfCanceled, type Work } from '../../../shared/work/work';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { Objective } from '../infrastructure/infrastructure';
import { brokenConstraints, valuesOf } from '../plan/constraints';
import { isWorstPart, type MetricValues } from '../plan/metrics';
import type { Assignment, Evaluation } from '../plan/plan';
import type { OptimumSearch } from './optimumSearch';

/** Levels of each metric that plans are looked for at: a power of two, so that half of them are spread as evenly. */
const mostLevels = 16;
/** Plans of a search that are followed up at most. */
const mostFollowed = 200;
/** Part of the time that minimum cuts for many weights may take. */
const supportedPart = 0.4;
/** Relative differences that count as none. */
const tiny = 1e-9;
/** What a figure weighs that only settles ties, beside one that weighs 1. */
const little = 1e-3;

/** What figures that add up count beside each other. */
type Shares = Readonly<Record<AdditiveMetric, number>>;

const evenShares: Shares = recordOf(additiveMetrics, () => 1);

interface Point {
  readonly assignment: Assignment;
  readonly evaluation: Evaluation;
}

/** Per metric, how many levels from its best to its worst value plans were looked for at. */
export type Levels = Readonly<Record<Metric, number>>;

/**
 * Efficient plans where not all plans can be looked at, each one proven: what minimizes a sum of all figures, with none of
 * them free, among the plans that are at least as good as some plan, is beaten by none. It takes what is at least as good as
 * each known plan, the plans of minimum cuts for many weights (the supported ones, also between each two of them; Aneja
 * and Nair, 1979), the best ones at levels of each metric (the epsilon constraint; Haimes et al., 1971), and, as far as there is
 * time, what is at least as good as each plan of a search.
 */
export function provenEfficient(
  costs: CostTables,
  optimum: OptimumSearch,
  known: readonly Assignment[],
  searched: readonly Assignment[],
  work: Work,
): { readonly assignments: Assignment[]; readonly levels: Levels } {
  return new Sweep(costs, optimum, work).run(known, searched);
}

type Pair = readonly [AdditiveMetric, AdditiveMetric];

const pairs: readonly Pair[] = additiveMetrics.flatMap((first, m) =>
  additiveMetrics.slice(m + 1).map((second): Pair => [first, second]),
);

/** A plan that is known, to start from. */
interface Start {
  readonly point: Point;
  readonly values: MetricValues;
}

class Sweep {
  private readonly found: Point[] = [];
  private startedAt = 0;

  constructor(
    private readonly costs: CostTables,
    private readonly optimum: OptimumSearch,
    private readonly work: Work,
  ) {}

  run(known: readonly Assignment[], searched: readonly Assignment[]) {
    this.startedAt = Date.now();
    const points = searched.map((assignment) => this.pointOf(assignment));
    const [plan, ...others] = known.map((assignment) => this.pointOf(assignment));
    if (plan !== undefined) this.follow(plan);
    this.addSupported();
    for (const point of others) if (!this.isLate && !this.isMatched(point)) this.follow(point);
    const levels = this.addLevels(points);
    for (const point of spread(points).slice(0, mostFollowed)) {
      if (this.isLate) break;
      if (!this.isMatched(point)) this.follow(point);
    }
    return { assignments: this.found.map(({ assignment }) => assignment), levels };
  }

  private get isLate(): boolean {
    return this.isPast(1);
  }

  /** True once a part of the time is over. */
  private isPast(part: number): boolean {
    return Date.now() - this.startedAt >= part * this.optimum.patience.deadlineMs;
  }

  /** True where some plan that was found is as good in every figure. */
  private isMatched({ evaluation }: Point): boolean {
    return this.found.some((one) => isAsGood(one.evaluation, evaluation));
  }

  private pointOf(assignment: Assignment): Point {
    return { assignment, evaluation: evaluatePlan(this.costs, assignment) };
  }

  /** Finds an efficient plan that is at least as good as another one; nothing where that takes too long. */
  private follow({ assignment, evaluation }: Point): void {
    throwIfCanceled(this.work);
    const weights = this.weightsAt(evaluation);
    const better = this.bestAmong(weights, valuesOf(evaluation), assignment);
    if (better !== undefined) this.add(better, weights);
  }

  /** Adds a plan with the least weighted sum: of those with equal figures, the one whose slowest stage is the fastest. */
  private add(point: Point, weights: Shares): void {
    const prices = this.tiePrices(point.evaluation, weights);
    const faster = this.bestAmong('throughput', valuesOf(point.evaluation), point.assignment, prices);
    if (faster !== undefined) this.found.push(faster);
  }

  /** Prices that prove at once that nothing ties, where that is so: of the slowest stage, and high ones of the figures. */
  private tiePrices({ tiers, links, ...evaluation }: Evaluation, weights: Shares): number[] {
    const { infrastructure } = this.costs;
    const stages = [
      ...tiers.map(({ computeMs }, k) => computeMs / (infrastructure.tiers[k]?.replicas ?? 1)),
      ...links.map(({ transferMs }) => transferMs),
    ];
    const slowest = stages.indexOf(Math.max(...stages));
    const high = valuesOf(evaluation).throughput * 1e2;
    const ofMetric = (metric: Metric) => (isWorstPart(metric) ? stages.map(() => 0) : [weights[metric] * high]);
    return [...stages.map((_, s) => (s === slowest ? 1 : 0)), ...metrics.flatMap(ofMetric)];
  }

  private bestAmong(
    objective: Objective,
    most: Partial<MetricValues>,
    known: Assignment,
    prices?: readonly number[],
  ): Point | undefined {
    const best = this.optimum.bestAmong(objective, most, known, prices);
    return best && this.pointOf(best);
  }

  /** Weights under which each of a plan's figures counts the same, or by the share that is given for it. */
  private weightsAt(evaluation: Evaluation, shares: Shares = evenShares): Shares {
    const values = valuesOf(evaluation);
    return recordOf(additiveMetrics, (metric) =>
      values[metric] > 0 ? shares[metric] / values[metric] : shares[metric],
    );
  }

  /** Plans of one minimum cut each, for many weights of the figures that add up. */
  private addSupported(): void {
    const unit = this.found[0]?.evaluation;
    if (unit === undefined) return;
    for (const shares of manyShares) this.addCheapest(this.weightsAt(unit, shares));
    for (const pair of pairs) {
      const [a, b] = pair.map((one) => this.addCheapest(this.weightsAt(unit, sharesWith({ [one]: 1 / little }))));
      this.addBetween(pair, a, b);
    }
  }

  /** Adds the plan with the least weighted sum, where it keeps the limits. */
  private addCheapest(weights: Shares): Point | undefined {
    throwIfCanceled(this.work);
    if (this.isPast(supportedPart)) return undefined;
    const assignment = this.optimum.cheapest(weights);
    if (assignment === undefined) return undefined;
    const point = this.pointOf(assignment);
    const isKept = brokenConstraints(this.costs.infrastructure, point.evaluation).length === 0;
    if (isKept && !this.isMatched(point)) this.add(point, weights);
    return point;
  }

  /** Adds the plans between two that some weights of two figures make the best, by what is best where the two are equal. */
  private addBetween([first, second]: Pair, a: Point | undefined, b: Point | undefined): void {
    if (a === undefined || b === undefined || this.isPast(supportedPart)) return;
    const [low, high] = [valuesOf(a.evaluation), valuesOf(b.evaluation)];
    const [gain, loss] = [high[first] - low[first], low[second] - high[second]];
    if (!(gain > tiny * high[first] && loss > tiny * low[second])) return;
    const equal = loss * low[first] + gain * low[second];
    const settling = this.weightsAt(a.evaluation, sharesWith({}));
    const middle = this.addCheapest({ ...settling, [first]: loss / equal, [second]: gain / equal });
    if (middle === undefined) return;
    const values = valuesOf(middle.evaluation);
    if (loss * values[first] + gain * values[second] >= equal * (1 - tiny)) return;
    this.addBetween([first, second], a, middle);
    this.addBetween([first, second], middle, b);
  }

  /** At levels of each metric in turn, the plan that is best in the first one; at its own levels, in the second. */
  private addLevels(searched: readonly Point[]): Levels {
    const starts = [...this.found, ...searched].map((point) => ({ point, values: valuesOf(point.evaluation) }));
    const levels: Record<Metric, number> = recordOf(metrics, () => 0);
    for (const step of spread(Array.from({ length: mostLevels }, (_, at) => at))) {
      for (const metric of metrics) {
        if (this.isLate) return levels;
        if (this.addLevel(starts, metric, step / mostLevels)) levels[metric]++;
      }
    }
    return levels;
  }

  /** Adds the best plan at a level of a metric. @returns false where that takes too long, or the metric has no levels */
  private addLevel(starts: readonly Start[], metric: Metric, part: number): boolean {
    const reached = starts.map(({ values }) => values[metric]).filter(Number.isFinite);
    const [from, to] = [Math.min(...reached), Math.max(...reached)];
    if (!(from > 0 && to > from * (1 + tiny))) return false;
    const most = from * (to / from) ** part;
    // The first metric, and at its own levels the second one.
    const best = additiveMetrics.find((other) => other !== metric);
    if (best === undefined) return false;
    const [start] = starts
      .filter(({ values }) => values[metric] <= most)
      .sort((a, b) => a.values[best] - b.values[best]);
    if (start === undefined) return false;
    const weights = this.weightsAt(start.point.evaluation, sharesWith({ [best]: 1 }));
    const point = this.bestAmong(weights, { [metric]: most }, start.point.assignment);
    if (point === undefined) return false;
    if (!this.isMatched(point)) this.add(point, weights);
    return true;
  }
}

/** Shares of the figures that count; none of the others is free, so that it settles ties. */
function sharesWith(counting: Partial<Shares>): Shares {
  return recordOf(additiveMetrics, (metric) => counting[metric] ?? little);
}

/** Each figure beside all others, and beside each one alone, at several ratios. */
const manyShares: readonly Shares[] = [1, 3, 10, 30, 100, 1000].flatMap((heavy) =>
  additiveMetrics.flatMap((metric) => [
    { ...evenShares, [metric]: heavy },
    ...additiveMetrics
      .filter((other) => other !== metric)
      .map((other) => sharesWith({ [metric]: heavy, [other]: 1 } as Partial<Shares>)),
  ]),
);

/** True where a plan is as good as another one in every figure. */
function isAsGood(one: Evaluation, other: Evaluation): boolean {
  const [own, others] = [valuesOf(one), valuesOf(other)];
  return metrics.every((metric) => own[metric] <= others[metric]);
}

/** The same items, so that the first few of them are spread over all: the ends, the middle, the quarters and so on. */
function spread<Item>(items: readonly Item[]): Item[] {
  const places = new Set([0, items.length - 1]);
  for (let parts = 2; parts < 2 * items.length; parts *= 2) {
    for (let part = 1; part < parts; part += 2) places.add(Math.floor((part * items.length) / parts));
  }
  return [...places].flatMap((place) => items[place] ?? []);
}
