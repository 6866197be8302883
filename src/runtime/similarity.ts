/** How alike two outputs are as a whole, where their elements are not the same. */
export interface Similarity {
  /** Cosine of the angle between both as vectors: 1 where they point the same way; `null` where one has no length. */
  readonly cosine: number | null;
  /** Part of the rows along the last axis whose largest element is at the same place, 0..1. */
  readonly topOneAgreement: number | null;
}

/**
 * @param shape of both; the last axis holds a row, such as the scores of one picture's classes
 * @param expected and `found`: elements, row-major
 */
export function similarity(
  expected: ArrayLike<number>,
  found: ArrayLike<number>,
  shape: readonly number[],
): Similarity {
  const [product, left, right] = [dot(expected, found), dot(expected, expected), dot(found, found)];
  const cosine = left > 0 && right > 0 ? Math.min(1, product / (Math.sqrt(left) * Math.sqrt(right))) : null;
  return {
    cosine: cosine !== null && Number.isFinite(cosine) ? cosine : null,
    topOneAgreement: topOneAgreement(expected, found, shape.at(-1) ?? 1),
  };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

function topOneAgreement(a: ArrayLike<number>, b: ArrayLike<number>, rowLength: number): number | null {
  if (rowLength < 2 || a.length === 0) return null;
  let agreeing = 0;
  for (let start = 0; start < a.length; start += rowLength) {
    if (largestAt(a, start, rowLength) === largestAt(b, start, rowLength)) agreeing += 1;
  }
  return (agreeing * rowLength) / a.length;
}

function largestAt(values: ArrayLike<number>, start: number, length: number): number {
  let largest = start;
  for (let at = start + 1; at < start + length; at += 1) if ((values[at] ?? 0) > (values[largest] ?? 0)) largest = at;
  return largest - start;
}
