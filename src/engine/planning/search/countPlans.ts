import { throwIfCanceled, type Work } from '../../../shared/work/work';
import type { CutFamily } from './cutFamily';

/** Which cuts may lie on links, and which parts tiers may run. */
interface PlanRules {
  readonly mayLie: (link: number, cut: number) => boolean;
  /** Asked of two different cuts, the lower one inside the upper one. */
  readonly mayRun: (tier: number, lower: number, upper: number) => boolean;
}

const anyPlan: PlanRules = { mayLie: () => true, mayRun: () => true };

/**
 * How many ways there are to put cuts of a family on all links, each inside the next, or some number above `most`; in
 * O(K C^2) for C cuts on K links, without going through the ways.
 * @throws DnnSplitError `canceled`
 */
export function countPlans(links: number, family: CutFamily, most: number, work: Work, rules = anyPlan): number {
  const full = family.size - 1;
  const mayPass = (tier: number, lower: number, upper: number) => lower === upper || rules.mayRun(tier, lower, upper);
  if (links === 0) return mayPass(0, 0, full) ? 1 : 0;
  let lowers = new Float64Array(family.size);
  let total = 0;
  for (let link = 0; link < links; link++) {
    const ways = new Float64Array(family.size);
    const waysTo = (upper: number): number => {
      if (!rules.mayLie(link, upper)) return 0;
      if (link === 0) return mayPass(0, 0, upper) ? 1 : 0;
      let sum = 0;
      for (let lower = 0; lower <= upper; lower++) {
        const own = lowers[lower] ?? 0;
        if (own > 0 && family.isInside(lower, upper) && mayPass(link, lower, upper)) sum += own;
      }
      return sum;
    };
    for (let upper = 0; upper <= full; upper++) {
      if (upper % 64 === 0) throwIfCanceled(work);
      ways[upper] = waysTo(upper);
      if (link === links - 1 && mayPass(links, upper, full)) total += ways[upper] ?? 0;
      if (total > most) return total;
    }
    lowers = ways;
  }
  return total;
}
