import { either, type Sentence, say } from '../../../shared/messages/say';
import { type Metric, metricEntry, metricLimitedBy, metricTable } from '../../../shared/vocabulary/metrics';
import { DnnSplitError } from '../../../shared/work/errors';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { OptimumSearch } from '../optimum/optimumSearch';
import { type Limit, limitsOf, valuesOf } from '../plan/constraints';
import type { Change } from '../plan/plan';
import type { PlanSearch } from '../search/planSearch';
import { type Bound, boundsOf, isMemory } from './bound';
import { fasterLinks } from './fasterLinks';
import { notFoundError } from './notFound';
import { roundedAway } from './rounding';
import { compareWays, type Way } from './way';
import { waysWithout } from './ways';

/** Changes that make a plan possible, together. */
interface Relaxed {
  readonly changes: readonly Change[];
  /** True where it is proven that smaller ones of the same limits are not enough. */
  readonly isLeast: boolean;
  /** Where it is not, a change of the one limit up to which it is proven that it is not enough, if any. */
  readonly notEnough?: number;
}

/** The least that has to be relaxed for a plan to be possible. */
export interface Relaxation extends Relaxed {
  /** Changes of another limit that would do as well, instead. */
  readonly alternatives: readonly Relaxed[];
  readonly way: Way;
  /** True where it is proven that fewer changes are not enough. */
  readonly isFewest: boolean;
}

/**
 * The least change of limits and memories that leaves a plan: of one where that is enough, else of the fewest that are, and
 * of those the ones that change least in proportion.
 * @param costs other figures of the same tables, such as another bandwidth.
 * @param optimum asked where the search leaves cuts out.
 * @returns nothing where no change of limits is enough.
 */
export function leastRelaxation(
  search: PlanSearch,
  costs: CostTables = search.costs,
  optimum?: OptimumSearch,
): Relaxation | undefined {
  let isFewest = true;
  for (const { groups, count } of choicesOf(boundsOf(costs))) {
    const { ways, areAll } = waysWithout(search, costs, groups, count, optimum);
    const [best, ...others] = ways.sort(compareWays);
    if (best === undefined) {
      isFewest &&= areAll;
      continue;
    }
    return {
      ...relaxedBy(costs, best),
      alternatives: best.freed.length === 1 ? others.map((way) => relaxedBy(costs, way)) : [],
      way: best,
      isFewest,
    };
  }
  return undefined;
}

/** What is freed, in turn: each bound alone, then all memories together, then more and more limits, with them or without. */
function choicesOf(
  bounds: readonly Bound[],
): { readonly groups: readonly (readonly Bound[])[]; readonly count: number }[] {
  const memories = bounds.filter(isMemory);
  const limits = bounds.filter((bound) => !isMemory(bound)).map((bound) => [bound]);
  const groups = memories.length === 0 ? limits : [...limits, memories];
  return [
    { groups: bounds.map((bound) => [bound]), count: 1 },
    ...(memories.length > 1 ? [{ groups: [memories], count: 1 }] : []),
    ...groups.slice(1).map((_, at) => ({ groups, count: at + 2 })),
  ];
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
    const instead = [relaxation && adviceOn(relaxation), ...dropped].filter((one) => one !== undefined);
    return notFoundError(search.costs.infrastructure, optimum, instead);
  }
  if (relaxation !== undefined) {
    const told = sentence(limits, relaxation);
    const [first, ...others] = [
      ...relaxation.alternatives.flatMap((relaxed) => adviceOn(relaxed) ?? []),
      ...(isOfMemory(relaxation) ? [say('change.ignoreMemory', {})] : []),
      ...fasterLinks(search, optimum),
      ...dropped,
    ];
    const whole =
      first === undefined
        ? say('limits.sentence', { sentence: told })
        : say('limits.sentenceOr', { sentence: told, alternatives: either(first, ...others) });
    const alternatives = relaxation.alternatives.map(({ changes }) => changes);
    return new DnnSplitError('infeasible', whole, undefined, undefined, { relax: relaxation.changes, alternatives });
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
  relaxation: Relaxed & Pick<Relaxation, 'isFewest'>,
  isProven = true,
): Sentence {
  const { changes, isFewest } = relaxation;
  const [only] = changes;
  const change = adviceOn(relaxation) ?? '';
  const noPlan = say(isProven ? 'limits.noPlan' : 'limits.noSearchedPlan', {});
  if (isOfMemory(relaxation) && limits.length === 0) return say('limits.memory', { noPlan, change });
  if (isOfMemory(relaxation)) return say('limits.memoryWithLimits', { change });
  if (only === undefined || changes.length > 1) {
    return say(isFewest ? 'limits.severalNeeded' : 'limits.several', { noPlan, change });
  }
  const limit = limits.find(({ name }) => name === only.constraint);
  const changeIt = withProof(say(isLowered(only) ? 'change.lowerIt' : 'change.raiseIt', { to: only.to }), relaxation);
  const broken = { noPlan, limit: only.constraint, bound: limit?.bound ?? '', change: changeIt };
  return say(limits.length > 1 ? 'limits.oneOfSeveral' : 'limits.one', broken);
}

