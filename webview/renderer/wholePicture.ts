import type { Size } from '../model/geometry';
import { drawFrame } from './drawFrame';
import type { Frame } from './frame';

/** Room around the graph in CSS pixels; on the left for the names of tiers. */
const margins = { left: 132, right: 24, top: 16, bottom: 16 };
/** Device pixels per CSS pixel, so that the picture stays crisp where it is enlarged or printed. */
const finest = 2;
/** What browsers and viewers of pictures take: pixels of a side, and of the whole. */
const longestSide = 16_384;
const mostPixels = 64_000_000;

/** How large the picture of a graph is. */
export interface PictureSize {
  /** In CSS pixels at zoom 1. */
  readonly world: Size;
  /** Device pixels per CSS pixel at zoom 1; below 1 where the graph is too large for a picture at its size. */
  readonly scale: number;
}

export function pictureSize(scene: Size): PictureSize {
  const world = {
    width: scene.width + margins.left + margins.right,
    height: scene.height + margins.top + margins.bottom,
  };
  const { width, height } = world;
  const scale = Math.min(finest, longestSide / width, longestSide / height, Math.sqrt(mostPixels / (width * height)));
  return { world, scale };
}

/**
 * Draws all of a graph, without what only helps to act on it.
 * @returns a PNG file
 */
export async function wholePicture(frame: Frame): Promise<{ readonly png: Blob; readonly scale: number }> {
  const { world, scale } = pictureSize(frame.model.scene);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.floor(world.width * scale));
  canvas.height = Math.max(1, Math.floor(world.height * scale));
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('This browser cannot draw a picture of that size.');
  // From life size on, the picture is drawn as on a finer screen; below, as from farther away, with fewer details.
  const zoom = Math.min(1, scale);
  drawFrame({
    ...frame,
    context,
    camera: { x: -margins.left, y: -margins.top, zoom },
    size: { width: world.width * zoom, height: world.height * zoom },
    pixelRatio: scale / zoom,
    selected: new Set(),
    readers: new Set(),
    focused: null,
    hovered: null,
    keyboardFocus: false,
    ghost: null,
    hatches: frame.hatches.at(scale / zoom),
    isStill: true,
  });
  return { png: await pngOf(canvas), scale };
}

/** @throws Error where the browser has no memory for it */
export function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('The browser could not make the picture.'));
      else resolve(blob);
    }, 'image/png');
  });
}
