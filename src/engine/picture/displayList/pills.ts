import { intersects, type Rect } from '../../../shared/picture/geometry';
import { textWidth } from '../../../shared/wording/textWidth';
import type { Pill } from './boundaries';
import type { DisplayList } from './displayList';
import { headerZoom } from './groupFrames';
import { type Shape, textStyles } from './shapes';
import { toScreen, toWorld, type View } from './view';

export const pillHeight = 20;
const pillGap = 3;
const pillPadding = 9;
/** Room that pills leave to what lies beside them. */
const besideGap = 10;
/** The cards behind a fold reach farther than its box. */
const sheetsWidth = 6;

/** What pills are placed in; lengths are canvas pixels. */
export interface PillSpace {
  readonly view: View;
  /** x between which pills have to lie that are moved out of the way of boxes, */
  readonly left: number;
  readonly right: number;
  /** and between which their boundary's middle is taken to be. */
  readonly anchors: readonly [least: number, most: number];
  /** Calls `visit` for every box of the scene that touches an area. */
  boxesIn(area: Rect, visit: (index: number) => void): void;
}

/** A pill where it lies on the canvas. */
export interface PlacedPill {
  readonly link: number;
  readonly text: string;
  readonly rect: Rect;
}

/** Width of a pill with a text. */
export function pillWidth(text: string): number {
  return Math.ceil(textWidth(text, textStyles.pill.px)) + 2 * pillPadding;
}

/** How far boxes and the names of groups reach at some height of the canvas; from `left` > `right` where there are none. */
function occupied({ groups, scene }: DisplayList, { view, boxesIn }: PillSpace, top: number, height: number) {
  let [left, right] = [Infinity, -Infinity];
  const area = { ...toWorld(view, 0, top), width: view.width / view.zoom, height: height / view.zoom };
  const add = (x: number, width: number) => {
    left = Math.min(left, toScreen(view, x, 0).x);
    right = Math.max(right, toScreen(view, x + width, 0).x);
  };
  boxesIn(area, (index) => {
    const node = scene.nodes[index];
    if (node !== undefined) add(node.x, node.width + sheetsWidth);
  });
  if (view.zoom < headerZoom) return { left, right };
  for (const group of groups) {
    if (group !== null && intersects(group.plate, area)) add(group.plate.x, group.plate.width + besideGap);
  }
  return { left, right };
}

/** Left edge at which something covers no box: where it is wanted, else right or left of the boxes there; nothing without room. */
export function besideBoxes(list: DisplayList, space: PillSpace, wanted: Rect): number | undefined {
  const { left, right } = occupied(list, space, wanted.y, wanted.height);
  if (left > wanted.x + wanted.width + 4 || right < wanted.x - 4) return wanted.x;
  if (right + besideGap + wanted.width <= space.right) return right + besideGap;
  return left - besideGap - wanted.width >= space.left ? left - besideGap - wanted.width : undefined;
}

/** Pills that share a place, one above the other. */
interface Stack {
  readonly x: number;
  readonly pills: Pill[];
  /** Of the first and the last of them. */
  readonly top: number;
  bottom: number;
}

/** Pills in sight; those that would cover one another share a stack. */
function stacksOf({ pills }: DisplayList, { view, anchors }: PillSpace): Stack[] {
  const stacks: Stack[] = [];
  const seen = 4 * pillHeight;
  const anchored = pills.flatMap((pill) => {
    if (pill.anchor === null) return [];
    const { x, y } = toScreen(view, pill.anchor.x, pill.anchor.y);
    if (y < -seen || y > view.height + seen) return [];
    return [{ pill, x: Math.min(Math.max(x, anchors[0]), anchors[1]), y }];
  });
  for (const { pill, x, y } of anchored.sort((a, b) => a.y - b.y || a.pill.link - b.pill.link)) {
    const stack = stacks.find(
      (other) => y < other.bottom + pillHeight + pillGap && Math.abs(x - other.x) < 2 * besideGap,
    );
    if (stack === undefined) {
      stacks.push({ x, pills: [pill], top: y, bottom: y });
    } else {
      stack.pills.push(pill);
      stack.bottom = Math.max(y, stack.bottom);
    }
  }
  return stacks;
}

/** Where the pills of all boundaries in sight lie: at their boundaries, out of the way of boxes, with a shorter text where room is short. */
export function placePills(list: DisplayList, space: PillSpace): PlacedPill[] {
  return stacksOf(list, space).flatMap(({ x, pills, top: first, bottom: last }) => {
    const height = pills.length * (pillHeight + pillGap) - pillGap;
    const top = Math.round((first + last - height) / 2);
    const placed = (texts: readonly string[]) => {
      const width = Math.max(...texts.map(pillWidth));
      const wanted = { x: Math.round(x - width / 2), y: top, width, height };
      return { texts, width, middle: wanted.x, free: besideBoxes(list, space, wanted) };
    };
    const full = placed(pills.map(({ text }) => text));
    const { texts, width, middle, free } =
      full.free === undefined ? placed(pills.map(({ shortText }) => shortText)) : full;
    return pills.map(({ link }, row) => ({
      link,
      text: texts[row] ?? '',
      rect: { x: free ?? middle, y: top + row * (pillHeight + pillGap), width, height: pillHeight },
    }));
  });
}

/** A pill with the outline of the tier that its link leads to. */
export function pillShapes({ link, text, rect }: PlacedPill): Shape[] {
  return [
    { kind: 'rect', ...rect, radius: pillHeight / 2, fill: 'pillFill', stroke: { tier: link + 1 } },
    {
      kind: 'text',
      text,
      x: rect.x + rect.width / 2,
      y: rect.y + rect.height / 2 + 0.5,
      align: 'middle',
      style: 'pill',
      ink: 'foreground',
      room: rect.width - pillPadding,
    },
  ];
}
