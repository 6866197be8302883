import { DnnSplitError } from '../../../protocol/errors';
import { evaluatePlan } from '../evaluate';
import { cutBetweenOuterTiers, noTwoTierPlan, outerTiers, type TwoTierWeights } from '../exact/twoTiers';
import type { Assignment, Evaluation } from '../plan';
import type { FoundPlan, StrategyContext } from '../strategy';

/** DADS under light load (Hu et al., INFOCOM 2019, algorithm DSL): least latency over two tiers by one minimum cut. */
export function dadsLight(context: StrategyContext): FoundPlan {
  const assignment = cutBetweenOuterTiers(context, { lower: 1, upper: 1, transfer: 1 });
  if (assignment === undefined) throw noTwoTierPlan();
  return { assignment, evaluatedPlans: 1 };
}

/** Cuts that DSH tries after the first one, which alone carries the guarantee. */
const heavyRounds = 24;

/**
 * DADS under heavy load (Hu et al., INFOCOM 2019, algorithm DSH): least time of the slowest of lower tier, transfer and
 * upper tier. The cut of least sum is at most three times the optimum, since a maximum of three is at least a third of
 * their sum; further cuts give the slowest stage more weight each time, and the best of all is kept.
 */
export function dadsHeavy(context: StrategyContext): FoundPlan {
  let weights: TwoTierWeights = { lower: 1, upper: 1, transfer: 1 };
  let best: { assignment: Assignment; slowestS: number } | undefined;
  let evaluatedPlans = 0;
  for (let round = 0; round <= heavyRounds; round += 1) {
    const assignment = cutBetweenOuterTiers(context, weights);
    if (assignment === undefined) break;
    evaluatedPlans += 1;
    const stages = stagesOf(context, evaluatePlan(context.costs, assignment));
    const slowestS = Math.max(stages.lower, stages.upper, stages.transfer);
    if (best === undefined || slowestS < best.slowestS) best = { assignment, slowestS };
    const step = 1 + 1 / (1 + round);
    weights = {
      lower: weights.lower * (stages.lower === slowestS ? step : 1),
      upper: weights.upper * (stages.upper === slowestS ? step : 1),
      transfer: weights.transfer * (stages.transfer === slowestS ? step : 1),
    };
  }
  if (best === undefined) throw noTwoTierPlan();
  return { assignment: best.assignment, evaluatedPlans };
}

/** Halvings of the multiplier's range; the range ends where the budget holds. */
const budgetRounds = 40;

/**
 * DNN Surgery (Liang et al., IEEE TCC 2023): least latency over two tiers under a budget for the upper tier, here
 * `constraints.maxCostPerRequest`. The budget enters as a price per busy second of the upper tier, found by bisection.
 * @throws DnnSplitError `bad-usage` without a budget; `infeasible` when no cut keeps it
 */
export function dnnSurgery(context: StrategyContext): FoundPlan {
  const budget = context.costs.infrastructure.constraints.maxCostPerRequest;
  if (budget === undefined) {
    throw new DnnSplitError('bad-usage', 'dnn-surgery needs a budget: set `constraints.maxCostPerRequest`.');
  }
  let evaluatedPlans = 0;
  const tryPrice = (price: number) => {
    const assignment = cutBetweenOuterTiers(context, { lower: 1, upper: 1 + price, transfer: 1 });
    if (assignment === undefined) throw noTwoTierPlan();
    evaluatedPlans += 1;
    const upper = evaluatePlan(context.costs, assignment).tiers[outerTiers(context).upper];
    return { assignment, keeps: (upper?.costPerRequest ?? 0) <= budget };
  };
  let best = tryPrice(0);
  if (best.keeps) return { assignment: best.assignment, evaluatedPlans };
  let tooLow = 0;
  let enough = 1;
  for (; evaluatedPlans < budgetRounds; enough *= 4) {
    best = tryPrice(enough);
    if (best.keeps) break;
    tooLow = enough;
  }
  if (!best.keeps) {
    throw new DnnSplitError(
      'infeasible',
      'No cut keeps the upper tier within `constraints.maxCostPerRequest`; raise it.',
    );
  }
  for (let round = 0; round < budgetRounds; round += 1) {
    const price = (tooLow + enough) / 2;
    const found = tryPrice(price);
    if (found.keeps) {
      best = found;
      enough = price;
    } else {
      tooLow = price;
    }
  }
  return { assignment: best.assignment, evaluatedPlans };
}

function stagesOf(context: StrategyContext, evaluation: Evaluation): TwoTierWeights {
  const { lower, upper } = outerTiers(context);
  const seconds = (tier: number) =>
    ((evaluation.tiers[tier]?.computeMs ?? 0) * 1e-3) / (context.costs.infrastructure.tiers[tier]?.replicas ?? 1);
  const transfer = evaluation.links.reduce((slowest, link) => Math.max(slowest, link.transferMs * 1e-3), 0);
  return { lower: seconds(lower), upper: seconds(upper), transfer };
}
