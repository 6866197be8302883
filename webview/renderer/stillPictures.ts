import { captionHeight, captionLines, captionShapes } from '../../src/engine/picture/displayList/caption';
import { stillPicture } from '../../src/engine/picture/displayList/overlays';
import type { Size } from '../../src/shared/picture/geometry';
import { drawFrame } from './drawFrame';
import { drawShape } from './drawShapes';
import type { Frame } from './frame';

/** What browsers and viewers of pictures take: pixels of a side, and of the whole. */
const longestSide = 16_384;
const mostPixels = 64_000_000;

/** A PNG file, and how many of its pixels a unit of the scene takes. */
export interface StillPicture {
  readonly png: Blob;
  readonly scale: number;
}

/**
 * Device pixels per CSS pixel at zoom 1: what is wanted at most, so that the picture stays crisp where it is enlarged or
 * printed; below 1 where a graph is too large for a picture at its size.
 */
export function pictureScale({ width, height }: Size, finest: number): number {
  return Math.min(finest, longestSide / width, longestSide / height, Math.sqrt(mostPixels / (width * height)));
}

/** What only helps to act on a graph, and is in no picture of it. */
const nothingToActOn = { focused: null, hovered: null, keyboardFocus: false, ghost: null } as const;

/** Draws all of a graph or what is around its cut, with room for badges, pills, legend and caption. */
export function wholePicture(
  frame: Frame,
  part: 'whole' | 'cut',
  finest: number,
  caption: string,
): Promise<StillPicture> {
  const { view } = stillPicture(frame.list, part);
  const room = captionHeight(captionLines(caption, view));
  const scale = pictureScale({ width: view.width, height: view.height + room }, finest);
  // From life size on, the picture is drawn as on a finer screen; below, as from farther away, with fewer details.
  const zoom = Math.min(1, scale);
  const shown: Frame = {
    ...frame,
    ...nothingToActOn,
    camera: { x: view.x, y: view.y, zoom },
    size: { width: view.width * zoom, height: view.height * zoom },
    pixelRatio: scale / zoom,
    selected: new Set(),
    readers: new Set(),
    hatches: frame.hatches.at(scale / zoom),
    still: 'whole',
  };
  return pictureOf(shown, caption);
}

/** Draws what is on the screen, the selection included, with the legend and without the overview. */
export function screenPicture(frame: Frame, finest: number, caption: string): Promise<StillPicture> {
  const pixelRatio = pictureScale(frame.size, finest);
  const hatches = frame.hatches.at(pixelRatio);
  return pictureOf({ ...frame, ...nothingToActOn, pixelRatio, hatches, still: 'screen' }, caption);
}

/** Draws a frame on a canvas of its own, with a caption below. */
async function pictureOf(frame: Frame, caption: string): Promise<StillPicture> {
  const { size, pixelRatio, camera, theme } = frame;
  const lines = captionLines(caption, size);
  const height = size.height + captionHeight(lines);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(size.width * pixelRatio));
  canvas.height = Math.max(1, Math.round(height * pixelRatio));
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('This browser cannot draw a picture of that size.');
  drawFrame({ ...frame, context });
  context.fillStyle = theme.background;
  context.fillRect(0, size.height, size.width, height - size.height);
  const below = { ...frame, context };
  for (const line of captionShapes(lines, { x: 0, y: 0, ...size })) drawShape(below, line);
  return { png: await pngOf(canvas), scale: camera.zoom * pixelRatio };
}

/** @throws Error where the browser has no memory for it */
function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('The browser could not make the picture.'));
      else resolve(blob);
    }, 'image/png');
  });
}
