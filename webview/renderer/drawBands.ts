import { intersects } from '../model/geometry';
import { toScreen, visibleRect } from './camera';
import { type Frame, font, headerLabel, headerPixels, headerZoom } from './frame';
import { snap } from './snap';
import { tierColorsOf } from './theme';

const badgeHeight = 18;
const badgeMargin = 10;
/** Below a boundary's line, so that its pill has room. */
const badgeDrop = 14;
/** Where the legend lies, at the bottom left. */
const legendArea = { width: 96, height: 86 };

/** Tier bands: a low tint with the tier's pattern over the whole width, and a badge that stays in sight. */
export function drawBands(frame: Frame): void {
  const { context, camera, size, theme, plan, pixelRatio, hatches } = frame;
  if (plan === null) return;
  for (const band of plan.bands) {
    const top = snap(Math.max(0, toScreen(camera, 0, band.top).y), pixelRatio);
    const bottom = snap(Math.min(size.height, toScreen(camera, 0, band.bottom).y), pixelRatio);
    if (bottom <= top) continue;
    const colors = tierColorsOf(theme, band.tier);
    context.fillStyle = colors.tint;
    context.fillRect(0, top, size.width, bottom - top);
    const hatch = hatches.of(context, band.tier, -camera.x * camera.zoom, -camera.y * camera.zoom);
    if (hatch !== null) {
      context.fillStyle = hatch;
      context.fillRect(0, top, size.width, bottom - top);
    }
  }
}

/** The badges of the bands, over everything else: letter and name of the tier at the left. */
export function drawBandBadges(frame: Frame): void {
  const { context, camera, size, theme, plan, fitter, heat, isStill } = frame;
  if (plan === null) return;
  const hasLegend = heat !== null && heat.metric !== 'none' && isStill !== true;
  context.font = font(theme, 11, 600);
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const band of plan.bands) {
    const top = Math.max(0, toScreen(camera, 0, band.top).y);
    const bottom = Math.min(size.height, toScreen(camera, 0, band.bottom).y);
    if (bottom - top < badgeHeight + 6) continue;
    const colors = tierColorsOf(theme, band.tier);
    const letter = plan.letters[band.tier] ?? '';
    const name = plan.overlay.tierNames[band.tier] ?? '';
    const letterWidth = Math.max(badgeHeight, fitter.width(letter, 11) + 10);
    const width = letterWidth + fitter.width(name, 11) * 1.06 + 15;
    const y = Math.round(top + Math.min(badgeDrop, (bottom - top - badgeHeight) / 2));
    const x = badgeMargin + (hasLegend && y + badgeHeight > size.height - legendArea.height ? legendArea.width : 0);
    context.beginPath();
    context.roundRect(x, y, width, badgeHeight, 3);
    context.fillStyle = theme.pillFill;
    context.fill();
    context.strokeStyle = colors.accent;
    context.lineWidth = 1;
    context.stroke();
    context.beginPath();
    context.roundRect(x, y, letterWidth, badgeHeight, [3, 0, 0, 3]);
    context.fillStyle = colors.accent;
    context.fill();
    context.font = font(theme, 11, 600);
    context.fillStyle = colors.onAccent;
    context.textAlign = 'center';
    context.fillText(letter, x + letterWidth / 2, y + badgeHeight / 2 + 0.5);
    context.textAlign = 'left';
    context.fillStyle = theme.foreground;
    context.fillText(name, x + letterWidth + 7, y + badgeHeight / 2 + 0.5);
  }
}

/** Outlines of unfolded groups. */
export function drawGroups(frame: Frame): void {
  const { context, camera, size, theme, model, pixelRatio } = frame;
  if (camera.zoom < 0.2) return;
  const visible = visibleRect(camera, size);
  context.strokeStyle = theme.group;
  context.lineWidth = 1 / Math.max(1, Math.floor(pixelRatio / 2));
  context.setLineDash([2, 2]);
  for (const group of model.scene.groups) {
    if (group.folded || !intersects(group, visible)) continue;
    const { x, y } = toScreen(camera, group.x, group.y);
    const left = snap(x, pixelRatio) + 0.5;
    const top = snap(y, pixelRatio) + 0.5;
    context.strokeRect(left, top, group.width * camera.zoom, group.height * camera.zoom);
  }
  context.setLineDash([]);
}

/** Names of unfolded groups at the top of their outlines, over the edges that enter there; a click folds. */
export function drawGroupHeaders(frame: Frame): void {
  const { context, camera, size, theme, model, fitter } = frame;
  if (camera.zoom < headerZoom) return;
  const visible = visibleRect(camera, size);
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const [index, group] of model.scene.groups.entries()) {
    const header = model.groupHeaders[index];
    if (group.folded || header === undefined || !intersects(header, visible)) continue;
    const pixels = headerPixels * camera.zoom;
    context.font = font(theme, pixels);
    const text = fitter.fit(headerLabel(group), pixels, (header.width - 14) * camera.zoom);
    const start = toScreen(camera, header.x + 6, header.y);
    const height = header.height * camera.zoom;
    context.fillStyle = theme.background;
    context.fillRect(start.x - 2, start.y, fitter.width(text, pixels) + 5, height);
    context.fillStyle = theme.dimmed;
    context.fillText(text, start.x, start.y + height / 2);
  }
}
