import { contains, type Rect } from '../model/geometry';
import type { Boundary } from '../model/planModel';
import { toScreen } from './camera';
import { type Frame, font } from './frame';
import { besideBoxes, layOutPills, pillHeight, pillWidth } from './pills';
import { snap } from './snap';
import { tierColorsOf } from './theme';

const handleWidth = 8;
const handleHeight = 16;
/** From one handle to the next where boundaries share a line. */
const handleStep = handleWidth + 3;
/** Dashes of boundaries that share a line lie in the gaps of one another. */
const dash = [6, 4];
const sharedDash = [5, 5];

/** Where boundaries can be grabbed, in canvas pixels. */
export interface BoundaryTarget {
  readonly link: number;
  readonly rect: Rect;
}

/** A boundary's line on the canvas. */
interface Line {
  readonly boundary: Boundary;
  readonly y: number;
  /** How many boundaries before it lie at the same height, and how many do so in all. */
  readonly slot: number;
  readonly shared: number;
}

/** The lines in sight. */
function linesOf({ camera, plan, size }: Frame): Line[] {
  const boundaries = (plan?.boundaries ?? []).flatMap((boundary) =>
    boundary.y === null ? [] : [{ boundary, y: toScreen(camera, 0, boundary.y).y }],
  );
  return boundaries.flatMap(({ boundary, y }, index) => {
    if (y < -handleHeight || y > size.height + handleHeight) return [];
    const touches = (other: { readonly y: number }) => Math.abs(other.y - y) < handleHeight + 2;
    const shared = boundaries.filter((other) => Math.abs(other.y - y) < 2).length;
    return [{ boundary, y, slot: boundaries.slice(0, index).filter(touches).length, shared }];
  });
}

function handlesOf({ size }: Frame, { y, slot }: Line): Rect[] {
  const aside = 2 + slot * handleStep;
  return [aside, size.width - handleWidth - aside].map((x) => ({
    x,
    y: y - handleHeight / 2,
    width: handleWidth,
    height: handleHeight,
  }));
}

/** Areas by which the boundaries in sight can be dragged: their pills and the handles at both ends. */
export function boundaryTargets(frame: Frame): BoundaryTarget[] {
  const pills = layOutPills(frame).map(({ boundary, rect }) => ({ link: boundary.link, rect }));
  const handles = linesOf(frame).flatMap((line) =>
    handlesOf(frame, line).map(({ x, y, width, height }) => ({
      link: line.boundary.link,
      // Somewhat larger than what is seen, as far as neighbors leave room.
      rect: { x: x - 1, y: y - 2, width: width + 2, height: height + 4 },
    })),
  );
  return [...pills, ...handles];
}

/** The link whose boundary can be grabbed at a canvas pixel. */
export function boundaryAt(frame: Frame, x: number, y: number): number | undefined {
  return boundaryTargets(frame).find(({ rect }) => contains(rect, x, y))?.link;
}

function strokeLine(frame: Frame, y: number, color: string, dashes: readonly number[], offset = 0): void {
  const { context, size, pixelRatio } = frame;
  const line = snap(y, pixelRatio) + 0.5 / pixelRatio;
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.setLineDash([...dashes]);
  context.lineDashOffset = offset;
  context.beginPath();
  context.moveTo(0, line);
  context.lineTo(size.width, line);
  context.stroke();
  context.setLineDash([]);
  context.lineDashOffset = 0;
}

function drawHandle({ context, theme }: Frame, { x, y, width, height }: Rect, color: string): void {
  context.beginPath();
  context.roundRect(x, y, width, height, 2);
  context.fillStyle = theme.pillFill;
  context.fill();
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.stroke();
  context.beginPath();
  for (const offset of [-3, 0, 3]) {
    context.moveTo(x + 2.5, y + height / 2 + offset);
    context.lineTo(x + width - 2.5, y + height / 2 + offset);
  }
  context.lineWidth = 1;
  context.stroke();
}

function drawPill(frame: Frame, rect: Rect, text: string, color: string): void {
  const { context, theme } = frame;
  context.beginPath();
  context.roundRect(rect.x + 0.5, rect.y + 0.5, rect.width - 1, rect.height - 1, pillHeight / 2);
  context.fillStyle = theme.pillFill;
  context.fill();
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.stroke();
  context.font = font(theme, 11);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = theme.foreground;
  context.fillText(text, rect.x + rect.width / 2, rect.y + rect.height / 2 + 0.5);
  context.textAlign = 'left';
}

const accentOf = ({ theme }: Frame, link: number) => tierColorsOf(theme, link + 1).accent;

/** A dashed line across the picture per boundary, behind the boxes: some folds lie on both sides of one. */
export function drawBoundaryLines(frame: Frame): void {
  const { context, ghost } = frame;
  for (const { boundary, y, slot, shared } of linesOf(frame)) {
    // Where a dragged boundary came from stays in sight.
    context.globalAlpha = boundary.link === ghost?.link ? 0.35 : 1;
    strokeLine(frame, y, accentOf(frame, boundary.link), shared > 1 ? sharedDash : dash, shared > 1 ? slot * 5 : 0);
  }
  context.globalAlpha = 1;
}

/** Handles at the ends of the lines, and pills that say what crosses. */
export function drawBoundaryLabels(frame: Frame): void {
  const { ghost, isStill } = frame;
  for (const line of isStill === true ? [] : linesOf(frame)) {
    const { link } = line.boundary;
    if (link === ghost?.link) continue;
    for (const handle of handlesOf(frame, line)) drawHandle(frame, handle, accentOf(frame, link));
  }
  for (const { boundary, rect, text } of layOutPills(frame)) {
    if (boundary.link !== ghost?.link) drawPill(frame, rect, text, accentOf(frame, boundary.link));
  }
}

/** The dragged boundary at the cut line that it would fall onto, with what that cut would give. */
export function drawGhost(frame: Frame): void {
  const { camera, ghost, model, size, context } = frame;
  if (ghost === null) return;
  const color = accentOf(frame, ghost.link);
  context.globalAlpha = 0.4;
  for (const line of model.scene.cutLines) {
    const { y } = toScreen(camera, 0, line.y);
    if (y < 0 || y > size.height || camera.zoom < 0.2) continue;
    context.fillStyle = color;
    context.fillRect(0, Math.round(y), 14, 1);
  }
  context.globalAlpha = 1;
  const { y } = toScreen(camera, 0, ghost.y);
  strokeLine(frame, y, color, []);
  for (const x of [2, size.width - handleWidth - 2]) {
    drawHandle(frame, { x, y: y - handleHeight / 2, width: handleWidth, height: handleHeight }, color);
  }
  const width = pillWidth(frame, ghost.label);
  const wanted = {
    x: Math.round((size.width - width) / 2),
    y: Math.round(y - pillHeight / 2),
    width,
    height: pillHeight,
  };
  drawPill(frame, { ...wanted, x: besideBoxes(frame, wanted) ?? wanted.x }, ghost.label, color);
}
