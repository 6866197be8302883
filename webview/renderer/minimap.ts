import type { PlannedScene } from '../../src/engine/picture/displayList/plannedScene';
import { type Theme, tierColorsOf } from '../../src/engine/picture/displayList/theme';
import { visibleRect } from '../../src/engine/picture/displayList/view';
import { clamp, type Rect, type Size } from '../../src/shared/picture/geometry';
import type { SceneModel } from '../model/sceneModel';
import type { Camera } from './camera';

const stripWidth = 64;
const margin = 8;
const largestScale = 0.09;
/** On a narrower canvas the overview would lie on the graph itself. */
const leastCanvasWidth = 480;

/** Where the overview lies on the canvas and how it is scaled; deep graphs are squeezed in height only. */
export interface MinimapLayout {
  readonly area: Rect;
  /** x on the strip, from its left, at which the picture begins: narrow ones are in the middle. */
  readonly offsetX: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

/** Place of the overview; nothing while the whole picture is in sight. */
export function minimapLayout(world: Size, canvas: Size, camera: Camera): MinimapLayout | undefined {
  const visible = visibleRect(camera, canvas);
  const allInSight =
    visible.x <= 0 &&
    visible.y <= 0 &&
    visible.x + visible.width >= world.width &&
    visible.y + visible.height >= world.height;
  if (allInSight || canvas.width < leastCanvasWidth) return undefined;
  const scaleX = Math.min(largestScale, stripWidth / Math.max(1, world.width));
  const scaleY = Math.min(largestScale, (canvas.height - 2 * margin) / Math.max(1, world.height));
  const height = world.height * scaleY;
  const area = { x: canvas.width - stripWidth - margin - 12, y: margin, width: stripWidth, height };
  return { area, offsetX: (stripWidth - world.width * scaleX) / 2, scaleX, scaleY };
}

/** World y under a canvas pixel on the overview. */
export function minimapToWorld(
  layout: MinimapLayout,
  x: number,
  y: number,
): { readonly x: number; readonly y: number } {
  return { x: (x - layout.area.x - layout.offsetX) / layout.scaleX, y: (y - layout.area.y) / layout.scaleY };
}

/** Draws the overview from a picture that is only made again when scene, plan, theme or size change. */
export class Minimap {
  #picture: HTMLCanvasElement | undefined;
  #made: readonly unknown[] = [];

  draw(
    context: CanvasRenderingContext2D,
    layout: MinimapLayout,
    model: SceneModel,
    plan: PlannedScene | null,
    theme: Theme,
    visible: Rect,
    pixelRatio: number,
  ): void {
    const { area, offsetX, scaleX, scaleY } = layout;
    const start = area.x + offsetX;
    const from = [model, plan, theme, area.height, pixelRatio];
    if (this.#picture === undefined || from.some((part, index) => part !== this.#made[index])) {
      this.#picture = paint(layout, model, plan, theme, pixelRatio);
      this.#made = from;
    }
    context.drawImage(this.#picture, area.x, area.y, area.width, area.height);
    const left = clamp(start + visible.x * scaleX, area.x, area.x + area.width - 6);
    const right = clamp(start + (visible.x + visible.width) * scaleX, left + 6, area.x + area.width);
    const top = clamp(area.y + visible.y * scaleY, area.y, area.y + area.height);
    const bottom = clamp(area.y + (visible.y + visible.height) * scaleY, top + 4, area.y + area.height + 4);
    context.strokeStyle = theme.focus;
    context.lineWidth = 1;
    context.strokeRect(
      Math.round(left) + 0.5,
      Math.round(top) + 0.5,
      Math.round(right - left),
      Math.round(bottom - top),
    );
  }
}

function paint(
  { area, offsetX, scaleX, scaleY }: MinimapLayout,
  model: SceneModel,
  plan: PlannedScene | null,
  theme: Theme,
  pixelRatio: number,
): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  picture.width = Math.max(1, Math.round(area.width * pixelRatio));
  picture.height = Math.max(1, Math.round(area.height * pixelRatio));
  const context = picture.getContext('2d');
  if (context === null) return picture;
  context.scale(pixelRatio, pixelRatio);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, area.width, area.height);
  for (const band of plan?.bands ?? []) {
    context.fillStyle = tierColorsOf(theme, band.tier).hatch;
    const top = Math.max(0, band.top * scaleY);
    context.fillRect(0, top, area.width, Math.min(area.height, band.bottom * scaleY) - top);
  }
  const painted = new Uint8Array((Math.ceil(area.width) + 1) * (Math.ceil(area.height) + 1));
  for (const index of model.byHeight) {
    const node = model.scene.nodes[index];
    if (node === undefined) continue;
    const x = Math.round(offsetX + node.x * scaleX);
    const y = Math.round(node.y * scaleY * 2) / 2;
    const cell = Math.floor(y) * Math.ceil(area.width) + x;
    if (painted[cell] === 1) continue;
    painted[cell] = 1;
    const tier = plan?.tiers[index]?.first;
    context.fillStyle = tier === undefined ? theme.edge : tierColorsOf(theme, tier).accent;
    context.fillRect(x, y, Math.max(2, node.width * scaleX), Math.max(1, node.height * scaleY - 0.5));
  }
  return picture;
}
