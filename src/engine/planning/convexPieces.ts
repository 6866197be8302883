/** A linear function over (x, y): constant + slopes[0] x + slopes[1] y. */
export interface Affine {
  readonly constant: number;
  readonly slopes: readonly [number, number];
}

export type Point = readonly [number, number];

/** The square from `low` to `high` in both directions. */
export interface Box {
  readonly low: number;
  readonly high: number;
}

/** A value over the positive quadrant: the largest of some linear functions, where all of `within` are at most 0. */
export interface Surface {
  readonly terms: readonly Affine[];
  readonly within: readonly Affine[];
}

/** A convex part of the box in which one surface is lowest, by one of its terms. Corners go around counterclockwise. */
export interface SurfacePiece<S extends Surface> {
  readonly surface: S;
  readonly term: Affine;
  readonly corners: readonly Point[];
}

/** Part of a polygon's own extent below which its area counts as none. */
const sliver = 1e-12;
/** Relative difference below which two values count as equal. */
const tolerance = 1e-12;

/**
 * Where each of some surfaces is the lowest in a box of the positive quadrant, as convex polygons that cover without
 * overlap all that any surface covers, and the rest of the box. A surface's domain falls apart into one convex cell per
 * term; from each cell goes what another surface has below it, which is convex too, so that what remains are convex
 * pieces again (half-planes one after the other; Sutherland and Hodgman, CACM 1974). Of equal surfaces the first wins.
 */
export function lowestPieces<S extends Surface>(
  surfaces: readonly S[],
  box: Box,
): { readonly pieces: SurfacePiece<S>[]; readonly uncovered: (readonly Point[])[] } {
  const square = cornersOf(box);
  const inBox = surfaces.filter(({ within }) => hasArea(clipAll(square, within)));
  const pieces = inBox.flatMap((surface, index) =>
    surface.terms.flatMap((term, t) => {
      const cell = clipAll(square, [...surface.within, ...aboveOthers(surface.terms, t)]);
      let parts = hasArea(cell) ? [cell] : [];
      for (const [other, rival] of inBox.entries()) {
        if (rival === surface || parts.length === 0) continue;
        parts = parts.flatMap((part) => withoutLower(part, term, rival, other < index));
      }
      return parts.map((corners) => ({ surface, term, corners: distinct(corners) }));
    }),
  );
  let uncovered: Point[][] = [square];
  for (const { within } of inBox) uncovered = uncovered.flatMap((part) => subtract(part, within));
  return { pieces, uncovered: uncovered.map(distinct) };
}

/** A polygon without corners that only rounding tells from the one before. */
function distinct(corners: readonly Point[]): Point[] {
  const extent = [0, 1].map((axis) => corners.reduce((most, corner) => Math.max(most, corner[axis] ?? 0), 0));
  return corners.filter((corner, at) => {
    const before = corners.at(at - 1) ?? corner;
    return corner.some((value, axis) => Math.abs(value - (before[axis] ?? 0)) > sliver * (extent[axis] ?? 0));
  });
}

/** True where a point lies in a convex polygon, its border included. */
export function isInPolygon(corners: readonly Point[], [x, y]: Point): boolean {
  let before = corners.at(-1) ?? [0, 0];
  for (const corner of corners) {
    const [width, height] = [corner[0] - before[0], corner[1] - before[1]];
    const side = width * (y - before[1]) - height * (x - before[0]);
    if (side < -1e-9 * (Math.abs(width * y) + Math.abs(height * x))) return false;
    before = corner;
  }
  return corners.length > 0;
}

function cornersOf({ low, high }: Box): Point[] {
  return [
    [low, low],
    [high, low],
    [high, high],
    [low, high],
  ];
}

/** Half-planes in which one term is the largest; of equal terms the first is. */
function aboveOthers(terms: readonly Affine[], t: number): Affine[] {
  const own = terms[t];
  if (own === undefined) return [];
  return terms.flatMap((other, o) => {
    if (o === t) return [];
    const isSame = other.constant === own.constant && other.slopes.every((slope, at) => slope === own.slopes[at]);
    if (isSame) return o < t ? [nowhere] : [];
    return [difference(other, own)];
  });
}

const nowhere: Affine = { constant: 1, slopes: [0, 0] };

/** A polygon without the part in which a rival is lower than a term, or as low where it comes first. */
function withoutLower(part: Point[], term: Affine, rival: Surface, rivalIsFirst: boolean): Point[][] {
  const differences = rival.terms.map((other) => difference(other, term));
  const level = differences.map((one) => part.every((corner) => isLevel(one, term, corner)));
  if (!rivalIsFirst && level.includes(true)) return [part];
  return subtract(part, [...rival.within, ...differences.filter((_, at) => !level[at])]);
}

function isLevel(difference: Affine, term: Affine, [x, y]: Point): boolean {
  return Math.abs(valueAt(difference, x, y)) <= tolerance * Math.abs(valueAt(term, x, y));
}

/** A polygon without the part in which all of some linear functions are at most 0. */
function subtract(part: Point[], conditions: readonly Affine[]): Point[][] {
  const outside: Point[][] = [];
  let inside = part;
  for (const condition of conditions) {
    if (inside.every(([x, y]) => valueAt(condition, x, y) <= 0)) continue;
    const beyond = clip(inside, negated(condition));
    inside = clip(inside, condition);
    if (!hasArea(inside)) return [part];
    if (hasArea(beyond)) outside.push(beyond);
  }
  return outside;
}

function clipAll(corners: Point[], conditions: readonly Affine[]): Point[] {
  return conditions.reduce(clip, corners);
}

/** The part of a convex polygon in which a linear function is at most 0. */
function clip(corners: Point[], condition: Affine): Point[] {
  const inside: Point[] = [];
  let before = corners.at(-1) ?? [0, 0];
  let sideBefore = valueAt(condition, before[0], before[1]);
  for (const corner of corners) {
    const here = valueAt(condition, corner[0], corner[1]);
    if (here <= 0 !== sideBefore <= 0) {
      const part = sideBefore / (sideBefore - here);
      inside.push([before[0] + part * (corner[0] - before[0]), before[1] + part * (corner[1] - before[1])]);
    }
    if (here <= 0) inside.push(corner);
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

function valueAt({ constant, slopes }: Affine, x: number, y: number): number {
  return constant + slopes[0] * x + slopes[1] * y;
}

function difference(a: Affine, b: Affine): Affine {
  return { constant: a.constant - b.constant, slopes: [a.slopes[0] - b.slopes[0], a.slopes[1] - b.slopes[1]] };
}

function negated({ constant, slopes }: Affine): Affine {
  return { constant: -constant, slopes: [-slopes[0], -slopes[1]] };
}
