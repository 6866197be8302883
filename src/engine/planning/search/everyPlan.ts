import type { Work } from '../../../shared/work';
import type { CostTables } from '../costs/costTables';
import type { TierBounds } from '../infrastructure/tierBounds';
import type { CutFamily } from './cutFamily';
import type { Measure } from './measures';
import { PlanWalk } from './planWalk';

/** The plans of a family and their measures, flat. */
export interface EveryPlan {
  readonly count: number;
  /** Cut on link l of plan p at `p * links + l`. */
  readonly cuts: Int32Array;
  /** Measure m of plan p at `p * measures + m`. */
  readonly values: Float64Array;
}

/**
 * Every plan that puts cuts of a family on its links, with its measures; those that exceed what a measure may be are left
 * out.
 * @returns nothing where there are more than `most`
 */
export function everyPlan(
  costs: CostTables,
  family: CutFamily,
  bounds: TierBounds,
  measures: readonly Measure[],
  most: number,
  work: Work,
): EveryPlan | undefined {
  const links = costs.wires.length;
  const found: { cuts: number[]; values: number[] } = { cuts: [], values: [] };
  let count = 0;
  const isWhole = new PlanWalk({ costs, family, bounds, measures, work }, (chosen, ran) => {
    if (count >= most) return false;
    count++;
    for (let link = 0; link < links; link++) found.cuts.push(chosen[link] ?? 0);
    for (const value of ran) found.values.push(value);
    return true;
  }).run();
  return isWhole ? { count, cuts: Int32Array.from(found.cuts), values: Float64Array.from(found.values) } : undefined;
}
