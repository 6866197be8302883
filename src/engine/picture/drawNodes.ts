import { escapeXml } from '../../shared/escape/markup';
import { durationText } from '../../shared/quantities';
import type { SceneNode, SceneOverlay } from '../../shared/scene';
import { svgElement, svgText } from './svgMarkup';
import { fitText, textWidth } from './textWidth';
import { type PictureTheme, tierAccent } from './theme';
import type { TierRange } from './tierRegions';

const titlePx = 12;
const subtitlePx = 11;
const smallPx = 10;
const barWidth = 3;
const cardOffset = 3;
const textLeft = 10;

/** Time of all that a box stands for; nothing where a part of it is unknown. */
function timeOf({ orderIndices }: SceneNode, overlay: SceneOverlay): string {
  if (orderIndices.length === 0) return '';
  let sum = 0;
  let measured = true;
  for (const place of orderIndices) {
    const time = overlay.timeMsOfNode[place] ?? null;
    if (time === null) return '';
    sum += time;
    measured &&= overlay.measured[place] ?? false;
  }
  return sum === 0 ? '' : `${measured ? '' : '~'}${durationText(sum)}`;
}

/** The second line, with the time at its right end where there is room for both. */
function secondLine(node: SceneNode, width: number, time: string): string {
  const y = node.y + 30;
  const room = width - 2 * textLeft;
  const timeWidth = time === '' ? 0 : textWidth(time, smallPx) + 8;
  const fits = textWidth(node.subtitle, subtitlePx) + timeWidth <= room;
  const titleFits = textWidth(node.title, titlePx) + timeWidth <= room;
  const subtitle = svgText(fitText(node.subtitle, room, subtitlePx), {
    x: node.x + textLeft,
    y,
    class: 's',
  });
  if (time === '' || !(fits || titleFits)) return subtitle;
  const timeY = titleFits ? node.y + 16 : y;
  return subtitle + svgText(time, { x: node.x + width - 7, y: timeY, class: 't' });
}

function terminal(node: SceneNode, theme: PictureTheme): string {
  const { x, y, width, height } = node;
  const room = width - 16;
  const center = x + width / 2;
  return (
    svgElement('rect', { x, y, width, height, rx: height / 2, fill: theme.card, stroke: theme.border }) +
    svgText(fitText(node.title, room, titlePx), { x: center, y: y + 16, class: 'n m' }) +
    svgText(fitText(node.subtitle, room, subtitlePx), { x: center, y: y + 29, class: 's m' })
  );
}

function card(node: SceneNode, theme: PictureTheme, time: string): string {
  const isFold = node.kind === 'fold';
  const { x, y } = node;
  const width = node.width - (isFold ? 2 * cardOffset : 0);
  const height = node.height - (isFold ? 2 * cardOffset : 0);
  const sheet = (offset: number) =>
    svgElement('rect', {
      x: x + offset,
      y: y + offset,
      width,
      height,
      rx: 4,
      fill: theme.card,
      stroke: theme.border,
    });
  const sheets = isFold ? sheet(2 * cardOffset) + sheet(cardOffset) + sheet(0) : sheet(0);
  const bar = svgElement('rect', {
    x: x + 1,
    y: y + 4,
    width: barWidth,
    height: height - 8,
    rx: 1.5,
    fill: theme.families[node.family],
  });
  const room = width - 2 * textLeft;
  const title = svgText(fitText(node.title, room, titlePx), { x: x + textLeft, y: y + (isFold ? 14 : 16), class: 'n' });
  const moved = isFold ? { ...node, y: y - 3 } : node;
  return sheets + bar + title + secondLine(moved, width, time);
}

/** Tint and letter of the tiers of one box, for plans whose tiers are not bands. */
export function tierHalo(
  node: SceneNode,
  { lowest, highest }: TierRange,
  tierLetters: readonly string[],
  theme: PictureTheme,
): string {
  const margin = 8;
  // High enough that the box, which is drawn later, leaves the letter free.
  const badgeTop = 12;
  const accent = tierAccent(theme, lowest);
  const first = tierLetters[lowest] ?? '';
  const letters = lowest === highest ? first : `${first}–${tierLetters[highest] ?? ''}`;
  const badge = textWidth(letters, smallPx) + 8;
  const left = node.x - margin;
  return (
    svgElement('rect', {
      x: left,
      y: node.y - margin,
      width: node.width + 2 * margin,
      height: node.height + 2 * margin,
      rx: 6,
      fill: accent,
      'fill-opacity': theme.bandOpacity * 2,
    }) +
    svgElement('rect', { x: left, y: node.y - badgeTop, width: badge, height: 12, rx: 3, fill: accent }) +
    svgText(letters, { x: left + badge / 2, y: node.y - badgeTop + 9.5, class: 'b' })
  );
}

/** A box with its texts: a rounded card with a bar for its family, a stack of cards for a fold, a pill for a terminal. */
export function drawNode(node: SceneNode, overlay: SceneOverlay | undefined, theme: PictureTheme): string {
  const isTerminal = node.kind === 'input' || node.kind === 'output';
  const time = overlay === undefined ? '' : timeOf(node, overlay);
  const drawn = isTerminal ? terminal(node, theme) : card(node, theme, time);
  return svgElement('g', {}, svgElement('title', {}, escapeXml(`${node.label} ${node.subtitle}`)) + drawn);
}
