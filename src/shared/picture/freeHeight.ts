/** Where a line can run through a picture without lying on the pieces of edges that run level. */

interface Routed {
  readonly points: readonly number[];
}

/** Heights at which pieces of edges run level, ascending, each once. */
export function levelHeights(edges: readonly Routed[]): Float64Array {
  const heights = new Set<number>();
  for (const { points } of edges) {
    for (let at = 3; at < points.length; at += 2) {
      const y = points[at] ?? 0;
      if (points[at - 2] === y) heights.add(y);
    }
  }
  return Float64Array.from(heights).sort();
}

/** The middle of the widest stretch between two heights that is free of level pieces; of equal ones the upper. */
export function freeHeight(top: number, bottom: number, levels: Float64Array): number {
  let [from, best, widest] = [top, (top + bottom) / 2, 0];
  const offer = (to: number) => {
    if (to - from > widest + 1e-6) {
      widest = to - from;
      best = (from + to) / 2;
    }
    from = Math.max(from, to);
  };
  for (let at = firstAbove(levels, top); at < levels.length; at++) {
    const level = levels[at] ?? bottom;
    if (level >= bottom) break;
    offer(level);
  }
  offer(bottom);
  return best;
}

/** Index of the first height above `limit` in ascending ones. */
function firstAbove(heights: Float64Array, limit: number): number {
  let [low, high] = [0, heights.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((heights[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
