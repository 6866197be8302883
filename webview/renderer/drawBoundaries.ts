import { type BoundaryLine, boundaryLines } from '../../src/engine/picture/displayList/lines';
import {
  besideBoxes,
  type PlacedPill,
  pillHeight,
  pillShapes,
  pillWidth,
  placePills,
} from '../../src/engine/picture/displayList/pills';
import type { Stroke } from '../../src/engine/picture/displayList/shapes';
import { colorOf } from '../../src/engine/picture/displayList/theme';
import { toScreen } from '../../src/engine/picture/displayList/view';
import { contains, type Rect } from '../../src/shared/picture/geometry';
import { drawShape } from './drawShapes';
import { type Frame, font } from './frame';
import { pillSpaceOf } from './pillSpace';
import { snap } from './snap';

const handleWidth = 8;
const handleHeight = 16;
/** From one handle to the next where boundaries share a line. */
const handleStep = handleWidth + 3;

/** Where boundaries can be grabbed, in canvas pixels. */
export interface BoundaryTarget {
  readonly link: number;
  readonly rect: Rect;
}

/** A boundary's line on the canvas. */
interface Line {
  readonly line: BoundaryLine;
  readonly y: number;
  /** How many handles lie beside its own. */
  readonly slot: number;
}

/** The lines in sight. */
function linesOf({ camera, list, size }: Frame): Line[] {
  const lines = boundaryLines(list, camera.zoom).map((line) => ({ line, y: toScreen(camera, 0, line.y).y }));
  return lines.flatMap(({ line, y }, index) => {
    if (y < -handleHeight || y > size.height + handleHeight) return [];
    const touches = (other: { readonly y: number }) => Math.abs(other.y - y) < handleHeight + 2;
    return [{ line, y, slot: lines.slice(0, index).filter(touches).length }];
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

/** Above the edge of the canvas, where a boundary that is held moves the graph along. */
const parkedMargin = 34;

/** Handles of links that carry nothing, at the foot of the canvas: from there their cuts can be dragged in. */
function parkedHandles({ list, size }: Frame): BoundaryTarget[] {
  const { plan } = list;
  // Nothing can be cut inside of a node.
  if (plan === null || plan.overlay.isInside) return [];
  const links = plan.overlay.tierNames.slice(1).map((_, link) => link);
  const parked = links.filter((link) => !plan.boundaries.some((boundary) => boundary.link === link));
  return parked.map((link, slot) => ({
    link,
    rect: {
      x: 2 + slot * handleStep,
      y: size.height - handleHeight - parkedMargin,
      width: handleWidth,
      height: handleHeight,
    },
  }));
}

const pillsOf = (frame: Frame): PlacedPill[] => placePills(frame.list, pillSpaceOf(frame));

/** Areas by which the boundaries in sight can be dragged: their pills and the handles at both ends. */
export function boundaryTargets(frame: Frame): BoundaryTarget[] {
  const pills = pillsOf(frame).map(({ link, rect }) => ({ link, rect }));
  const handles = linesOf(frame).flatMap((line) =>
    handlesOf(frame, line).map(({ x, y, width, height }) => ({
      link: line.line.link,
      // Somewhat larger than what is seen, as far as neighbors leave room.
      rect: { x: x - 1, y: y - 2, width: width + 2, height: height + 4 },
    })),
  );
  return [...pills, ...handles, ...parkedHandles(frame)];
}

/** The link whose boundary can be grabbed at a canvas pixel. */
export function boundaryAt(frame: Frame, x: number, y: number): number | undefined {
  return boundaryTargets(frame).find(({ rect }) => contains(rect, x, y))?.link;
}

function strokeLine(frame: Frame, y: number, stroke: Stroke): void {
  const { context, size, pixelRatio, theme } = frame;
  const line = snap(y, pixelRatio) + 0.5 / pixelRatio;
  context.strokeStyle = colorOf(theme, stroke.ink);
  context.lineWidth = stroke.width;
  context.setLineDash([...(stroke.dash ?? [])]);
  context.lineDashOffset = stroke.dashOffset ?? 0;
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

function drawPill(frame: Frame, pill: PlacedPill): void {
  for (const shape of pillShapes(pill)) drawShape(frame, shape);
}

/** A dashed line across the picture per boundary, behind the boxes: some folds lie on both sides of one. */
export function drawBoundaryLines(frame: Frame): void {
  const { context, ghost } = frame;
  for (const { line, y } of linesOf(frame)) {
    // Where a dragged boundary came from stays in sight.
    context.globalAlpha = line.link === ghost?.link ? 0.35 : 1;
    strokeLine(frame, y, line.stroke);
  }
  context.globalAlpha = 1;
}

/** What the overview takes at the right, on canvases that are wide enough for one. */
const besideOverview = 112;
const leastWidthForOverview = 560;

/** A dotted line with its name where the recommended plan cuts, while another one is shown. */
export function drawRecommended(frame: Frame): void {
  const { camera, context, recommended, size, theme } = frame;
  for (const { y: height, label } of recommended) {
    const { y } = toScreen(camera, 0, height);
    if (y < -pillHeight || y > size.height + pillHeight) continue;
    strokeLine(frame, y, { ink: 'foreground', width: 1, dash: [1, 4] });
    context.font = font(theme, 11);
    const width = context.measureText(label).width + 12;
    const aside = size.width >= leastWidthForOverview ? besideOverview : 24;
    const [left, top] = [Math.round(size.width - width - aside), Math.round(y - 9)];
    context.fillStyle = theme.background;
    context.fillRect(left, top, width, 18);
    context.fillStyle = colorOf(theme, 'foreground');
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText(label, left + 6, top + 9.5);
  }
}

/** Handles at the ends of the lines, and pills that say what crosses. */
export function drawBoundaryLabels(frame: Frame): void {
  const { ghost, still, theme } = frame;
  for (const place of still === undefined ? linesOf(frame) : []) {
    const { link, stroke } = place.line;
    if (link === ghost?.link) continue;
    for (const handle of handlesOf(frame, place)) drawHandle(frame, handle, colorOf(theme, stroke.ink));
  }
  for (const { link, rect } of still === undefined ? parkedHandles(frame) : []) {
    if (link !== ghost?.link) drawHandle(frame, rect, colorOf(theme, { tier: link + 1 }));
  }
  for (const pill of pillsOf(frame)) if (pill.link !== ghost?.link) drawPill(frame, pill);
}

/** The dragged boundary at the cut line that it would fall onto, with what that cut would give. */
export function drawGhost(frame: Frame): void {
  const { camera, ghost, list, size, context, theme } = frame;
  if (ghost === null) return;
  const stroke: Stroke = { ink: { tier: ghost.link + 1 }, width: 1.5 };
  const color = colorOf(theme, stroke.ink);
  context.globalAlpha = 0.4;
  for (const line of list.scene.cutLines) {
    const { y } = toScreen(camera, 0, line.y);
    if (y < 0 || y > size.height || camera.zoom < 0.2) continue;
    context.fillStyle = color;
    context.fillRect(0, Math.round(y), 14, 1);
  }
  context.globalAlpha = 1;
  const { y } = toScreen(camera, 0, ghost.y);
  strokeLine(frame, y, stroke);
  for (const x of [2, size.width - handleWidth - 2]) {
    drawHandle(frame, { x, y: y - handleHeight / 2, width: handleWidth, height: handleHeight }, color);
  }
  const width = pillWidth(ghost.label);
  const wanted = {
    x: Math.round((size.width - width) / 2),
    y: Math.round(y - pillHeight / 2),
    width,
    height: pillHeight,
  };
  const rect = { ...wanted, x: besideBoxes(list, pillSpaceOf(frame), wanted) ?? wanted.x };
  drawPill(frame, { link: ghost.link, text: ghost.label, rect });
}
