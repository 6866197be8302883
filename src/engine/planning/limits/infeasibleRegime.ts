import { say } from '../../../shared/messages/say';
import { bandwidthText } from '../../../shared/vocabulary/quantities';
import { regimeOf } from '../bandwidths/regimes';
import { limitsOf } from '../plan/constraints';
import type { Regime } from '../plan/plan';
import type { PlanSearch } from '../search/planSearch';
import { leastRelaxation, type Relaxation, sentence } from './relaxation';

/** Part of the border at which a relaxation is told, where none serves every bandwidth below it. */
const below = 0.1;

/**
 * The regime below the bandwidth at which the first plan keeps the limits: what to relax there and by how much, and the
 * plan that is possible then. Every figure only grows as the link slows down, so the change that serves at no bandwidth
 * at all (where nothing may cross) serves everywhere below the border; where there is none, the change for a tenth of the
 * border is told.
 * @param toMbps the border; `Infinity` where no bandwidth is enough.
 */
export function infeasibleRegime(search: PlanSearch, link: number, toMbps: number): Regime | undefined {
  const everywhere = relaxationAt(search, [link], 0);
  const mbps = (Number.isFinite(toMbps) ? toMbps : 1) * below;
  const relaxation = everywhere ?? relaxationAt(search, [link], mbps);
  if (relaxation?.way.chosen === undefined) return undefined;
  const { costs, family } = search;
  const told = sentence(limitsOf(costs.infrastructure.constraints), relaxation, search.findsOptimum);
  return {
    ...regimeOf(costs, family, link, relaxation.way.chosen, { fromMbps: 0, toMbps }),
    infeasible: {
      reason: (everywhere === undefined
        ? say('limits.sentenceAt', { sentence: told, bandwidth: bandwidthText(mbps) })
        : say('limits.sentence', { sentence: told })
      ).text,
      changes: relaxation.changes,
    },
  };
}

/** What to relax at some bandwidths of two links, as a sentence; nothing where no change of limits is enough. */
export function reasonAt(search: PlanSearch, links: readonly number[], bandwidthMbps: number): string | undefined {
  const relaxation = relaxationAt(search, links, bandwidthMbps);
  if (relaxation === undefined) return undefined;
  const { constraints } = search.costs.infrastructure;
  const told = sentence(limitsOf(constraints), relaxation, search.findsOptimum);
  return say('limits.sentenceAt', { sentence: told, bandwidth: bandwidthText(bandwidthMbps) }).text;
}

function relaxationAt(search: PlanSearch, changed: readonly number[], bandwidthMbps: number): Relaxation | undefined {
  const { infrastructure } = search.costs;
  const links = infrastructure.links.map((one, l) => (changed.includes(l) ? { ...one, bandwidthMbps } : one));
  return leastRelaxation(search, { ...search.costs, infrastructure: { ...infrastructure, links } });
}
