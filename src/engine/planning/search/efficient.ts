/** Relative difference below which two figures count as equal. */
const tolerance = 1e-12;

/**
 * The points that no other one matches or beats in every figure, of each of which less is better; the first of equals.
 * @param values figure m of point p at `p * figures + m`.
 * @returns places of the points, by the first figure
 */
export function efficientPoints(values: Float64Array, figures: number): number[] {
  const count = values.length / figures;
  const order = Array.from({ length: count }, (_, point) => point).sort((a, b) => {
    for (let m = 0; m < figures; m++) {
      const difference = (values[a * figures + m] ?? 0) - (values[b * figures + m] ?? 0);
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  // What beats one point often beats the next, so that it is asked first.
  const kept: number[] = [];
  for (const point of order) {
    const by = kept.findIndex((other) => matches(values, figures, other, point));
    if (by < 0) kept.push(point);
    else if (by > 0) moveAhead(kept, by);
  }
  // A point that is later by rounding alone may beat an earlier one.
  const last = kept.filter((point) => !kept.some((other) => other !== point && beats(values, figures, other, point)));
  const rank = new Int32Array(count);
  for (const [place, point] of order.entries()) rank[point] = place;
  return last.sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0));
}

function moveAhead(kept: number[], at: number): void {
  const to = at >> 1;
  const [one, other] = [kept[at] ?? 0, kept[to] ?? 0];
  kept[to] = one;
  kept[at] = other;
}

/** True where a point is as good as another one in every figure. */
function matches(values: Float64Array, figures: number, point: number, other: number): boolean {
  for (let m = 0; m < figures; m++) {
    if ((values[point * figures + m] ?? 0) > (values[other * figures + m] ?? 0) * (1 + tolerance)) return false;
  }
  return true;
}

/** True where it is as good in every figure, and not the other way around as well. */
function beats(values: Float64Array, figures: number, point: number, other: number): boolean {
  return matches(values, figures, point, other) && !matches(values, figures, other, point);
}