/** True where memories alone are in the way. */
function isOfMemory({ changes }: Pick<Relaxation, 'changes'>): boolean {
  return changes.every(({ constraint }) => constraint === 'memoryGB');
}

/** What to change, as a list: `raise maxLatencyMs to 40 and maxCostPerRequest to 0.03`. */
function adviceOn(relaxed: Relaxed): Sentence | undefined {
  const [first, ...others] = relaxed.changes.map(advice);
  const all = first && others.reduce((before, second) => say('change.and', { first: before, second }), first);
  return all && withProof(all, relaxed);
}

/** Says of a change that is not proven to be the least how much less might do. */
function withProof(change: Sentence, { changes, isLeast, notEnough }: Relaxed): Sentence {
  if (isLeast) return change;
  if (notEnough === undefined) return say('change.maybeLess', { change });
  const isLower = changes.some(isLowered);
  return say(isLower ? 'change.lessNeeded' : 'change.moreNeeded', { change, than: notEnough });
}

function advice(change: Change): Sentence {
  const { constraint, tier = '', to } = change;
  if (constraint === 'memoryGB') return say('change.memory', { tier, to });
  return say(isLowered(change) ? 'change.lower' : 'change.raise', { limit: constraint, to });
}

function isLowered({ constraint }: Change): boolean {
  return constraint !== 'memoryGB' && isMore(metricLimitedBy(constraint));
}

/** True for a metric whose limit is the least that it may be. */
function isMore(metric: Metric): boolean {
  return metricTable[metric].better === 'more';
}

function relaxedBy(costs: CostTables, way: Way): Relaxed {
  const { freed, excesses, isLeast, least } = way;
  const values = valuesOf(evaluatePlan(costs, way.assignment));
  const changes = freed.flatMap((bound, m): Change[] => {
    if ((excesses[m] ?? 0) <= 1) return [];
    if (!isMemory(bound))
      return [{ constraint: bound.limit.name, to: limitFor(bound, values[bound.limit.metric], true) }];
    const { id: tier = '' } = costs.infrastructure.tiers[bound.tier] ?? {};
    return [{ constraint: 'memoryGB', tier, to: limitFor(bound, (excesses[m] ?? 0) * bound.most, true) }];
  });
  const [bound, ...others] = freed;
  if (isLeast || bound === undefined || others.length > 0 || least <= 1) return { changes, isLeast };
  const notEnough = limitFor(bound, least * (isMemory(bound) ? bound.most : bound.limit.most), false);
  return changes.some(({ to }) => to === notEnough) ? { changes, isLeast: true } : { changes, isLeast, notEnough };
}

/** A bound as it is stated, rounded so that a value certainly keeps it, or certainly not more than just so. */
function limitFor(bound: Bound, value: number, isKept: boolean): number {
  if (isMemory(bound)) return roundedAway(value / 1e9, isKept ? 'up' : 'down');
  const { metric } = bound.limit;
  return roundedAway(metricEntry(metric).toFigure(value), isMore(metric) === isKept ? 'down' : 'up');
}
