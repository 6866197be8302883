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

/** What the bodies of a link say of it so far. */
export interface LinkEstimate {
  /** None before any was measured or assumed. */
  readonly bandwidthMbps: number | undefined;
  /** Least of the newest round trips; nothing waits in line in that one. Infinite before the first. */
  readonly roundTripMs: number;
  /** Newest bandwidths of bodies that were large enough. */
  readonly measured: readonly number[];
  /** Newest bandwidth of a body that was not, where that was the last one. */
  readonly small: number | undefined;
  readonly roundTrips: readonly number[];
}

/** Smaller bodies are over before the connection has found its pace. */
const leastBytes = 64 * 1024;
/** The median of three passes over one outlier and follows a change with the second body that shows it. */
const measuredAtOnce = 3;
const roundTripsAtOnce = 20;
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
 * Takes one body in. Large bodies give the median of the newest three. Small ones arrive slower than the link is, so they can
 * only show that it is clearly faster than thought: two in a row that say so raise the estimate to the lower of both.
 */
export function withObservation(before: LinkEstimate, seen: LinkObservation): LinkEstimate {
  const roundTrips = [...before.roundTrips, seen.roundTripMs].slice(-roundTripsAtOnce);
  const roundTripMs = Math.min(...roundTrips);
  const kept = { ...before, roundTrips, roundTripMs };
  if (!(seen.ms > 0 && seen.bytes > 0)) return kept;
  const mbps = (seen.bytes * 8) / (seen.ms * 1e3);
  if (seen.bodyBytes >= tellingBytes(kept)) {
    const measured = [...before.measured, mbps].slice(-measuredAtOnce);
    return { ...kept, measured, bandwidthMbps: lowerMedian(measured), small: undefined };
  }
  if (!(mbps > raisedFrom * (before.bandwidthMbps ?? Number.POSITIVE_INFINITY))) return { ...kept, small: undefined };
  if (before.small === undefined) return { ...kept, small: mbps };
  const raised = Math.min(mbps, before.small);
  return { ...kept, bandwidthMbps: raised, measured: [raised], small: mbps };
}

/** Of an even number the lower one of the two in the middle. */
function lowerMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}
/** Part of a link that probes may take. */
const probedPart = 0.01;

/** Time in milliseconds after which another probe of so many bytes takes no more than its part of the link. */
export function probePauseMs(bytes: number, bandwidthMbps: number): number {
  return (bytes * 8) / (bandwidthMbps * 1e3 * probedPart);
}
