import type { ScenePosition } from '../../../shared/picture/scene';
import { liveBytes } from '../../split/liveBytes';
import type { SplitGraph } from '../../split/splitGraph';

/** Of more positions than this, which no chart has columns for, only the least and the most of neighbors are told. */
const mostPositions = 1200;

/**
 * What crosses at each position of the order and what is computed before it, however the graph is folded. Of a graph with
 * more positions than a chart can show, those that carry the least and the most among their neighbors, and both ends.
 */
export function positionProfile(graph: SplitGraph): ScenePosition[] {
  const { bytes } = liveBytes(graph);
  let macsBefore = 0;
  const all = Array.from({ length: graph.nodes.length + 1 }, (_, position): ScenePosition => {
    const carried = bytes[position] ?? 0;
    const point = { position, bytes: Number.isFinite(carried) ? carried : null, macsBefore };
    macsBefore += graph.nodes[position]?.macs ?? 0;
    return point;
  });
  return all.length <= mostPositions ? all : thinned(all);
}

function thinned(all: readonly ScenePosition[]): ScenePosition[] {
  const perColumn = Math.ceil((2 * all.length) / (mostPositions - 2));
  const kept = new Set(all.slice(0, 1));
  for (let start = 0; start < all.length; start += perColumn) {
    const column = all.slice(start, start + perColumn).sort((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0));
    for (const point of [...column.slice(0, 1), ...column.slice(-1)]) kept.add(point);
  }
  for (const point of all.slice(-1)) kept.add(point);
  return [...kept].sort((a, b) => a.position - b.position);
}
