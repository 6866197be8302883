/** A row of a policy: the plan that is used from one bandwidth of a link up to another. */
export interface BandwidthRange {
  readonly fromMbps: number;
  /** Infinite, or absent, for "and above". */
  readonly toMbps?: number | null | undefined;
  /** The bandwidth below which the plan breaks a limit; absent where it keeps them at any. */
  readonly keepsLimitsFromMbps?: number | undefined;
  /** Set where no plan keeps the limits, and this one only stands in. */
  readonly infeasible?: unknown;
}

/** Index of the range that holds a measured bandwidth, in O(log n); ranges from the slowest to the fastest. */
export function regimeAt(ranges: readonly BandwidthRange[], bandwidthMbps: number): number {
  let low = 0;
  let high = ranges.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ranges[middle]?.fromMbps ?? 0) <= bandwidthMbps) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The regime to use next: the current one until the bandwidth has left it by the given fraction of its border, so that a
 * bandwidth that wavers around a border does not move the cut back and forth. Limits come first: a plan that would break
 * one is not kept, and neither is one that only stands in where none keeps them.
 */
export function nextRegime(
  ranges: readonly BandwidthRange[],
  current: number,
  bandwidthMbps: number,
  hysteresis: number,
): number {
  const range = ranges[current];
  if (range === undefined) return regimeAt(ranges, bandwidthMbps);
  const toMbps = range.toMbps ?? Number.POSITIVE_INFINITY;
  const highest = range.infeasible === undefined ? toMbps * (1 + hysteresis) : toMbps;
  const stays = bandwidthMbps >= leftBelowMbps(range, hysteresis) && bandwidthMbps <= highest;
  return stays ? current : regimeAt(ranges, bandwidthMbps);
}

/** The bandwidth below which a range in force is left. */
export function leftBelowMbps({ fromMbps, keepsLimitsFromMbps = 0 }: BandwidthRange, hysteresis: number): number {
  return Math.max(fromMbps * (1 - hysteresis), Math.min(fromMbps, keepsLimitsFromMbps));
}

/** How a running system follows the bandwidth. */
export interface SwitchingRules {
  /** How far beyond the border of its regime a bandwidth must lie before the cut moves, as a part of the border. */
  readonly hysteresis: number;
  /** Shortest time that a cut is kept. */
  readonly minimumDwellMs: number;
  /** Bandwidths that must have been measured since the cut moved last. */
  readonly minimumSamples: number;
}

/** How far beyond a border a bandwidth must lie, where nothing else is said. */
export const usualHysteresis = 0.1;

export interface ControllerState {
  /** Index of the regime in force; -1 before the first bandwidth. */
  readonly regime: number;
  readonly sinceMs: number;
  readonly samples: number;
}

export const startingController: ControllerState = { regime: -1, sinceMs: Number.NEGATIVE_INFINITY, samples: 0 };

/** A bandwidth that was measured, by any clock that never goes back. */
export interface MeasuredBandwidth {
  readonly bandwidthMbps: number;
  readonly nowMs: number;
}

/** Takes one measured bandwidth in: `nextRegime` with patience. A link that is dead (0 Mbit/s) is left at once. */
export function follow(
  ranges: readonly BandwidthRange[],
  state: ControllerState,
  measured: MeasuredBandwidth,
  rules: SwitchingRules,
): ControllerState {
  const next = nextRegime(ranges, state.regime, measured.bandwidthMbps, rules.hysteresis);
  return patiently(next, state, measured, rules);
}

/** For each regime in force the ranges of bandwidths, each with the regime to use next. */
export type SwitchingTable = readonly (readonly (BandwidthRange & { readonly next: number })[])[];

/** The same by a table that was made for the way in which bandwidths change: it knows already what a switch costs. */
export function followTable(
  table: SwitchingTable,
  state: ControllerState,
  measured: MeasuredBandwidth,
  rules: Pick<SwitchingRules, 'minimumDwellMs' | 'minimumSamples'>,
): ControllerState {
  const ranges = table[state.regime] ?? [];
  const next = ranges[regimeAt(ranges, measured.bandwidthMbps)]?.next ?? state.regime;
  return patiently(next, state, measured, rules);
}

/** The regime to use next once it is worth while: not before enough was measured and time has passed, but at once on a dead link. */
export function patiently(
  next: number,
  state: ControllerState,
  { bandwidthMbps, nowMs }: MeasuredBandwidth,
  { minimumDwellMs, minimumSamples }: Pick<SwitchingRules, 'minimumDwellMs' | 'minimumSamples'>,
): ControllerState {
  const samples = state.samples + 1;
  if (next === state.regime) return { ...state, samples };
  const isPatient = samples >= minimumSamples && nowMs - state.sinceMs >= minimumDwellMs;
  if (state.regime >= 0 && bandwidthMbps > 0 && !isPatient) return { ...state, samples };
  return { regime: next, sinceMs: nowMs, samples: 0 };
}
