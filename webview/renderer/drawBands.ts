import { headerZoom } from '../../src/engine/picture/displayList/groupFrames';
import { legendShapes } from '../../src/engine/picture/displayList/legend';
import { placeLegend, placeTierBadges } from '../../src/engine/picture/displayList/overlays';
import { tierBadgeShapes } from '../../src/engine/picture/displayList/tierBadges';
import { toScreen, visibleRect } from '../../src/engine/picture/displayList/view';
import { intersects } from '../../src/shared/picture/geometry';
import { drawArea, drawRect, drawShape, placementAt } from './drawShapes';
import { type Frame, viewOf } from './frame';
import { snap } from './snap';

/** Outlines of groups are too many below this zoom. */
const outlineZoom = 0.2;

/** Tier bands: a low tint with the tier's pattern over the whole width. */
export function drawBands(frame: Frame): void {
  const { camera, size, list, pixelRatio } = frame;
  for (const band of list.plan?.bands ?? []) {
    const top = snap(Math.max(0, toScreen(camera, 0, band.top).y), pixelRatio);
    const bottom = snap(Math.min(size.height, toScreen(camera, 0, band.bottom).y), pixelRatio);
    drawArea(frame, { kind: 'area', x: 0, y: top, width: size.width, height: bottom - top, tier: band.tier });
  }
}

/** The tiers' badges, over everything else; in a picture the legend too, which is an element of the page otherwise. */
export function drawBadges(frame: Frame): void {
  const { list, still } = frame;
  const view = viewOf(frame);
  const legend = placeLegend(list.legend, view);
  for (const { badge, x, y } of placeTierBadges(list, view, legend)) {
    for (const shape of tierBadgeShapes(badge, x, y)) drawShape(frame, shape);
  }
  if (still === undefined || legend === null || list.legend === null) return;
  for (const shape of legendShapes(list.legend, legend.x, legend.y)) drawShape(frame, shape);
}

/** Outlines of unfolded groups. */
export function drawGroups(frame: Frame): void {
  const { camera, size, list } = frame;
  if (camera.zoom < outlineZoom) return;
  const visible = visibleRect(camera, size);
  for (const group of list.groups) {
    if (group === null || !intersects(group.outline, visible)) continue;
    drawRect(frame, group.outline, placementAt(frame, group.outline));
  }
}

/** Names of unfolded groups at the top of their outlines, over the edges that enter there; a click folds. */
export function drawGroupHeaders(frame: Frame): void {
  const { camera, size, list } = frame;
  if (camera.zoom < headerZoom) return;
  const visible = visibleRect(camera, size);
  for (const group of list.groups) {
    if (group === null || !intersects(group.plate, visible)) continue;
    const at = placementAt(frame, group.outline);
    drawShape(frame, group.plate, at);
    drawShape(frame, group.name, at);
  }
}
