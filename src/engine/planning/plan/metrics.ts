import { type Sentence, say } from '../../../shared/messages/say';
import { type AdditiveMetric, additiveMetrics, type Metric, metricTable } from '../../../shared/metrics';
import { recordOf } from '../../../shared/recordOf';
import type { Infrastructure, Link, Objective, Tier } from '../infrastructure/infrastructure';

/**
 * The arithmetic of a metric (`docs/theory.md` section 4). Values are in the unit that weights count (seconds, dollars, joules)
 * and less is better. Each function is proportional to its first argument, so that a weight in its place gives a price.
 */
interface MetricArithmetic {
  /** What counts: the whole plan, or the first tier and the link above it alone. */
  readonly scope: 'plan' | 'firstTier';
  /** Of busy seconds of a tier. */
  readonly busy: (seconds: number, tier: Tier) => number;
  /** Of using a link so many times, whatever crosses it. */
  readonly crossing: (times: number, link: Link) => number;
  /** Of bytes that cross a link. */
  readonly sending: (bytes: number, link: Link) => number;
  /** True where `sending` is inversely proportional to the link's bandwidth; otherwise it does not depend on it. */
  readonly isTime: boolean;
  /** What to say where tiers or links do not state what it counts; nothing where they need not. */
  readonly unstated?: UnstatedRates;
}

/** Remarks on what is not stated; tiers are named in backquotes. */
interface UnstatedRates {
  /** No tier or link that counts states anything, so that every plan is worth 0. */
  readonly everywhere: (firstTier: string) => Sentence;
  /** Some tiers state nothing. */
  readonly onTiers: (names: string, count: number) => Sentence;
  /** All tiers that count state something, but the first link does not. */
  readonly onFirstLink?: (firstTier: string) => Sentence;
}

const itself = (value: number) => value;
const nothing = () => 0;

/** Seconds on a link: its latency, and bytes at its bandwidth. */
const time = {
  crossing: (times: number, link: Link) => times * link.latencyMs * 1e-3,
  sending: (bytes: number, link: Link) => (8 * bytes) / (link.bandwidthMbps * 1e6),
  isTime: true,
} as const;

/** How every metric is computed. */
export const metricArithmetic: Readonly<Record<Metric, MetricArithmetic>> = {
  latency: {
    scope: 'plan',
    busy: itself,
    ...time,
  },
  cost: {
    scope: 'plan',
    busy: (seconds, tier) => seconds * pricePerSecond(tier),
    crossing: nothing,
    // Unknown bytes are infinite, and free all the same where bytes are free.
    sending: (bytes, link) => (link.pricePerGB === 0 ? 0 : (bytes * link.pricePerGB) / 1e9),
    isTime: false,
    unstated: {
      everywhere: () => say('caveat.noPrices', {}),
      onTiers: (tiers, count) => say('caveat.noPrice', { tiers, count }),
    },
  },
  throughput: {
    scope: 'plan',
    busy: (seconds, { replicas }) => seconds / replicas,
    ...time,
    // What is on its way keeps no link from taking the next bytes.
    crossing: nothing,
  },
  energy: {
    scope: 'firstTier',
    busy: (seconds, { watts }) => seconds * watts,
    crossing: nothing,
    sending: (bytes, link) => (link.joulesPerMB === 0 ? 0 : (bytes * link.joulesPerMB) / 1e6),
    isTime: false,
    unstated: {
      everywhere: (first) => say('caveat.noEnergy', { tier: first }),
      onTiers: (tier) => say('caveat.noWatts', { tier }),
      onFirstLink: (first) => say('caveat.noJoules', { tier: first }),
    },
  },
};

/** Dollars of one busy second of a tier: its hourly price and its electricity. */
function pricePerSecond(tier: Tier): number {
  return tier.pricePerHour / 3600 + (tier.watts * tier.electricityPerKWh) / 3.6e6;
}

/** The values of a plan, or of a part of one. */
export type MetricValues = Readonly<Record<Metric, number>>;

