import type { RegionMapReport, RegionReport } from '../../src/shared/reports/bandwidthReports';
import { regionAt } from '../../src/shared/reports/regionLookup';

/** Bandwidths of both links in Mbit/s. */
export type Bandwidths = readonly [number, number];

/** One plan of a map, with all of its regions. */
export interface RegionPlan {
  readonly number: string;
  readonly summary: string;
  readonly nodesPerTier: readonly number[];
  readonly regions: readonly RegionReport[];
  /** Least and most bandwidth of each link. */
  readonly reach: readonly [Bandwidths, Bandwidths];
}

/** The plans of a map from the slowest first link to the fastest, numbered in that order. */
export function regionPlans(map: RegionMapReport): RegionPlan[] {
  const byPlan = new Map<number | string, RegionReport[]>();
  for (const region of map.regions) {
    const key = region.plan ?? region.summary;
    byPlan.set(key, [...(byPlan.get(key) ?? []), region]);
  }
  const plans = [...byPlan.values()].flatMap((regions) => {
    const [first] = regions;
    if (first === undefined) return [];
    const corners = regions.flatMap(({ cornersMbps }) => cornersMbps);
    const reach = [rangeOf(corners.map(([mbps]) => mbps)), rangeOf(corners.map(([, mbps]) => mbps))] as const;
    return [{ summary: first.summary, nodesPerTier: first.nodesPerTier, regions, reach }];
  });
  plans.sort((a, b) => a.reach[0][0] - b.reach[0][0] || a.reach[1][0] - b.reach[1][0] || a.reach[0][1] - b.reach[0][1]);
  return plans.map((plan, index) => ({ number: String(index + 1), ...plan }));
}

function rangeOf(values: readonly number[]): Bandwidths {
  return [Math.min(...values), Math.max(...values)];
}

/** The plan at some bandwidths, and its region there; nothing where no plan keeps the limits. */
export function planAt(
  map: RegionMapReport,
  plans: readonly RegionPlan[],
  mbps: Bandwidths,
): { readonly plan: RegionPlan; readonly region: RegionReport } | undefined {
  const region = map.regions[regionAt(map, mbps)];
  const plan = plans.find(({ regions }) => region !== undefined && regions.includes(region));
  return region === undefined || plan === undefined ? undefined : { plan, region };
}

/** The objective's value of a region at some bandwidths. */
export function valueAt({ constant, slopes }: RegionReport, [first, second]: Bandwidths): number {
  return constant + slopes[0] / first + slopes[1] / second;
}

const samplesPerEdge = 24;

/**
 * Points along an edge that is straight over the reciprocals of the bandwidths, dense where it curves on logarithmic axes:
 * evenly on the logarithm of either bandwidth.
 */
export function alongEdge(from: Bandwidths, to: Bandwidths): Bandwidths[] {
  const parts = new Set<number>([0, 1]);
  for (const axis of [0, 1] as const) {
    const [start, end] = [1 / from[axis], 1 / to[axis]];
    if (start === end) continue;
    for (let step = 1; step < samplesPerEdge; step++) {
      parts.add((start * (end / start) ** (step / samplesPerEdge) - start) / (end - start));
    }
  }
  const at = (axis: 0 | 1, part: number) => 1 / (1 / from[axis] + part * (1 / to[axis] - 1 / from[axis]));
  return [...parts].sort((a, b) => a - b).map((part): Bandwidths => [at(0, part), at(1, part)]);
}

/** A polygon's outline on logarithmic axes. */
export function outlineOf(corners: readonly Bandwidths[]): Bandwidths[] {
  return corners.flatMap((corner, index) =>
    alongEdge(corner, corners[(index + 1) % corners.length] ?? corner).slice(0, -1),
  );
}

/** How far beside a line the two sides of a border are looked at, as a factor of the bandwidths. */
const aside = 1.004;

