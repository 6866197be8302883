import { type Sentence, say } from '../../../shared/messages/say';
import { bandwidthRegimes } from '../bandwidths/regimes';
import type { CostTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import type { OptimumSearch } from '../optimum/optimumSearch';
import { hasLimits, limitsOf, valuesOf } from '../plan/constraints';
import { isWorstPart } from '../plan/metrics';
import type { Assignment } from '../plan/plan';
import type { PlanSearch } from '../search/planSearch';
import { roundedAway } from './rounding';

/** Part of a bandwidth below which a smaller one makes no difference to a person. */
const fine = 1e-4;
/** Plans that are looked at per link, each of which is possible on a slower one. */
const mostPlans = 40;

interface Bandwidth {
  readonly mbps: number;
  /** True where it is proven that less is not enough. */
  readonly isLeast: boolean;
}

/**
 * For each link whose bandwidth alone stands in the way of the limits, what to raise it to: where the search leaves cuts
 * out, the true optimum is asked whether less is enough.
 */
export function fasterLinks(search: PlanSearch, optimum: OptimumSearch): Sentence[] {
  const { links, constraints, tiers } = search.costs.infrastructure;
  if (!hasLimits(constraints)) return [];
  return links.flatMap((_, link) => {
    const slowest = bandwidthRegimes(search.fronts, link)[0]?.fromMbps ?? Number.POSITIVE_INFINITY;
    const isLeast = search.hasAllCuts && !search.fronts.bounded;
    const found = isLeast ? { mbps: slowest, isLeast } : leastBandwidth(search.costs, optimum, link, slowest);
    if (found.mbps === Number.POSITIVE_INFINITY) return [];
    const [from = '', upper = ''] = [tiers[link]?.id, tiers[link + 1]?.id];
    const change = say('change.bandwidth', { from, upper, to: roundedAway(found.mbps, 'up') });
    return [found.isLeast ? change : say('change.maybeLess', { change })];
  });
}

/**
 * Looks for a plan on a slightly slower link, and goes on from the slowest one on which that plan keeps the limits.
 * @param start a bandwidth that is known to be enough; `Infinity` where none is.
 */
function leastBandwidth(costs: CostTables, optimum: OptimumSearch, link: number, start: number): Bandwidth {
  let mbps = start;
  for (let plans = 0; plans < mostPlans; plans++) {
    const { plan, isProven } = optimum.any(withBandwidth(costs, link, mbps * (1 - fine)));
    if (plan === undefined) return { mbps, isLeast: isProven };
    const slower = slowestFor(costs, link, plan);
    if (!(slower < mbps)) break;
    mbps = slower;
  }
  return { mbps, isLeast: false };
}

function withBandwidth(costs: CostTables, link: number, bandwidthMbps: number): CostTables {
  const { infrastructure } = costs;
  const links = infrastructure.links.map((one, l) => (l === link ? { ...one, bandwidthMbps } : one));
  return { ...costs, infrastructure: { ...infrastructure, links } };
}

/** A bandwidth at which its link is the slowest stage, in Mbit/s. */
const crawling = 1e-9;

/**
 * The least bandwidth of a link with which a plan keeps all limits: what adds up is a line over its reciprocal, and the
 * slowest stage grows with it where it is the link.
 */
function slowestFor(costs: CostTables, link: number, plan: Assignment): number {
  const valuesAt = (mbps: number) => valuesOf(evaluatePlan(withBandwidth(costs, link, mbps), plan));
  const [endless, one, slow] = [Number.POSITIVE_INFINITY, 1, crawling].map(valuesAt);
  if (endless === undefined || one === undefined || slow === undefined) return Number.POSITIVE_INFINITY;
  const needed = limitsOf(costs.infrastructure.constraints).map(({ metric, most }) => {
    if (isWorstPart(metric)) return (slow[metric] * crawling) / most;
    const slope = one[metric] - endless[metric];
    return slope > 0 ? slope / (most - endless[metric]) : 0;
  });
  return Math.max(...needed);
}
