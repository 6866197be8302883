import { DnnSplitError } from '../../protocol/errors';
import { brokenConstraints } from './constraints';
import type { CostTables } from './costTables';
import { evaluatePlan } from './evaluate';
import type { Certificate, Evaluation } from './plan';
import type { FoundPlan } from './strategy';

/**
 * How far a plan is from the true optimum: exact value, and the gap in percent of it. Where the optimum breaks a limit
 * that the exact search does not know, its value is a lower bound and the gap an upper bound, which `unavailable` says.
 * @param solve the exact planner; none where there is none for this objective.
 */
export function certify(costs: CostTables, plan: Evaluation, solve: (() => FoundPlan) | undefined): Certificate {
  if (solve === undefined) return withoutOptimum('There is no exact planner for this objective.');
  let optimum: Evaluation;
  try {
    optimum = evaluatePlan(costs, solve().assignment);
  } catch (error) {
    if (!DnnSplitError.is(error) || error.code === 'canceled') throw error;
    return withoutOptimum(error.message);
  }
  const exactValue = Math.min(optimum.objectiveValue, plan.objectiveValue);
  const gapPercent = exactValue === plan.objectiveValue ? 0 : ((plan.objectiveValue - exactValue) / exactValue) * 100;
  const broken = brokenConstraints(costs.infrastructure, optimum);
  return {
    exactValue,
    exactLatencyMs: optimum.latencyMs,
    gapPercent,
    ...(broken.length > 0 && {
      unavailable: `The optimum without limits breaks ${broken.join(' and ')}; its value is a lower bound of every plan within them, and the gap an upper bound.`,
    }),
  };
}

/** A certificate without an exact value, and why there is none. */
export function withoutOptimum(unavailable: string): Certificate {
  return { exactValue: Number.NaN, exactLatencyMs: Number.NaN, gapPercent: Number.NaN, unavailable };
}
