import { say } from '../../../shared/messages/say';
import { namedStrategies, type Strategy } from '../../../shared/vocabulary/strategies';
import { DnnSplitError } from '../../../shared/work/errors';
import { throwIfCanceled } from '../../../shared/work/work';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import { mayRunOn, type TierBounds, tierBounds } from '../infrastructure/tierBounds';
import { brokenConstraints } from '../plan/constraints';
import type { Assignment, Plan } from '../plan/plan';
import { rankExhaustively } from '../strategies/exhaustive';
import { strategies } from '../strategies/registry';
import type { StrategyContext } from '../strategies/strategy';

/** What one strategy gives, beside the plan. */
export interface StrategyOutcome {
  readonly strategy: Strategy;
  /** Absent where the strategy cannot plan here. */
  readonly plan?: Plan;
  /** Objective value over the plan's; above 1 is worse than the plan. */
  readonly relative: number;
  /** Why there is no plan, or which constraints the plan breaks. */
  readonly unavailable?: string;
}

/**
 * Plans with one strategy.
 * @throws DnnSplitError what the strategy throws; `infeasible` where it knows less than the constraints ask for and comes
 * back with a plan that breaks one.
 */
export function planWith(context: StrategyContext, strategy: Strategy): Plan {
  const plan = runStrategy(context, strategy);
  const broken = brokenBy(context.costs, context.bounds, plan);
  if (broken.length === 0) return plan;
  throw new DnnSplitError(
    'infeasible',
    say('strategy.breaksLimits', { strategy: plan.strategy, limits: broken.join(' and ') }),
  );
}

/** Everything on one tier, for every tier. */
export function singleTierOutcomes(context: StrategyContext, plan: Plan): StrategyOutcome[] {
  return context.costs.infrastructure.tiers.map(({ id }) => outcomeOf(context, plan, `single:${id}`));
}

/** What every other strategy gives. */
export function otherStrategies(context: StrategyContext, plan: Plan): StrategyOutcome[] {
  const others = namedStrategies.filter((strategy) => strategy !== plan.strategy);
  return others.map((strategy) => {
    throwIfCanceled(context.work);
    context.work.report(say('stage.comparing', { strategy }).text);
    return outcomeOf(context, plan, strategy);
  });
}

/** The best plans over all positions of the order, best first. */
export function rankedPlans(context: StrategyContext, top: number): Plan[] {
  const { plans, evaluated } = rankExhaustively(context, top);
  return plans.map((assignment) => completePlan(context.costs, 'exhaustive', assignment, evaluated));
}

function runStrategy(context: StrategyContext, strategy: Strategy): Plan {
  const { costs } = context;
  const single = costs.infrastructure.tiers.findIndex((tier) => `single:${tier.id}` === strategy);
  if (single >= 0) return completePlan(costs, strategy, new Uint8Array(costs.graph.nodes.length).fill(single), 1);
  const named = namedStrategies.find((one) => one === strategy);
  if (named === undefined) throw new DnnSplitError('bad-usage', say('strategy.unknown', { strategy }));
  const { assignment, evaluatedPlans } = strategies[named](context);
  return completePlan(costs, strategy, assignment, evaluatedPlans);
}

function completePlan(costs: CostTables, strategy: Strategy, assignment: Assignment, evaluatedPlans: number): Plan {
  return { strategy, assignment, evaluatedPlans, evaluation: evaluatePlan(costs, assignment) };
}

/** What one strategy gives, measured against a plan. */
export function outcomeOf(context: StrategyContext, reference: Plan, strategy: Strategy): StrategyOutcome {
  const { costs, fixedCuts } = context;
  try {
    const plan = runStrategy(context, strategy);
    const relative = relativeTo(plan.evaluation.objectiveValue, reference.evaluation.objectiveValue);
    // Cuts that are tried out bind the plan, not what it is compared with.
    const isTrying = fixedCuts.some((cut) => cut !== null);
    const bounds = isTrying ? tierBounds(costs.graph, costs.infrastructure) : context.bounds;
    const broken = brokenBy(costs, bounds, plan);
    const reasons = [
      ...(Number.isFinite(plan.evaluation.latencyMs) ? [] : ['sends a tensor of unknown size']),
      ...(broken.length > 0 ? [`breaks ${broken.join(' and ')}`] : []),
    ];
    return { strategy, plan, relative, ...(reasons.length > 0 && { unavailable: `It ${reasons.join(', and ')}.` }) };
  } catch (error) {
    if (!DnnSplitError.is(error) || error.code === 'canceled') throw error;
    return { strategy, relative: Number.NaN, unavailable: error.message };
  }
}

/** Which constraints a plan breaks, in words. */
function brokenBy({ infrastructure }: CostTables, bounds: TierBounds, { assignment, evaluation }: Plan): string[] {
  const broken = brokenConstraints(infrastructure, evaluation);
  const isWithin = !bounds.restricts || assignment.every((tier, node) => mayRunOn(bounds, node, tier));
  return isWithin ? broken : [...broken, 'the pins or the tiers that are left out'];
}

function relativeTo(value: number, reference: number): number {
  return value === reference ? 1 : value / reference;
}
