import { type Sentence, say } from '../../../shared/messages/say';
import { recordOf } from '../../../shared/recordOf';
import { type AdditiveMetric, additiveMetrics, type Metric, metricTable } from '../../../shared/vocabulary/metrics';
import type { Infrastructure, Objective, Tier } from '../infrastructure/infrastructure';

/** One direction of a link, with all that metrics count on it. */
export interface Way {
  readonly bandwidthMbps: number;
  /** Upwards with the fixed time of the relays at both ends. */
  readonly latencyMs: number;
  readonly pricePerGB: number;
  /** What the first tier spends: per MB that it sends, while bytes are on the link, and while it only waits. */
  readonly joulesPerMB: number;
  readonly watts: number;
  readonly waitingWatts: number;
}

export type Direction = 'up' | 'down';

/** Power of the first tier while others work on an answer that it waits for. */
function waitingWatts({ answer, tiers }: Pick<Infrastructure, 'answer' | 'tiers'>): number {
  return answer === 'returned' ? (tiers[0]?.idleWatts ?? 0) : 0;
}

/** What an infrastructure is priced by. */
export type Priced = Pick<Infrastructure, 'tiers' | 'links' | 'answer'>;

/** Link l in one direction; free and infinitely fast where there is no such link. */
export function wayOf(infrastructure: Priced, l: number, direction: Direction): Way {
  const link = infrastructure.links[l];
  const waiting = waitingWatts(infrastructure);
  if (link === undefined) return nowhere;
  if (direction === 'up') {
    const { bandwidthMbps, pricePerGB } = link;
    const latencyMs = link.latencyMs + (link.hopMs ?? 0);
    const [joulesPerMB, watts] = l === 0 ? [link.joulesPerMB, link.txWatts] : [0, waiting];
    return { bandwidthMbps, latencyMs, pricePerGB, joulesPerMB, watts, waitingWatts: waiting };
  }
  return {
    bandwidthMbps: link.downBandwidthMbps ?? link.bandwidthMbps,
    latencyMs: link.downLatencyMs ?? link.latencyMs,
    pricePerGB: link.downPricePerGB,
    joulesPerMB: 0,
    watts: l === 0 ? link.rxWatts : waiting,
    waitingWatts: waiting,
  };
}

const nowhere: Way = {
  bandwidthMbps: Number.POSITIVE_INFINITY,
  ...{ latencyMs: 0, pricePerGB: 0, joulesPerMB: 0, watts: 0, waitingWatts: 0 },
};

/**
 * The arithmetic of a metric (`docs/theory.md` section 4). Values are in the unit that weights count (seconds, dollars, joules)
 * and less is better. Each function is proportional to its first argument, so that a weight in its place gives a price.
 */
