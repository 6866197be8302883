import { say } from '../../../shared/messages/say';
import { throwIfCanceled, type Work } from '../../../shared/work/work';
import type { BlockLayout } from './blockLayout';
import { type Block, type Blocks, cutIntoBlocks } from './blocks';
import type { ElkEngine } from './elkEngine';
import { elkLimit, layOutBlock } from './layOutBlock';
import { adjacencyOf, type LayoutGraph, mainSource } from './layoutGraph';

/** All blocks one above the other on the axis x = 0, in rows; lanes are not routed yet. */
export interface Stack {
  readonly centers: Float64Array;
  readonly rows: Int32Array;
  readonly rowTops: number[];
  /** How far the blocks of a row reach from the axis. */
  readonly rowLeft: number[];
  readonly rowRight: number[];
  readonly routes: (readonly number[] | undefined)[];
  /** Edges that run in lanes, as indices. */
  readonly lanes: readonly number[];
}

/** Moves everything that is placed already, so that the last vertex of it is where the next block has its entry. */
function moveAside(stack: Stack, count: number, offset: number): void {
  if (offset === 0) return;
  for (let vertex = 0; vertex < count; vertex++) stack.centers[vertex] = (stack.centers[vertex] ?? 0) + offset;
  stack.routes.forEach((route, edge) => {
    if (route) stack.routes[edge] = route.map((value, axis) => (axis % 2 === 0 ? value + offset : value));
  });
  stack.rowLeft.forEach((left, row) => {
    stack.rowLeft[row] = left + offset;
  });
  stack.rowRight.forEach((right, row) => {
    stack.rowRight[row] = right + offset;
  });
}

/**
 * How far a block reaches from the axis in each row. In a row that it shares with a neighbor it is its vertices alone: lanes
 * end above that row and begin below it, so that what lies beyond is not in their way.
 */
function reachOf(block: Block, layout: BlockLayout, widths: readonly number[]) {
  const lastRow = layout.rowTops.length - 1;
  const reach = layout.rowTops.map((_, row) => {
    const isShared = (row === 0 && block.hasEntry) || (row === lastRow && block.hasExit);
    return isShared ? { left: 0, right: 0 } : { left: layout.left, right: layout.right };
  });
  layout.centers.forEach((center, vertex) => {
    const row = reach[layout.rows[vertex] ?? 0];
    const half = (widths[block.first + vertex] ?? 0) / 2;
    if (row === undefined) return;
    row.left = Math.min(row.left, center - half);
    row.right = Math.max(row.right, center + half);
  });
  return reach;
}

/** Puts a block under the last row, its entry over the vertex that ended the block before. */
function place(stack: Stack, block: Block, layout: BlockLayout, lanes: number[], widths: readonly number[]): void {
  const { rowTops, rowLeft, rowRight } = stack;
  const reach = reachOf(block, layout, widths);
  const firstRow = block.hasEntry ? rowTops.length - 1 : rowTops.length;
  const top = rowTops[firstRow] ?? 0;
  if (block.hasEntry) moveAside(stack, block.first, layout.centers[0] ?? 0);
  layout.rowTops.forEach((rowTop, row) => {
    rowTops[firstRow + row] = top + rowTop;
    const { left = 0, right = 0 } = reach[row] ?? {};
    rowLeft[firstRow + row] = Math.min(rowLeft[firstRow + row] ?? left, left);
    rowRight[firstRow + row] = Math.max(rowRight[firstRow + row] ?? right, right);
  });
  layout.centers.forEach((center, vertex) => {
    stack.centers[block.first + vertex] = center;
    stack.rows[block.first + vertex] = firstRow + (layout.rows[vertex] ?? 0);
  });
  layout.routes.forEach((route, index) => {
    const edge = block.edges[index] ?? 0;
    if (route === undefined) lanes.push(edge);
    else stack.routes[edge] = top === 0 ? route : route.map((value, axis) => (axis % 2 === 1 ? value + top : value));
  });
}

/**
 * Cuts a graph into blocks, lays out every distinct one once, and stacks them.
 * @throws DnnSplitError `canceled` between two blocks.
 */
export async function stackBlocks(graph: LayoutGraph, elk: ElkEngine, work: Work): Promise<Stack> {
  const { blocks, lanes: longEdges }: Blocks = cutIntoBlocks(graph, elkLimit);
  const count = graph.widths.length;
  const lanes = [...longEdges];
  const stack: Stack = {
    centers: new Float64Array(count),
    rows: new Int32Array(count),
    rowTops: [],
    rowLeft: [],
    rowRight: [],
    routes: new Array(graph.edges.length).fill(undefined),
    lanes,
  };
  const main = mainSource(count, graph.edges, adjacencyOf(count, graph.edges));
  let reported = -1;
  for (const block of blocks) {
    throwIfCanceled(work);
    const percent = Math.floor((100 * block.first) / count);
    if (percent > reported) work.report(say('stage.layout', {}).text, percent / 100);
    reported = Math.max(reported, percent);
    const layout = await layOutBlock(
      {
        widths: graph.widths.slice(block.first, block.last + 1),
        edges: block.edges.map((index) => ({
          from: (graph.edges[index]?.from ?? 0) - block.first,
          to: (graph.edges[index]?.to ?? 0) - block.first,
        })),
        hasEntry: block.hasEntry,
        hasExit: block.hasExit,
        startsMainPath: block.first < main && main <= block.last,
      },
      elk,
    );
    place(stack, block, layout, lanes, graph.widths);
  }
  return stack;
}
