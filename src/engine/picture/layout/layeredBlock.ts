import { alignBlock, type BlockInput, type BlockLayout, simplifyRoute } from './blockLayout';
import { layeredRows, type RowItem } from './layeredRows';
import { lineGap, rowGap, vertexHeight } from './layoutGraph';

/** A horizontal line in the channel below a row: it joins one item with all that it leads to, or all that lead to one item. */
interface Net {
  readonly items: RowItem[];
  left: number;
  right: number;
}

/** Items that lead to one and the same item share a net, every other item has its own; straight ones need none. */
function netsBelow(row: readonly RowItem[]): Net[] {
  const nets = new Map<RowItem, Net>();
  for (const item of row) {
    const [target, ...others] = item.below;
    if (target === undefined) continue;
    const key = others.length === 0 && target.above.length > 1 ? target : item;
    const net = nets.get(key) ?? { items: [], left: item.center, right: item.center };
    nets.set(key, net);
    net.items.push(item);
    for (const { center } of [item, ...item.below]) {
      net.left = Math.min(net.left, center);
      net.right = Math.max(net.right, center);
    }
  }
  return [...nets.values()].filter(({ left, right }) => right > left);
}

/** Numbers tracks so that nets that share one do not touch, by the left-edge rule (Hashimoto and Stevens 1971). */
function assignTracks(row: readonly RowItem[]): { trackOfItem: Map<RowItem, number>; trackCount: number } {
  const nets = netsBelow(row).sort((a, b) => a.left - b.left || a.right - b.right);
  const trackOfItem = new Map<RowItem, number>();
  const ends: number[] = [];
  for (const { items, left, right } of nets) {
    let track = ends.findIndex((end) => end + lineGap < left);
    if (track < 0) track = ends.length;
    ends[track] = right;
    for (const item of items) trackOfItem.set(item, track);
  }
  return { trackOfItem, trackCount: ends.length };
}

/**
 * Lays out a block of any size in rows without ELK: longest-path rows, barycenter order, one channel of horizontal tracks
 * between two rows. For blocks that would take ELK too long or overflow its stack.
 */
export function layOutInRows(input: BlockInput): BlockLayout {
  const { rowOfVertex, itemOfVertex, rows, pathOfEdge } = layeredRows(input);
  const rowTops: number[] = [];
  const trackY = new Map<RowItem, number>();
  let top = 0;
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    rowTops.push(top);
    const { trackOfItem, trackCount } = assignTracks(row);
    const bottom = top + vertexHeight;
    const free = Math.max(rowGap, (trackCount + 1) * lineGap);
    const margin = (free - (trackCount - 1) * lineGap) / 2;
    for (const [item, track] of trackOfItem) trackY.set(item, bottom + margin + track * lineGap);
    for (const item of row) {
      left = Math.min(left, item.center - item.halfWidth);
      right = Math.max(right, item.center + item.halfWidth);
    }
    top = bottom + free;
  }

  const routeOf = (path: readonly RowItem[] | undefined, from: number, to: number): number[] | undefined => {
    if (path === undefined) return undefined;
    const points: number[] = [];
    path.forEach((item, index) => {
      const next = path[index + 1];
      if (index === 0) points.push(item.center, (rowTops[rowOfVertex[from] ?? 0] ?? 0) + vertexHeight);
      const y = trackY.get(item);
      if (next !== undefined && y !== undefined) points.push(item.center, y, next.center, y);
      if (next === undefined) points.push(item.center, rowTops[rowOfVertex[to] ?? 0] ?? 0);
    });
    return simplifyRoute(points);
  };
  const layout: BlockLayout = {
    centers: itemOfVertex.map(({ center }) => center),
    rows: [...rowOfVertex],
    rowTops,
    routes: input.edges.map(({ from, to }, edge) => routeOf(pathOfEdge[edge], from, to)),
    left,
    right,
  };
  return alignBlock(layout, input);
}
