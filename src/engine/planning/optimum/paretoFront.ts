import { type Figures, figuresOf, metrics } from '../../../shared/vocabulary/metrics';
import { throwIfCanceled, type Work } from '../../../shared/work/work';
import type { Cut } from '../../split/splitGraph';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { TierBounds } from '../infrastructure/tierBounds';
import { limitsOf, valuesOf } from '../plan/constraints';
import type { Assignment, Plan } from '../plan/plan';
import { allCuts } from '../search/allCuts';
import { ChainFronts } from '../search/chainFronts';
import { assignmentOf, type CutFamily, createFamily } from '../search/cutFamily';
import { efficientPoints } from '../search/efficient';
import { efficientPlans } from '../search/efficientPlans';
import { cutsOfPlan } from '../search/labels';
import { fullMemory, type Measure, memoryMeasure, metricMeasure } from '../search/measures';
import { memoriesMayFill } from '../search/partMemory';
import { spreadPositions } from '../search/spreadPositions';
import type { OptimumSearch } from './optimumSearch';
import { type Levels, provenEfficient } from './provenEfficient';

export interface ParetoPlan extends Figures {
  readonly assignment: Assignment;
}

export interface ParetoFront {
  /** By rising latency; no plan of the graph beats one of them. */
  readonly plans: readonly ParetoPlan[];
  /** True when these are all such plans there are, up to plans with the same figures. */
  readonly isComplete: boolean;
  /** True when there were too many to tell them all. */
  readonly bounded: boolean;
  /** Cuts that were looked at. */
  readonly cuts: number;
  /** Where not all plans could be looked at: the levels of each metric that the best plans were found for. */
  readonly levels?: Levels;
}

/** Points of the front that are reported at most. */
const frontSize = 2000;
/** Plans that are all looked at, at most. */
const mostPlans = 4_000_000;
/** Cuts that are listed for that: on two tiers, and where every pair of them is looked at. */
const mostSingleCuts = 250_000;
const mostPairedCuts = 3000;
/** Nodes of all listed cuts together, for the memory that they take. */
const mostListedNodes = 4_000_000;

/** Positions besides the candidates, by number of tiers, for plans that are looked at where there are too many. */
const positionsByTiers: readonly number[] = [0, 2, 100, 30, 10];

/**
 * The plans within the limits that no other one matches or beats in every metric at once. Where the plans of a graph can all be looked at, these are all of them; where there are too many, those that
 * minimum cuts prove to be among them.
 * @param cuts the candidates.
 * @param known plans that take part where not all are looked at.
 */
export function paretoFront(
  costs: CostTables,
  cuts: readonly Cut[],
  bounds: TierBounds,
  known: readonly Plan[],
  optimum: OptimumSearch,
  work: Work,
): ParetoFront {
  const all = wholeFront(costs, bounds, work);
  if (all !== undefined) return all;
  const most = positionsByTiers[costs.tiers.length] ?? 0;
  const family = createFamily(costs, cuts, bounds, most === 0 ? [] : spreadPositions(costs, most));
  const fronts = new ChainFronts(costs, family, bounds, frontMeasures(costs, family), work);
  const searched = fronts.plans().map((label) => assignmentOf(family, cutsOfPlan(label)));
  const { assignments, levels } = provenEfficient(
    costs,
    optimum,
    known.map(({ assignment }) => assignment),
    searched,
    work,
  );
  return { ...reported(costs, assignments, work), isComplete: false, cuts: family.size, levels };
}

/** The front of all plans of the graph; nothing where there are too many. */
function wholeFront(costs: CostTables, bounds: TierBounds, work: Work): ParetoFront | undefined {
  const { graph, tiers } = costs;
  const listed = Math.floor(mostListedNodes / Math.max(1, graph.nodes.length));
  const cuts = allCuts(graph, Math.min(tiers.length <= 2 ? mostSingleCuts : mostPairedCuts, listed), work);
  if (cuts === undefined) return undefined;
  const family = createFamily(costs, cuts, bounds);
  const measures = frontMeasures(costs, family);
  const plans = efficientPlans(costs, family, bounds, measures, mostPlans, work);
  if (plans === undefined) return undefined;
  const assignments = plans.map((chosen) => assignmentOf(family, chosen));
  const front = reported(costs, assignments, work);
  return { ...front, isComplete: !front.bounded, cuts: family.size };
}

function frontMeasures(costs: CostTables, family: CutFamily): Measure[] {
  const limits = limitsOf(costs.infrastructure.constraints);
  const measures: Measure[] = metrics.map((metric) => ({
    ...metricMeasure(costs, family, metric),
    most: Math.min(Number.POSITIVE_INFINITY, ...limits.filter((one) => one.metric === metric).map((one) => one.most)),
  }));
  if (memoriesMayFill(costs)) measures.push({ ...memoryMeasure(costs, family), most: fullMemory, decides: false });
  return measures;
}

/** Plans with their figures, those that another one beats left out. */
function reported(
  costs: CostTables,
  assignments: readonly Assignment[],
  work: Work,
): Pick<ParetoFront, 'plans' | 'bounded'> {
  const plans = assignments.map((assignment): ParetoPlan => {
    throwIfCanceled(work);
    return { assignment, ...figuresOf(evaluatePlan(costs, assignment)) };
  });
  const points = plans.flatMap((plan) => {
    const values = valuesOf(plan);
    return metrics.map((metric) => values[metric]);
  });
  const efficient = efficientPoints(Float64Array.from(points), metrics.length).flatMap((place) => plans[place] ?? []);
  return { plans: thinned(efficient, frontSize), bounded: efficient.length > frontSize };
}

/** At most so many of a list, evenly spread, its ends included. */
function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  const step = (items.length - 1) / (most - 1);
  const kept = new Set(Array.from({ length: most }, (_, at) => Math.round(at * step)));
  return items.filter((_, index) => kept.has(index));
}
