import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import { evaluatePlan } from '../costs/evaluate';
import { sendingValue, wayOf } from '../plan/metrics';
import type { Assignment, Evaluation, FoundPlan } from '../plan/plan';
import type { StrategyContext } from './strategy';
import { cutBetween, noTwoTierPlan, type TierPair, type TwoTierWeights, tierPairs } from './twoTiers';

const plainLatency: TwoTierWeights = { lower: 1, upper: 1, transfer: 1 };

/** The best cut that was tried so far, by a figure of which less is better. */
interface Best {
  readonly assignment: Assignment;
  readonly figure: number;
}

function better(best: Best | undefined, found: Best | undefined): Best | undefined {
  if (best === undefined || found === undefined) return best ?? found;
  return found.figure < best.figure ? found : best;
}

/** DADS under light load (Hu et al., INFOCOM 2019, algorithm DSL): least latency over two tiers by one minimum cut. */
export function dadsLight(context: StrategyContext): FoundPlan {
  let best: Best | undefined;
  const pairs = tierPairs(context);
  for (const pair of pairs) {
    const assignment = cutBetween(context, pair, plainLatency);
    if (assignment === undefined) continue;
    best = better(best, { assignment, figure: evaluatePlan(context.costs, assignment).latencyMs });
  }
  if (best === undefined) throw noTwoTierPlan();
  return { assignment: best.assignment, evaluatedPlans: pairs.length };
}

/** How often DSH raises weights after the first cut, which alone carries the guarantee. */
const heavyRounds = 24;
/** Rounds that are tried in turn, before the last one and those between. */
const oneByOne = 3;
/** A bound rules nothing out that is nearer than rounding may be. */
const roundingSlack = 1e-9;

/**
 * DADS under heavy load (Hu et al., INFOCOM 2019, algorithm DSH): least time of the slowest of lower tier, transfer and
 * upper tier. The cut of least sum is at most four times the optimum, since a maximum of four stages (an answer on its way
 * back is one too) is at least a quarter of their sum; three where answers stay. Further cuts give the slowest stage more
 * weight each time, and the best of all is kept. Two tiers are given up once none of their cuts can be the best of all.
 */
export function dadsHeavy(context: StrategyContext): FoundPlan {
  const attempts = tierPairs(context).map((pair) => new HeavyAttempt(context, pair));
  const best = () => attempts.reduce<Best | undefined>((least, { best: one }) => better(least, one), undefined);
  const mayWin = ({ isDone, leastS }: HeavyAttempt) =>
    !isDone && leastS <= (best()?.figure ?? Number.POSITIVE_INFINITY) * (1 - roundingSlack);
  for (let open = attempts; open.length > 0; open = open.filter(mayWin)) {
    for (const attempt of open) if (mayWin(attempt)) attempt.cutAgain();
  }
  const found = best();
  if (found === undefined) throw noTwoTierPlan();
  return { assignment: found.assignment, evaluatedPlans: attempts.reduce((sum, { cuts }) => sum + cuts, 0) };
}

/** A cut under the weights of some round. */
interface HeavyCut {
  readonly round: number;
  readonly weights: TwoTierWeights;
  readonly stages: Stages;
}

/** The cuts between two tiers, each under other weights. */
class HeavyAttempt {
  best: Best | undefined;
  cuts = 0;
  isDone = false;
  /** No cut between the two tiers has a slowest stage that is faster, in seconds. */
  leastS = 0;
  private last: HeavyCut | undefined;

  constructor(
    private readonly context: StrategyContext,
    private readonly pair: TierPair,
  ) {}

  /** Goes on to the next round that finds another cut. */
  cutAgain(): void {
    this.last = this.last === undefined ? this.cutUnder(0, plainLatency) : this.nextOther(this.last);
    this.isDone = this.last === undefined || this.last.round >= heavyRounds;
  }

  /**
   * Between two rounds that find the same cut all others find it too: only one weight grows until another stage is the
   * slowest, and the least sum over cuts, which are lines over that weight, is concave.
   */
  private nextOther(from: HeavyCut): HeavyCut | undefined {
    const at = (round: number) => this.cutUnder(round, raised(from, round));
    const isOther = (cut: HeavyCut) => !sameStages(cut.stages, from.stages);
    let same = from.round;
    for (const end = Math.min(same + oneByOne, heavyRounds); same < end; same += 1) {
      const next = at(same + 1);
      if (next === undefined || isOther(next) || next.round === heavyRounds) return next;
    }
    let other = at(heavyRounds);
    if (other === undefined || !isOther(other)) return other;
    while (other.round - same > 1) {
      const cut = at((same + other.round) >> 1);
      if (cut === undefined) return undefined;
      if (isOther(cut)) other = cut;
      else same = cut.round;
    }
    return other;
  }

  private cutUnder(round: number, weights: TwoTierWeights): HeavyCut | undefined {
    const { context, pair } = this;
    const assignment = cutBetween(context, pair, weights, 'throughput');
    if (assignment === undefined) return undefined;
    this.cuts += 1;
    const stages = stagesOf(context, pair, evaluatePlan(context.costs, assignment));
    this.best = better(this.best, { assignment, figure: slowestOf(stages) });
    this.leastS = Math.max(this.leastS, meanStageS(stages, weightsOfStages(context, pair, weights)));
    return { round, weights, stages };
  }
}

