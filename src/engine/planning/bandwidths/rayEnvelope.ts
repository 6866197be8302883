/** A value over x >= 0 that holds up to some x: the larger of a constant and a line that does not fall. */
export interface Ray {
  readonly floor: number;
  readonly base: number;
  readonly slope: number;
  /** Where it ends, `Infinity` for nowhere. */
  readonly untilX: number;
}

export interface EnvelopePiece<R extends Ray> {
  readonly ray: R;
  readonly fromX: number;
  readonly untilX: number;
}

/** Relative difference below which two values count as equal. */
const tolerance = 1e-12;

/**
 * The lower envelope of rays over x from 0 on, as pieces in order: at each one's end the next lowest takes over, either
 * because it crosses there or because the piece's ray ends. The last piece ends where every ray has ended.
 */
export function lowerEnvelope<R extends Ray>(rays: readonly R[]): EnvelopePiece<R>[] {
  const kept = withoutBeaten(rays);
  const pieces: EnvelopePiece<R>[] = [];
  let fromX = 0;
  for (;;) {
    const ray = lowestAfter(kept, fromX);
    if (ray === undefined) return pieces;
    let untilX = ray.untilX;
    for (const other of kept) untilX = Math.min(untilX, crossing(ray, other, fromX));
    pieces.push({ ray, fromX, untilX });
    if (untilX === Number.POSITIVE_INFINITY) return pieces;
    fromX = untilX;
  }
}

/**
 * The same pieces without those that are thinner than `part` of where they lie and whose neighbor is as low there but for
 * `part`: the neighbor takes their place.
 */
export function withoutThin<R extends Ray>(pieces: readonly EnvelopePiece<R>[], part: number): EnvelopePiece<R>[] {
  const kept: EnvelopePiece<R>[] = [];
  // Where a piece begins that takes over what is thin before it.
  let fromX = 0;
  for (const [index, piece] of pieces.entries()) {
    const isThin = piece.untilX <= piece.fromX * (1 + part);
    const before = kept.at(-1);
    const after = pieces[index + 1];
    if (isThin && fromX === piece.fromX && before !== undefined && mayReplace(before.ray, piece, part)) {
      kept[kept.length - 1] = { ...before, untilX: piece.untilX };
      fromX = piece.untilX;
    } else if (isThin && fromX === piece.fromX && after !== undefined && mayReplace(after.ray, piece, part)) {
      // The next piece begins here instead.
    } else {
      kept.push({ ...piece, fromX });
      fromX = piece.untilX;
    }
  }
  return kept;
}

/** True where a ray lasts as long as a piece and is as low there, but for a part. */
function mayReplace(ray: Ray, { ray: own, fromX, untilX }: EnvelopePiece<Ray>, part: number): boolean {
  const isNear = (x: number) => valueAt(ray, x) <= valueAt(own, x) * (1 + part);
  return ray.untilX >= untilX && isNear(fromX) && isNear(untilX);
}

/** Rays that none which lasts for ever is at most as high as everywhere; of equal ones the first. */
function withoutBeaten<R extends Ray>(rays: readonly R[]): R[] {
  const sorted = [...rays].sort((a, b) => a.floor - b.floor || a.base - b.base || a.slope - b.slope);
  const lasting = new Staircase();
  return sorted.filter((ray) => {
    if (lasting.isUnder(ray)) return false;
    if (ray.untilX === Number.POSITIVE_INFINITY) lasting.add(ray);
    return true;
  });
}

/** Lines by rising base, of which each has a smaller slope than the one before. */
class Staircase {
  private readonly steps: Pick<Ray, 'base' | 'slope'>[] = [];

  /** True where a line of it is nowhere above a ray. */
  isUnder({ base, slope }: Ray): boolean {
    const before = this.steps[this.stepsUpTo(base) - 1];
    return before !== undefined && before.slope <= slope;
  }

  /** Takes in a line that none of it is under. */
  add({ base, slope }: Ray): void {
    let at = this.stepsUpTo(base);
    while ((this.steps[at - 1]?.base ?? Number.NEGATIVE_INFINITY) >= base) at--;
    let until = at;
    while ((this.steps[until]?.slope ?? Number.NEGATIVE_INFINITY) >= slope) until++;
    this.steps.splice(at, until - at, { base, slope });
  }

  /** How many steps have at most some base. */
  private stepsUpTo(base: number): number {
    let [low, high] = [0, this.steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.steps[middle]?.base ?? 0) <= base) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The ray's value at some x, wherever it ends. */
export function valueAt({ floor, base, slope }: Ray, x: number): number {
  return Math.max(floor, base + slope * x);
}

/** The ray that is lowest just above x: of equal ones the one that rises less, first there and then in the long run. */
function lowestAfter<R extends Ray>(rays: readonly R[], x: number): R | undefined {
  const lasts = ({ untilX }: Ray) => untilX > x * (1 + tolerance);
  let lowest = Number.POSITIVE_INFINITY;
  for (const ray of rays) if (lasts(ray)) lowest = Math.min(lowest, valueAt(ray, x));
  const risesNow = (ray: Ray) => (ray.floor > (ray.base + ray.slope * x) * (1 + tolerance) ? 0 : ray.slope);
  let best: R | undefined;
  for (const ray of rays) {
    if (!lasts(ray) || valueAt(ray, x) > lowest * (1 + tolerance)) continue;
    const order =
      best === undefined
        ? -1
        : risesNow(ray) - risesNow(best) || ray.slope - best.slope || Math.sign(best.untilX - ray.untilX) || 0;
    if (order < 0) best = ray;
  }
  return best;
}

/** The least x above `fromX` from which on `other` is below `ray`, which is not above it at `fromX`; `Infinity` for none. */
function crossing(ray: Ray, other: Ray, fromX: number): number {
  if (other === ray || ray.slope === 0) return Number.POSITIVE_INFINITY;
  const aboveFloor = other.floor <= ray.floor ? 0 : (other.floor - ray.base) / ray.slope;
  let x = Math.max(fromX, aboveFloor);
  if (other.slope < ray.slope) x = Math.max(x, (other.base - ray.base) / (ray.slope - other.slope));
  else if (!(other.base + other.slope * x < valueAt(ray, x) * (1 - tolerance))) return Number.POSITIVE_INFINITY;
  return x > fromX * (1 + tolerance) && x < other.untilX ? x : Number.POSITIVE_INFINITY;
}
