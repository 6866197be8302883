import type { PillSpace } from '../../src/engine/picture/displayList/pills';
import { type Frame, viewOf } from './frame';
import { minimapLayout } from './minimap';

/** What lies at both ends of a boundary's line: its handles. */
const lineEnd = 24;
const overviewGap = 8;
/** What the page has at both sides: the tiers' badges on the left, the overview on the right. */
const asides = { left: 160, right: 240 };

/** Where pills may lie on the canvas; a picture of the whole graph has nothing that they could cover at its sides. */
export function pillSpaceOf(frame: Frame): PillSpace {
  const { camera, size, model, still } = frame;
  const boxesIn: PillSpace['boxesIn'] = (area, visit) => model.nodeGrid.query(area, visit);
  const view = viewOf(frame);
  if (still === 'whole') {
    const anchors = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
    return { view, left: 0, right: size.width, anchors, boxesIn };
  }
  const overview = still === undefined ? minimapLayout(model.scene, size, camera) : undefined;
  const right = overview === undefined ? size.width - lineEnd : overview.area.x - overviewGap;
  const anchors = [asides.left, Math.max(asides.left, size.width - asides.right)] as const;
  return { view, left: lineEnd, right, anchors, boxesIn };
}
