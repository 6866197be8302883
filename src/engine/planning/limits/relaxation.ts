import { DnnSplitError } from '../../../shared/errors';
import { type Metric, metricEntry, metricLimitedBy, metricTable } from '../../../shared/metrics';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import { type Limit, limitsOf } from '../plan/constraints';
import { isTradedOff } from '../plan/metrics';
import type { Change } from '../plan/plan';
import { ChainFronts } from '../search/chainFronts';
import { assignmentOf } from '../search/cutFamily';
import { cutsOfPlan, type Label } from '../search/labels';
import { fullMemory, type Measure, memoryMeasure, metricMeasure } from '../search/measures';
import type { PlanSearch } from '../search/planSearch';
import { fasterLinks } from './fasterLinks';
import { roundedAway } from './rounding';

/** The least that has to be relaxed for a plan to be possible. */
export interface Relaxation {
  readonly changes: readonly Change[];
  /** Changes of another limit that would do as well, instead. */
  readonly alternatives: readonly (readonly Change[])[];
  /** A plan that is possible then, as the cut on each link. */
  readonly chosen: readonly number[];
}

/** A limit that a search can be freed from: one that is stated, or the memories together. */
type Freed = Limit | 'memory';

interface Way {
  readonly freed: readonly Freed[];
  readonly plan: Label;
  /** Sum of the logarithms of what each figure exceeds its limit by. */
  readonly change: number;
}

/**
 * The least change of limits that leaves a plan: one limit where that is enough, else the fewest that are, and of those
 * the ones that change least in proportion.
 * @param costs other figures of the same tables, such as another bandwidth.
 * @returns nothing where no change of limits is enough.
 */
export function leastRelaxation(search: PlanSearch, costs: CostTables = search.costs): Relaxation | undefined {
  const { constraints } = costs.infrastructure;
  const limits: Freed[] = [...limitsOf(constraints), ...(constraints.respectMemory ? ['memory' as const] : [])];
  for (let count = 1; count <= limits.length; count++) {
    const ways = subsets(limits, count).flatMap((freed) => wayWithout(search, costs, limits, freed) ?? []);
    const [best, ...others] = ways.sort((a, b) => a.change - b.change);
    if (best === undefined) continue;
    return {
      changes: changesOf(search, costs, best),
      alternatives: count === 1 ? others.map((way) => changesOf(search, costs, way)) : [],
      chosen: cutsOfPlan(best.plan),
    };
  }
  return undefined;
}

/** The error for constraints that no plan keeps: what to relax, by how much, and what would do instead. */
export function infeasibleError(search: PlanSearch, droppable: readonly string[]): DnnSplitError {
  const { constraints } = search.costs.infrastructure;
  const limits = limitsOf(constraints);
  const relaxation = leastRelaxation(search);
  const dropped = droppable.map((name) => `drop ${name}`);
  if (relaxation !== undefined) {
    const instead = [...relaxation.alternatives.map(adviceOn), ...fasterLinks(search), ...dropped];
    const alternatives = instead.length === 0 ? '' : `; or ${instead.join(', or ')}`;
    return new DnnSplitError('infeasible', `${sentence(limits, relaxation)}${alternatives}.`);
  }
  const unknown = search.costs.graph.tensors.some((tensor) => tensor.bytes === undefined);
  const cause = unknown
    ? 'every plan that keeps the pins sends a tensor of unknown size; bind the open dimensions under `dimensions`'
    : 'the pins, cuts and tiers that are left out allow none';
  return new DnnSplitError('infeasible', `No plan is possible: ${[cause, ...dropped].join(', or ')}.`);
}

