import type { SceneNode } from '../../src/shared/scene';
import { formatMetric, heatOf } from '../model/metric';
import { withRepeats } from '../model/repeats';
import { visibleRect } from './camera';
import { detailAt, type Frame, font, movedTo } from './frame';
import { snap } from './snap';
import { tierColorsOf } from './theme';

/** Pixel cells that a frame has painted already; specks that fall into the same cell are drawn once. */
const painted = { cells: new Uint32Array(0), pass: 0 };

function startSpecks(cells: number): number {
  if (painted.cells.length < cells) {
    painted.cells = new Uint32Array(cells);
    painted.pass = 0;
  }
  painted.pass++;
  return painted.pass;
}

function drawSpecks(frame: Frame): void {
  const { camera, size, theme, model, plan, selected, heat } = frame;
  const columns = Math.ceil(size.width) + 1;
  const pass = startSpecks(columns * (Math.ceil(size.height) + 1));
  const byColor = new Map<string, SceneNode[]>();
  const marked: SceneNode[] = [];
  const colorOf = (index: number): string => {
    const tier = plan?.tiers[index]?.first;
    const value = heat?.values[index] ?? null;
    // Where bands tell the tiers apart, specks can tell what is hot; what has no share in the metric stays dim.
    if (heat !== null && heat.high > 0 && (plan === null || plan.bands.length > 0)) {
      return theme.speckHeat(value === null ? 0 : heatOf(heat, value));
    }
    return tier === undefined ? theme.edge : tierColorsOf(theme, tier).accent;
  };
  model.nodeGrid.query(visibleRect(camera, size), (index) => {
    const node = model.scene.nodes[index];
    if (node === undefined) return;
    const isMarked = selected.has(index);
    if (node.height * camera.zoom < 2) {
      const x = Math.max(0, Math.floor((node.x - camera.x) * camera.zoom));
      const y = Math.max(0, Math.floor((node.y - camera.y) * camera.zoom));
      const cell = y * columns + x;
      if (painted.cells[cell] === pass && !isMarked) return;
      painted.cells[cell] = pass;
    }
    if (isMarked) {
      marked.push(node);
      return;
    }
    const color = colorOf(index);
    const nodes = byColor.get(color);
    if (nodes === undefined) byColor.set(color, [node]);
    else nodes.push(node);
  });
  for (const [color, nodes] of byColor) fillSpecks(frame, nodes, color, 1.5);
  // Selected specks come last and larger, or nobody would find them.
  fillSpecks(frame, marked, theme.focus, 4);
}

