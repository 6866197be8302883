import type { SeparationTimes } from './separationTimes';

/**
 * What a tier is busy with between two cuts, in seconds: what it runs there, and what it writes and reads because of kernels
 * that the cuts break. A sum for each cut in both of its roles, so that a difference tells.
 */
export interface BusySpans {
  /** Per cut, as the one that the tier's part ends at. */
  readonly ends: Float64Array;
  /** Per cut, as the one that the tier's part begins at. */
  readonly starts: Float64Array;
}

/** Busy seconds of a tier from one cut to another one that is not below it; of a tier that runs nothing, what it passes on. */
export function busyBetween({ ends, starts }: BusySpans, lower: number, upper: number): number {
  return Math.max(0, (ends[upper] ?? 0) - (starts[lower] ?? 0));
}

/** Spans over cuts of which each breaks some bonds. @param secondsBelow what everything below each cut takes. */
export function spansOf(
  secondsBelow: Float64Array,
  times: SeparationTimes | undefined,
  brokenBy: (cut: number) => readonly number[],
): BusySpans {
  if (times === undefined) return { ends: secondsBelow, starts: secondsBelow };
  const [ends, starts] = [secondsBelow.slice(), secondsBelow.slice()];
  for (let cut = 0; cut < ends.length; cut++) {
    for (const bond of brokenBy(cut)) {
      ends[cut] = (ends[cut] ?? 0) + (times.below[bond] ?? 0);
      starts[cut] = (starts[cut] ?? 0) - (times.above[bond] ?? 0);
    }
  }
  return { ends, starts };
}