/** What is not kept, and what to change, without the full stop. */
export function sentence(limits: readonly Limit[], { changes }: Pick<Relaxation, 'changes'>): string {
  const [only] = changes;
  const isMemory = changes.every(({ constraint }) => constraint === 'memoryGB');
  if (isMemory && limits.length === 0) return `No plan fits into the memory of the tiers: ${adviceOn(changes)}`;
  if (isMemory) return `No plan that keeps the limits fits into the memory of the tiers: ${adviceOn(changes)}`;
  if (only === undefined || changes.length > 1) {
    return `No plan keeps all of the constraints, and relaxing one is not enough: ${adviceOn(changes)}`;
  }
  const limit = limits.find(({ name }) => name === only.constraint);
  const rest = limits.length > 1 ? ' while the other limits hold' : '';
  return `No plan keeps \`${only.constraint}\` ${limit?.bound}${rest}: ${verbFor(only.constraint)} it to ${only.to}`;
}

/** What to change, as a list: `raise maxLatencyMs to 40 and maxCostPerRequest to 0.03`. */
function adviceOn(changes: readonly Change[]): string {
  return changes.map(advice).join(' and ');
}

function advice({ constraint, tier, to }: Change): string {
  if (constraint === 'memoryGB') return `raise the \`memoryGB\` of \`${tier}\` to ${to}`;
  return `${verbFor(constraint)} \`${constraint}\` to ${to}`;
}

/** What relaxes a limit. */
function verbFor(constraint: Change['constraint']): 'raise' | 'lower' {
  return constraint !== 'memoryGB' && isLeast(metricLimitedBy(constraint)) ? 'lower' : 'raise';
}

/** True for a metric whose limit is the least that it may be. */
function isLeast(metric: Metric): boolean {
  return metricTable[metric].better === 'more';
}

/** The plan that exceeds the freed limits least while it keeps the others; nothing where there is none. */
function wayWithout(
  search: PlanSearch,
  costs: CostTables,
  limits: readonly Freed[],
  freed: readonly Freed[],
): Way | undefined {
  const { family } = search;
  const measures: Measure[] = [
    ...freed.map((limit) => measureOf(search, limit)),
    ...limits.flatMap((limit): Measure[] => {
      if (freed.includes(limit)) return [];
      const decides = limit !== 'memory' && isTradedOff(limit.metric);
      return [{ ...measureOf(search, limit), most: mostOf(limit), decides }];
    }),
  ];
  const fronts = new ChainFronts(costs, family, search.bounds, measures, search.work);
  let best: Way | undefined;
  for (const plan of fronts.plans()) {
    const change = freed.reduce(
      (sum, limit, m) => sum + Math.log(Math.max(1, (plan.values[m] ?? 0) / mostOf(limit))),
      0,
    );
    if (Number.isFinite(change) && change < (best?.change ?? Number.POSITIVE_INFINITY)) best = { freed, plan, change };
  }
  return best;
}

function measureOf({ costs, family }: PlanSearch, limit: Freed): Measure {
  return limit === 'memory' ? memoryMeasure(costs, family) : metricMeasure(costs, family, limit.metric);
}

function mostOf(limit: Freed): number {
  return limit === 'memory' ? fullMemory : limit.most;
}

function changesOf(search: PlanSearch, costs: CostTables, { freed, plan }: Way): Change[] {
  return freed.flatMap((limit, m): Change[] => {
    const value = plan.values[m] ?? 0;
    if (value <= mostOf(limit)) return [];
    if (limit !== 'memory') {
      const figure = metricEntry(limit.metric).toFigure(value);
      return [{ constraint: limit.name, to: roundedAway(figure, isLeast(limit.metric) ? 'down' : 'up') }];
    }
    const { tiers } = evaluatePlan(costs, assignmentOf(search.family, cutsOfPlan(plan)));
    return costs.infrastructure.tiers.flatMap(({ id, memoryGB }, k) => {
      const needed = ((tiers[k]?.weightBytes ?? 0) + (tiers[k]?.peakActivationBytes ?? 0)) / 1e9;
      if (memoryGB === undefined || needed <= memoryGB * fullMemory) return [];
      return [{ constraint: 'memoryGB', tier: id, to: roundedAway(needed, 'up') }];
    });
  });
}

/** All choices of `count` items, in their order. */
function subsets<Item>(items: readonly Item[], count: number): Item[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, at) => subsets(items.slice(at + 1), count - 1).map((rest) => [item, ...rest]));
}
