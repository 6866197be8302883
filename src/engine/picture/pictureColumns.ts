import type { Rect } from '../../shared/picture/geometry';
import type { DisplayList } from './displayList/displayList';
import type { View } from './displayList/view';

/** Between two columns, in CSS pixels at zoom 1. */
export const columnGap = 24;

/** Columns make a picture about as wide as a page of paper is for its height. */
const pageRatio = Math.SQRT1_2;

/**
 * Parts of a long picture from its top to its bottom, to be shown side by side. Each ends between two boxes, as near to an
 * even height as that allows.
 */
export function pictureColumns({ scene }: DisplayList, view: View): Rect[] {
  const { x, y, width, height } = view;
  // n columns are n widths wide and an n-th of the height high.
  const count = Math.max(1, Math.round(Math.sqrt((pageRatio * height) / width)));
  const free = freeHeights(scene.nodes).filter((at) => at > y && at < y + height);
  const breaks: number[] = [y];
  for (let column = 1; column < count; column++) {
    const wanted = y + (column * height) / count;
    const at = nearest(free, wanted);
    if (at !== undefined && at > (breaks.at(-1) ?? y)) breaks.push(at);
  }
  breaks.push(y + height);
  return breaks.slice(1).map((end, index) => {
    const start = breaks[index] ?? y;
    return { x, y: start, width, height: end - start };
  });
}

/** The room that columns take side by side. */
export function columnsView(columns: readonly Rect[]): Rect {
  const width = columns.reduce((sum, column) => sum + column.width + columnGap, -columnGap);
  const height = columns.reduce((most, column) => Math.max(most, column.height), 0);
  return { x: 0, y: 0, width, height };
}

/** Heights in the middle between boxes, at which a horizontal line meets none. */
function freeHeights(boxes: readonly Rect[]): number[] {
  const sorted = [...boxes].sort((a, b) => a.y - b.y);
  const free: number[] = [];
  let reached = Number.NEGATIVE_INFINITY;
  for (const { y, height } of sorted) {
    if (y > reached && Number.isFinite(reached)) free.push((reached + y) / 2);
    reached = Math.max(reached, y + height);
  }
  return free;
}

function nearest(sorted: readonly number[], wanted: number): number | undefined {
  let best: number | undefined;
  for (const value of sorted)
    if (best === undefined || Math.abs(value - wanted) < Math.abs(best - wanted)) best = value;
  return best;
}
