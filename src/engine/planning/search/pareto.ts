import {
  type Figures,
  figureOf,
  figures,
  figuresOf,
  type Metric,
  metricEntry,
  metrics,
  metricTable,
} from '../../../shared/metrics';
import type { Work } from '../../../shared/work';
import type { Cut } from '../../split/splitGraph';
import type { CostTables } from '../costs/costTables';
import type { TierBounds } from '../infrastructure/tierBounds';
import { limitsOf } from '../plan/constraints';
import type { Assignment, Plan } from '../plan/plan';
import { ChainFronts } from './chainFronts';
import { assignmentOf, createFamily } from './cutFamily';
import { cutsOfPlan } from './labels';
import { fullMemory, type Measure, memoryMeasure, metricMeasure } from './measures';
import { memoriesMayFill } from './partMemory';
import { spreadPositions } from './spreadPositions';

export interface ParetoPlan extends Figures {
  readonly assignment: Assignment;
}

export interface ParetoFront {
  /** By rising latency. */
  readonly plans: readonly ParetoPlan[];
  /** True when the front was too large to be kept whole. */
  readonly bounded: boolean;
  /** Cuts that were looked at. */
  readonly cuts: number;
}

/** Points of the front that are reported at most. */
const frontSize = 500;

/** Positions besides the candidates, by number of tiers, so that all plans of them can be looked at. */
const positionsByTiers: readonly number[] = [0, 2, 200, 60, 20];

/**
 * The plans within the limits that no other one matches or beats in every metric at once, of those that cut at candidates and at positions spread over the order.
 * @param known plans that take part too, wherever they cut.
 */
export function paretoFront(
  costs: CostTables,
  cuts: readonly Cut[],
  bounds: TierBounds,
  known: readonly Plan[],
  work: Work,
): ParetoFront {
  const most = positionsByTiers[costs.tiers.length] ?? 0;
  const family = createFamily(costs, cuts, bounds, most === 0 ? [] : spreadPositions(costs, most));
  const limits = limitsOf(costs.infrastructure.constraints);
  const measures: Measure[] = metrics.map((metric) => ({
    ...metricMeasure(costs, family, metric),
    most: Math.min(Number.POSITIVE_INFINITY, ...limits.filter((one) => one.metric === metric).map((one) => one.most)),
  }));
  if (memoriesMayFill(costs)) measures.push({ ...memoryMeasure(costs, family), most: fullMemory, decides: false });
  const fronts = new ChainFronts(costs, family, bounds, measures, work);
  const found = fronts.plans().flatMap((label): ParetoPlan[] => {
    const valueFor = (metric: Metric) => label.values[metrics.indexOf(metric)] ?? 0;
    if (valueFor('latency') === Number.POSITIVE_INFINITY) return [];
    const assignment = assignmentOf(family, cutsOfPlan(label));
    return [{ assignment, ...figures((metric) => metricEntry(metric).toFigure(valueFor(metric))) }];
  });
  const plans = efficientOf([...found, ...known.map(paretoPlan)]);
  return {
    plans: thinned(plans, frontSize),
    bounded: fronts.bounded || plans.length > frontSize,
    cuts: family.size,
  };
}

function paretoPlan({ assignment, evaluation }: Plan): ParetoPlan {
  return { assignment, ...figuresOf(evaluation) };
}

/**
 * The plans that no other one is as good as in every figure, by latency; of equal ones the first. A search tells figures
 * apart that differ by rounding alone, so that some of what it finds is beaten all the same.
 */
function efficientOf(plans: readonly ParetoPlan[]): readonly ParetoPlan[] {
  let efficient: ParetoPlan[] = [];
  for (const plan of plans) {
    if (efficient.some((other) => matches(other, plan))) continue;
    if (efficient.some((other) => matches(plan, other))) efficient = efficient.filter((other) => !matches(plan, other));
    efficient.push(plan);
  }
  return efficient.sort((a, b) => a.latencyMs - b.latencyMs);
}

/** Relative difference below which two figures count as equal. */
const tolerance = 1e-12;

/** True where a plan is as good as another one in every figure. */
function matches(plan: ParetoPlan, other: ParetoPlan): boolean {
  const isAtMost = (a: number, b: number) => a <= b * (1 + tolerance);
  return metrics.every((metric) => {
    const [own, others] = [figureOf(plan, metric), figureOf(other, metric)];
    return metricTable[metric].better === 'less' ? isAtMost(own, others) : isAtMost(others, own);
  });
}

/** At most so many of a list, evenly spread, its ends included. */
function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  const step = (items.length - 1) / (most - 1);
  const kept = new Set(Array.from({ length: most }, (_, at) => Math.round(at * step)));
  return items.filter((_, index) => kept.has(index));
}
