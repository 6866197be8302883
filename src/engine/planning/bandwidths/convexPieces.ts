import { throwIfCanceled, unwatched, type Work } from '../../../shared/work/work';

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
  work: Work = unwatched,
): { readonly pieces: SurfacePiece<S>[]; readonly uncovered: (readonly Point[])[] } {
  const square = cornersOf(box);
  const inBox = surfaces.filter(({ within }) => hasArea(clipAll(square, within)));
  const pieces = inBox.flatMap((surface, index) => {
    throwIfCanceled(work);
    return surface.terms.flatMap((term, t) => {
      const cell = clipAll(square, [...surface.within, ...aboveOthers(surface.terms, t)]);
      const rivals = inBox.flatMap((rival, other) => (other === index ? [] : [{ rival, isFirst: other < index }]));
      const parts = hasArea(cell) ? merged(withoutLower(cell, term, rivals)) : [];
      return parts.map((corners) => ({ surface, term, corners: distinct(corners) }));
    });
  });
  let uncovered: Point[][] = [square];
  for (const { within } of inBox) uncovered = uncovered.flatMap((part) => subtract(part, within));
  return { pieces, uncovered: merged(uncovered).map(distinct) };
}

/** A polygon without corners that only rounding tells from the one before. */
function distinct(corners: readonly Point[]): Point[] {
  const extent = extentOf(corners);
  return corners.filter((corner, at) => !isSamePoint(corner, corners.at(at - 1) ?? corner, extent));
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

interface Rival {
  readonly rival: Surface;
  /** Where the two are level, the first one wins. */
  readonly isFirst: boolean;
}

/**
 * A polygon without all that rivals have below a term. The rival that takes most goes first, so that what the others
 * would take as well is not cut into pieces before.
 */
function withoutLower(part: Point[], term: Affine, rivals: readonly Rival[]): Point[][] {
  const taking = rivals.flatMap((one) => {
    const taken = takenBy(part, term, one);
    return taken === undefined ? [] : [{ one, ...taken }];
  });
  const [first] = taking.sort((a, b) => b.area - a.area);
  if (first === undefined) return [part];
  const others = taking.slice(1).map(({ one }) => one);
  return subtract(part, first.conditions).flatMap((rest) => withoutLower(rest, term, others));
}

/** The part of a polygon in which a rival is lower than a term, as conditions and area; nothing where it never is. */
function takenBy(
  part: Point[],
  term: Affine,
  { rival, isFirst }: Rival,
): { conditions: Affine[]; area: number } | undefined {
  const differences = rival.terms.map((other) => difference(other, term));
  const level = differences.map((one) => part.every((corner) => isLevel(one, term, corner)));
  if (!isFirst && level.includes(true)) return undefined;
  const conditions = [...rival.within, ...differences.filter((_, at) => !level[at])];
  const taken = clipAll(part, conditions);
  return hasArea(taken) ? { conditions, area: areaOf(taken) } : undefined;
}

/** Fewer polygons for the same area: two that share a whole edge become one where that is convex. */
function merged(parts: Point[][]): Point[][] {
  const left = [...parts];
  for (let a = 0; a < left.length; a++) {
    for (let b = a + 1; b < left.length; b++) {
      const union = convexUnion(distinct(left[a] ?? []), distinct(left[b] ?? []));
      if (union === undefined) continue;
      left[a] = union;
      left.splice(b, 1);
      b = a;
    }
  }
  return left;
}

/** Two convex polygons as one, where they share an edge and together are convex. */
function convexUnion(a: readonly Point[], b: readonly Point[]): Point[] | undefined {
  const extent = extentOf([...a, ...b]);
  for (const [i, from] of a.entries()) {
    const to = a[(i + 1) % a.length] ?? from;
    const j = b.findIndex(
      (corner, at) => isSamePoint(corner, to, extent) && isSamePoint(b[(at + 1) % b.length] ?? corner, from, extent),
    );
    if (j < 0) continue;
    const otherSide = [...b.slice(j + 1), ...b.slice(0, j + 1)].slice(1, -1);
    return convexOutline([...a.slice(i + 1), ...a.slice(0, i + 1), ...otherSide], extent);
  }
  return undefined;
}

/** A polygon without the corners at which it goes straight on; nothing where it turns inwards at one. */
function convexOutline(corners: readonly Point[], [width, height]: Point): Point[] | undefined {
  const outline: Point[] = [];
  for (const [at, corner] of corners.entries()) {
    const before = outline.at(-1) ?? corners.at(-1) ?? corner;
    const after = corners[(at + 1) % corners.length] ?? corner;
    const turn = (corner[0] - before[0]) * (after[1] - corner[1]) - (corner[1] - before[1]) * (after[0] - corner[0]);
    if (turn < -sliver * width * height) return undefined;
    if (turn > sliver * width * height) outline.push(corner);
  }
  return outline;
}

function isSamePoint(a: Point, b: Point, extent: Point): boolean {
  return a.every((value, axis) => Math.abs(value - (b[axis] ?? 0)) <= sliver * (extent[axis] ?? 0));
}

/** The largest coordinate in both directions. */
function extentOf(corners: readonly Point[]): Point {
  let [width, height] = [0, 0];
  for (const [x, y] of corners) [width, height] = [Math.max(width, x), Math.max(height, y)];
  return [width, height];
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
  const [width, height] = extentOf(corners);
  return areaOf(corners) > (sliver / 2) * width * height;
}

function areaOf(corners: readonly Point[]): number {
  let twice = 0;
  let before = corners.at(-1) ?? [0, 0];
  for (const corner of corners) {
    twice += before[0] * corner[1] - corner[0] * before[1];
    before = corner;
  }
  return twice / 2;
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
