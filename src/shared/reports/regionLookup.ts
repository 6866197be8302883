/** Looking measured bandwidths up in a map of the best plans over two links' bandwidths. */

type Corners = readonly (readonly [number, number])[];

interface Regions {
  readonly fromMbps: number;
  readonly toMbps: number;
  readonly regions: readonly { readonly cornersMbps: Corners }[];
}

/** Relative distance from a border up to which a point counts as inside. */
const tolerance = 1e-9;

/**
 * The region of two measured bandwidths; bandwidths outside of the map's range count as its ends.
 * @returns its index in `regions`, -1 where no plan keeps the limits.
 */
export function regionAt(map: Regions, bandwidthsMbps: readonly [number, number]): number {
  const [x = 0, y = 0] = bandwidthsMbps.map((mbps) => 1 / Math.min(Math.max(mbps, map.fromMbps), map.toMbps));
  return map.regions.findIndex(({ cornersMbps }) => isInside(cornersMbps, x, y));
}

/** True where a point lies in a polygon that is convex over the reciprocals of its corners, its border included. */
function isInside(cornersMbps: Corners, x: number, y: number): boolean {
  let before = cornersMbps.at(-1);
  for (const corner of cornersMbps) {
    const [fromX, fromY] = [1 / (before?.[0] ?? 1), 1 / (before?.[1] ?? 1)];
    const [width, height] = [1 / corner[0] - fromX, 1 / corner[1] - fromY];
    const side = width * (y - fromY) - height * (x - fromX);
    if (side < -tolerance * (Math.abs(width * y) + Math.abs(height * x))) return false;
    before = corner;
  }
  return cornersMbps.length > 0;
}
