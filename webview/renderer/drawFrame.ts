import { drawBadges, drawBands, drawGroupHeaders, drawGroups } from './drawBands';
import { drawBoundaryLabels, drawBoundaryLines, drawGhost, drawRecommended } from './drawBoundaries';
import { drawEdges } from './drawEdges';
import { drawFocusRing, drawNodes } from './drawNodes';
import type { Frame } from './frame';

/** Draws one complete picture, from the back to the front. */
export function drawFrame(frame: Frame): void {
  const { context, theme, size, pixelRatio } = frame;
  frame.fitter.useFont(theme.fontFamily);
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, size.width, size.height);
  drawBands(frame);
  drawGroups(frame);
  drawEdges(frame);
  drawGroupHeaders(frame);
  drawBoundaryLines(frame);
  drawNodes(frame);
  drawFocusRing(frame);
  drawRecommended(frame);
  drawBoundaryLabels(frame);
  drawGhost(frame);
  drawBadges(frame);
}
