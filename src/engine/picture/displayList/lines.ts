import type { DisplayList } from './displayList';
import type { Stroke } from './shapes';

const plain: Stroke = { ink: 'edge', width: 1 };

/** Edges end in arrowheads. */
export const arrowLength = 6;
/** Half of the width of an arrowhead, as a share of its length. */
export const arrowSlope = 0.5;

/** Of edges that cross a link. */
export const crossingDash = [4, 3] as const;

/** How an edge is drawn; `link` is the first one that it crosses. */
export function edgeStroke(link: number | undefined): Stroke {
  return link === undefined ? plain : { ink: { tier: link + 1 }, width: 1.5, dash: crossingDash };
}

/** The line of a boundary across the whole picture. */
export interface BoundaryLine {
  readonly link: number;
  /** In the coordinates of the scene. */
  readonly y: number;
  readonly stroke: Stroke;
}

/** Dashes of boundaries that share a line lie in the gaps of one another. */
const dash = [6, 4];
const sharedDash = [5, 5];
/** Lines that are closer than this, in pixels, look like one. */
const sameLine = 2;

/** The lines of all boundaries at a zoom. */
export function boundaryLines({ plan }: DisplayList, zoom: number): BoundaryLine[] {
  const lines = (plan?.boundaries ?? []).flatMap(({ link, y }) => (y === null ? [] : [{ link, y }]));
  return lines.map(({ link, y }, index) => {
    const isShared = (other: { readonly y: number }) => Math.abs(other.y - y) * zoom < sameLine;
    const before = lines.slice(0, index).filter(isShared).length;
    const shared = lines.filter(isShared).length > 1;
    const dashes = shared ? { dash: sharedDash, dashOffset: before * 5 } : { dash };
    return { link, y, stroke: { ink: { tier: link + 1 }, width: 1.5, ...dashes } };
  });
}
