/** A plane over (x, y): constant + slopes[0] x + slopes[1] y, slopes not negative. */
export interface Plane {
  readonly constant: number;
  readonly slopes: readonly [number, number];
}

export type Point = readonly [number, number];

/** The square from `low` to `high` in both directions. */
export interface Box {
  readonly low: number;
  readonly high: number;
}

/** Part of a region's own extent below which its area counts as none. */
const sliver = 1e-12;

/**
 * The lower envelope of planes over a box in the positive quadrant: per plane that is lowest somewhere, the convex polygon
 * where it is, found by cutting the box along the lines on which other planes are level with it (Sutherland and Hodgman,
 * CACM 1974). Corners go around counterclockwise. Of equal planes the first is kept.
 */
export function lowestRegions<P extends Plane>(
  planes: readonly P[],
  { low, high }: Box,
): { readonly plane: P; readonly corners: readonly Point[] }[] {
  const kept = efficient(planes);
  const square: Point[] = [
    [low, low],
    [high, low],
    [high, high],
    [low, high],
  ];
  return kept.flatMap((plane) => {
    let corners = square;
    for (const other of kept) {
      if (other === plane || corners.length === 0) continue;
      corners = clip(corners, ([x, y]) => valueAt(other, x, y) - valueAt(plane, x, y));
    }
    return hasArea(corners) ? [{ plane, corners }] : [];
  });
}

/** Planes that no other one matches or beats everywhere in the quadrant. */
function efficient<P extends Plane>(planes: readonly P[]): P[] {
  const sorted = [...planes].sort(
    (a, b) => a.constant - b.constant || a.slopes[0] - b.slopes[0] || a.slopes[1] - b.slopes[1],
  );
  const kept: P[] = [];
  for (const plane of sorted) {
    const isBeaten = kept.some(({ slopes }) => slopes[0] <= plane.slopes[0] && slopes[1] <= plane.slopes[1]);
    if (!isBeaten) kept.push(plane);
  }
  return kept;
}

function valueAt({ constant, slopes }: Plane, x: number, y: number): number {
  return constant + slopes[0] * x + slopes[1] * y;
}

/** The part of a convex polygon in which a linear function is not negative. */
function clip(corners: readonly Point[], side: (point: Point) => number): Point[] {
  const inside: Point[] = [];
  let before = corners.at(-1) ?? [0, 0];
  let sideBefore = side(before);
  for (const corner of corners) {
    const here = side(corner);
    if (here >= 0 !== sideBefore >= 0) {
      const part = sideBefore / (sideBefore - here);
      inside.push([before[0] + part * (corner[0] - before[0]), before[1] + part * (corner[1] - before[1])]);
    }
    if (here >= 0) inside.push(corner);
    before = corner;
    sideBefore = here;
  }
  return inside;
}

function hasArea(corners: readonly Point[]): boolean {
  let twice = 0;
  let [furthestX, furthestY] = [0, 0];
  let before = corners.at(-1) ?? [0, 0];
  for (const corner of corners) {
    twice += before[0] * corner[1] - corner[0] * before[1];
    furthestX = Math.max(furthestX, corner[0]);
    furthestY = Math.max(furthestY, corner[1]);
    before = corner;
  }
  return twice > sliver * furthestX * furthestY;
}
