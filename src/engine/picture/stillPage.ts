import type { Point, Rect } from '../../shared/picture/geometry';
import type { DrawingPart } from '../../shared/picture/picture';
import { captionHeight, captionLines, captionShapes } from './displayList/caption';
import type { DisplayList } from './displayList/displayList';
import { type StillPicture, stillPicture } from './displayList/overlays';
import type { TextShape } from './displayList/shapes';
import { columnGap, columnsView, pictureColumns } from './pictureColumns';

/** A picture as it is laid out on a page: its parts side by side, and the caption below. */
export interface StillPage {
  readonly still: StillPicture;
  /** The page in its own coordinates: those of the picture where that is in one part. */
  readonly frame: Rect;
  /** Parts of the picture, and where their upper left corners are on the page. */
  readonly parts: readonly (Rect & { readonly at: Point })[];
  readonly caption: readonly TextShape[];
}

/**
 * Lays a still picture out.
 * @param caption what the picture shows, in a sentence; none without
 */
export function stillPage(list: DisplayList, part: DrawingPart, caption: string | undefined): StillPage {
  const still = stillPicture(list, part === 'cut' ? 'cut' : 'whole');
  const columns = part === 'columns' ? pictureColumns(list, still.view) : [];
  const isOne = columns.length < 2;
  const area = isOne ? still.view : columnsView(columns);
  const lines = captionLines(caption, area);
  const { x, y, width, height } = area;
  const frame = { x, y, width, height: height + captionHeight(lines) };
  const parts = isOne
    ? [{ ...still.view, at: { x, y } }]
    : columns.map((column, index) => ({ ...column, at: { x: index * (column.width + columnGap), y: 0 } }));
  return { still, frame, parts, caption: captionShapes(lines, area) };
}
