import { toScreen, toWorld } from '../camera';
import { formatBytes, formatMs } from '../format';
import { contains, type Rect } from '../geometry';
import type { Boundary } from '../planModel';
import { tierColorsOf } from '../theme';
import { type Frame, font } from './frame';
import { minimapLayout } from './minimap';
import { snap } from './snap';

const pillHeight = 20;
const pillGap = 3;
const pillPadding = 9;
const handleWidth = 8;
const handleHeight = 16;

interface Pill {
  readonly boundary: Boundary;
  readonly rect: Rect;
  readonly text: string;
}

/** Where boundaries can be grabbed, in canvas pixels. */
export interface BoundaryTarget {
  readonly link: number;
  readonly rect: Rect;
}

const direction = ({ plan }: Frame, { link }: Boundary) =>
  `${plan?.letters[link] ?? ''} → ${plan?.letters[link + 1] ?? ''}`;

const pillText = (frame: Frame, boundary: Boundary) => {
  const shown = boundary.texts.slice(0, 2).join('   ');
  const more = boundary.texts.length > 2 ? `   +${boundary.texts.length - 2}` : '';
  return shown === '' ? direction(frame, boundary) : `${direction(frame, boundary)}   ${shown}${more}`;
};

/** What it carries altogether, for where there is no room for each tensor. */
const shortPillText = (frame: Frame, boundary: Boundary) => {
  const figures = `${formatBytes(boundary.bytes)} · ${formatMs(boundary.transferMs)}`;
  return boundary.texts.length === 0 ? direction(frame, boundary) : `${direction(frame, boundary)}   ${figures}`;
};

/** Anchor of a boundary's pill: its line's middle, or the middle of its first edge where there is no line. */
function anchor(frame: Frame, boundary: Boundary): { readonly x: number; readonly y: number } | undefined {
  const { camera, model, size } = frame;
  if (boundary.y !== null) {
    const middle = toScreen(camera, model.scene.width / 2, boundary.y);
    return { x: Math.min(Math.max(middle.x, 160), Math.max(160, size.width - 240)), y: middle.y };
  }
  const box = model.edgeBoxes[boundary.edges[0] ?? -1];
  return box === undefined ? undefined : toScreen(camera, box.x + box.width / 2, box.y + box.height / 2);
}

/**
 * Left edge for a stack of pills where it covers no node: in the middle, else right or left of the nodes there; nothing
 * where they leave no room.
 */
function besideNodes(frame: Frame, wanted: Rect): number | undefined {
  const { camera, model, size } = frame;
  const corner = toWorld(camera, 0, wanted.y);
  let [left, right] = [Infinity, -Infinity];
  const area = { ...corner, width: size.width / camera.zoom, height: wanted.height / camera.zoom };
  model.nodeGrid.query(area, (index) => {
    const node = model.scene.nodes[index];
    if (node === undefined) return;
    left = Math.min(left, toScreen(camera, node.x, 0).x);
    right = Math.max(right, toScreen(camera, node.x + node.width, 0).x + 6 * camera.zoom);
  });
  if (left > wanted.x + wanted.width + 4 || right < wanted.x - 4) return wanted.x;
  const overview = minimapLayout(model.scene, size, camera);
  const end = overview === undefined ? size.width - 2 * handleWidth : overview.area.x;
  if (right + 10 + wanted.width <= end - 8) return right + 10;
  const start = 2 * handleWidth + 8;
  return left - 10 - wanted.width >= start ? left - 10 - wanted.width : undefined;
}

function layOutPills(frame: Frame): Pill[] {
  const { plan, fitter, size } = frame;
  const stacks = new Map<string, { x: number; y: number; boundaries: Boundary[] }>();
  for (const boundary of plan?.boundaries ?? []) {
    const at = anchor(frame, boundary);
    if (at === undefined || at.y < -pillHeight * 4 || at.y > size.height + pillHeight * 4) continue;
    const key = boundary.y === null ? `edge ${boundary.link}` : String(boundary.y);
    const stack = stacks.get(key) ?? { ...at, boundaries: [] };
    stack.boundaries.push(boundary);
    stacks.set(key, stack);
  }
  const pills: Pill[] = [];
  for (const { x, y, boundaries } of stacks.values()) {
    const height = boundaries.length * (pillHeight + pillGap) - pillGap;
    const top = Math.round(y - height / 2);
    const stackOf = (textOf: typeof pillText) => {
      const texts = boundaries.map((boundary) => textOf(frame, boundary));
      const width = Math.max(...texts.map((text) => fitter.width(text, 11))) + 2 * pillPadding;
      const wanted = { x: Math.round(x - width / 2), y: top, width, height };
      return { texts, width, middle: wanted.x, free: besideNodes(frame, wanted) };
    };
    const full = stackOf(pillText);
    const { texts, width, middle, free } = full.free === undefined ? stackOf(shortPillText) : full;
    boundaries.forEach((boundary, row) => {
      const rect = { x: free ?? middle, y: top + row * (pillHeight + pillGap), width, height: pillHeight };
      pills.push({ boundary, rect, text: texts[row] ?? '' });
    });
  }
  return pills;
}