/** The weights of a later round, where every round between gives the same stage more. */
function raised({ round, weights, stages }: HeavyCut, later: number): TwoTierWeights {
  // Round r multiplies by 1 + 1 / (1 + r).
  const factor = (later + 1) / (round + 1);
  const slowestS = slowestOf(stages);
  return {
    lower: weights.lower * (stages.lower === slowestS ? factor : 1),
    upper: weights.upper * (stages.upper === slowestS ? factor : 1),
    transfer: weights.transfer * (stages.transfers.includes(slowestS) ? factor : 1),
  };
}

function slowestOf({ lower, upper, transfers }: Stages): number {
  return Math.max(lower, upper, ...transfers);
}

function sameStages(a: Stages, b: Stages): boolean {
  const areSame = a.transfers.every((seconds, index) => seconds === b.transfers[index]);
  return areSame && a.lower === b.lower && a.upper === b.upper;
}

/**
 * Mean seconds of the stages under the weights of a cut. Where that cut has the least sum under them, no cut's slowest stage
 * is faster, since a maximum is at least every mean.
 */
function meanStageS({ lower, upper, transfers }: Stages, weights: TwoTierWeights): number {
  const sent = transfers.reduce((sum, seconds) => sum + seconds, 0);
  const sum = weights.lower * lower + weights.upper * upper + weights.transfer * sent;
  return sum / (weights.lower + weights.upper + weights.transfer * transfers.length);
}

/** The weights per second of a stage, of which a tier with replicas is busy with several at a time. */
function weightsOfStages(
  { costs }: StrategyContext,
  { lower, upper }: TierPair,
  weights: TwoTierWeights,
): TwoTierWeights {
  const replicas = (k: number) => costs.infrastructure.tiers[k]?.replicas ?? 1;
  return { ...weights, lower: weights.lower * replicas(lower), upper: weights.upper * replicas(upper) };
}

/** Steps in which the price of the upper tier is first raised and then narrowed down. */
const raisingRounds = 30;
const narrowingRounds = 40;

/**
 * DNN Surgery (Liang et al., IEEE TCC 2023): least latency over two tiers under a budget for the upper tier, here
 * `constraints.maxCostPerRequest`. The budget enters as a price per busy second of the upper tier, found by bisection.
 * @throws DnnSplitError `bad-usage` without a budget; `infeasible` when no cut keeps it
 */
export function dnnSurgery(context: StrategyContext): FoundPlan {
  const budget = context.costs.infrastructure.constraints.maxCostPerRequest;
  if (budget === undefined) {
    throw new DnnSplitError('bad-usage', say('strategy.needsBudget', {}));
  }
  let best: Best | undefined;
  let evaluatedPlans = 0;
  for (const pair of tierPairs(context)) {
    const tryPrice = (price: number): Best | undefined => {
      const assignment = cutBetween(context, pair, { ...plainLatency, upper: 1 + price });
      if (assignment === undefined) return undefined;
      evaluatedPlans += 1;
      const evaluation = evaluatePlan(context.costs, assignment);
      const keeps = (evaluation.tiers[pair.upper]?.costPerRequest ?? 0) <= budget;
      return keeps ? { assignment, figure: evaluation.latencyMs } : undefined;
    };
    best = better(best, leastPrice(tryPrice));
  }
  if (best !== undefined) return { assignment: best.assignment, evaluatedPlans };
  throw new DnnSplitError('infeasible', say('strategy.overBudget', {}));
}

/** The cut at the lowest price that keeps the budget, and so the fastest one that this search can reach. */
function leastPrice(tryPrice: (price: number) => Best | undefined): Best | undefined {
  let best = tryPrice(0);
  let tooLow = 0;
  let enough = 1;
  for (let round = 0; best === undefined && round < raisingRounds; round += 1) {
    best = tryPrice(enough);
    if (best !== undefined) break;
    tooLow = enough;
    enough *= 4;
  }
  for (let round = 0; best !== undefined && tooLow > 0 && round < narrowingRounds; round += 1) {
    const price = (tooLow + enough) / 2;
    const found = tryPrice(price);
    if (found === undefined) {
      tooLow = price;
    } else {
      best = found;
      enough = price;
    }
  }
  return best;
}

/** Seconds that each stage between two tiers is busy with a request. */
interface Stages {
  readonly lower: number;
  readonly upper: number;
  /** Per link that may be used, up and where anything comes back down. */
  readonly transfers: readonly number[];
}

function stagesOf(context: StrategyContext, { lower, upper }: TierPair, evaluation: Evaluation): Stages {
  const { infrastructure, answers } = context.costs;
  const { tiers } = infrastructure;
  const seconds = (k: number) => ((evaluation.tiers[k]?.computeMs ?? 0) * 1e-3) / (tiers[k]?.replicas ?? 1);
  const transfers = evaluation.links
    .slice(0, upper)
    .flatMap(({ bytes, answerBytes }, l) => [
      sendingValue('throughput', bytes, wayOf(infrastructure, l, 'up')),
      ...(answers.comesBack ? [sendingValue('throughput', answerBytes, wayOf(infrastructure, l, 'down'))] : []),
    ]);
  return { lower: seconds(lower), upper: seconds(upper), transfers };
}
