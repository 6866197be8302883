import { objectiveSchema } from '../../../shared/documents/config';
import { say } from '../../../shared/messages/say';
import { parsedJson } from '../../../shared/parsedJson';
import type { PlanOverrides } from '../../../shared/protocol/requests';
import { recordOf } from '../../../shared/recordOf';
import { additiveMetrics, metrics } from '../../../shared/vocabulary/metrics';
import type { Strategy } from '../../../shared/vocabulary/strategies';
import { DnnSplitError } from '../../../shared/work/errors';
import type { Infrastructure, Objective, Tier } from './infrastructure';
import { parseStrategy } from './parseStrategy';

export interface OverriddenPlanning {
  readonly infrastructure: Infrastructure;
  readonly strategy: Strategy;
  /** Per link the position of the cut that must lie on it; `null` leaves it to the planner. */
  readonly cuts: readonly (number | null)[];
  /** One whole plan, as the nodes of each tier. */
  readonly placement: PlanOverrides['placement'];
}

/**
 * An infrastructure and strategy with a change to try. The objective is a metric's name or JSON of weights.
 * @throws DnnSplitError `bad-usage` or `invalid-config` for a value that means nothing here.
 */
export function applyOverrides(
  infrastructure: Infrastructure,
  strategy: Strategy,
  overrides: PlanOverrides,
): OverriddenPlanning {
  const { constraints, tiers } = infrastructure;
  for (const [node, id] of Object.entries(overrides.pin ?? {})) {
    if (tiers.some((tier) => tier.id === id)) continue;
    throw new DnnSplitError(
      'bad-usage',
      say('override.unknownTier', { node, tier: id, known: tiers.map((t) => t.id).join(', ') }),
    );
  }
  const pin = { ...constraints.pin, ...overrides.pin };
  const links = infrastructure.links.map((link, l) => {
    const bandwidthMbps = overrides.bandwidthMbps?.[l] ?? link.bandwidthMbps;
    const latencyMs = overrides.latencyMs?.[l] ?? link.latencyMs;
    const ends = { from: tiers[l]?.id ?? '', to: tiers[l + 1]?.id ?? '' };
    if (!(bandwidthMbps > 0)) throw new DnnSplitError('bad-usage', say('override.bandwidth', ends));
    if (!(latencyMs >= 0)) throw new DnnSplitError('bad-usage', say('override.latency', ends));
    return { ...link, bandwidthMbps, latencyMs };
  });
  return {
    infrastructure: {
      ...infrastructure,
      tiers: withSpeeds(tiers, overrides.tierSpeed),
      links,
      objective: overrides.objective === undefined ? infrastructure.objective : parseObjective(overrides.objective),
      ...(overrides.answer !== undefined && { answer: overrides.answer, outputAnswers: {} }),
      constraints: Object.keys(pin).length > 0 ? { ...constraints, pin } : constraints,
    },
    strategy: overrides.strategy === undefined ? strategy : parseStrategy(overrides.strategy, tiers, 'strategy'),
    cuts: overrides.cuts ?? [],
    placement: overrides.placement,
  };
}

function withSpeeds(tiers: readonly Tier[], speeds: PlanOverrides['tierSpeed']): readonly Tier[] {
  if (speeds === undefined) return tiers;
  return tiers.map((tier, k) => {
    const speed = speeds[k] ?? tier.speed ?? 1;
    if (!(speed > 0)) throw new DnnSplitError('bad-usage', say('override.speed', { tier: tier.id }));
    return { ...tier, speed };
  });
}

/**
 * Reads an objective: the name of a metric, or JSON such as `{"latency":1,"cost":0.5}`.
 * @throws DnnSplitError `bad-usage`
 */
export function parseObjective(text: string): Objective {
  const parsed = objectiveSchema.safeParse(text.trimStart().startsWith('{') ? parsedJson(text) : text);
  const weights = parsed.success && typeof parsed.data !== 'string' ? parsed.data : undefined;
  const isWeightless = weights !== undefined && !Object.values(weights).some((weight) => (weight ?? 0) > 0);
  if (!parsed.success || isWeightless) {
    throw new DnnSplitError(
      'bad-usage',
      say('override.objective', { objective: text, known: metrics.join(', '), example: '{"latency":1,"cost":0.5}' }),
    );
  }
  if (weights === undefined) return typeof parsed.data === 'string' ? parsed.data : 'latency';
  return recordOf(additiveMetrics, (metric) => weights[metric] ?? 0);
}
