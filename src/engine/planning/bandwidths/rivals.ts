import type { Work } from '../../../shared/work';
import { cutAboveDownset } from '../../split/cuts';
import type { Cut } from '../../split/splitGraph';
import type { CostTables } from '../costs/costTables';
import type { Assignment } from '../plan/plan';
import { allCuts } from '../search/allCuts';
import { type CutFamily, createFamily } from '../search/cutFamily';
import { type EveryPlan, everyPlan } from '../search/everyPlan';
import { type Measure, measuresOf } from '../search/measures';
import type { PlanSearch } from '../search/planSearch';

/** Cuts of a graph that are all looked at, at most, by number of tiers, and plans of them. */
const mostCuts: readonly number[] = [0, 0, 5000, 300, 60];
const mostPlans = 60_000;

/** Cuts of a family and what plans of them are measured by. */
export interface Measured {
  readonly family: CutFamily;
  readonly measures: readonly Measure[];
}

function measured(costs: CostTables, family: CutFamily): Measured {
  const { objective, constraints } = costs.infrastructure;
  return { family, measures: measuresOf(costs, family, objective, constraints) };
}

/** Every plan of a family, with what it is measured by. */
export interface Rivals extends Measured {
  readonly every: EveryPlan;
  /** True where every cut of the graph is in the family. */
  readonly hasAllCuts: boolean;
}

/**
 * The plans that a plan is held against where figures are other than estimated: all of the graph, or where it has too many
 * cuts those of a search. Limits do not rule them out, which may be kept at other figures.
 * @returns nothing where there are too many
 */
export function rivalsOf({ costs, bounds, family: searched }: PlanSearch, work: Work): Rivals | undefined {
  const all = allCuts(costs.graph, mostCuts[costs.tiers.length] ?? 0);
  const family = all === undefined ? searched : createFamily(costs, all, bounds);
  const own = measured(costs, family);
  const unlimited = own.measures.slice(0, 1).map((measure) => ({ ...measure, most: Number.POSITIVE_INFINITY }));
  const every = everyPlan(costs, family, bounds, unlimited, mostPlans, work);
  return every && { ...own, every, hasAllCuts: all !== undefined };
}

/** A plan as cuts of a family of its own. */
export function planIn({ costs, bounds }: PlanSearch, assignment: Assignment): Measured & { cuts: Int32Array } {
  const nodes = [...assignment.keys()];
  const cuts: Cut[] = costs.wires.map((_, link) =>
    cutAboveDownset(
      costs.graph,
      nodes.filter((node) => (assignment[node] ?? 0) <= link),
    ),
  );
  const family = createFamily(costs, cuts, { ...bounds, restricts: false });
  const counts = costs.wires.map((_, link) => nodes.filter((node) => (assignment[node] ?? 0) <= link).length);
  // Cuts of a plan lie inside each other, so that their sizes tell them apart.
  const places = counts.map((count) => family.positions.indexOf(count));
  return { ...measured(costs, family), cuts: Int32Array.from(places) };
}
