import { DnnSplitError } from '../../../shared/errors';
import { evaluatePlan } from '../costs/evaluate';
import { lowerBound } from '../optimum/lowerBound';
import { brokenConstraints } from '../plan/constraints';
import { isWorstPart } from '../plan/metrics';
import type { Certificate, Evaluation, FoundPlan, Plan } from '../plan/plan';
import { planOverCandidates } from '../strategies/dnnsplit';
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
  if (!Number.isFinite(evaluation.objectiveValue)) return withoutOptimum('The plan has no value to compare.');
  if (context.search.coversAllCuts) return certifyBySearch(context, plan);
  if (isWorstPart(infrastructure.objective)) {
    if (quick) return withoutOptimum('For throughput it is computed with the comparison of strategies.');
    return certifyByBound(context, plan, 0, 'For throughput');
  }
  const optimum = attempt(context, planByMinimumCut);
  if (typeof optimum === 'string') return withoutOptimum(optimum);
  const value = Math.min(optimum.objectiveValue, evaluation.objectiveValue);
  const broken = brokenConstraints(infrastructure, optimum);
  const isMet = value >= evaluation.objectiveValue * (1 - rounding);
  if (broken.length === 0 || isMet) return { ...gapTo(evaluation, value), exactLatencyMs: optimum.latencyMs };
  if (!quick) return certifyByBound(context, plan, value, 'Under limits');
  return {
    ...gapTo(evaluation, value),
    exactLatencyMs: optimum.latencyMs,
    isBound: true,
    unavailable: `The optimum without limits breaks ${broken.join(' and ')}; its value is a lower bound of every plan within them, and the gap an upper bound.`,
  };
}

/** A certificate without an exact value, and why there is none. */
export function withoutOptimum(unavailable: string): Certificate {
  return { exactValue: Number.NaN, exactLatencyMs: Number.NaN, gapPercent: Number.NaN, unavailable };
}

/** The best plan of a search that leaves no cut out is the optimum, under whatever constraints. */
function certifyBySearch(context: StrategyContext, { evaluation }: Plan): Certificate {
  const optimum = attempt(context, planOverCandidates);
  if (typeof optimum === 'string') return withoutOptimum(optimum);
  const value = Math.min(optimum.objectiveValue, evaluation.objectiveValue);
  return { ...gapTo(evaluation, value), exactLatencyMs: optimum.latencyMs };
}

/** @param least a lower bound that is known already. */
function certifyByBound(context: StrategyContext, plan: Plan, least: number, where: string): Certificate {
  const { costs, bounds, work } = context;
  const { value, better } = lowerBound(costs, bounds, bestKnown(context, plan), work);
  const lowest = Math.min(Math.max(value, least), plan.evaluation.objectiveValue);
  const exactLatencyMs = costs.infrastructure.objective === 'latency' ? lowest * 1e3 : Number.NaN;
  const isMet = lowest >= plan.evaluation.objectiveValue * (1 - rounding);
  if (isMet) return { ...gapTo(plan.evaluation, plan.evaluation.objectiveValue), exactLatencyMs };
  const found = better && evaluatePlan(costs, better).objectiveValue;
  const isOptimum = found !== undefined && lowest >= found * (1 - rounding);
  return {
    ...gapTo(plan.evaluation, lowest),
    exactLatencyMs,
    ...(!isOptimum && {
      isBound: true,
      unavailable: `${where} this is a lower bound of every plan's value, and the gap an upper bound.`,
    }),
  };
}

/** The better of the plan and what a search over candidates and positions finds: the better, the tighter the bound. */
function bestKnown(context: StrategyContext, plan: Plan): Pick<Plan, 'assignment' | 'evaluation'> {
  try {
    const { assignment } = planOverCandidates(context);
    const evaluation = evaluatePlan(context.costs, assignment);
    const isBetter = evaluation.objectiveValue < plan.evaluation.objectiveValue;
    return isBetter && brokenConstraints(context.costs.infrastructure, evaluation).length === 0
      ? { assignment, evaluation }
      : plan;
  } catch (error) {
    if (DnnSplitError.is(error) && error.code !== 'canceled') return plan;
    throw error;
  }
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
  return { exactValue, gapPercent, ...(isFree && { unavailable: 'The optimum is 0, so there is no gap in percent.' }) };
}
