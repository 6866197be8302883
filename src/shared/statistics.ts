/** The value below which a part of all lies, between neighbors by their distance; 0 of none. @param part 0..1 */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = part * (sorted.length - 1);
  const lower = sorted[Math.floor(at)] ?? 0;
  return lower + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? lower) - lower);
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Distance between the quartiles, in which the middle half of all values lies. */
export function quartileDistance(values: readonly number[]): number {
  return quantile(values, 0.75) - quantile(values, 0.25);
}
