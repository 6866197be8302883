import { type LayoutGraph, lineGap } from './layoutGraph';
import type { Stack } from './stack';

/** A vertical line beside the blocks that all lanes of one source share; DenseNet-like sources share one among them. */
export interface Trunk {
  /** Lanes in it, as edge indices. */
  readonly edges: readonly number[];
  readonly firstRow: number;
  readonly lastRow: number;
  /** -1 on the left of the blocks, 1 on their right. */
  readonly side: -1 | 1;
  x: number;
}

/** Sources that feed this many lanes (masks, positions) run on the left, skips on the right. */
const manyReaders = 4;

/** Free space between the blocks and the first lane. */
const laneMargin = 14;

interface Source {
  readonly vertex: number;
  readonly edges: number[];
  /** All that reads the source, in a lane or not, ascending. */
  readonly readers: readonly number[];
}

function sourcesOf(graph: LayoutGraph, stack: Stack): Source[] {
  const edgesOfSource = new Map<number, number[]>();
  for (const edge of stack.lanes) {
    const from = graph.edges[edge]?.from ?? 0;
    const known = edgesOfSource.get(from);
    if (known) known.push(edge);
    else edgesOfSource.set(from, [edge]);
  }
  const readers = new Map<number, number[]>();
  for (const { from, to } of graph.edges) {
    if (!edgesOfSource.has(from)) continue;
    const known = readers.get(from);
    if (known) known.push(to);
    else readers.set(from, [to]);
  }
  return [...edgesOfSource]
    .sort(([a], [b]) => a - b)
    .map(([vertex, edges]) => ({ vertex, edges, readers: (readers.get(vertex) ?? []).sort((a, b) => a - b) }));
}

/**
 * Whether a later source may join the line of an earlier one: everything below it that reads the earlier one reads it too
 * and nothing else does, so that whatever leaves the line carries all that has joined it (a DenseNet's features).
 */
function mayJoin(earlier: Source, later: Source): boolean {
  const below = earlier.readers.filter((reader) => reader > later.vertex);
  return below.length === later.readers.length && below.every((reader, index) => reader === later.readers[index]);
}

function joined(sources: readonly Source[]): Source[][] {
  const groups: Source[][] = [];
  let open: Source[][] = [];
  for (const source of sources) {
    const end = (group: Source[]) => group[0]?.readers.at(-1) ?? -1;
    open = open.filter((group) => end(group) > source.vertex).slice(-32);
    const group = open.find((candidate) => {
      const first = candidate[0];
      return first !== undefined && mayJoin(first, source);
    });
    if (group) {
      group.push(source);
      continue;
    }
    const started = [source];
    groups.push(started);
    open.push(started);
  }
  return groups;
}

function trunkOf(group: readonly Source[], graph: LayoutGraph, stack: Stack): Trunk {
  const edges = group.flatMap((source) => source.edges);
  let firstRow = Number.MAX_SAFE_INTEGER;
  let lastRow = 0;
  for (const edge of edges) {
    firstRow = Math.min(firstRow, stack.rows[graph.edges[edge]?.from ?? 0] ?? 0);
    lastRow = Math.max(lastRow, stack.rows[graph.edges[edge]?.to ?? 0] ?? 0);
  }
  const left = group.length === 1 && edges.length >= manyReaders;
  return { edges, firstRow, lastRow, side: left ? -1 : 1, x: 0 };
}

/**
 * Places a vertical line beside the blocks for every source of lanes: short ones first, each as near to the blocks as the
 * blocks and earlier lines of its rows allow, so that nested skips nest and lines never touch.
 */
export function placeTrunks(graph: LayoutGraph, stack: Stack): Trunk[] {
  const trunks = joined(sourcesOf(graph, stack)).map((group) => trunkOf(group, graph, stack));
  const byLength = [...trunks].sort(
    (a, b) => a.lastRow - a.firstRow - (b.lastRow - b.firstRow) || a.firstRow - b.firstRow,
  );
  const reach = {
    left: stack.rowLeft.map((left) => -left + laneMargin - lineGap),
    right: stack.rowRight.map((right) => right + laneMargin - lineGap),
  };
  for (const trunk of byLength) {
    const rows = trunk.side < 0 ? reach.left : reach.right;
    let furthest = 0;
    for (let row = trunk.firstRow; row <= trunk.lastRow; row++) furthest = Math.max(furthest, rows[row] ?? 0);
    const distance = furthest + lineGap;
    for (let row = trunk.firstRow; row <= trunk.lastRow; row++) rows[row] = distance;
    trunk.x = trunk.side * distance;
  }
  return trunks;
}