/** Areas by which the boundaries in sight can be dragged: their pills and the handles at both ends. */
export function boundaryTargets(frame: Frame): BoundaryTarget[] {
  const targets = layOutPills(frame).map(({ boundary, rect }) => ({ link: boundary.link, rect }));
  for (const boundary of frame.plan?.boundaries ?? []) {
    if (boundary.y === null) continue;
    const y = toScreen(frame.camera, 0, boundary.y).y - handleHeight / 2;
    for (const x of [0, frame.size.width - handleWidth * 2]) {
      targets.push({ link: boundary.link, rect: { x, y, width: handleWidth * 2, height: handleHeight } });
    }
  }
  return targets;
}

/** The link whose boundary can be grabbed at a canvas pixel. */
export function boundaryAt(frame: Frame, x: number, y: number): number | undefined {
  return boundaryTargets(frame).find(({ rect }) => contains(rect, x, y))?.link;
}

function drawLine(frame: Frame, y: number, color: string, dash: readonly number[]): void {
  const { context, size, pixelRatio } = frame;
  const line = snap(y, pixelRatio) + 0.5 / pixelRatio;
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.setLineDash([...dash]);
  context.beginPath();
  context.moveTo(0, line);
  context.lineTo(size.width, line);
  context.stroke();
  context.setLineDash([]);
}

function drawHandles(frame: Frame, y: number, color: string): void {
  const { context, size, theme } = frame;
  for (const x of [2, size.width - handleWidth - 2]) {
    context.beginPath();
    context.roundRect(x, y - handleHeight / 2, handleWidth, handleHeight, 2);
    context.fillStyle = theme.pillFill;
    context.fill();
    context.strokeStyle = color;
    context.lineWidth = 1.5;
    context.stroke();
    context.beginPath();
    for (const offset of [-3, 0, 3]) {
      context.moveTo(x + 2.5, y + offset);
      context.lineTo(x + handleWidth - 2.5, y + offset);
    }
    context.lineWidth = 1;
    context.stroke();
  }
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

/** Boundaries: a dashed line across the picture with handles at its ends and what it carries in a pill. */
export function drawBoundaries(frame: Frame): void {
  const { camera, theme, plan, ghost, size, isStill } = frame;
  if (plan === null) return;
  for (const boundary of plan.boundaries) {
    if (boundary.y === null || boundary.link === ghost?.link) continue;
    const { y } = toScreen(camera, 0, boundary.y);
    if (y < -handleHeight || y > size.height + handleHeight) continue;
    const color = tierColorsOf(theme, boundary.link + 1).accent;
    drawLine(frame, y, color, [6, 4]);
    if (isStill !== true) drawHandles(frame, y, color);
  }
  for (const { boundary, rect, text } of layOutPills(frame)) {
    if (boundary.link !== ghost?.link) drawPill(frame, rect, text, tierColorsOf(theme, boundary.link + 1).accent);
  }
}

/** The dragged boundary at the cut line that it would fall onto, with what that cut would give. */
export function drawGhost(frame: Frame): void {
  const { camera, theme, ghost, model, fitter, size, context } = frame;
  if (ghost === null) return;
  const color = tierColorsOf(theme, ghost.link + 1).accent;
  context.globalAlpha = 0.4;
  for (const line of model.scene.cutLines) {
    const { y } = toScreen(camera, 0, line.y);
    if (y < 0 || y > size.height || camera.zoom < 0.2) continue;
    context.fillStyle = color;
    context.fillRect(0, Math.round(y), 14, 1);
  }
  context.globalAlpha = 1;
  const { y } = toScreen(camera, 0, ghost.y);
  drawLine(frame, y, color, []);
  drawHandles(frame, y, color);
  const width = fitter.width(ghost.label, 11) + 2 * pillPadding;
  const wanted = {
    x: Math.round((size.width - width) / 2),
    y: Math.round(y - pillHeight / 2),
    width,
    height: pillHeight,
  };
  drawPill(frame, { ...wanted, x: besideNodes(frame, wanted) ?? wanted.x }, ghost.label, color);
}
