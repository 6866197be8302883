import type { Work } from '../../../shared/work/work';
import type { CostTables } from '../costs/costTables';
import type { TierBounds } from '../infrastructure/tierBounds';
import { countPlans } from './countPlans';
import type { CutFamily } from './cutFamily';
import { efficientPoints } from './efficient';
import type { Measure } from './measures';
import { PlanWalk } from './planWalk';

/** Plans that wait to be sorted, at least. */
const unsorted = 1000;
/** Plans of which none beats another that are kept at most. */
const mostKept = 20_000;

/**
 * The plans of a family that no other one matches or beats in every deciding measure at once, of all that put its cuts on
 * their links and exceed no measure: each one is looked at. The first of plans with the same figures stays.
 * @param measures the deciding ones first.
 * @param most plans that are looked at, at most.
 * @returns the cuts of each plan, by the first measure; nothing where there are too many plans
 */
export function efficientPlans(
  costs: CostTables,
  family: CutFamily,
  bounds: TierBounds,
  measures: readonly Measure[],
  most: number,
  work: Work,
): number[][] | undefined {
  const links = costs.wires.length;
  if (countPlans(links, family, most, work) > most) return undefined;
  const efficient = new EfficientSet(links, measures.filter(({ decides }) => decides).length);
  const isWhole = new PlanWalk({ costs, family, bounds, measures, work }, efficient.keep).run();
  return isWhole ? efficient.plans() : undefined;
}

/** Plans of which none beats another, of all that it is given. */
class EfficientSet {
  private cuts: number[] = [];
  private values: number[] = [];
  /** How many of the plans at hand no other one of them beats; these come first. What beats many comes first in the order. */
  private sorted = 0;
  private order = new Int32Array();

  constructor(
    private readonly links: number,
    private readonly deciding: number,
  ) {}

  plans(): number[][] {
    this.sortOut();
    const count = this.values.length / this.deciding;
    return Array.from({ length: count }, (_, plan) => this.cuts.slice(plan * this.links, (plan + 1) * this.links));
  }

  /** @returns false where too many plans would have to be kept */
  readonly keep = (chosen: Int32Array, values: Float64Array): boolean => {
    if (this.isBeaten(values)) return true;
    for (let m = 0; m < this.deciding; m++) this.values.push(values[m] ?? 0);
    for (let link = 0; link < this.links; link++) this.cuts.push(chosen[link] ?? 0);
    if (this.values.length >= (2 * this.sorted + unsorted) * this.deciding) this.sortOut();
    return this.sorted <= mostKept;
  };

  /** True where one of the sorted plans is as good. What beats one plan often beats the next, so that it is asked first. */
  private isBeaten(values: Float64Array): boolean {
    const { order, deciding } = this;
    for (let place = 0; place < order.length; place++) {
      const plan = order[place] ?? 0;
      let m = 0;
      while (m < deciding && (this.values[plan * deciding + m] ?? 0) <= (values[m] ?? 0)) m++;
      if (m < deciding) continue;
      order[place] = order[place >> 1] ?? 0;
      order[place >> 1] = plan;
      return true;
    }
    return false;
  }

  /** Leaves out what others beat. */
  private sortOut(): void {
    const kept = efficientPoints(Float64Array.from(this.values), this.deciding);
    const { values, cuts, deciding, links } = this;
    this.values = kept.flatMap((plan) => values.slice(plan * deciding, (plan + 1) * deciding));
    this.cuts = kept.flatMap((plan) => cuts.slice(plan * links, (plan + 1) * links));
    this.sorted = kept.length;
    this.order = Int32Array.from(kept, (_, place) => place);
  }
}
