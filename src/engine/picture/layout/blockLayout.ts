import { type LayoutEdge, vertexHeight } from './layoutGraph';

/** A block on its own: vertices by their place in it, edges between those places. */
export interface BlockInput {
  readonly widths: readonly number[];
  readonly edges: readonly LayoutEdge[];
  readonly hasEntry: boolean;
  readonly hasExit: boolean;
  /** Whether the axis is that of the exit although there is an entry: the graph's main path begins inside of the block. */
  readonly startsMainPath?: boolean;
}

/**
 * A laid-out block. Its axis is x = 0: the entry's center lies on it, and the exit's, so that stacked blocks never drift
 * (only where the main path begins in the block, the entry may lie beside it).
 * y = 0 is the top of the first row.
 */
export interface BlockLayout {
  /** Center of every vertex. */
  readonly centers: readonly number[];
  /** Row of every vertex; the entry is in row 0, the exit alone in the last one. */
  readonly rows: readonly number[];
  /** Top of every row, ascending; every row is `vertexHeight` high. */
  readonly rowTops: readonly number[];
  /** Polyline of every edge; none for an edge that is to run in a lane beside the block. */
  readonly routes: readonly (readonly number[] | undefined)[];
  /** How far vertices and edges reach from the axis. */
  readonly left: number;
  readonly right: number;
}

/** Height of the jog that brings the edges of an exit back to the axis. */
const jogHeight = 14;

/** The layout moved along x by `offset`. */
function shifted(layout: BlockLayout, offset: number): BlockLayout {
  if (offset === 0) return layout;
  return {
    ...layout,
    centers: layout.centers.map((center) => center + offset),
    routes: layout.routes.map((route) => route?.map((value, index) => (index % 2 === 0 ? value + offset : value))),
    left: layout.left + offset,
    right: layout.right + offset,
  };
}

/** Puts the exit under the entry, alone in the last row; its edges, which arrive at one point, follow with one jog. */
function withExitOnAxis(layout: BlockLayout, edges: readonly LayoutEdge[], exitWidth: number): BlockLayout {
  const exit = layout.centers.length - 1;
  const row = layout.rows[exit] ?? 0;
  const isAlone = layout.rows.every((other, vertex) => other < row || vertex === exit);
  const center = layout.centers[exit] ?? 0;
  if (isAlone && center === 0) return layout;
  const lastTop = layout.rowTops.at(-1) ?? 0;
  const top = isAlone ? lastTop + jogHeight : lastTop + vertexHeight + 2 * jogHeight;
  const routes = layout.routes.map((route, edge) => {
    if (route === undefined || edges[edge]?.to !== exit) return route;
    return [...route.slice(0, -1), top - jogHeight / 2, 0, top - jogHeight / 2, 0, top];
  });
  const kept = isAlone ? layout.rowTops.slice(0, -1) : layout.rowTops;
  return {
    centers: layout.centers.map((value, vertex) => (vertex === exit ? 0 : value)),
    rows: layout.rows.map((value, vertex) => (vertex === exit ? kept.length : value)),
    rowTops: [...kept, top],
    routes: routes.map((route) => route && simplifyRoute(route)),
    left: Math.min(layout.left, -exitWidth / 2),
    right: Math.max(layout.right, exitWidth / 2),
  };
}

/** Drops points of a polyline that lie between their neighbors on one vertical or horizontal line. */
export function simplifyRoute(route: readonly number[]): number[] {
  const points: number[] = [];
  for (let index = 0; index < route.length; index += 2) {
    const x = route[index] ?? 0;
    const y = route[index + 1] ?? 0;
    const count = points.length;
    if (count >= 2 && points[count - 2] === x && points[count - 1] === y) continue;
    const vertical = count >= 4 && points[count - 2] === x && points[count - 4] === x;
    const horizontal = count >= 4 && points[count - 1] === y && points[count - 3] === y;
    if (vertical || horizontal) points.splice(count - 2, 2);
    points.push(x, y);
  }
  return points;
}

/**
 * Brings a layout into the form that stacking needs: entry on the axis, exit on the axis and alone in its row; a block
 * without an entry is moved so that its exit is on the axis, one without either is centered.
 */
export function alignBlock(layout: BlockLayout, input: BlockInput): BlockLayout {
  const exit = input.widths.length - 1;
  const anchor =
    input.hasEntry && !(input.startsMainPath && input.hasExit)
      ? (layout.centers[0] ?? 0)
      : input.hasExit
        ? (layout.centers[exit] ?? 0)
        : (layout.left + layout.right) / 2;
  const aligned = shifted(layout, -anchor);
  return input.hasExit && exit > 0 ? withExitOnAxis(aligned, input.edges, input.widths[exit] ?? 0) : aligned;
}
