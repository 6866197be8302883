import type { CutFamily } from './cutFamily';
import { combine, type Measure } from './measures';

/**
 * Per tier k and cut c above it a bound on what lies above the tier, the crossing of the cut first: `leastAbove[k][c]`. In
 * O(K C): which cuts lie inside which is left out of account, so that of a sum over parts only differences remain.
 * @param allowedTiers 1 for each tier that may run something.
 * @param crossing figure of cut c on link l: `crossing[l][c]`; `Infinity` where it may not lie.
 */
export function leastAbove(
  family: CutFamily,
  measure: Measure,
  allowedTiers: ArrayLike<number>,
  crossing: readonly Float64Array[],
): readonly Float64Array[] {
  const last = crossing.length;
  const above: Float64Array[] = [];
  let beyond = new Float64Array(family.size).fill(Number.POSITIVE_INFINITY);
  beyond[family.size - 1] = 0;
  above[last] = beyond;
  for (let k = last; k > 0; k--) {
    const least = allowedTiers[k] === 1 ? leastFrom(family, measure, k, beyond) : beyond;
    beyond = least.map((one, c) => combine(measure, one, crossing[k - 1]?.[c] ?? 0));
    above[k - 1] = beyond;
  }
  return above;
}

/** Per cut below tier k, the least of the tier's part and of what lies beyond it, over the cuts from there on. */
function leastFrom(family: CutFamily, measure: Measure, k: number, beyond: Float64Array): Float64Array {
  const isSum = measure.combine === 'sum';
  const spans = family.spans[k];
  const rate = measure.rates[k] ?? 0;
  const least = new Float64Array(family.size);
  let lowest = Number.POSITIVE_INFINITY;
  for (let c = family.size - 1; c >= 0; c--) {
    const [end, start] = isSum ? [rate * (spans?.ends[c] ?? 0), rate * (spans?.starts[c] ?? 0)] : [0, 0];
    lowest = Math.min(lowest, end + (beyond[c] ?? 0));
    least[c] = Math.min(beyond[c] ?? 0, lowest - start);
  }
  return least;
}
