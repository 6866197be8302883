/** What lies over a picture at a size of its own: the tiers' badges and the legend at the left, pills at the boundaries. */
import { intersects, type Point, type Rect } from '../../../shared/picture/geometry';
import type { DisplayList } from './displayList';
import { type Legend, legendShapes, legendSize } from './legend';
import { type PlacedPill, pillShapes, placePills } from './pills';
import type { Shape } from './shapes';
import { type TierBadge, tierBadgeHeight, tierBadgeShapes } from './tierBadges';
import type { View } from './view';

const margin = 10;
/** Below a boundary's line, so that its pill has room. */
const badgeDrop = 14;
/** From one badge of a list to the next. */
const listStep = 24;
/** Bands that are hardly higher than a badge have none. */
const leastBandRoom = 6;
const legendGap = 8;
/** Right of what reaches farthest. */
const pillMargin = 8;

/** The legend at the bottom left of a view. */
export function placeLegend(legend: Legend | null, view: Pick<View, 'height'>): Rect | null {
  if (legend === null) return null;
  const { width, height } = legendSize(legend);
  return { x: margin, y: view.height - margin - height, width, height };
}

/** A badge where it lies on the canvas. */
export interface PlacedBadge extends Point {
  readonly badge: TierBadge;
}

/** Badges in their bands as far as these are in sight, beside the legend where both would lie at one place. */
export function placeTierBadges({ tierBadges }: DisplayList, view: View, legend: Rect | null): PlacedBadge[] {
  return tierBadges.flatMap((badge, index) => {
    const { band } = badge;
    let y = margin + index * listStep;
    if (band !== null) {
      const top = Math.max(0, (band.top - view.y) * view.zoom);
      const bottom = Math.min(view.height, (band.bottom - view.y) * view.zoom);
      if (bottom - top < tierBadgeHeight + leastBandRoom) return [];
      y = Math.round(top + Math.min(badgeDrop, (bottom - top - tierBadgeHeight) / 2));
    }
    const isBeside = legend !== null && y + tierBadgeHeight > legend.y - legendGap;
    return [{ badge, x: isBeside ? legend.x + legend.width + legendGap : margin, y }];
  });
}

/** A picture that nobody can act on: all of a scene at zoom 1, with the room that badges, legend and pills need. */
export interface StillPicture {
  readonly view: View;
  readonly pills: readonly PlacedPill[];
  readonly badges: readonly PlacedBadge[];
  readonly legend: Rect | null;
}

function stillView(list: DisplayList): View {
  const { scene, tierBadges, legend } = list;
  const size = legend === null ? { width: 0, height: 0 } : legendSize(legend);
  const widest = Math.max(size.width, ...tierBadges.map(({ width }) => Math.ceil(width)));
  const gutter = widest === 0 ? 0 : widest + 2 * margin;
  // Where the lowest badge ends: the legend lies below it.
  const ends = tierBadges.map(({ band }, index) =>
    band === null ? margin + index * listStep : Math.max(0, band.top) + badgeDrop,
  );
  const badgesEnd = ends.length === 0 ? 0 : Math.max(...ends) + tierBadgeHeight;
  const legendRoom = legend === null ? 0 : legendGap + size.height + margin;
  const height = Math.max(scene.height, badgesEnd + legendRoom);
  return { x: -gutter, y: 0, zoom: 1, width: gutter + scene.width, height };
}

/** Height of the surroundings of a cut, in CSS pixels at zoom 1. */
const surroundings = 640;

/** The part of a picture around the first place at which something crosses a link; all of it where it is not larger. */
function aroundCut({ plan, pills }: DisplayList, view: View): View {
  const crossed = plan?.boundaries.find(({ tensors }) => tensors.length > 0);
  const middle = pills.find(({ link }) => link === crossed?.link)?.anchor?.y ?? view.y;
  const height = Math.min(view.height, surroundings);
  const lowest = view.y + view.height - height;
  return { ...view, y: Math.min(Math.max(middle - height / 2, view.y), lowest), height };
}

/** Lays out a still picture, of all of the graph or of what is around the cut. */
export function stillPicture(list: DisplayList, part: 'whole' | 'cut' = 'whole'): StillPicture {
  const tight = stillView(list);
  const { nodes } = list.scene;
  const pills = placePills(list, {
    view: { ...tight, width: Number.MAX_SAFE_INTEGER },
    left: Number.NEGATIVE_INFINITY,
    right: Number.POSITIVE_INFINITY,
    anchors: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    boxesIn: (area, visit) => {
      for (const [index, node] of nodes.entries()) if (intersects(node, area)) visit(index);
    },
  });
  const left = Math.floor(Math.min(0, ...pills.map(({ rect }) => rect.x - pillMargin)));
  const right = Math.max(tight.width, ...pills.map(({ rect }) => rect.x + rect.width + pillMargin));
  const whole = { ...tight, x: tight.x + left, width: right - left };
  const view = part === 'whole' ? whole : aroundCut(list, whole);
  const legend = placeLegend(list.legend, view);
  return {
    view,
    pills: pills.map((pill) => ({ ...pill, rect: { ...pill.rect, x: pill.rect.x - left, y: pill.rect.y - view.y } })),
    badges: placeTierBadges(list, view, legend),
    legend,
  };
}

type Placed = Pick<StillPicture, 'pills' | 'badges' | 'legend'>;

/** The shapes of all that lies over a picture, in pixels of its view. */
export function overlayShapes(list: DisplayList, { pills, badges, legend }: Placed): Shape[] {
  return [
    ...pills.flatMap(pillShapes),
    ...badges.flatMap(({ badge, x, y }) => tierBadgeShapes(badge, x, y)),
    ...(legend === null || list.legend === null ? [] : legendShapes(list.legend, legend.x, legend.y)),
  ];
}