/** Parts of outlines at which the plan changes, or at which no plan is left. */
export function bordersOf(map: RegionMapReport, plans: readonly RegionPlan[]): Bandwidths[][] {
  const polygons = [...map.regions.map(({ cornersMbps }) => cornersMbps), ...(map.infeasible ?? [])];
  const numberAt = (mbps: Bandwidths) => planAt(map, plans, mbps)?.plan.number;
  const isInMap = (mbps: Bandwidths) => mbps.every((one) => one > map.fromMbps && one < map.toMbps);
  const lines: Bandwidths[][] = [];
  for (const corners of polygons) {
    let line: Bandwidths[] = [];
    const outline = outlineOf(corners);
    for (const [index, from] of outline.entries()) {
      const to = outline[(index + 1) % outline.length] ?? from;
      const sides = besides(from, to).filter(isInMap);
      const isBorder = sides.length === 2 && numberAt(sides[0] ?? from) !== numberAt(sides[1] ?? from);
      if (isBorder) line = line.length === 0 ? [from, to] : [...line, to];
      if ((!isBorder || index === outline.length - 1) && line.length > 0) {
        lines.push(line);
        line = [];
      }
    }
  }
  return lines;
}

/** Two points beside the middle of a short line, one on each side, on logarithmic axes. */
function besides(from: Bandwidths, to: Bandwidths): Bandwidths[] {
  const middle = [Math.sqrt(from[0] * to[0]), Math.sqrt(from[1] * to[1])] as const;
  const [right, up] = [Math.log(to[0] / from[0]), Math.log(to[1] / from[1])];
  const length = Math.hypot(right, up) || 1;
  return [1, -1].map((side): Bandwidths => {
    const [across, along] = [(side * -up) / length, (side * right) / length];
    return [middle[0] * aside ** across, middle[1] * aside ** along];
  });
}

const gridSize = 64;

/**
 * Per plan the bandwidths at which it has the most room around it, on logarithmic axes: where its number stands, and what
 * choosing it sets; and how much room that is, as a part of the map's side. Plans that only have slivers have none.
 */
export function spotsOf(
  map: RegionMapReport,
  plans: readonly RegionPlan[],
): Map<string, { readonly mbps: Bandwidths; readonly room: number }> {
  const step = Math.log(map.toMbps / map.fromMbps) / gridSize;
  const mbpsAt = (cell: number) => map.fromMbps * Math.exp((cell + 0.5) * step);
  const numbers = Array.from({ length: gridSize ** 2 }, (_, cell) => {
    const mbps = [mbpsAt(cell % gridSize), mbpsAt(Math.floor(cell / gridSize))] as const;
    return planAt(map, plans, mbps)?.plan.number ?? '';
  });
  const spots = new Map<string, { mbps: Bandwidths; room: number }>();
  for (const [cell, number] of numbers.entries()) {
    if (number === '') continue;
    const room = roomAround(numbers, cell);
    if (room <= (spots.get(number)?.room ?? 0)) continue;
    spots.set(number, { mbps: [mbpsAt(cell % gridSize), mbpsAt(Math.floor(cell / gridSize))], room });
  }
  return spots;
}

/** Half the side of the largest square around a cell that has one number, as a part of the grid. */
function roomAround(numbers: readonly string[], cell: number): number {
  const [column, row] = [cell % gridSize, Math.floor(cell / gridSize)];
  for (let distance = 1; distance <= gridSize; distance++) {
    for (let offset = -distance; offset <= distance; offset++) {
      const ring = [
        [column + offset, row - distance],
        [column + offset, row + distance],
        [column - distance, row + offset],
        [column + distance, row + offset],
      ] as const;
      const leaves = ring.some(
        ([x, y]) => x < 0 || y < 0 || x >= gridSize || y >= gridSize || numbers[y * gridSize + x] !== numbers[cell],
      );
      if (leaves) return (distance - 0.5) / gridSize;
    }
  }
  return 1;
}
