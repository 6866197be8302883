import type { BlockInput, BlockLayout } from './blockLayout';
import { layOutWithElk } from './elkBlock';
import type { ElkEngine } from './elkEngine';
import { layOutInRows } from './layeredBlock';
import { adjacencyOf, layersOf, rowGap, vertexHeight } from './layoutGraph';

/** Vertices and passed layers that a block may have for ELK; more takes it seconds, or more stack than there is. */
export const elkLimit = 320;

/** How many vertices the layouts that an engine's cache keeps may have in total. */
const cachedVertices = 200_000;

/** Layouts by the structure of their block; identical blocks, and those seen before folding, are laid out once. */
class BlockCache {
  private readonly layouts = new Map<string, BlockLayout>();
  private vertices = 0;

  get(key: string): BlockLayout | undefined {
    const layout = this.layouts.get(key);
    if (layout === undefined) return undefined;
    // Moved to the end, as the most recently used.
    this.layouts.delete(key);
    this.layouts.set(key, layout);
    return layout;
  }

  set(key: string, layout: BlockLayout): void {
    this.layouts.set(key, layout);
    this.vertices += layout.centers.length;
    for (const [oldest, { centers }] of this.layouts) {
      if (this.vertices <= cachedVertices) break;
      this.layouts.delete(oldest);
      this.vertices -= centers.length;
    }
  }
}

const caches = new WeakMap<ElkEngine, BlockCache>();

function cacheOf(elk: ElkEngine): BlockCache {
  const known = caches.get(elk);
  if (known) return known;
  const cache = new BlockCache();
  caches.set(elk, cache);
  return cache;
}

/** Text that is equal for two blocks exactly when they are laid out alike: sizes, edges, and what is shared with neighbors. */
function structureOf({ widths, edges, hasEntry, hasExit, startsMainPath }: BlockInput): string {
  const pairs = edges.map(({ from, to }) => `${from}-${to}`);
  return `${hasEntry ? 'e' : ''}${hasExit ? 'x' : ''}${startsMainPath ? 'm' : ''};${widths.join(',')};${pairs.join(',')}`;
}

/** Vertices of a block and the places at which its edges pass layers, which is what ELK's time grows with. */
function costOf({ widths, edges }: BlockInput): number {
  if (widths.length > elkLimit) return widths.length;
  const layers = layersOf(widths.length, edges, adjacencyOf(widths.length, edges));
  let cost = widths.length;
  for (const { from, to } of edges) cost += Math.max(0, (layers[to] ?? 0) - (layers[from] ?? 0) - 1);
  return cost;
}

/** One vertex, or two one above the other: most blocks of a chain. */
function layOutTrivial({ widths, edges }: BlockInput): BlockLayout {
  const half = Math.max(...widths) / 2;
  const top = vertexHeight + rowGap;
  return {
    centers: widths.map(() => 0),
    rows: widths.map((_, vertex) => vertex),
    rowTops: widths.map((_, vertex) => vertex * top),
    routes: edges.map(() => [0, vertexHeight, 0, top]),
    left: -half,
    right: half,
  };
}

/** Lays out one block, with ELK where it is small enough for that, and remembers the result for blocks of the same structure. */
export async function layOutBlock(input: BlockInput, elk: ElkEngine): Promise<BlockLayout> {
  if (input.widths.length <= 2) return layOutTrivial(input);
  const cache = cacheOf(elk);
  const key = structureOf(input);
  const known = cache.get(key);
  if (known) return known;
  const withElk = costOf(input) <= elkLimit ? await layOutWithElk(input, elk) : undefined;
  const layout = withElk ?? layOutInRows(input);
  cache.set(key, layout);
  return layout;
}