function fillSpecks({ context, camera }: Frame, nodes: readonly SceneNode[], color: string, least: number): void {
  context.fillStyle = color;
  for (const node of nodes) {
    const width = Math.max(least, node.width * camera.zoom);
    const height = Math.max(least, node.height * camera.zoom - 0.5);
    context.fillRect((node.x - camera.x) * camera.zoom, (node.y - camera.y) * camera.zoom, width, height);
  }
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function screenBox({ camera, pixelRatio }: Frame, node: SceneNode): Box {
  const x = snap((node.x - camera.x) * camera.zoom, pixelRatio);
  const y = snap((node.y - camera.y) * camera.zoom, pixelRatio);
  return {
    x,
    y,
    width: snap(node.width * camera.zoom, pixelRatio),
    height: snap(node.height * camera.zoom, pixelRatio),
  };
}

/** Boxes without text, in few state changes: border, fill and bar as plain rectangles. */
function drawBoxes(frame: Frame, visible: readonly number[]): void {
  const { context, theme, model, selected, readers, hovered, plan } = frame;
  for (const index of visible) {
    const node = model.scene.nodes[index];
    if (node === undefined) continue;
    const { x, y, width, height } = screenBox(frame, node);
    const marked = selected.has(index) || hovered === index || readers.has(index);
    if (node.kind === 'fold') {
      context.fillStyle = theme.foldEdge;
      context.fillRect(x + 2, y + 2, width, height);
    }
    context.fillStyle = marked ? theme.focus : theme.nodeBorder;
    context.fillRect(x, y, width, height);
    context.fillStyle = heatFill(frame, index) ?? theme.nodeFill;
    context.fillRect(x + 1, y + 1, width - 2, height - 2);
    const tier = plan?.tiers[index]?.first;
    context.fillStyle = tier === undefined ? theme.families[node.family] : tierColorsOf(theme, tier).accent;
    context.fillRect(x, y, 2, height);
    drawMove(frame, index, { x: x + 2, y: y + 1, width: width - 3, height: height - 2 });
  }
}

/** From afar a box is filled by its share of the chosen metric: there is no room for its figure. */
function heatFill({ theme, heat }: Frame, index: number): string | null {
  const value = heat?.values[index] ?? null;
  return heat === null || value === null ? null : theme.boxHeat(heatOf(heat, value));
}

/** A box that another plan runs elsewhere carries the pattern of that other tier. */
function drawMove(frame: Frame, index: number, { x, y, width, height }: Box): void {
  const other = movedTo(frame, index);
  if (other === null || width <= 0 || height <= 0) return;
  const { context, theme, camera, hatches } = frame;
  context.fillStyle = tierColorsOf(theme, other.first).tint;
  context.fillRect(x, y, width, height);
  const hatch = hatches.of(context, other.first, -camera.x * camera.zoom, -camera.y * camera.zoom);
  if (hatch === null) return;
  context.fillStyle = hatch;
  context.fillRect(x, y, width, height);
}

function drawCard(frame: Frame, { x, y, width, height }: Box, index: number, node: SceneNode): void {
  const { context, theme, selected, readers, hovered, camera, pixelRatio } = frame;
  const radius = Math.min(4, 4 * camera.zoom);
  const inset = 0.5;
  context.lineWidth = 1;
  if (node.kind === 'fold') {
    context.strokeStyle = theme.foldEdge;
    context.fillStyle = theme.nodeFill;
    for (const depth of [2, 1]) {
      const offset = snap(depth * 3 * camera.zoom, pixelRatio);
      context.beginPath();
      context.roundRect(x + offset + inset, y + offset + inset, width - 1, height - 1, radius);
      context.fill();
      context.stroke();
    }
  }
  const marked = selected.has(index);
  context.beginPath();
  context.roundRect(x + inset, y + inset, width - 1, height - 1, radius);
  context.fillStyle = marked ? theme.selectionFill : theme.nodeFill;
  context.fill();
  drawMove(frame, index, { x: x + 1, y: y + 1, width: width - 2, height: height - 2 });
  context.beginPath();
  context.roundRect(x + inset, y + inset, width - 1, height - 1, radius);
  context.lineWidth = marked ? 2 : 1;
  context.strokeStyle = marked || hovered === index || readers.has(index) ? theme.focus : theme.nodeBorder;
  if (node.kind === 'input' || node.kind === 'output') context.setLineDash([3, 2]);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = theme.families[node.family];
  const bar = Math.max(2, snap(3 * camera.zoom, pixelRatio));
  context.beginPath();
  context.roundRect(x, y, bar, height, [radius, 0, 0, radius]);
  context.fill();
}

function drawHeat(frame: Frame, index: number, centerX: number, centerY: number, size: number): void {
  const { context, theme, heat, plan } = frame;
  const value = heat?.values[index] ?? null;
  if (heat === null || value === null) return;
  const share = heatOf(heat, value);
  const radius = (2 + 3 * share) * size;
  context.beginPath();
  context.arc(centerX, centerY, radius, 0, 2 * Math.PI);
  context.fillStyle = theme.dotHeat(share);
  context.fill();
  if (heat.metric !== 'time' || plan?.measured[index] !== true) return;
  context.beginPath();
  context.arc(centerX, centerY, radius + 2, 0, 2 * Math.PI);
  context.strokeStyle = theme.foreground;
  context.lineWidth = 1;
  context.stroke();
}

/** Bands say which tier a box runs on, unless it runs on two of them or the other plan has it elsewhere. */
function needsBadge(frame: Frame, index: number): boolean {
  const { plan } = frame;
  const span = plan?.tiers[index] ?? null;
  if (plan === null || span === null) return false;
  return plan.bands.length === 0 || span.first !== span.last || movedTo(frame, index) !== null;
}

/** Letter badge of the tier on the upper border; two letters where a fold lies on both sides of a boundary. */
function drawTierBadge(frame: Frame, index: number, { x, y, width }: Box): void {
  const { context, theme, plan, camera, fitter } = frame;
  const span = plan?.tiers[index] ?? null;
  if (plan === null || span === null || !needsBadge(frame, index)) return;
  const pixels = 9 * camera.zoom;
  const colors = tierColorsOf(theme, span.first);
  const first = plan.letters[span.first] ?? '';
  const own = span.first === span.last ? first : `${first}–${plan.letters[span.last] ?? ''}`;
  const other = movedTo(frame, index);
  const letters = other === null ? own : `${own} → ${plan.letters[other.first] ?? ''}`;
  const badgeWidth = Math.max(13 * camera.zoom, fitter.width(letters, pixels) + 6 * camera.zoom);
  const badgeHeight = 12 * camera.zoom;
  const left = x + width - badgeWidth - 6 * camera.zoom;
  const top = y - badgeHeight / 2;
  context.beginPath();
  context.roundRect(left, top, badgeWidth, badgeHeight, 2 * camera.zoom);
  context.fillStyle = colors.accent;
  context.fill();
  context.font = font(theme, pixels, 600);
  context.fillStyle = colors.onAccent;
  context.textAlign = 'center';
  context.fillText(letters, left + badgeWidth / 2, top + badgeHeight / 2 + 0.5 * camera.zoom);
  context.textAlign = 'left';
}

/** The chosen metric at the right of the first line, `~` before estimated times; gives the room that it took. */
function drawFigure(frame: Frame, index: number, right: number, y: number): number {
  const { context, theme, camera, fitter, heat, plan } = frame;
  const value = heat?.values[index] ?? null;
  if (heat === null || value === null) return 0;
  const { zoom } = camera;
  drawHeat(frame, index, right - 5 * zoom, y, zoom * 0.8);
  const estimated = heat.metric === 'time' && plan?.measured[index] !== true;
  const figure = `${estimated ? '~' : ''}${formatMetric(heat.metric, value)}`;
  const pixels = 10 * zoom;
  context.font = font(theme, pixels);
  context.fillStyle = theme.dimmed;
  context.textAlign = 'right';
  context.fillText(figure, right - 14 * zoom, y);
  context.textAlign = 'left';
  return fitter.width(figure, pixels) + 18 * zoom;
}

function drawFullText(frame: Frame, index: number, node: SceneNode, box: Box): void {
  const { context, theme, camera, fitter } = frame;
  const { zoom } = camera;
  const left = box.x + 10 * zoom;
  const right = box.x + box.width - 6 * zoom;
  const middle = box.y + box.height / 2;
  const room = right - left - drawFigure(frame, index, right, middle - 7 * zoom);
  context.font = font(theme, 12 * zoom, 500);
  context.fillStyle = theme.foreground;
  context.fillText(fitter.fit(withRepeats(node.title, node.repeats), 12 * zoom, room), left, middle - 7 * zoom);
  context.font = font(theme, 11 * zoom);
  context.fillStyle = theme.dimmed;
  context.fillText(fitter.fit(node.subtitle, 11 * zoom, right - left), left, middle + 9 * zoom);
  drawTierBadge(frame, index, box);
}

/** Between reading and overview only the title, larger than its share so that it can still be read. */
function drawTitleOnly(frame: Frame, index: number, node: SceneNode, box: Box): void {
  const { context, theme, camera, fitter, plan, heat } = frame;
  const pixels = 18 * camera.zoom;
  context.font = font(theme, pixels, 500);
  context.fillStyle = theme.foreground;
  const title = withRepeats(node.title, node.repeats);
  const letter = needsBadge(frame, index) ? plan?.letters[plan.tiers[index]?.first ?? -1] : undefined;
  let room = box.width - 18 * camera.zoom;
  if (letter !== undefined) {
    const side = 20 * camera.zoom;
    const x = box.x + box.width - side - 6 * camera.zoom;
    const colors = tierColorsOf(theme, plan?.tiers[index]?.first ?? 0);
    context.fillStyle = colors.accent;
    context.fillRect(x, box.y + (box.height - side) / 2, side, side);
    context.font = font(theme, pixels * 0.85, 600);
    context.fillStyle = colors.onAccent;
    context.textAlign = 'center';
    context.fillText(letter, x + side / 2, box.y + box.height / 2 + 0.5);
    context.textAlign = 'left';
    context.font = font(theme, pixels, 500);
    context.fillStyle = theme.foreground;
    room -= side + 6 * camera.zoom;
  }
  if (heat?.values[index] != null) {
    const right = box.x + 11 * camera.zoom + room;
    drawHeat(frame, index, right - 6 * camera.zoom, box.y + box.height / 2, camera.zoom * 1.6);
    context.fillStyle = theme.foreground;
    room -= 18 * camera.zoom;
  }
  context.fillText(fitter.fit(title, pixels, room), box.x + 11 * camera.zoom, box.y + box.height / 2);
}

/** Nodes in sight, in as much detail as the zoom is worth. */
export function drawNodes(frame: Frame): void {
  const { context, camera, size, model } = frame;
  const detail = detailAt(camera.zoom);
  if (detail === 'speck') {
    drawSpecks(frame);
    return;
  }
  const visible: number[] = [];
  model.nodeGrid.query(visibleRect(camera, size), (index) => visible.push(index));
  if (detail === 'box') {
    drawBoxes(frame, visible);
    return;
  }
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const index of visible) {
    const node = model.scene.nodes[index];
    if (node === undefined) continue;
    const box = screenBox(frame, node);
    drawCard(frame, box, index, node);
    if (detail === 'full') drawFullText(frame, index, node, box);
    else drawTitleOnly(frame, index, node, box);
  }
}

/** The ring around the node that the keyboard is at. */
export function drawFocusRing(frame: Frame): void {
  const { context, theme, model, focused, keyboardFocus } = frame;
  const node = focused === null ? undefined : model.scene.nodes[focused];
  if (node === undefined || !keyboardFocus) return;
  const { x, y, width, height } = screenBox(frame, node);
  context.strokeStyle = theme.focus;
  context.lineWidth = 2;
  context.beginPath();
  context.roundRect(x - 3, y - 3, Math.max(4, width) + 6, Math.max(4, height) + 6, 6);
  context.stroke();
}
