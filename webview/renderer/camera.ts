import { toScreen, toWorld } from '../../src/engine/picture/displayList/view';
import { clamp, type Point, type Rect, type Size } from '../../src/shared/picture/geometry';

/** Where the picture stands: the world point at the top left corner of the canvas, and canvas pixels per world unit. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export const maxZoom = 4;
/** Below this a node's text cannot be read, so that reveals zoom in to it. */
export const readableZoom = 0.7;
const fitPadding = 24;
/** What lies over the canvas beside the picture: names of tiers and the legend on the left, the overview on the right. */
const besidePicture = { left: 104, right: 92 };
/** Canvases that are narrower have no room to leave free. */
const leastWidthForSides = 560;

/** The smallest zoom that makes sense: the whole picture at half the canvas. */
export function minZoom(world: Size, canvas: Size): number {
  const whole = Math.min(canvas.width / Math.max(1, world.width), canvas.height / Math.max(1, world.height));
  return Math.min(0.5, whole / 2);
}

/** Zooms by `factor` and keeps the world point under the canvas pixel (`x`, `y`) where it is. */
export function zoomAt(camera: Camera, factor: number, x: number, y: number, lowest: number): Camera {
  const zoom = clamp(camera.zoom * factor, lowest, maxZoom);
  const anchor = toWorld(camera, x, y);
  return { x: anchor.x - x / zoom, y: anchor.y - y / zoom, zoom };
}

/** Moves the picture by canvas pixels. */
export function panBy(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.zoom, y: camera.y - dy / camera.zoom };
}

/** Keeps at least a part of the world in sight: its edge never passes the middle of the canvas. */
export function keepInSight(camera: Camera, world: Size, canvas: Size): Camera {
  const halfWidth = canvas.width / camera.zoom / 2;
  const halfHeight = canvas.height / camera.zoom / 2;
  return {
    x: clamp(camera.x, -halfWidth, Math.max(-halfWidth, world.width - halfWidth)),
    y: clamp(camera.y, -halfHeight, Math.max(-halfHeight, world.height - halfHeight)),
    zoom: camera.zoom,
  };
}

/** Puts `rect` into the middle of the canvas at `zoom`. */
export function centerOn(rect: Rect, canvas: Size, zoom: number): Camera {
  return {
    x: rect.x + rect.width / 2 - canvas.width / zoom / 2,
    y: rect.y + rect.height / 2 - canvas.height / zoom / 2,
    zoom,
  };
}

/** Shows the whole of `rect`, never larger than life size. */
export function fitRect(rect: Rect, canvas: Size): Camera {
  // All is in sight, so that there is no overview.
  const left = canvas.width < leastWidthForSides ? fitPadding : besidePicture.left;
  const width = Math.max(1, canvas.width - left - fitPadding);
  const height = Math.max(1, canvas.height - 2 * fitPadding);
  const zoom = Math.min(1, width / Math.max(1, rect.width), height / Math.max(1, rect.height));
  return besideTo(centerOn(rect, canvas, zoom), rect.x, left);
}

/** Moves the picture to the right where its left edge lies under what is beside it. */
function besideTo(camera: Camera, leftEdge: number, left: number): Camera {
  return { ...camera, x: Math.min(camera.x, leftEdge - left / camera.zoom) };
}

/**
 * First look at a picture: all of it where it stays readable, otherwise its top at a readable size; of a picture that is
 * too wide for that the part around `entryX`, where the graph begins.
 */
function topView(world: Size, canvas: Size, entryX: number): Camera {
  const whole = fitRect({ x: 0, y: 0, ...world }, canvas);
  if (whole.zoom >= readableZoom) return whole;
  const hasSides = canvas.width >= leastWidthForSides;
  const { left, right } = hasSides ? besidePicture : { left: fitPadding, right: fitPadding };
  const byWidth = (canvas.width - left - right) / Math.max(1, world.width);
  const zoom = clamp(byWidth, readableZoom, 1);
  const middle = byWidth < readableZoom ? entryX : world.width / 2;
  const centered = { x: middle - canvas.width / zoom / 2, y: -fitPadding / zoom, zoom };
  if (byWidth < readableZoom) return centered;
  // The overview needs its place as well as what is on the left.
  const kept = Math.max(centered.x, world.width - (canvas.width - right) / zoom);
  return besideTo({ ...centered, x: kept }, 0, left);
}

/**
 * First look at a picture: all of it where it stays readable, otherwise a part at a readable size, with the place that
 * matters in the middle of the height; without one, the top.
 */
export function openingView(world: Size, canvas: Size, entryX: number, matters?: Point): Camera {
  const top = topView(world, canvas, matters?.x ?? entryX);
  const isWhole = top.zoom * world.height <= canvas.height;
  if (matters === undefined || isWhole) return top;
  const { zoom } = top;
  const lowest = world.height - (canvas.height - fitPadding) / zoom;
  return { ...top, y: clamp(matters.y - canvas.height / zoom / 2, top.y, Math.max(top.y, lowest)) };
}

/** How far a span has to move to lie between margins of a length; spans that are longer than it are put at its start. */
function shiftInto(start: number, end: number, length: number, margin: number): number {
  if (start < margin || end - start > length - 2 * margin) return margin - start;
  return end > length - margin ? length - margin - end : 0;
}

/**
 * The nearest view that shows `rect` at a readable size; the same camera when it already does. With `centered` what is out
 * of sight comes to the middle of the height, so that what is around it can be seen too.
 */
export function reveal(camera: Camera, rect: Rect, canvas: Size, centered = false): Camera {
  const margin = 40;
  const largest = Math.min(canvas.width / (rect.width + 2 * margin), canvas.height / (rect.height + 2 * margin));
  if (camera.zoom < Math.min(readableZoom / 2, largest) || camera.zoom > largest) {
    return centerOn(rect, canvas, Math.max(0.02, Math.min(readableZoom, largest)));
  }
  const start = toScreen(camera, rect.x, rect.y);
  const end = toScreen(camera, rect.x + rect.width, rect.y + rect.height);
  const dx = shiftInto(start.x, end.x, canvas.width, margin);
  const shift = shiftInto(start.y, end.y, canvas.height, margin);
  const dy = centered && shift !== 0 ? (canvas.height - start.y - end.y) / 2 : shift;
  return dx === 0 && dy === 0 ? camera : panBy(camera, dx, dy);
}

/** The view at `share` (0 to 1) of the way: zoom changes evenly to the eye, and the middle moves in a straight line. */
export function between(from: Camera, to: Camera, canvas: Size, share: number): Camera {
  const eased = share < 0.5 ? 2 * share * share : 1 - (2 - 2 * share) ** 2 / 2;
  const zoom = Math.exp(Math.log(from.zoom) + (Math.log(to.zoom) - Math.log(from.zoom)) * eased);
  const middle = (camera: Camera) => toWorld(camera, canvas.width / 2, canvas.height / 2);
  const [start, end] = [middle(from), middle(to)];
  // The middle has to move at the pace at which the zoom changes, or the target leaves the picture on the way.
  const pace =
    Math.abs(to.zoom - from.zoom) < 1e-9 ? eased : (1 / from.zoom - 1 / zoom) / (1 / from.zoom - 1 / to.zoom);
  const x = start.x + (end.x - start.x) * pace;
  const y = start.y + (end.y - start.y) * pace;
  return { x: x - canvas.width / zoom / 2, y: y - canvas.height / zoom / 2, zoom };
}
