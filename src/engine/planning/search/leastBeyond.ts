import { busyBetween } from '../costs/busySpans';
import type { TierBounds } from '../infrastructure/tierBounds';
import type { CutFamily } from './cutFamily';
import type { Measure } from './measures';

/**
 * Per link k and cut c, the least that the link and all that lies above it can add to a measure, were every link infinitely
 * fast; per measure that adds up and is limited, nothing for the others. What exceeds its limit with that leads nowhere.
 */
export function leastBeyond(
  family: CutFamily,
  bounds: TierBounds,
  measures: readonly Measure[],
): (Float64Array[] | undefined)[] {
  return measures.map((measure) => {
    if (measure.combine !== 'sum' || measure.most === Number.POSITIVE_INFINITY) return undefined;
    return leastOf(family, bounds, measure);
  });
}

function leastOf(family: CutFamily, bounds: TierBounds, measure: Measure): Float64Array[] {
  let beyond = new Float64Array(family.size).fill(Number.POSITIVE_INFINITY);
  beyond[family.size - 1] = 0;
  const least = [beyond];
  for (let k = measure.fixed.length; k > 0; k--) {
    const above = beyond;
    beyond = Float64Array.from(
      { length: family.size },
      (_, lower) => leastFrom(family, bounds, measure, k, lower, above) + (measure.fixed[k - 1]?.[lower] ?? 0),
    );
    least.unshift(beyond);
  }
  return least;
}

/** The least of a measure over tier k from a cut on, and over what lies beyond the tier. */
function leastFrom(
  family: CutFamily,
  bounds: TierBounds,
  measure: Measure,
  k: number,
  lower: number,
  beyond: Float64Array,
): number {
  let least = beyond[lower] ?? Number.POSITIVE_INFINITY;
  if (bounds.allowedTiers[k] !== 1) return least;
  const spans = family.spans[k];
  if (spans === undefined) return least;
  const rate = measure.rates[k] ?? 0;
  for (let upper = lower + 1; upper < family.size; upper++) {
    const value = (beyond[upper] ?? 0) + busyBetween(spans, lower, upper) * rate;
    if (value < least && family.isInside(lower, upper)) least = value;
  }
  return least;
}
