/** What one body showed of a link; its receiver timed it, so that no clocks are compared. */
export interface LinkObservation {
  /** Size of the body itself. */
  readonly bodyBytes: number;
  /** Everything that its sender sent while the body arrived, bodies beside it included, and the time that this took. */
  readonly bytes: number;
  readonly ms: number;
  /** What remained of the sender's time after the receiver's work. */
  readonly roundTripMs: number;
}

/** A bandwidth, and the time over which it was seen. */
interface Measured {
  readonly mbps: number;
  readonly ms: number;
}

/** What the bodies of a link say of it so far. */
export interface LinkEstimate {
  /** None before any was measured or assumed. */
  readonly bandwidthMbps: number | undefined;
  /** Least of the newest round trips; nothing waits in line in that one. Infinite before the first. */
  readonly roundTripMs: number;
  /** What the newest bodies that were large enough have shown. */
  readonly measured: readonly Measured[];
  /** Newest bandwidth of a body that was not, where that was the last one. */
  readonly small: number | undefined;
  readonly roundTrips: readonly number[];
}

/** Smaller bodies are over before the connection has found its pace. */
const leastBytes = 64 * 1024;
/** The median of three passes over one outlier and follows a change with the second body that shows it. */
const measuredAtOnce = 3;
const roundTripsAtOnce = 20;
/** A body that takes so many times as long as the ones before it together is no outlier: that is how the link is now. */
const longFrom = 2;
/** Small bodies must be so much faster than thought: their times waver, and what only rises would follow every wave up. */
const raisedFrom = 1.25;

/** An assumption, until bodies say more. */
export function assumedLink(bandwidthMbps?: number): LinkEstimate {
  return {
    bandwidthMbps,
    roundTripMs: Number.POSITIVE_INFINITY,
    measured: [],
    small: undefined,
    roundTrips: [],
  };
}

/** Size from which a body says how fast a link is: what is on its way at once, and 64 KiB at least. */
export function tellingBytes({ bandwidthMbps, roundTripMs }: Pick<LinkEstimate, 'bandwidthMbps' | 'roundTripMs'>) {
  const onTheWay = Number.isFinite(roundTripMs) ? (roundTripMs * (bandwidthMbps ?? 0) * 1e3) / 8 : 0;
  return Math.max(leastBytes, onTheWay);
}

/**
 * Takes one body in. Large bodies give the median of the newest three, or their own bandwidth where they took by far the longest
 * of these: a link that has become slow is not waited for a second time. Small ones arrive slower than the link is, so they can
 * only show that it is clearly faster than thought: two in a row that say so raise the estimate to the lower of both.
 */
export function withObservation(before: LinkEstimate, seen: LinkObservation): LinkEstimate {
  const roundTrips = [...before.roundTrips, seen.roundTripMs].slice(-roundTripsAtOnce);
  const roundTripMs = Math.min(...roundTrips);
  const kept = { ...before, roundTrips, roundTripMs };
  if (!(seen.ms > 0 && seen.bytes > 0)) return kept;
  const mbps = (seen.bytes * 8) / (seen.ms * 1e3);
  if (isTelling(kept, seen)) {
    const { ms } = seen;
    const newest = [...before.measured, { mbps, ms }].slice(-measuredAtOnce);
    const isLong = ms >= longFrom * newest.slice(0, -1).reduce((sum, other) => sum + other.ms, 0);
    const measured = isLong ? newest.slice(-1) : newest;
    return { ...kept, measured, bandwidthMbps: lowerMedian(measured.map((one) => one.mbps)), small: undefined };
  }
  if (!(mbps > raisedFrom * (before.bandwidthMbps ?? Number.POSITIVE_INFINITY))) return { ...kept, small: undefined };
  if (before.small === undefined) return { ...kept, small: mbps };
  const raised = Math.min(mbps, before.small);
  return { ...kept, bandwidthMbps: raised, measured: [{ mbps: raised, ms: seen.ms }], small: mbps };
}

