/** An edge between two vertices, by their places in the order; `from < to` always. */
export interface LayoutEdge {
  readonly from: number;
  readonly to: number;
}

/** What is to be laid out: vertices in a topological order, by width, at most one edge between two of them. */
export interface LayoutGraph {
  readonly widths: readonly number[];
  readonly edges: readonly LayoutEdge[];
}

/** All vertices are equally high, so that those of a layer form a row and nothing but edges lies between rows. */
export const vertexHeight = 38;

/** Free space between two rows, in CSS pixels. */
export const rowGap = 26;

/** Free space between two vertices of a row. */
export const columnGap = 22;

/** Distance of parallel lines. */
export const lineGap = 8;

/** Edges by their ends, as indices into `edges`, ascending. */
export interface Adjacency {
  readonly outgoing: readonly (readonly number[])[];
  readonly incoming: readonly (readonly number[])[];
}

/** Indexes the edges for which `keep` holds by their two ends. */
export function adjacencyOf(
  vertexCount: number,
  edges: readonly LayoutEdge[],
  keep: (edge: number) => boolean = () => true,
): Adjacency {
  const outgoing: number[][] = Array.from({ length: vertexCount }, () => []);
  const incoming: number[][] = Array.from({ length: vertexCount }, () => []);
  edges.forEach(({ from, to }, edge) => {
    if (!keep(edge)) return;
    outgoing[from]?.push(edge);
    incoming[to]?.push(edge);
  });
  return { outgoing, incoming };
}

/** The source with the longest path below it; of several the first. */
export function mainSource(
  vertexCount: number,
  edges: readonly LayoutEdge[],
  { outgoing, incoming }: Adjacency,
): number {
  const height = new Int32Array(vertexCount);
  let source = 0;
  for (let vertex = vertexCount - 1; vertex >= 0; vertex--) {
    let below = 0;
    for (const edge of outgoing[vertex] ?? []) below = Math.max(below, (height[edges[edge]?.to ?? 0] ?? 0) + 1);
    height[vertex] = below;
    if ((incoming[vertex] ?? []).length === 0 && below >= (height[source] ?? 0)) source = vertex;
  }
  return source;
}

/**
 * Layer of every vertex, from 0: as early as possible for all that follows from the main source (the one with the longest
 * path below it unless given), as late as possible for the rest, so that side sources stand next to their consumer.
 */
export function layersOf(
  vertexCount: number,
  edges: readonly LayoutEdge[],
  adjacency: Adjacency,
  source = mainSource(vertexCount, edges, adjacency),
): Int32Array {
  const { outgoing, incoming } = adjacency;
  const to = (edge: number) => edges[edge]?.to ?? 0;
  const from = (edge: number) => edges[edge]?.from ?? 0;
  const layer = new Int32Array(vertexCount);
  const onMain = new Uint8Array(vertexCount);
  onMain[source] = 1;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    for (const edge of incoming[vertex] ?? []) {
      layer[vertex] = Math.max(layer[vertex] ?? 0, (layer[from(edge)] ?? 0) + 1);
      if (onMain[from(edge)] === 1) onMain[vertex] = 1;
    }
  }
  for (let vertex = vertexCount - 1; vertex >= 0; vertex--) {
    if (onMain[vertex] === 1 || (outgoing[vertex] ?? []).length === 0) continue;
    let latest = Number.MAX_SAFE_INTEGER;
    for (const edge of outgoing[vertex] ?? []) latest = Math.min(latest, (layer[to(edge)] ?? 0) - 1);
    layer[vertex] = latest;
  }
  return layer;
}

/** Edges by where they begin, ascending, as two lists: in this order a pass over them follows the graph downwards. */
export interface EdgeEnds {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export function edgeEndsOf(edges: readonly LayoutEdge[]): EdgeEnds {
  const sorted = [...edges].sort((a, b) => a.from - b.from);
  return { from: Int32Array.from(sorted, ({ from }) => from), to: Int32Array.from(sorted, ({ to }) => to) };
}

/** The sink with the longest path above it; of several the last. */
function mainSink(vertexCount: number, { from, to }: EdgeEnds, kept: Uint8Array): number {
  const depth = new Int32Array(vertexCount);
  const isSink = new Uint8Array(vertexCount).fill(1);
  for (let edge = 0; edge < from.length; edge++) {
    if (kept[edge] === 0) continue;
    const [start = 0, end = 0] = [from[edge], to[edge]];
    depth[end] = Math.max(depth[end] ?? 0, (depth[start] ?? 0) + 1);
    isSink[start] = 0;
  }
  return depth.reduce(
    (sink, below, vertex) => (isSink[vertex] === 1 && below >= (depth[sink] ?? 0) ? vertex : sink),
    0,
  );
}

/**
 * Layers from the other end: as late as possible for all that leads to the main sink, as early as possible for the rest.
 * What only prepares a tensor for a late reader stands with that reader, so that the long edge is the one that leads there.
 * @param kept 1 for each edge that counts
 */
export function lateLayersOf(vertexCount: number, { from, to }: EdgeEnds, kept: Uint8Array): Int32Array {
  const sink = mainSink(vertexCount, { from, to }, kept);
  // Counted from the last layer upwards.
  const height = new Int32Array(vertexCount);
  const onMain = new Uint8Array(vertexCount);
  onMain[sink] = 1;
  for (let edge = from.length - 1; edge >= 0; edge--) {
    if (kept[edge] === 0) continue;
    const [start = 0, end = 0] = [from[edge], to[edge]];
    height[start] = Math.max(height[start] ?? 0, (height[end] ?? 0) + 1);
    if (onMain[end] === 1) onMain[start] = 1;
  }
  // What does not lead there stands right below the lowest of what it reads.
  const never = 2 ** 31 - 1;
  const below = new Int32Array(vertexCount).fill(never);
  const heightOf = (vertex: number) =>
    (onMain[vertex] === 1 || below[vertex] === never ? height[vertex] : below[vertex]) ?? 0;
  for (let edge = 0; edge < from.length; edge++) {
    if (kept[edge] === 0) continue;
    const [start = 0, end = 0] = [from[edge], to[edge]];
    below[end] = Math.min(below[end] ?? never, heightOf(start) - 1);
  }
  const heights = height.map((_, vertex) => heightOf(vertex));
  const highest = heights.reduce((most, each) => Math.max(most, each), 0);
  return heights.map((each) => highest - each);
}
