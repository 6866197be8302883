import { intersects, type Rect } from '../model/geometry';
import type { Boundary } from '../model/planModel';
import { formatBytes, formatDollars, formatMs } from '../text/format';
import { text } from '../text/strings';
import { toScreen, toWorld } from './camera';
import { type Frame, headerLabel, headerPixels, headerZoom } from './frame';
import { minimapLayout } from './minimap';

export const pillHeight = 20;
const pillGap = 3;
const pillPadding = 9;
/** Room that pills leave to what lies beside them. */
const besideGap = 10;
/** What lies at both ends of a line: its handles. */
const lineEnd = 24;

/** The label of a boundary in canvas pixels. */
export interface Pill {
  readonly boundary: Boundary;
  readonly rect: Rect;
  readonly text: string;
}

function direction({ plan }: Frame, { link }: Boundary): string {
  return `${plan?.letters[link] ?? ''} → ${plan?.letters[link + 1] ?? ''}`;
}

/** What crosses: the one tensor, or how many there are, with what they cost together. */
function fullText(frame: Frame, boundary: Boundary): string {
  const { tensors, bytes, transferMs, costPerRequest } = boundary;
  const [first] = tensors;
  if (first === undefined) return direction(frame, boundary);
  if (tensors.length === 1) return `${direction(frame, boundary)}   ${first.text}`;
  const figures = [
    formatBytes(bytes),
    formatMs(transferMs),
    ...(costPerRequest > 0 ? [formatDollars(costPerRequest)] : []),
  ];
  return `${direction(frame, boundary)}   ${[text('boundary.tensors', tensors.length), ...figures].join(' · ')}`;
}

/** What it carries altogether, for where there is no room for more. */
function shortText(frame: Frame, boundary: Boundary): string {
  const figures = `${formatBytes(boundary.bytes)} · ${formatMs(boundary.transferMs)}`;
  return boundary.tensors.length === 0 ? direction(frame, boundary) : `${direction(frame, boundary)}   ${figures}`;
}

/** Width of a pill with a text. */
export function pillWidth({ fitter }: Frame, label: string): number {
  return fitter.width(label, 11) + 2 * pillPadding;
}

/** How far boxes and the names of groups reach at some height of the canvas; from `left` > `right` where there are none. */
function occupied({ camera, model, size, fitter }: Frame, top: number, height: number) {
  let [left, right] = [Infinity, -Infinity];
  const area = { ...toWorld(camera, 0, top), width: size.width / camera.zoom, height: height / camera.zoom };
  const add = (x: number, width: number) => {
    left = Math.min(left, toScreen(camera, x, 0).x);
    right = Math.max(right, toScreen(camera, x + width, 0).x);
  };
  // The cards behind a fold reach farther than its box.
  const cards = 6;
  model.nodeGrid.query(area, (index) => {
    const node = model.scene.nodes[index];
    if (node !== undefined) add(node.x, node.width + cards);
  });
  if (camera.zoom < headerZoom) return { left, right };
  for (const [index, group] of model.scene.groups.entries()) {
    const header = model.groupHeaders[index];
    if (group.folded || header === undefined || !intersects(header, area)) continue;
    add(header.x, Math.min(header.width, fitter.width(headerLabel(group), headerPixels) + 2 * besideGap));
  }
  return { left, right };
}

/** Left edge at which something covers no box: where it is wanted, else right or left of the boxes there; nothing without room. */
export function besideBoxes(frame: Frame, wanted: Rect): number | undefined {
  const { model, size, camera } = frame;
  const { left, right } = occupied(frame, wanted.y, wanted.height);
  if (left > wanted.x + wanted.width + 4 || right < wanted.x - 4) return wanted.x;
  const overview = minimapLayout(model.scene, size, camera);
  const end = (overview === undefined ? size.width - lineEnd + 8 : overview.area.x) - 8;
  if (right + besideGap + wanted.width <= end) return right + besideGap;
  return left - besideGap - wanted.width >= lineEnd ? left - besideGap - wanted.width : undefined;
}

/** Pills that share a place, one above the other. */
interface Stack {
  readonly x: number;
  readonly boundaries: Boundary[];
  /** Of the first and the last of them. */
  readonly top: number;
  bottom: number;
}

/** Anchor of a boundary's pill: its line's middle, or the middle of its first edge where there is no line. */
function anchor({ camera, model, size }: Frame, boundary: Boundary) {
  if (boundary.y !== null) {
    const middle = toScreen(camera, model.scene.width / 2, boundary.y);
    return { x: Math.min(Math.max(middle.x, 160), Math.max(160, size.width - 240)), y: middle.y };
  }
  const box = model.edgeBoxes[boundary.edges[0] ?? -1];
  return box === undefined ? undefined : toScreen(camera, box.x + box.width / 2, box.y + box.height / 2);
}

/** Boundaries in sight; those whose pills would cover one another share a stack. */
function stacksOf(frame: Frame): Stack[] {
  const stacks: Stack[] = [];
  const seen = 4 * pillHeight;
  const anchored = (frame.plan?.boundaries ?? []).flatMap((boundary) => {
    const at = anchor(frame, boundary);
    return at === undefined || at.y < -seen || at.y > frame.size.height + seen ? [] : [{ boundary, ...at }];
  });
  for (const { boundary, x, y } of anchored.sort((a, b) => a.y - b.y || a.boundary.link - b.boundary.link)) {
    const stack = stacks.find(
      (other) => y < other.bottom + pillHeight + pillGap && Math.abs(x - other.x) < 2 * besideGap,
    );
    if (stack === undefined) {
      stacks.push({ x, boundaries: [boundary], top: y, bottom: y });
    } else {
      stack.boundaries.push(boundary);
      stack.bottom = Math.max(y, stack.bottom);
    }
  }
  return stacks;
}

/** Where the pills of all boundaries in sight lie. */
export function layOutPills(frame: Frame): Pill[] {
  return stacksOf(frame).flatMap(({ x, boundaries, top: first, bottom: last }) => {
    const height = boundaries.length * (pillHeight + pillGap) - pillGap;
    const top = Math.round((first + last - height) / 2);
    const placed = (textOf: typeof fullText) => {
      const texts = boundaries.map((boundary) => textOf(frame, boundary));
      const width = Math.max(...texts.map((label) => pillWidth(frame, label)));
      const wanted = { x: Math.round(x - width / 2), y: top, width, height };
      return { texts, width, middle: wanted.x, free: besideBoxes(frame, wanted) };
    };
    const full = placed(fullText);
    const { texts, width, middle, free } = full.free === undefined ? placed(shortText) : full;
    return boundaries.map((boundary, row) => ({
      boundary,
      rect: { x: free ?? middle, y: top + row * (pillHeight + pillGap), width, height: pillHeight },
      text: texts[row] ?? '',
    }));
  });
}
