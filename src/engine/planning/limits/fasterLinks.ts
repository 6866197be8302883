import { type Sentence, say } from '../../../shared/messages/say';
import { bandwidthRegimes } from '../bandwidths/regimes';
import { hasLimits } from '../plan/constraints';
import type { PlanSearch } from '../search/planSearch';
import { roundedAway } from './rounding';

/** For each link whose bandwidth alone stands in the way of the limits, what to raise it to. */
export function fasterLinks(search: PlanSearch): Sentence[] {
  const { links, constraints, tiers } = search.costs.infrastructure;
  if (!hasLimits(constraints)) return [];
  return links.flatMap((_, link) => {
    const [slowest] = bandwidthRegimes(search.fronts, link);
    if (slowest === undefined) return [];
    const [from = '', upper = ''] = [tiers[link]?.id, tiers[link + 1]?.id];
    return [say('change.bandwidth', { from, upper, to: roundedAway(slowest.fromMbps, 'up') })];
  });
}
