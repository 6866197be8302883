import { type LayoutGraph, lineGap, vertexHeight } from './layoutGraph';
import type { Stack } from './stack';
import { placeTrunks, type Trunk } from './trunks';

/** Distance between two horizontal stubs that leave or reach a row. */
const stubGap = 6;

/** A horizontal line between a vertex and a trunk, in the free space directly below or above the row of the vertex. */
interface Stub {
  readonly row: number;
  readonly left: number;
  readonly right: number;
  track: number;
}

/** The two stubs of a lane and where it leaves and enters its vertices. */
interface Lane {
  readonly edge: number;
  readonly trunk: Trunk;
  readonly exit: Stub;
  readonly entry: Stub;
  readonly exitX: number;
  readonly entryX: number;
}

/** Finished geometry: rows moved apart so far that all stubs have a place of their own. */
export interface Geometry {
  readonly centers: Float64Array;
  readonly tops: Float64Array;
  readonly routes: readonly (readonly number[])[];
  readonly left: number;
  readonly right: number;
  readonly height: number;
}

function newStub(row: number, x: number, trunk: Trunk): Stub {
  return { row, left: Math.min(x, trunk.x), right: Math.max(x, trunk.x), track: 0 };
}

/** Lanes that leave one vertex in one trunk share a stub; those that enter one vertex come in at places of their own. */
function lanesOf(graph: LayoutGraph, stack: Stack, trunks: readonly Trunk[]): Lane[] {
  const entering = new Map<number, { trunk: Trunk; edges: number[] }[]>();
  for (const trunk of trunks) {
    for (const edge of trunk.edges) {
      const to = graph.edges[edge]?.to ?? 0;
      const known = entering.get(to) ?? [];
      entering.set(to, known);
      const same = known.find((entry) => entry.trunk === trunk);
      if (same) same.edges.push(edge);
      else known.push({ trunk, edges: [edge] });
    }
  }
  const exits = new Map<string, Stub>();
  const trunkNumber = new Map(trunks.map((trunk, index) => [trunk, index]));
  const lanes: Lane[] = [];
  for (const [to, entries] of entering) {
    const center = stack.centers[to] ?? 0;
    for (const side of [-1, 1] as const) {
      const onSide = entries.filter(({ trunk }) => trunk.side === side).sort((a, b) => side * (b.trunk.x - a.trunk.x));
      onSide.forEach(({ trunk, edges }, index) => {
        const entryX =
          center + ((side * (graph.widths[to] ?? 0)) / 2) * ((onSide.length - index) / (onSide.length + 1));
        const entry = newStub(stack.rows[to] ?? 0, entryX, trunk);
        for (const edge of edges) {
          const from = graph.edges[edge]?.from ?? 0;
          const exitX = stack.centers[from] ?? 0;
          const key = `${from},${trunkNumber.get(trunk)}`;
          const exit = exits.get(key) ?? newStub(stack.rows[from] ?? 0, exitX, trunk);
          exits.set(key, exit);
          lanes.push({ edge, trunk, exit, entry, exitX, entryX });
        }
      });
    }
  }
  return lanes;
}

/** Numbers the tracks of the stubs of every row so that none touch; returns how many tracks each row needs. */
function assignTracks(stubs: readonly Stub[], rowCount: number): Int32Array {
  const counts = new Int32Array(rowCount);
  const sorted = [...stubs].sort((a, b) => a.row - b.row || a.right - a.left - (b.right - b.left) || a.left - b.left);
  let occupied: Stub[][] = [];
  let row = -1;
  for (const stub of sorted) {
    if (stub.row !== row) occupied = [];
    row = stub.row;
    const isFree = (track: readonly Stub[]) =>
      track.every((other) => stub.right + lineGap < other.left || stub.left - lineGap > other.right);
    stub.track = occupied.findIndex(isFree);
    if (stub.track < 0) stub.track = occupied.push([]) - 1;
    occupied[stub.track]?.push(stub);
    counts[row] = occupied.length;
  }
  return counts;
}

/** Moves rows apart: maps y of the stack to y of the picture. */
class RowSpacing {
  private readonly shifts: Float64Array;

  constructor(
    private readonly rowTops: readonly number[],
    private readonly below: Int32Array,
    above: Int32Array,
    private readonly headers: Int32Array,
  ) {
    this.shifts = new Float64Array(rowTops.length);
    let shift = 0;
    for (let row = 0; row < rowTops.length; row++) {
      shift += (above[row] ?? 0) * stubGap + (headers[row] ?? 0);
      this.shifts[row] = shift;
      shift += (below[row] ?? 0) * stubGap;
    }
  }

  top(row: number): number {
    return (this.rowTops[row] ?? 0) + (this.shifts[row] ?? 0);
  }

  /** y of a track below a row, or above it; track 0 is the nearest to the row. */
  exitY({ row, track }: Stub): number {
    return this.top(row) + vertexHeight + (track + 1) * stubGap;
  }

  entryY({ row, track }: Stub): number {
    return this.top(row) - (this.headers[row] ?? 0) - (track + 1) * stubGap;
  }

  /** Where a point of an edge that is not a lane goes. */
  moved(y: number): number {
    let low = 0;
    let high = this.rowTops.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.rowTops[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    const passed = y > (this.rowTops[low] ?? 0) + vertexHeight ? (this.below[low] ?? 0) * stubGap : 0;
    return y + (this.shifts[low] ?? 0) + passed;
  }

  get height(): number {
    const last = this.rowTops.length - 1;
    return last < 0 ? 0 : this.top(last) + vertexHeight + (this.below[last] ?? 0) * stubGap;
  }
}

function laneRoute({ trunk, exit, entry, exitX, entryX }: Lane, spacing: RowSpacing): number[] {
  const exitY = spacing.exitY(exit);
  const entryY = spacing.entryY(entry);
  const start = spacing.top(exit.row) + vertexHeight;
  return [exitX, start, exitX, exitY, trunk.x, exitY, trunk.x, entryY, entryX, entryY, entryX, spacing.top(entry.row)];
}

/**
 * Routes the lanes of a stack: down from the source into the free space below its row, sideways to a trunk beside the
 * blocks, down, and sideways again directly above the row of the target. Rows move apart for it, so no lane can cross a
 * vertex.
 * @param headers free space to leave directly above each row, in CSS pixels
 */
export function routeLanes(graph: LayoutGraph, stack: Stack, headers: Int32Array): Geometry {
  const trunks = placeTrunks(graph, stack);
  const lanes = lanesOf(graph, stack, trunks);
  const rowCount = stack.rowTops.length;
  const below = assignTracks([...new Set(lanes.map(({ exit }) => exit))], rowCount);
  const above = assignTracks([...new Set(lanes.map(({ entry }) => entry))], rowCount);
  const spacing = new RowSpacing(stack.rowTops, below, above, headers);

  const routes: (readonly number[])[] = stack.routes.map((route) =>
    (route ?? []).map((value, index) => (index % 2 === 1 ? spacing.moved(value) : value)),
  );
  for (const lane of lanes) routes[lane.edge] = laneRoute(lane, spacing);

  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), 0);
  const xs = trunks.map(({ x }) => x);
  return {
    centers: stack.centers,
    tops: Float64Array.from(stack.rows, (row) => spacing.top(row)),
    routes,
    left: least([...stack.rowLeft, ...xs]),
    right: -least([...stack.rowRight, ...xs].map((x) => -x)),
    height: spacing.height,
  };
}
