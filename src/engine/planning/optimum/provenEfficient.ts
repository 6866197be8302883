import { type AdditiveMetric, additiveMetrics, type Metric, metrics } from '../../../shared/metrics';
import { recordOf } from '../../../shared/recordOf';
import { throwIfCanceled, type Work } from '../../../shared/work';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { Objective } from '../infrastructure/infrastructure';
import { brokenConstraints, valuesOf } from '../plan/constraints';
import { isWorstPart, type MetricValues } from '../plan/metrics';
import type { Assignment, Evaluation } from '../plan/plan';
import type { OptimumSearch } from './optimumSearch';

/** Levels of throughput that plans are looked for at. */
const mostLevels = 12;
/** Plans of a search that are followed up at most. */
const mostFollowed = 200;
/** What a figure weighs that only settles ties, beside one that weighs 1. */
const little = 1e-3;

/** What figures that add up count beside each other. */
type Shares = Readonly<Record<AdditiveMetric, number>>;

const evenShares: Shares = recordOf(additiveMetrics, () => 1);

interface Point {
  readonly assignment: Assignment;
  readonly evaluation: Evaluation;
}

/**
 * Efficient plans where not all plans can be looked at, each one proven: what minimizes a sum of all figures, with none of
 * them free, among the plans that are at least as good as some plan, is beaten by none. It takes the plans of minimum cuts
 * for several weights (the supported ones), the best ones at levels of throughput (the epsilon constraint; Haimes et al.,
 * 1971), and what is at least as good as each known plan and, as far as there is time, each plan of a search.
 */
export function provenEfficient(
  costs: CostTables,
  optimum: OptimumSearch,
  known: readonly Assignment[],
  searched: readonly Assignment[],
  work: Work,
): { readonly assignments: Assignment[]; readonly throughputLevels: number } {
  return new Sweep(costs, optimum, work).run(known, searched);
}

class Sweep {
  private readonly found: Point[] = [];
  private readonly endsAt: number;

  constructor(
    private readonly costs: CostTables,
    private readonly optimum: OptimumSearch,
    private readonly work: Work,
  ) {
    this.endsAt = Date.now() + optimum.patience.deadlineMs;
  }

  run(known: readonly Assignment[], searched: readonly Assignment[]) {
    for (const assignment of known) this.follow(this.pointOf(assignment));
    this.addSupported();
    const throughputLevels = this.addLevels();
    for (const assignment of spread(searched).slice(0, mostFollowed)) {
      if (this.isLate) break;
      const point = this.pointOf(assignment);
      if (!this.found.some((one) => isAsGood(one.evaluation, point.evaluation))) this.follow(point);
    }
    return { assignments: this.found.map(({ assignment }) => assignment), throughputLevels };
  }

  private get isLate(): boolean {
    return Date.now() >= this.endsAt;
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
    for (const shares of manyShares) {
      if (this.isLate) return;
      throwIfCanceled(this.work);
      const weights = this.weightsAt(unit, shares);
      const assignment = this.optimum.cheapest(weights);
      if (assignment === undefined) continue;
      const point = this.pointOf(assignment);
      const isKept = brokenConstraints(this.costs.infrastructure, point.evaluation).length === 0;
      if (isKept && !this.found.some((one) => isAsGood(one.evaluation, point.evaluation))) this.add(point, weights);
    }
  }

  /** At each level of throughput, the plan with the least latency. @returns how many levels there was time for */
  private addLevels(): number {
    const slowest = this.found.map(({ evaluation }) => 1 / evaluation.throughputPerSecond).filter((one) => one > 0);
    const [first] = this.found;
    if (first === undefined || slowest.length === 0) return 0;
    const fastest = this.bestAmong('throughput', {}, first.assignment);
    if (fastest === undefined) return 0;
    const [from, to] = [1 / fastest.evaluation.throughputPerSecond, Math.max(...slowest)];
    let levels = 0;
    for (let step = 0; step < mostLevels && !this.isLate; step++) {
      const slowestS = from * (to / from) ** (step / mostLevels);
      const weights = this.weightsAt(first.evaluation, sharesWith({ latency: 1 }));
      const point = this.bestAmong(weights, { throughput: slowestS }, fastest.assignment);
      if (point === undefined) continue;
      levels++;
      this.add(point, weights);
    }
    return levels;
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
