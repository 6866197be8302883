import type { Point, Rect, Size } from '../../../shared/picture/geometry';

/** What of a scene is drawn: the point of it at the top left corner, pixels per unit of the scene, size in pixels. */
export interface View extends Point, Size {
  readonly zoom: number;
}

type Camera = Pick<View, 'x' | 'y' | 'zoom'>;

/** Point of the scene under a pixel. */
export function toWorld(camera: Camera, x: number, y: number): Point {
  return { x: camera.x + x / camera.zoom, y: camera.y + y / camera.zoom };
}

/** Pixel of a point of the scene. */
export function toScreen(camera: Camera, x: number, y: number): Point {
  return { x: (x - camera.x) * camera.zoom, y: (y - camera.y) * camera.zoom };
}

/** Part of the scene that is in sight. */
export function visibleRect(camera: Camera, size: Size): Rect {
  return { x: camera.x, y: camera.y, width: size.width / camera.zoom, height: size.height / camera.zoom };
}
