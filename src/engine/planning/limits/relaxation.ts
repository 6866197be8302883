import { DnnSplitError } from '../../../shared/errors';
import { either, type Sentence, say } from '../../../shared/messages/say';
import { type Metric, metricEntry, metricLimitedBy, metricTable } from '../../../shared/metrics';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { OptimumSearch } from '../optimum/optimumSearch';
import { type Limit, limitsOf } from '../plan/constraints';
import type { Change } from '../plan/plan';
import { memoriesMayFill } from '../search/partMemory';
import type { PlanSearch } from '../search/planSearch';
import { fasterLinks } from './fasterLinks';
import { notFoundError } from './notFound';
import { roundedAway } from './rounding';
import { type Freed, mostOf, type Way, waysWithout } from './ways';

/** The least that has to be relaxed for a plan to be possible. */
export interface Relaxation {
  readonly changes: readonly Change[];
  /** Changes of another limit that would do as well, instead. */
  readonly alternatives: readonly (readonly Change[])[];
  readonly way: Way;
  /** True where it is proven that fewer changes are not enough. */
  readonly isFewest: boolean;
}

/**
 * The least change of limits that leaves a plan: one limit where that is enough, else the fewest that are, and of those
 * the ones that change least in proportion.
 * @param costs other figures of the same tables, such as another bandwidth.
 * @param optimum asked where the search leaves cuts out.
 * @returns nothing where no change of limits is enough.
 */
export function leastRelaxation(
  search: PlanSearch,
  costs: CostTables = search.costs,
  optimum?: OptimumSearch,
): Relaxation | undefined {
  const { constraints } = costs.infrastructure;
  const limits: Freed[] = [...limitsOf(constraints), ...(memoriesMayFill(costs) ? ['memory' as const] : [])];
  let isFewest = true;
  for (let count = 1; count <= limits.length; count++) {
    const { ways, areAll } = waysWithout(search, costs, limits, count, optimum);
    const [best, ...others] = ways.sort((a, b) => a.change - b.change);
    if (best === undefined) {
      isFewest &&= areAll;
      continue;
    }
    return {
      changes: changesOf(costs, best),
      alternatives: count === 1 ? others.map((way) => changesOf(costs, way)) : [],
      way: best,
      isFewest,
    };
  }
  return undefined;
}

/**
 * The error for constraints that no plan keeps: what to relax, by how much, and what would do instead; or, without a
 * proof of that, for constraints that no plan was found for in time.
 */
export function infeasibleError(
  search: PlanSearch,
  optimum: OptimumSearch,
  dropped: readonly Sentence[],
): DnnSplitError {
  const { constraints } = search.costs.infrastructure;
  const limits = limitsOf(constraints);
  const relaxation = leastRelaxation(search, search.costs, optimum);
  if (!optimum.optimum.isProven) {
    const instead = [adviceOn(relaxation?.changes ?? []), ...dropped].filter((one) => one !== undefined);
    return notFoundError(search.costs.infrastructure, optimum, instead);
  }
  if (relaxation !== undefined) {
    const told = sentence(limits, relaxation);
    const [first, ...others] = [
      ...relaxation.alternatives.flatMap((changes) => adviceOn(changes) ?? []),
      ...(isOfMemory(relaxation) ? [say('change.ignoreMemory', {})] : []),
      ...fasterLinks(search),
      ...dropped,
    ];
    const whole =
      first === undefined
        ? say('limits.sentence', { sentence: told })
        : say('limits.sentenceOr', { sentence: told, alternatives: either(first, ...others) });
    const { changes, alternatives } = relaxation;
    return new DnnSplitError('infeasible', whole, undefined, undefined, { relax: changes, alternatives });
  }
  const unknown = search.costs.graph.tensors.some((tensor) => tensor.bytes === undefined);
  const cause = either(say(unknown ? 'limits.unknownSizes' : 'limits.noneAllowed', {}), ...dropped);
  return new DnnSplitError('infeasible', say('limits.impossible', { cause }));
}

/**
 * What is not kept, and what to change, without the full stop.
 * @param isProven false where only the plans that were searched are known not to keep it.
 */
export function sentence(
  limits: readonly Limit[],
  { changes, isFewest }: Pick<Relaxation, 'changes' | 'isFewest'>,
  isProven = true,
): Sentence {
  const [only] = changes;
  const isMemory = isOfMemory({ changes });
  const change = adviceOn(changes) ?? '';
  const noPlan = say(isProven ? 'limits.noPlan' : 'limits.noSearchedPlan', {});
  if (isMemory && limits.length === 0) return say('limits.memory', { noPlan, change });
  if (isMemory) return say('limits.memoryWithLimits', { change });
  if (only === undefined || changes.length > 1) {
    return say(isFewest ? 'limits.severalNeeded' : 'limits.several', { noPlan, change });
  }
  const limit = limits.find(({ name }) => name === only.constraint);
  const changeIt = say(isLowered(only) ? 'change.lowerIt' : 'change.raiseIt', { to: only.to });
  const broken = { noPlan, limit: only.constraint, bound: limit?.bound ?? '', change: changeIt };
  return say(limits.length > 1 ? 'limits.oneOfSeveral' : 'limits.one', broken);
}

/** True where memories alone are in the way. */
function isOfMemory({ changes }: Pick<Relaxation, 'changes'>): boolean {
  return changes.every(({ constraint }) => constraint === 'memoryGB');
}

/** What to change, as a list: `raise maxLatencyMs to 40 and maxCostPerRequest to 0.03`. */
function adviceOn(changes: readonly Change[]): Sentence | undefined {
  const [first, ...others] = changes.map(advice);
  return first && others.reduce((before, second) => say('change.and', { first: before, second }), first);
}

function advice(change: Change): Sentence {
  const { constraint, tier = '', to } = change;
  if (constraint === 'memoryGB') return say('change.memory', { tier, to });
  return say(isLowered(change) ? 'change.lower' : 'change.raise', { limit: constraint, to });
}

function isLowered({ constraint }: Change): boolean {
  return constraint !== 'memoryGB' && isLeast(metricLimitedBy(constraint));
}

/** True for a metric whose limit is the least that it may be. */
function isLeast(metric: Metric): boolean {
  return metricTable[metric].better === 'more';
}

function changesOf(costs: CostTables, { freed, values, assignment }: Way): Change[] {
  return freed.flatMap((limit, m): Change[] => {
    const value = values[m] ?? 0;
    if (value <= mostOf(limit)) return [];
    if (limit !== 'memory') {
      const figure = metricEntry(limit.metric).toFigure(value);
      return [{ constraint: limit.name, to: roundedAway(figure, isLeast(limit.metric) ? 'down' : 'up') }];
    }
    return memoryChanges(costs, assignment);
  });
}

function memoryChanges(costs: CostTables, assignment: Way['assignment']): Change[] {
  const { tiers } = evaluatePlan(costs, assignment);
  return costs.infrastructure.tiers.flatMap(({ id, memoryGB }, k) => {
    const needed = ((tiers[k]?.weightBytes ?? 0) + (tiers[k]?.peakActivationBytes ?? 0)) / 1e9;
    if (memoryGB === undefined || needed * 1e9 <= memoryGB * 1e9 * mostOf('memory')) return [];
    return [{ constraint: 'memoryGB', tier: id, to: roundedAway(needed, 'up') }];
  });
}
