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

/**
 * Layers from the other end: as late as possible for all that leads to the main sink, as early as possible for the rest.
 * What only prepares a tensor for a late reader stands with that reader, so that the long edge is the one that leads there.
 */
export function lateLayersOf(
  vertexCount: number,
  edges: readonly LayoutEdge[],
  keep: (edge: number) => boolean,
): Int32Array {
  const reversed = edges.map(({ from, to }) => ({ from: vertexCount - 1 - to, to: vertexCount - 1 - from }));
  const layers = layersOf(vertexCount, reversed, adjacencyOf(vertexCount, reversed, keep));
  const last = layers.reduce((most, layer) => Math.max(most, layer), 0);
  return Int32Array.from(layers, (_, vertex) => last - (layers[vertexCount - 1 - vertex] ?? 0));
}
