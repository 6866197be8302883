import {
  type AreaShape,
  type CircleShape,
  outlineWidth,
  type RectShape,
  type Shape,
  type TextShape,
  textStyles,
} from '../../src/engine/picture/displayList/shapes';
import { colorOf, tierColorsOf } from '../../src/engine/picture/displayList/theme';
import type { Point } from '../../src/shared/picture/geometry';
import { type Frame, font } from './frame';
import { snap } from './snap';

/** From the coordinates of a shape to canvas pixels. */
export interface Placement extends Point {
  readonly scale: number;
}

/** For shapes whose coordinates are canvas pixels. */
const onCanvas: Placement = { x: 0, y: 0, scale: 1 };

/** Colors of a box that is marked, in place of its own. */
export interface Marking {
  readonly fill?: string;
  readonly stroke: string;
  readonly lineWidth: number;
}

/** Thinner marks could not be seen. */
const leastSide = 2;

/** The placement of what belongs together at a place of the scene: as a whole on the grid of device pixels. */
export function placementAt({ camera, pixelRatio }: Frame, { x, y }: Point): Placement {
  const { zoom } = camera;
  return {
    x: snap((x - camera.x) * zoom, pixelRatio) - x * zoom,
    y: snap((y - camera.y) * zoom, pixelRatio) - y * zoom,
    scale: zoom,
  };
}

export function drawRect(frame: Frame, shape: RectShape, at: Placement = onCanvas, marking?: Marking): void {
  const { context, theme, pixelRatio } = frame;
  const inset = shape.stroke === undefined ? 0 : outlineWidth / 2;
  const side = (length: number) => Math.max(leastSide, snap(length * at.scale, pixelRatio)) - 2 * inset;
  const corner = Math.min(1, at.scale);
  const { radius } = shape;
  const radii = typeof radius === 'number' ? radius * corner : radius.map((one) => one * corner);
  context.beginPath();
  context.roundRect(
    snap(shape.x * at.scale + at.x, pixelRatio) + inset,
    snap(shape.y * at.scale + at.y, pixelRatio) + inset,
    side(shape.width),
    side(shape.height),
    radii,
  );
  if (shape.fill !== undefined) {
    context.fillStyle = marking?.fill ?? colorOf(theme, shape.fill);
    context.fill();
  }
  if (shape.stroke === undefined) return;
  context.strokeStyle = marking?.stroke ?? colorOf(theme, shape.stroke);
  context.lineWidth = marking?.lineWidth ?? outlineWidth;
  if (shape.dash !== undefined) context.setLineDash([...shape.dash]);
  context.stroke();
  if (shape.dash !== undefined) context.setLineDash([]);
}

const textAligns = { start: 'left', middle: 'center', end: 'right' } as const;

function drawText({ context, theme }: Frame, shape: TextShape, at: Placement): void {
  if (shape.text === '') return;
  const { px, weight } = textStyles[shape.style];
  context.font = font(theme, px * at.scale, weight);
  context.fillStyle = colorOf(theme, shape.ink);
  context.textAlign = textAligns[shape.align];
  context.textBaseline = 'middle';
  // The text is that of every picture; a wide font of the editor is narrowed rather than cut.
  context.fillText(shape.text, shape.x * at.scale + at.x, shape.y * at.scale + at.y, shape.room * at.scale);
}

function drawCircle({ context, theme }: Frame, shape: CircleShape, at: Placement): void {
  context.beginPath();
  context.arc(shape.x * at.scale + at.x, shape.y * at.scale + at.y, shape.radius * at.scale, 0, 2 * Math.PI);
  if (shape.fill !== undefined) {
    context.fillStyle = colorOf(theme, shape.fill);
    context.fill();
  }
  if (shape.stroke === undefined) return;
  context.strokeStyle = colorOf(theme, shape.stroke);
  context.lineWidth = outlineWidth;
  context.stroke();
}

export function drawArea(frame: Frame, { x, y, width, height, tier }: AreaShape, at: Placement = onCanvas): void {
  const { context, theme, camera, hatches } = frame;
  const [left, top] = [x * at.scale + at.x, y * at.scale + at.y];
  const [across, down] = [width * at.scale, height * at.scale];
  if (across <= 0 || down <= 0) return;
  context.fillStyle = tierColorsOf(theme, tier).tint;
  context.fillRect(left, top, across, down);
  const hatch = hatches.of(context, tier, -camera.x * camera.zoom, -camera.y * camera.zoom);
  if (hatch === null) return;
  context.fillStyle = hatch;
  context.fillRect(left, top, across, down);
}

export function drawShape(frame: Frame, shape: Shape, at: Placement = onCanvas): void {
  switch (shape.kind) {
    case 'rect':
      drawRect(frame, shape, at);
      break;
    case 'text':
      drawText(frame, shape, at);
      break;
    case 'circle':
      drawCircle(frame, shape, at);
      break;
    case 'area':
      drawArea(frame, shape, at);
      break;
  }
}
