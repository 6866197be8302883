import { type LayoutEdge, type LayoutGraph, lateLayersOf } from './layoutGraph';

/** A stretch of the order between two vertices that no edge passes by; it shares them with its neighbors. */
export interface Block {
  readonly first: number;
  readonly last: number;
  /** Whether `first` is also the last vertex of the block before. */
  readonly hasEntry: boolean;
  /** Whether `last` is also the first vertex of the block after, or the only end of the last block. */
  readonly hasExit: boolean;
  /** Its edges, as indices. */
  readonly edges: readonly number[];
}

export interface Blocks {
  readonly blocks: readonly Block[];
  /** Long edges that span several blocks, as indices; they run beside them. */
  readonly lanes: readonly number[];
}

/** Edges that span fewer layers always stay in their block. */
const shortestLane = 6;

/** Vertices that no kept edge passes by, ascending. */
function cutVertices(vertexCount: number, edges: readonly LayoutEdge[], kept: Uint8Array): number[] {
  const reach = new Int32Array(vertexCount);
  edges.forEach(({ from, to }, edge) => {
    if (kept[edge] === 1) reach[from] = Math.max(reach[from] ?? 0, to);
  });
  const cuts: number[] = [];
  let furthest = 0;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    if (furthest <= vertex) cuts.push(vertex);
    furthest = Math.max(furthest, reach[vertex] ?? 0);
  }
  return cuts;
}

/** For every vertex the number of the block that it is in; a shared vertex counts to the block that it ends. */
function blockNumbers(vertexCount: number, cuts: readonly number[]): Int32Array {
  const numbers = new Int32Array(vertexCount);
  let block = 0;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    numbers[vertex] = block;
    if (cuts[block] === vertex) block++;
  }
  return numbers;
}

/** Takes the longer half of the edges out of every block that costs more than the limit; false when nothing was left to take. */
function dropLongEdges(graph: LayoutGraph, kept: Uint8Array, limit: number): boolean {
  const { edges, widths } = graph;
  const count = widths.length;
  const numbers = blockNumbers(count, cutVertices(count, edges, kept));
  const layers = lateLayersOf(count, edges, (edge) => kept[edge] === 1);
  const spanOf = ({ from, to }: LayoutEdge) => (layers[to] ?? 0) - (layers[from] ?? 0);
  const cost = new Float64Array(count + 1);
  const longest = new Int32Array(count + 1);
  for (const number of numbers) cost[number] = (cost[number] ?? 0) + 1;
  edges.forEach((edge, index) => {
    if (kept[index] === 0) return;
    const block = numbers[edge.to] ?? 0;
    cost[block] = (cost[block] ?? 0) + Math.max(0, spanOf(edge) - 1);
    longest[block] = Math.max(longest[block] ?? 0, spanOf(edge));
  });
  const dropped = new Set<number>();
  const isLong = (edge: LayoutEdge, index: number, atLeast: number) =>
    kept[index] === 1 && spanOf(edge) > Math.max(shortestLane, atLeast) && (cost[numbers[edge.to] ?? 0] ?? 0) > limit;
  edges.forEach((edge, index) => {
    if (isLong(edge, index, (longest[numbers[edge.to] ?? 0] ?? 0) / 2)) dropped.add(edge.from);
  });
  // All long edges of a source go together: a mask that most blocks read from a lane must not be different in the first.
  let changed = false;
  edges.forEach((edge, index) => {
    if (!dropped.has(edge.from) || !isLong(edge, index, 0)) return;
    kept[index] = 0;
    changed = true;
  });
  return changed;
}

/**
 * Takes the edges out that lead from the first vertex of a block to its last one, around all of it (the skips of residual
 * nets and transformers): what they go around is a path then, which stays straight and needs no layout of its own.
 */
function dropSkips({ edges, widths }: LayoutGraph, kept: Uint8Array): boolean {
  const count = widths.length;
  const cuts = cutVertices(count, edges, kept);
  const numbers = blockNumbers(count, cuts);
  let changed = false;
  edges.forEach(({ from, to }, edge) => {
    const block = numbers[to] ?? 0;
    if (kept[edge] === 0 || to - from < 2 || cuts[block] !== to || cuts[block - 1] !== from) return;
    kept[edge] = 0;
    changed = true;
  });
  return changed;
}

/**
 * Cuts a graph at the vertices that no edge passes by. Where that leaves blocks that cost more than `limit` (vertices and
 * the places at which edges pass layers), long edges become lanes, longest first, and no longer keep it from being cut;
 * so do edges around the whole of a block.
 */
export function cutIntoBlocks(graph: LayoutGraph, limit: number): Blocks {
  const { edges, widths } = graph;
  const count = widths.length;
  if (count === 0) return { blocks: [], lanes: [] };
  const kept = new Uint8Array(edges.length).fill(1);
  for (let round = 0; round < 24; round++) if (!dropLongEdges(graph, kept, limit)) break;
  for (let round = 0; round < 24; round++) if (!dropSkips(graph, kept)) break;

  const cuts = cutVertices(count, edges, kept);
  const numbers = blockNumbers(count, cuts);
  const edgesOfBlock: number[][] = cuts.map(() => []);
  const lanes: number[] = [];
  const isSink = new Uint8Array(count).fill(1);
  edges.forEach(({ from, to }, edge) => {
    isSink[from] = 0;
    const block = numbers[to] ?? 0;
    // An edge that was taken out but ends in the block where it began is not long any more.
    if (numbers[from] === block || cuts[block - 1] === from) edgesOfBlock[block]?.push(edge);
    else lanes.push(edge);
  });

  // The first and the last vertex are always among the cuts.
  if (count === 1) return { blocks: [{ first: 0, last: 0, hasEntry: false, hasExit: false, edges: [] }], lanes };
  const blocks = cuts.slice(1).map((last, index) => {
    const first = cuts[index] ?? 0;
    const endsTheGraph = last === count - 1;
    return {
      first,
      last,
      hasEntry: index > 0,
      hasExit: !(endsTheGraph && isSink.subarray(first, last).includes(1)),
      edges: edgesOfBlock[index + 1] ?? [],
    };
  });
  return { blocks, lanes };
}
