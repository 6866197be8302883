import type { Work } from '../../../shared/work/work';
import { cutAboveMembers } from '../../split/cuts';
import type { CostTables } from '../costs/costTables';
import type { Assignment } from '../plan/plan';
import { allCuts } from '../search/allCuts';
import { type CutFamily, createFamily } from '../search/cutFamily';
import { type Measure, measuresOf } from '../search/measures';
import { keptFamily, type PlanSearch } from '../search/planSearch';
import { hasAtMost, type PlanVisitor, PlanWalk } from '../search/planWalk';

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

/** The plans of a family, with what they are measured by. */
export interface Rivals extends Measured {
  /** True where every cut of the graph is in the family. */
  readonly hasAllCuts: boolean;
  /** What is optimized, without a limit on it. */
  readonly objective: Measure;
  /**
   * A walk through them by some measures, the first of which may leave plans out.
   * @param visit is told of a plan: the cut on each link, written over after it, and the measures; false ends the walk.
   */
  readonly walkBy: (measures: readonly Measure[], visit: PlanVisitor) => PlanWalk;
}

/**
 * The plans that a plan is held against where figures are other than estimated: all of the graph, or where it has too many
 * cuts those of a search. Limits do not rule them out, which may be kept at other figures.
 * @returns nothing where there are too many
 */
export function rivalsOf({ costs, bounds, family: searched }: PlanSearch, work: Work): Rivals | undefined {
  const all = allCuts(costs.graph, mostCuts[costs.tiers.length] ?? 0);
  const family = all === undefined ? searched : keptFamily(costs, bounds, all);
  const own = measured(costs, family);
  const [limited] = own.measures;
  if (limited === undefined) return undefined;
  const objective = { ...limited, most: Number.POSITIVE_INFINITY };
  const plans = { costs, family, bounds, measures: [objective], work };
  if (!hasAtMost(plans, mostPlans)) return undefined;
  return {
    ...own,
    hasAllCuts: all !== undefined,
    objective,
    walkBy: (measures, visit) => new PlanWalk({ ...plans, measures }, visit),
  };
}

/** A plan as cuts of a family of its own. */
export function planIn({ costs, bounds }: PlanSearch, assignment: Assignment): Measured & { cuts: Int32Array } {
  const cuts = costs.wires.map((_, link) => {
    return cutAboveMembers(
      costs.graph,
      assignment.map((tier) => (tier <= link ? 1 : 0)),
    );
  });
  const family = createFamily(costs, cuts, { ...bounds, restricts: false });
  // Cuts of a plan lie inside each other, so that their sizes tell them apart.
  const places = cuts.map(({ position }) => family.positions.indexOf(position));
  return { ...measured(costs, family), cuts: Int32Array.from(places) };
}
