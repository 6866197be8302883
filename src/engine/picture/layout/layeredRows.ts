import type { BlockInput } from './blockLayout';
import { adjacencyOf, columnGap, type LayoutEdge, layersOf, lineGap } from './layoutGraph';

/** Edges over more rows run in a lane beside the block, so that the work stays linear in the size of the block. */
const longestRoutedSpan = 4;

/** How often the order of all rows is improved; after that hardly anything changes. */
const sweeps = 6;

/** A place in a row: a vertex, or the point at which edges of one source pass through. */
export interface RowItem {
  /** The vertex; -1 for a passing point. */
  readonly vertex: number;
  readonly halfWidth: number;
  /** Items of the row above and below that it is connected with. */
  readonly above: RowItem[];
  readonly below: RowItem[];
  center: number;
  place: number;
}

export interface LayeredRows {
  readonly rowOfVertex: Int32Array;
  readonly itemOfVertex: readonly RowItem[];
  readonly rows: readonly RowItem[][];
  /** Passing points of every edge from top to bottom; none for an edge that is left to a lane. */
  readonly pathOfEdge: readonly (readonly RowItem[] | undefined)[];
}

/** Rows of a block: its entry in the first, its exit alone in the last. */
function rowNumbers(input: BlockInput): Int32Array {
  const count = input.widths.length;
  const { edges } = input;
  const adjacency = adjacencyOf(count, edges);
  // Nothing may stand above the entry, which the block before has placed already.
  const rows = input.hasEntry ? layersOf(count, edges, adjacency, 0) : layersOf(count, edges, adjacency);
  if (input.hasExit) {
    const last = count - 1;
    let lowest = 0;
    for (let vertex = 0; vertex < last; vertex++) lowest = Math.max(lowest, rows[vertex] ?? 0);
    rows[last] = lowest + 1;
  }
  return rows;
}

function newItem(vertex: number, halfWidth: number): RowItem {
  return { vertex, halfWidth, above: [], below: [], center: 0, place: 0 };
}

function connect(upper: RowItem, lower: RowItem): void {
  upper.below.push(lower);
  lower.above.push(upper);
}

/** Distributes a block to rows; edges of one source over several rows share their passing points. */
function buildRows(input: BlockInput): LayeredRows {
  const rowOfVertex = rowNumbers(input);
  const rowCount = rowOfVertex.reduce((most, row) => Math.max(most, row), 0) + 1;
  const rows: RowItem[][] = Array.from({ length: rowCount }, () => []);
  const itemOfVertex = input.widths.map((width, vertex) => {
    const item = newItem(vertex, width / 2);
    rows[rowOfVertex[vertex] ?? 0]?.push(item);
    return item;
  });
  const passing = new Map<string, RowItem>();
  const passingPoint = (source: number, row: number, above: RowItem): RowItem => {
    const key = `${source},${row}`;
    const known = passing.get(key);
    if (known) return known;
    const item = newItem(-1, lineGap / 2);
    passing.set(key, item);
    rows[row]?.push(item);
    connect(above, item);
    return item;
  };
  const pathOf = ({ from, to }: LayoutEdge): RowItem[] | undefined => {
    const start = itemOfVertex[from];
    const end = itemOfVertex[to];
    const firstRow = rowOfVertex[from] ?? 0;
    const lastRow = rowOfVertex[to] ?? 0;
    if (start === undefined || end === undefined || lastRow - firstRow > longestRoutedSpan) return undefined;
    const path = [start];
    let item = start;
    for (let row = firstRow + 1; row < lastRow; row++) {
      item = passingPoint(from, row, item);
      path.push(item);
    }
    connect(item, end);
    path.push(end);
    return path;
  };
  return { rowOfVertex, itemOfVertex, rows, pathOfEdge: input.edges.map(pathOf) };
}

/** Mean of a property over the neighbors; the item's own value where it has none. */
function mean(neighbors: readonly RowItem[], own: number, measure: (item: RowItem) => number): number {
  if (neighbors.length === 0) return own;
  let sum = 0;
  for (const neighbor of neighbors) sum += measure(neighbor);
  return sum / neighbors.length;
}

function renumber(row: readonly RowItem[]): void {
  // Relative places, because rows differ in length.
  row.forEach((item, index) => {
    item.place = (index + 0.5) / row.length;
  });
}

/** Orders the rows by the barycenters of the neighbors above and below in turn (Sugiyama, Tagawa and Toda 1981). */
function orderRows(rows: readonly RowItem[][]): void {
  for (const row of rows) renumber(row);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const down = sweep % 2 === 0;
    const sequence = down ? rows : [...rows].reverse();
    for (const row of sequence) {
      const weighed = row.map((item, index) => ({
        item,
        index,
        weight: mean(down ? item.above : item.below, item.place, (neighbor) => neighbor.place),
      }));
      weighed.sort((a, b) => a.weight - b.weight || a.index - b.index);
      weighed.forEach(({ item }, index) => {
        row[index] = item;
      });
      renumber(row);
    }
  }
}

function separation(left: RowItem, right: RowItem): number {
  const gap = left.vertex >= 0 && right.vertex >= 0 ? columnGap : lineGap;
  return left.halfWidth + gap + right.halfWidth;
}

/** Moves the items of a row as near to where they want to be as their order and distances allow. */
function settleRow(row: readonly RowItem[], wanted: readonly number[]): void {
  const leftmost: number[] = [];
  const rightmost: number[] = new Array(row.length).fill(0);
  row.forEach((item, index) => {
    const before = row[index - 1];
    const least =
      before === undefined ? Number.NEGATIVE_INFINITY : (leftmost[index - 1] ?? 0) + separation(before, item);
    leftmost.push(Math.max(wanted[index] ?? 0, least));
  });
  for (let index = row.length - 1; index >= 0; index--) {
    const item = row[index];
    const after = row[index + 1];
    if (item === undefined) continue;
    const most = after === undefined ? Number.POSITIVE_INFINITY : (rightmost[index + 1] ?? 0) - separation(item, after);
    rightmost[index] = Math.min(wanted[index] ?? 0, most);
  }
  // Both are feasible, hence so is their mean.
  row.forEach((item, index) => {
    item.center = Math.round((leftmost[index] ?? 0) + (rightmost[index] ?? 0)) / 2;
  });
}

function placeRows(rows: readonly RowItem[][]): void {
  for (const row of rows) {
    settleRow(
      row,
      row.map(() => 0),
    );
  }
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      const wanted = row.map((item) =>
        mean(down ? item.above : item.below, item.center, (neighbor) => neighbor.center),
      );
      settleRow(row, wanted);
    }
  }
}

/** Rows of a block with their items in order and placed along x. Takes time and space linear in the size of the block. */
export function layeredRows(input: BlockInput): LayeredRows {
  const layered = buildRows(input);
  orderRows(layered.rows);
  placeRows(layered.rows);
  return layered;
}
