import { type AdditiveMetric, additiveMetrics } from '../../../shared/metrics';
import { throwIfCanceled, type Work } from '../../../shared/work';
import { maximize } from '../../solver/linearProgram';
import type { ExactProblem } from '../../solver/problem';
import { solveExactly } from '../../solver/solve';
import { type AdditiveObjective, transferSeconds, weightedObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { TierBounds } from '../infrastructure/tierBounds';
import { brokenConstraints, limitsOf, valuesOf } from '../plan/constraints';
import { isWorstPart, metricArithmetic, noWeights, objectiveWeights } from '../plan/metrics';
import type { Assignment, Evaluation } from '../plan/plan';
import { memoriesMayFill } from '../search/partMemory';
import { problemOf } from './exactPlan';

/** What is known of the optimum under limits, or of a pipeline's throughput. */
export interface LowerBound {
  /** No plan that keeps the constraints has a lower objective value. */
  readonly value: number;
  /** The best plan that was met on the way, if one is better than the plan at hand. */
  readonly better?: Assignment;
  /** Minimum cuts that were made. */
  readonly cuts: number;
}

/** Minimum cuts that a bound may take. */
const mostCuts = 24;
const tolerance = 1e-9;

/**
 * A lower bound of the best plan's value, and often that value itself, where the best plan is no single minimum cut: for
 * throughput, whose value is the slowest stage, and under limits. Stages and limits enter the objective with prices
 * (Lagrangian relaxation; Geoffrion, 1974), under which a minimum cut over the whole graph is a lower bound; the prices
 * that bound best are found by cutting planes (Kelley, 1960). Layers and tensors that alone are too slow for a stage are
 * ruled out before, which is what makes the bound tight.
 * @param plan one that keeps the constraints, the better the tighter the bound.
 */
export function lowerBound(
  costs: CostTables,
  bounds: TierBounds,
  plan: { readonly assignment: Assignment; readonly evaluation: Evaluation },
  work: Work,
): LowerBound {
  return new PricedCuts(costs, bounds, plan.evaluation, work).bound();
}

/** A figure with a limit: it is at most 1 where the plan keeps it. */
interface Row {
  readonly figureOf: (evaluation: Evaluation) => number;
  /** Adds the figure, times a price, to what cuts cost. */
  readonly addTo: (prices: Prices, price: number) => void;
}

/** What cuts cost: an additive objective, and a price per byte of weights on each tier. */
interface Prices {
  readonly weights: Record<AdditiveMetric, number>;
  readonly perSecond: number[];
  readonly perTransferSecond: number[];
  readonly perWeightByte: number[];
}

class PricedCuts {
  private readonly isWorst: boolean;
  private readonly rows: Row[] = [];
  /** What stages may take at most by the limit on throughput. */
  private slowestS = Number.POSITIVE_INFINITY;
  private cuts = 0;
  private best: { readonly value: number; readonly assignment?: Assignment };

  constructor(
    private readonly costs: CostTables,
    private readonly bounds: TierBounds,
    private readonly plan: Evaluation,
    private readonly work: Work,
  ) {
    const { objective, constraints } = costs.infrastructure;
    this.isWorst = isWorstPart(objective);
    this.best = { value: plan.objectiveValue };
    if (this.isWorst) this.addStages(plan.objectiveValue);
    for (const { metric, most } of limitsOf(constraints)) {
      if (isWorstPart(metric)) {
        this.slowestS = most;
        if (!this.isWorst) this.addStages(most);
      } else this.addSum(metric, most);
    }
    if (memoriesMayFill(costs)) this.addMemories();
  }

  bound(): LowerBound {
    const planned = this.plan.objectiveValue;
    if (planned === 0) return this.answer(0);
    const found: Evaluation[] = [];
    let lowest = 0;
    let prices = this.firstPrices();
    while (this.cuts < mostCuts) {
      throwIfCanceled(this.work);
      const next = this.cutUnder(prices);
      // Nothing is left that could be better.
      if (next === undefined) return this.answer(this.best.value);
      lowest = Math.max(lowest, Math.min(next.value, this.best.value));
      if (lowest >= this.best.value * (1 - tolerance)) return this.answer(this.best.value);
      found.push(next.evaluation);
      const master = this.pricesFor(found);
      prices = master.prices;
      if (lowest >= master.value * (1 - tolerance)) break;
    }
    return this.answer(lowest);
  }

  private answer(value: number): LowerBound {
    return { value, cuts: this.cuts, ...(this.best.assignment && { better: this.best.assignment }) };
  }

  /** Every stage, in parts of what it may take. */
  private addStages(mostS: number): void {
    const { tiers } = this.costs.infrastructure;
    for (const [k, { replicas }] of tiers.entries()) {
      this.rows.push({
        figureOf: ({ tiers: loads }) => ((loads[k]?.computeMs ?? 0) * 1e-3) / replicas / mostS,
        addTo: ({ perSecond }, price) => {
          perSecond[k] = (perSecond[k] ?? 0) + price / replicas / mostS;
        },
      });
    }
    for (const l of this.costs.wires.keys()) {
      this.rows.push({
        figureOf: ({ links }) => ((links[l]?.transferMs ?? 0) * 1e-3) / mostS,
        addTo: ({ perTransferSecond }, price) => {
          perTransferSecond[l] = (perTransferSecond[l] ?? 0) + price / mostS;
        },
      });
    }
  }

  private addSum(metric: AdditiveMetric, most: number): void {
    this.rows.push({
      figureOf: (evaluation) => valuesOf(evaluation)[metric] / most,
      addTo: ({ weights }, price) => {
        weights[metric] += price / most;
      },
    });
  }

  /** Weights alone have to fit; what activations take besides is left out. */
  private addMemories(): void {
    for (const [k, { memoryGB }] of this.costs.infrastructure.tiers.entries()) {
      if (memoryGB === undefined) continue;
      const most = memoryGB * 1e9 * (1 + tolerance);
      this.rows.push({
        figureOf: ({ tiers }) => (tiers[k]?.weightBytes ?? 0) / most,
        addTo: ({ perWeightByte }, price) => {
          perWeightByte[k] = (perWeightByte[k] ?? 0) + price / most;
        },
      });
    }
  }

  /** The price of the slowest stage alone for throughput; none for anything else. */
  private firstPrices(): number[] {
    const figures = this.rows.map(({ figureOf }) => figureOf(this.plan));
    const slowest = figures.indexOf(Math.max(...figures.slice(0, this.stageCount())));
    return this.rows.map((_, r) => (this.isWorst && r === slowest ? 1 : 0));
  }

  private stageCount(): number {
    return 2 * this.costs.tiers.length - 1;
  }

  /**
   * The prices under which no mixture of the cuts found so far is cheap, and the value of the cheapest mixture: a linear
   * program over its parts, from a first part that keeps all limits. That is the plan itself; but for throughput, where
   * layers and tensors that are as slow as the plan are ruled out, the plan is no such cut, and must not take part.
   */
  private pricesFor(found: readonly Evaluation[]): { prices: number[]; value: number } {
    const limits = this.isWorst ? this.rows.slice(this.stageCount()) : this.rows;
    const within = found.find((one) => limits.every(({ figureOf }) => figureOf(one) <= 1));
    const first = this.isWorst && within !== undefined ? within : this.plan;
    const others = found.filter((one) => one !== first);
    const unit = this.plan.objectiveValue;
    const figures = [first, ...others].map((one) => this.rows.map(({ figureOf }) => figureOf(one)));
    // Stages stay below the slowest one of the first part, and what that can be lowered by is gained.
    const most = this.isWorst ? Math.max(...(figures[0] ?? []).slice(0, this.stageCount())) : 1;
    const isStage = (r: number) => this.isWorst && r < this.stageCount();
    const rows = this.rows.map((_, r) => {
      const own = figures[0]?.[r] ?? 0;
      return [...others.map((_one, c) => (figures[c + 1]?.[r] ?? 0) - own), isStage(r) ? 1 : 0];
    });
    const right = this.rows.map((_, r) => (isStage(r) ? most : 1) - (figures[0]?.[r] ?? 0));
    const gain = [
      ...others.map((one) => (this.isWorst ? 0 : (first.objectiveValue - one.objectiveValue) / unit)),
      this.isWorst ? 1 : 0,
    ];
    const mixture = [...others.map(() => 1), 0];
    const { value, prices } = maximize(gain, [...rows, mixture], [...right, 1]);
    return { prices: prices.slice(0, -1), value: (this.isWorst ? most - value : 1 - value) * unit };
  }

  /** The cheapest cut under prices and the bound that it gives; nothing where every plan is ruled out. */
  private cutUnder(rowPrices: readonly number[]): { value: number; evaluation: Evaluation } | undefined {
    this.cuts++;
    const { costs } = this;
    const unit = this.plan.objectiveValue;
    const problem = this.problemUnder(rowPrices);
    const { tierOfNode, cost } = solveExactly(problem, this.work);
    if (!Number.isFinite(cost)) return undefined;
    const evaluation = evaluatePlan(costs, tierOfNode);
    this.consider(tierOfNode, evaluation);
    const sumOf = (some: readonly number[]) => some.reduce((sum, price) => sum + price, 0);
    if (!this.isWorst) return { value: (cost - sumOf(rowPrices)) * unit, evaluation };
    // Stages at prices that add up to one are at most as slow as the slowest one.
    const [stages, limits] = [rowPrices.slice(0, this.stageCount()), rowPrices.slice(this.stageCount())];
    return { value: ((cost - sumOf(limits)) / sumOf(stages)) * unit, evaluation };
  }

  /** Keeps a plan that is better than the best so far and within the constraints. */
  private consider(assignment: Assignment, evaluation: Evaluation): void {
    if (!(evaluation.objectiveValue < this.best.value)) return;
    if (brokenConstraints(this.costs.infrastructure, evaluation).length > 0) return;
    this.best = { value: evaluation.objectiveValue, assignment };
  }

  /** Minimum-cut problem in parts of the plan's value. */
  private problemUnder(rowPrices: readonly number[]): ExactProblem {
    const { infrastructure } = this.costs;
    const weights = { ...(objectiveWeights(infrastructure.objective) ?? noWeights) };
    const unit = this.plan.objectiveValue;
    for (const metric of additiveMetrics) weights[metric] /= unit;
    const prices: Prices = {
      weights,
      perSecond: infrastructure.tiers.map(() => 0),
      perTransferSecond: infrastructure.links.map(() => 0),
      perWeightByte: infrastructure.tiers.map(() => 0),
    };
    for (const [r, row] of this.rows.entries()) row.addTo(prices, rowPrices[r] ?? 0);
    const problem = problemOf(this.costs, this.objectiveOf(prices), this.bounds);
    this.addWeights(problem, prices);
    this.ruleOut(problem);
    return problem;
  }

  private objectiveOf(prices: Prices): AdditiveObjective {
    const { infrastructure } = this.costs;
    const { weights, perSecond, perTransferSecond } = prices;
    const sums = weightedObjective(infrastructure, weights);
    const { crossing, sending } = metricArithmetic.latency;
    const { links } = infrastructure;
    return {
      perSecond: perSecond.map((price, k) => price + (sums.perSecond[k] ?? 0)),
      perCrossing: links.map((link, l) => crossing(perTransferSecond[l] ?? 0, link) + (sums.perCrossing[l] ?? 0)),
      perByte: links.map((link, l) => sending(perTransferSecond[l] ?? 0, link) + (sums.perByte[l] ?? 0)),
    };
  }

  private addWeights({ nodeCost, tierCount }: ExactProblem, { perWeightByte }: Prices): void {
    if (perWeightByte.every((price) => price === 0)) return;
    for (const [node, { weightBytes }] of this.costs.graph.nodes.entries()) {
      for (const [tier, price] of perWeightByte.entries()) {
        const at = node * tierCount + tier;
        nodeCost[at] = (nodeCost[at] ?? 0) + weightBytes * price;
      }
    }
  }

  /** Forbids what no better plan, or none within the limit on throughput, can have: a layer or a tensor that is too slow. */
  private ruleOut({ nodeCost, crossingCost, tierCount }: ExactProblem): void {
    const below = this.isWorst ? this.best.value * (1 - 1e-12) : Number.POSITIVE_INFINITY;
    const isTooSlow = (seconds: number) => seconds >= below || seconds > this.slowestS;
    if (below === Number.POSITIVE_INFINITY && this.slowestS === Number.POSITIVE_INFINITY) return;
    for (const [tier, { seconds, tier: machine }] of this.costs.tiers.entries()) {
      for (let node = 0; node < seconds.length; node++) {
        if (isTooSlow((seconds[node] ?? 0) / machine.replicas))
          nodeCost[node * tierCount + tier] = Number.POSITIVE_INFINITY;
      }
    }
    for (const [l, { tensorBytes }] of this.costs.wires.entries()) {
      const link = this.costs.infrastructure.links[l];
      for (let tensor = 0; link !== undefined && tensor < tensorBytes.length; tensor++) {
        if (!isTooSlow(transferSeconds(tensorBytes[tensor] ?? 0, link))) continue;
        crossingCost[tensor * (tierCount - 1) + l] = Number.POSITIVE_INFINITY;
      }
    }
  }
}
