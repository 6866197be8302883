import type { DisplayList } from './displayList/displayList';
import { boundaryLines, edgeStroke } from './displayList/lines';
import { overlayShapes, type StillPicture } from './displayList/overlays';
import type { Shape, Stroke } from './displayList/shapes';
import type { View } from './displayList/view';

/** A line through points x0, y0, x1, y1, ... */
export interface LineShape {
  readonly kind: 'line';
  readonly points: readonly number[];
  readonly stroke: Stroke;
  /** It ends in an arrowhead. */
  readonly isArrow: boolean;
}

export type Drawn = Shape | LineShape;

/** What belongs together in a picture; a box has a name for those who cannot see it. */
export interface DrawnPart {
  readonly name?: string;
  readonly shapes: readonly Drawn[];
}

/** Everything that a still picture shows, from the back to the front, in the coordinates of its view. */
export function stillDrawing(list: DisplayList, still: StillPicture): DrawnPart[] {
  const { view } = still;
  const groups = list.groups.filter((group) => group !== null);
  const { x, y, width, height } = view;
  return [
    { shapes: [{ kind: 'rect', x, y, width, height, radius: 0, fill: 'background' }] },
    { shapes: bands(list, view) },
    { shapes: groups.map(({ outline }) => outline) },
    { shapes: edges(list) },
    { shapes: groups.flatMap(({ plate, name }) => [plate, name]) },
    { shapes: boundaries(list, view) },
    ...list.scene.nodes.map((node, index) => ({
      name: `${node.label} ${node.subtitle}`,
      shapes: boxOf(list, index),
    })),
    { shapes: overlayShapes(list, still).map((shape) => ({ ...shape, x: shape.x + x, y: shape.y + y })) },
  ];
}

function bands({ plan }: DisplayList, view: View): Shape[] {
  return (plan?.bands ?? []).flatMap(({ tier, top, bottom }): Shape[] => {
    const [start, end] = [Math.max(view.y, top), Math.min(view.y + view.height, bottom)];
    return end <= start ? [] : [{ kind: 'area', x: view.x, y: start, width: view.width, height: end - start, tier }];
  });
}

/** Plain edges lie below those that cross a link, as on the screen. */
function edges({ scene, plan }: DisplayList): LineShape[] {
  const drawn: [LineShape[], LineShape[]] = [[], []];
  for (const [index, { points }] of scene.edges.entries()) {
    const link = plan?.crossing.get(index);
    drawn[link === undefined ? 0 : 1].push({ kind: 'line', points, stroke: edgeStroke(link), isArrow: true });
  }
  return drawn.flat();
}

function boundaries(list: DisplayList, { x, width }: View): LineShape[] {
  return boundaryLines(list, 1).map(({ y, stroke }) => ({
    kind: 'line',
    points: [x, y, x + width, y],
    stroke,
    isArrow: false,
  }));
}

function boxOf(list: DisplayList, index: number): Shape[] {
  const { sheets, card, patch, bar, content } = list.box(index);
  return [...sheets, card, ...(patch === null ? [] : [patch]), bar, ...content];
}