interface MetricArithmetic {
  /** What counts: what every tier and link does, or what the first tier does and waits for. */
  readonly scope: 'plan' | 'firstTier';
  /** Of busy seconds of tier k. */
  readonly busy: (seconds: number, tier: Tier, k: number, waitingWatts: number) => number;
  /** Of using a way so many times, whatever crosses it. */
  readonly crossing: (times: number, way: Way) => number;
  /** Of bytes that cross, at any bandwidth. */
  readonly moving: (bytes: number, way: Way) => number;
  /** Of the seconds that bytes keep a way busy. */
  readonly sending: (seconds: number, way: Way) => number;
  /** True where all that it counts are seconds. */
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
/** Unknown bytes are infinite, and free all the same where bytes are free. */
const times = (amount: number, price: number) => (price === 0 ? 0 : amount * price);

/** How every metric is computed. */
export const metricArithmetic: Readonly<Record<Metric, MetricArithmetic>> = {
  latency: {
    scope: 'plan',
    busy: itself,
    crossing: (uses, { latencyMs }) => uses * latencyMs * 1e-3,
    moving: nothing,
    sending: itself,
    isTime: true,
  },
  cost: {
    scope: 'plan',
    busy: (seconds, tier) => seconds * pricePerSecond(tier),
    crossing: nothing,
    moving: (bytes, { pricePerGB }) => times(bytes, pricePerGB) / 1e9,
    sending: nothing,
    isTime: false,
    unstated: {
      everywhere: () => say('caveat.noPrices', {}),
      onTiers: (tiers, count) => say('caveat.noPrice', { tiers, count }),
    },
  },
  throughput: {
    scope: 'plan',
    busy: (seconds, { replicas }) => seconds / replicas,
    // What is on its way keeps no link from taking the next bytes.
    crossing: nothing,
    moving: nothing,
    sending: itself,
    isTime: true,
  },
  energy: {
    scope: 'firstTier',
    busy: (seconds, { watts }, k, waiting) => seconds * (k === 0 ? watts : waiting),
    crossing: (uses, way) => uses * way.latencyMs * 1e-3 * way.waitingWatts,
    moving: (bytes, { joulesPerMB }) => times(bytes, joulesPerMB) / 1e6,
    sending: (seconds, { watts }) => times(seconds, watts),
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
export function busyValue(metric: Metric, seconds: number, infrastructure: Priced, k: number): number {
  const tier = infrastructure.tiers[k];
  return tier === undefined ? 0 : metricArithmetic[metric].busy(seconds, tier, k, waitingWatts(infrastructure));
}

/** Value of using a way so many times, whatever crosses it. */
export function crossingValue(metric: Metric, uses: number, way: Way): number {
  return metricArithmetic[metric].crossing(uses, way);
}

/** Value of the bytes that cross a way. */
export function sendingValue(metric: Metric, bytes: number, way: Way): number {
  const { moving, sending } = metricArithmetic[metric];
  return moving(bytes, way) + sending(sendingSeconds(bytes, way), way);
}

/** Seconds that bytes keep a way busy. */
export function sendingSeconds(bytes: number, { bandwidthMbps }: Way): number {
  return (8 * bytes) / (bandwidthMbps * 1e6);
}

/** Value of moving bytes up a link; 0 when nothing crosses. */
export function transferValue(metric: Metric, bytes: number, way: Way): number {
  return bytes === 0 ? 0 : crossingValue(metric, 1, way) + sendingValue(metric, bytes, way);
}

/** The same for a search: bytes of unknown size count without end in every metric, so that no plan that sends them wins. */
export function searchedTransferValue(metric: Metric, bytes: number, way: Way): number {
  return bytes === Number.POSITIVE_INFINITY ? bytes : transferValue(metric, bytes, way);
}

/** Value of an answer of so many bytes, none included, that comes down a link which something was asked for over. */
export function answerValue(metric: Metric, bytes: number, way: Way): number {
  return crossingValue(metric, 1, way) + (bytes === 0 ? 0 : sendingValue(metric, bytes, way));
}

/** A metric of two parts together. */
export function joined(metric: Metric, a: number, b: number): number {
  return metricTable[metric].combine === 'sum' ? a + b : Math.max(a, b);
}

/**
 * Whether a limit on a metric makes plans incomparable that trade it against the objective. One on the worst part is kept
 * by every part alone, and what the first tier does is settled by the first cut unless it waits for the rest: these only
 * rule out.
 */
export function isTradedOff(metric: Metric, infrastructure: Priced): boolean {
  const isSettledFirst = metricArithmetic[metric].scope === 'firstTier' && waitingWatts(infrastructure) === 0;
  return metricTable[metric].combine === 'sum' && !isSettledFirst;
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

/** Objective value of a plan whose metrics have these values. */
export function objectiveOf(valueFor: (metric: Metric) => number, objective: Objective): number {
  return countedMetrics(objective).reduce((sum, { metric, weight }) => sum + weight * valueFor(metric), 0);
}

/** True where some tier or link that counts states what a metric counts. */
export function isStated(metric: Metric, infrastructure: Priced): boolean {
  const isCounted = (way: Way) => crossingValue(metric, 1, way) + sendingValue(metric, 1, way) > 0;
  return (
    infrastructure.tiers.some((_, k) => busyValue(metric, 1, infrastructure, k) > 0) ||
    infrastructure.links.some((_, l) => isCounted(wayOf(infrastructure, l, 'up')))
  );
}