/** A body that took several round trips has found its pace too, however fast the link was thought to be. */
function isTelling(link: LinkEstimate, { bodyBytes, ms }: LinkObservation): boolean {
  if (bodyBytes >= tellingBytes(link)) return true;
  const roundTrips = ms / link.roundTripMs;
  return (
    (bodyBytes >= leastBytes && roundTrips >= pacedAfter) ||
    (bodyBytes >= leastSlowBytes && roundTrips >= slowAfter) ||
    (bodyBytes >= leastTrainBytes && bodyBytes <= mostTrainBytes && ms >= leastTrainMs)
  );
}

/** Round trips after which a connection has found its pace: it doubles with each from about ten packets. */
const pacedAfter = 4;
/** What fits into two rounds of that: where it took so many round trips, the link held it up and nothing else. */
const leastSlowBytes = 16 * 1024;
const slowAfter = 16;
/**
 * A connection sends its first ten packets at once (RFC 6928), and the link spreads them: how far apart they arrive shows its
 * bandwidth, however long the round trip. Some of them are enough, over a time in which no hiccup weighs much.
 */
const leastTrainBytes = 6 * 1024;
const mostTrainBytes = 14_000;
const leastTrainMs = 100;

/** Takes in that a link is no faster than some bandwidth; what was measured before says nothing any more. */
export function withUpperBound(before: LinkEstimate, mostMbps: number): LinkEstimate {
  const bandwidthMbps = Math.min(before.bandwidthMbps ?? mostMbps, mostMbps);
  return { ...before, bandwidthMbps, measured: [], small: undefined };
}

/**
 * Takes in that a body was there and answered after some time, whatever its receiver saw of its arrival: the link is at least as
 * fast as that.
 */
export function withLowerBound(before: LinkEstimate, bodyBytes: number, elapsedMs: number): LinkEstimate {
  const leastMbps = (bodyBytes * 8) / (elapsedMs * 1e3);
  if (!(leastMbps > (before.bandwidthMbps ?? Number.POSITIVE_INFINITY))) return before;
  return { ...before, bandwidthMbps: leastMbps, measured: [], small: undefined };
}

/** Whether a link has become clearly faster or slower, or a body hints at that which has to be confirmed. */
export function hasChanged(before: LinkEstimate, after: LinkEstimate): boolean {
  const [was, is] = [before.bandwidthMbps ?? 0, after.bandwidthMbps ?? 0];
  return is > raisedFrom * was || was > raisedFrom * is || (before.small === undefined && after.small !== undefined);
}

/** Of an even number the lower one of the two in the middle. */
function lowerMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}
/** Part of a link that probes may take. */
const probedPart = 0.01;

/** Bytes of a probe: enough to tell, and never so many that they would hold others up for long. Of a slow link few tell already. */
export function probeBytes(link: LinkEstimate): number {
  const bitsPerMs = (link.bandwidthMbps ?? Number.POSITIVE_INFINITY) * 1e3;
  for (const bytes of [leastTrainBytes, mostTrainBytes]) if ((bytes * 8) / bitsPerMs >= leastTrainMs) return bytes;
  if ((leastSlowBytes * 8) / bitsPerMs >= slowAfter * link.roundTripMs) return leastSlowBytes;
  return Math.ceil(Math.min(mostProbeBytes, tellingBytes(link)));
}

const mostProbeBytes = 1024 * 1024;

/** Longest pause: a link that was dead when it was measured last may be fast again. */
const longestPauseMs = 60_000;

/** Time in milliseconds after which another probe of so many bytes takes no more than its part of the link, or one a minute. */
export function probePauseMs(bytes: number, bandwidthMbps: number): number {
  return Math.min(longestPauseMs, (bytes * 8) / (bandwidthMbps * 1e3 * probedPart));
}
