import { dotRadius } from '../../src/engine/picture/displayList/boxShapes';
import { heatOf } from '../../src/engine/picture/displayList/heat';
import { tierColorsOf } from '../../src/engine/picture/displayList/theme';
import { visibleRect } from '../../src/engine/picture/displayList/view';
import type { Rect } from '../../src/shared/picture/geometry';
import type { SceneNode } from '../../src/shared/picture/scene';
import { drawArea, drawRect, drawShape, type Marking, type Placement, placementAt } from './drawShapes';
import { detailAt, type Frame, font } from './frame';
import { snap } from './snap';

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
  const { camera, size, theme, model, selected } = frame;
  const { plan, heat } = frame.list;
  const columns = Math.ceil(size.width) + 1;
  const pass = startSpecks(columns * (Math.ceil(size.height) + 1));
  const byColor = new Map<string, SceneNode[]>();
  const marked: SceneNode[] = [];
  const colorOf = (index: number): string => {
    const tier = plan?.tiers[index]?.first;
    const value = heat.values[index] ?? null;
    // Where bands tell the tiers apart, specks can tell what is hot; what has no share in the metric stays dim.
    if (heat.high > 0 && (plan === null || plan.bands.length > 0)) {
      return heat.data?.colors[index] ?? theme.speckHeat(value === null ? 0 : heatOf(heat, value));
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

function screenBox({ camera, pixelRatio }: Frame, node: SceneNode): Rect {
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
  const { context, theme, model, list, selected, readers, hovered } = frame;
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
    context.fillStyle = theme.families[node.family];
    context.fillRect(x, y, 2, height);
    const tier = list.plan?.tiers[index]?.first;
    if (tier !== undefined && list.plan?.bands.length === 0) {
      context.fillStyle = tierColorsOf(theme, tier).accent;
      context.fillRect(x + width - 3, y, 3, height);
    }
    const moved = list.movedTo(index);
    if (moved === null) continue;
    drawArea(frame, { kind: 'area', x: x + 2, y: y + 1, width: width - 3, height: height - 2, tier: moved.first });
  }
}

/** From afar a box is filled by its share of the chosen metric: there is no room for its figure. */
function heatFill({ theme, list: { heat } }: Frame, index: number): string | null {
  const value = heat.values[index] ?? null;
  return value === null ? null : (heat.data?.colors[index] ?? theme.boxHeat(heatOf(heat, value)));
}

/** How the selection and what the pointer is at stand out; nothing for other boxes. */
function markingOf({ theme, selected, readers, hovered }: Frame, index: number): Marking | undefined {
  if (selected.has(index)) return { fill: theme.selectionFill, stroke: theme.focus, lineWidth: 2 };
  return hovered === index || readers.has(index) ? { stroke: theme.focus, lineWidth: 1 } : undefined;
}

function drawCard(frame: Frame, index: number, at: Placement): void {
  const { sheets, card, patch, bar } = frame.list.box(index);
  const marking = markingOf(frame, index);
  for (const sheet of sheets) drawRect(frame, sheet, at);
  drawRect(frame, card, at, marking);
  if (patch !== null) {
    drawArea(frame, patch, at);
    const { fill: _, ...outline } = card;
    if (marking !== undefined) drawRect(frame, outline, at, marking);
  }
  drawRect(frame, bar, at);
}

/** A dot in a box that has no room for the figure. */
function drawDot(frame: Frame, index: number, value: number, x: number, y: number): void {
  const { context, theme, camera, list } = frame;
  const { heat } = list;
  const share = heatOf(heat, value);
  context.beginPath();
  context.arc(x, y, dotRadius(share) * camera.zoom * 1.6, 0, 2 * Math.PI);
  context.fillStyle = heat.data?.colors[index] ?? theme.dotHeat(share);
  context.fill();
}

/** Between reading and overview only the title, larger than its share so that it can still be read. */
function drawTitleOnly(frame: Frame, index: number, box: Rect): void {
  const { context, theme, camera, fitter, list } = frame;
  const { zoom } = camera;
  const pixels = 18 * zoom;
  const middle = box.y + box.height / 2;
  let room = box.width - 18 * zoom;
  context.textBaseline = 'middle';
  if (list.tierLetters(index) !== null) {
    const tier = list.plan?.tiers[index]?.first ?? 0;
    const side = 20 * zoom;
    const x = box.x + box.width - side - 6 * zoom;
    const colors = tierColorsOf(theme, tier);
    context.fillStyle = colors.accent;
    context.fillRect(x, box.y + (box.height - side) / 2, side, side);
    context.font = font(theme, pixels * 0.85, 600);
    context.fillStyle = colors.onAccent;
    context.textAlign = 'center';
    context.fillText(list.plan?.letters[tier] ?? '', x + side / 2, middle + 0.5);
    room -= side + 6 * zoom;
  }
  const value = list.heat.values[index] ?? null;
  if (value !== null) {
    drawDot(frame, index, value, box.x + 5 * zoom + room, middle);
    room -= 18 * zoom;
  }
  context.font = font(theme, pixels, 500);
  context.fillStyle = theme.foreground;
  context.textAlign = 'left';
  context.fillText(fitter.fit(list.title(index), pixels, room), box.x + 11 * zoom, middle);
}

/** Nodes in sight, in as much detail as the zoom is worth. */
export function drawNodes(frame: Frame): void {
  const { camera, size, model, list } = frame;
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
  for (const index of visible) {
    const node = model.scene.nodes[index];
    if (node === undefined) continue;
    const at = placementAt(frame, node);
    drawCard(frame, index, at);
    if (detail === 'full') for (const shape of list.box(index).content) drawShape(frame, shape, at);
    else drawTitleOnly(frame, index, screenBox(frame, node));
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