/** Value of `seconds` that tier k is busy. */
export function busyValue(metric: Metric, seconds: number, tier: Tier, k: number): number {
  const { scope, busy } = metricArithmetic[metric];
  return scope === 'firstTier' && k > 0 ? 0 : busy(seconds, tier);
}

/** Value of using link l so many times, whatever crosses it. */
export function crossingValue(metric: Metric, times: number, link: Link, l: number): number {
  const { scope, crossing } = metricArithmetic[metric];
  return scope === 'firstTier' && l > 0 ? 0 : crossing(times, link);
}

/** Value of the bytes that cross link l. */
export function sendingValue(metric: Metric, bytes: number, link: Link, l: number): number {
  const { scope, sending } = metricArithmetic[metric];
  return scope === 'firstTier' && l > 0 ? 0 : sending(bytes, link);
}

/** Value of moving bytes over link l; 0 when nothing crosses. */
export function transferValue(metric: Metric, bytes: number, link: Link, l: number): number {
  return bytes === 0 ? 0 : crossingValue(metric, 1, link, l) + sendingValue(metric, bytes, link, l);
}

/** The same for a search: bytes of unknown size count without end in every metric, so that no plan that sends them wins. */
export function searchedTransferValue(metric: Metric, bytes: number, link: Link, l: number): number {
  return bytes === Number.POSITIVE_INFINITY ? bytes : transferValue(metric, bytes, link, l);
}

/** A metric of two parts together. */
export function joined(metric: Metric, a: number, b: number): number {
  return metricTable[metric].combine === 'sum' ? a + b : Math.max(a, b);
}

/**
 * Whether a limit on a metric makes plans incomparable that trade it against the objective. One on the worst part is kept
 * by every part alone, and what the first tier does is settled by the first cut: these only rule out.
 */
export function isTradedOff(metric: Metric): boolean {
  return metricTable[metric].combine === 'sum' && metricArithmetic[metric].scope === 'plan';
}

/** What each metric weighs in an objective that adds up. */
export type Weights = Readonly<Record<AdditiveMetric, number>>;

/** The weights of an objective; none where it is the worst part that counts, which is not a sum. */
export function objectiveWeights(objective: Objective): Weights | undefined {
  if (typeof objective !== 'string') return recordOf(additiveMetrics, (metric) => objective[metric] ?? 0);
  const own = additiveMetrics.find((metric) => metric === objective);
  return own && recordOf(additiveMetrics, (metric) => (metric === own ? 1 : 0));
}

/** True for an objective that is the worst part of a plan; all of these are the slowest stage. */
export function isWorstPart(objective: Objective): objective is Exclude<Metric, AdditiveMetric> {
  return objectiveWeights(objective) === undefined;
}

/** The metrics that an objective counts, with their weights, in the order of the table. */
export function countedMetrics(objective: Objective): readonly { readonly metric: Metric; readonly weight: number }[] {
  if (typeof objective === 'string') return [{ metric: objective, weight: 1 }];
  return additiveMetrics.flatMap((metric) => {
    const weight = objective[metric] ?? 0;
    return weight === 0 ? [] : [{ metric, weight }];
  });
}

/** The first metric that an objective counts: what it is filed under. */
export function leadingMetric(objective: Objective): Metric {
  return countedMetrics(objective)[0]?.metric ?? 'latency';
}

/** Objective value of a plan with these values. */
export function objectiveOf(values: MetricValues, objective: Objective): number {
  return countedMetrics(objective).reduce((sum, { metric, weight }) => sum + weight * values[metric], 0);
}

/** True where some tier or link that counts states what a metric counts. */
export function isStated(metric: Metric, { tiers, links }: Pick<Infrastructure, 'tiers' | 'links'>): boolean {
  return (
    tiers.some((tier, k) => busyValue(metric, 1, tier, k) > 0) ||
    links.some((link, l) => crossingValue(metric, 1, link, l) + sendingValue(metric, 1, link, l) > 0)
  );
}
