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

/** Cuts that DSH tries after the first one, which alone carries the guarantee. */
const heavyRounds = 24;

/**
 * DADS under heavy load (Hu et al., INFOCOM 2019, algorithm DSH): least time of the slowest of lower tier, transfer and
 * upper tier. The cut of least sum is at most four times the optimum, since a maximum of four stages (an answer on its way
 * back is one too) is at least a quarter of their sum; three where answers stay. Further cuts give the slowest stage more weight each time, and the best of all is kept.
 */
export function dadsHeavy(context: StrategyContext): FoundPlan {
  let best: Best | undefined;
  let evaluatedPlans = 0;
  for (const pair of tierPairs(context)) {
    let weights = plainLatency;
    for (let round = 0; round <= heavyRounds; round += 1) {
      const assignment = cutBetween(context, pair, weights, 'throughput');
      if (assignment === undefined) break;
      evaluatedPlans += 1;
      const stages = stagesOf(context, pair, evaluatePlan(context.costs, assignment));
      const slowestS = Math.max(stages.lower, stages.upper, stages.transfer);
      best = better(best, { assignment, figure: slowestS });
      const step = 1 + 1 / (1 + round);
      weights = {
        lower: weights.lower * (stages.lower === slowestS ? step : 1),
        upper: weights.upper * (stages.upper === slowestS ? step : 1),
        transfer: weights.transfer * (stages.transfer === slowestS ? step : 1),
      };
    }
  }
  if (best === undefined) throw noTwoTierPlan();
  return { assignment: best.assignment, evaluatedPlans };
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

function stagesOf(context: StrategyContext, { lower, upper }: TierPair, evaluation: Evaluation): TwoTierWeights {
  const { infrastructure } = context.costs;
  const { tiers } = infrastructure;
  const seconds = (k: number) => ((evaluation.tiers[k]?.computeMs ?? 0) * 1e-3) / (tiers[k]?.replicas ?? 1);
  const transfer = evaluation.links.reduce((slowest, { bytes, answerBytes }, l) => {
    const upS = sendingValue('throughput', bytes, wayOf(infrastructure, l, 'up'));
    return Math.max(slowest, upS, sendingValue('throughput', answerBytes, wayOf(infrastructure, l, 'down')));
  }, 0);
  return { lower: seconds(lower), upper: seconds(upper), transfer };
}
