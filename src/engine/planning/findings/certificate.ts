import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import { brokenConstraints } from '../plan/constraints';
import { isWorstPart } from '../plan/metrics';
import type { Assignment, Certificate, Evaluation, FoundPlan, Plan } from '../plan/plan';
import { planByMinimumCut } from '../strategies/exact';
import type { StrategyContext } from '../strategies/strategy';

/** Gaps below this, in parts of the value, are rounding. */
const rounding = 1e-9;

/**
 * How far a plan is from the true optimum over all assignments: exact value, and the gap in percent of it. The optimum of
 * an objective that adds up is one minimum cut. For throughput, and where that optimum breaks a limit, there is a lower
 * bound instead, unless it meets the plan, which proves that as well; `unavailable` says so.
 * @param context without the cuts that are decided for the plan, since these are what the proof is about.
 * @param quick leaves the bound out, which takes several minimum cuts.
 * @throws DnnSplitError `canceled`
 */
export function certify(context: StrategyContext, plan: Plan, quick: boolean): Certificate {
  const { evaluation } = plan;
  const { infrastructure } = context.costs;
  if (!Number.isFinite(evaluation.objectiveValue)) return withoutOptimum(say('proof.noValue', {}).text);
  if (context.search.findsOptimum) return certifyByOptimum(context, plan);
  if (isWorstPart(infrastructure.objective)) {
    if (quick) return withoutOptimum(say('proof.afterComparison', {}).text);
    return certifyByOptimum(context, plan, 'proof.boundThroughput');
  }
  const optimum = attempt(context, planByMinimumCut);
  if (typeof optimum === 'string') return withoutOptimum(optimum);
  const value = Math.min(optimum.objectiveValue, evaluation.objectiveValue);
  const broken = brokenConstraints(infrastructure, optimum);
  const isMet = value >= evaluation.objectiveValue * (1 - rounding);
  if (broken.length === 0 || isMet) return { ...gapTo(evaluation, value), exactLatencyMs: optimum.latencyMs };
  if (!quick) return certifyByOptimum(context, plan);
  return {
    ...gapTo(evaluation, value),
    exactLatencyMs: optimum.latencyMs,
    isBound: true,
    unavailable: say('proof.limitsBroken', { limits: broken.join(' and ') }).text,
  };
}

/** A certificate without an exact value, and why there is none. */
export function withoutOptimum(unavailable: string): Certificate {
  return { exactValue: Number.NaN, exactLatencyMs: Number.NaN, gapPercent: Number.NaN, unavailable };
}

/** By the search for the true optimum, or what it proves in the time there is. */
function certifyByOptimum(
  { costs, optimum }: StrategyContext,
  { evaluation }: Plan,
  reason: 'proof.boundLimits' | 'proof.boundThroughput' = 'proof.boundLimits',
): Certificate {
  const { best, bound, isProven } = optimum.optimum;
  const lowest = Math.min(bound, evaluation.objectiveValue);
  const isMet = lowest >= evaluation.objectiveValue * (1 - rounding);
  const value = isMet ? evaluation.objectiveValue : lowest;
  const isOptimum = isMet || (isProven && best !== undefined && bound >= best.value * (1 - rounding));
  const isLatency = costs.infrastructure.objective === 'latency';
  return {
    ...gapTo(evaluation, value),
    exactLatencyMs: isLatency ? value * 1e3 : isOptimum && best ? latencyOf(costs, best.assignment) : Number.NaN,
    ...(!isOptimum && {
      isBound: true,
      unavailable: say(reason, {}).text,
    }),
  };
}

function latencyOf(costs: CostTables, assignment: Assignment): number {
  return evaluatePlan(costs, assignment).latencyMs;
}

/** What a planner finds, or why it finds nothing. */
function attempt(context: StrategyContext, run: (context: StrategyContext) => FoundPlan): Evaluation | string {
  try {
    return evaluatePlan(context.costs, run(context).assignment);
  } catch (error) {
    if (DnnSplitError.is(error) && error.code !== 'canceled') return error.message;
    throw error;
  }
}

function gapTo(
  { objectiveValue }: Evaluation,
  exactValue: number,
): Pick<Certificate, 'exactValue' | 'gapPercent' | 'unavailable'> {
  if (exactValue >= objectiveValue) return { exactValue, gapPercent: 0 };
  const gapPercent = ((objectiveValue - exactValue) / exactValue) * 100;
  const isFree = exactValue === 0;
  return { exactValue, gapPercent, ...(isFree && { unavailable: say('proof.free', {}).text }) };
}
