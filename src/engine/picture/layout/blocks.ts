import { type EdgeEnds, edgeEndsOf, type LayoutGraph, lateLayersOf } from './layoutGraph';

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
function cutVertices(vertexCount: number, { from, to }: EdgeEnds, kept: Uint8Array): number[] {
  const reach = new Int32Array(vertexCount);
  for (let edge = 0; edge < from.length; edge++) {
    const start = from[edge] ?? 0;
    if (kept[edge] === 1) reach[start] = Math.max(reach[start] ?? 0, to[edge] ?? 0);
  }
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
function dropLongEdges(count: number, ends: EdgeEnds, kept: Uint8Array, limit: number): boolean {
  const { from, to } = ends;
  const numbers = blockNumbers(count, cutVertices(count, ends, kept));
  const layers = lateLayersOf(count, ends, kept);
  const cost = new Float64Array(count + 1);
  const longest = new Int32Array(count + 1);
  for (const number of numbers) cost[number] = (cost[number] ?? 0) + 1;
  const spans = from.map((start, edge) => (kept[edge] === 1 ? (layers[to[edge] ?? 0] ?? 0) - (layers[start] ?? 0) : 0));
  const blockOf = (edge: number) => numbers[to[edge] ?? 0] ?? 0;
  spans.forEach((span, edge) => {
    const block = blockOf(edge);
    cost[block] = (cost[block] ?? 0) + Math.max(0, span - 1);
    longest[block] = Math.max(longest[block] ?? 0, span);
  });
  const isLong = (edge: number, span: number, atLeast: number) =>
    span > Math.max(shortestLane, atLeast) && (cost[blockOf(edge)] ?? 0) > limit;
  const dropped = new Uint8Array(count);
  spans.forEach((span, edge) => {
    if (isLong(edge, span, (longest[blockOf(edge)] ?? 0) / 2)) dropped[from[edge] ?? 0] = 1;
  });
  // All long edges of a source go together: a mask that most blocks read from a lane must not be different in the first.
  let changed = false;
  spans.forEach((span, edge) => {
    if (dropped[from[edge] ?? 0] === 0 || !isLong(edge, span, 0)) return;
    kept[edge] = 0;
    changed = true;
  });
  return changed;
}

/**
 * Takes the edges out that lead from the first vertex of a block to its last one, around all of it (the skips of residual
 * nets and transformers): what they go around is a path then, which stays straight and needs no layout of its own.
 */
function dropSkips(count: number, ends: EdgeEnds, kept: Uint8Array): boolean {
  const cuts = cutVertices(count, ends, kept);
  const numbers = blockNumbers(count, cuts);
  let changed = false;
  ends.from.forEach((from, edge) => {
    const to = ends.to[edge] ?? 0;
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
  const ends = edgeEndsOf(edges);
  const kept = new Uint8Array(edges.length).fill(1);
  for (let round = 0; round < 24; round++) if (!dropLongEdges(count, ends, kept, limit)) break;
  for (let round = 0; round < 24; round++) if (!dropSkips(count, ends, kept)) break;

  const cuts = cutVertices(count, ends, kept);
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
