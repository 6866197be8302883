import { escapeXml } from '../../shared/escape/markup';
import { visibleText } from '../../shared/escape/visible';
import { svgElement, svgText } from '../picture/svgMarkup';
import type { Bar } from './blocks';

const [width, nameWidth, figureWidth, rowHeight, barHeight] = [640, 190, 70, 26, 16];
/** Bars are at most this many times as long as that of the plan. */
const longest = 6;
/** Colors of tiers that the style sheet has. */
const colors = 6;

/** Text of at most `most` characters. */
const shortened = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** One stacked bar per plan, to one scale: compute per tier in its color and letter, links hatched. */
export function barsSvg(bars: readonly Bar[], caption: string): string {
  const totals = bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const own = totals[bars.findIndex(({ isChosen }) => isChosen)] ?? 0;
  const room = width - nameWidth - figureWidth;
  const scale = room / Math.max(Number.MIN_VALUE, Math.min(Math.max(...totals), own > 0 ? own * longest : Infinity));
  const rows = bars.map(({ name, figure, parts, isChosen }, row) => {
    const middle = row * rowHeight + rowHeight / 2;
    const emphasis = isChosen ? ' chosen' : '';
    let x = nameWidth;
    const drawn = parts.map(({ kind, tier, letter, text, value }) => {
      const long = Math.min(Math.max(1, value * scale), Math.max(0, nameWidth + room - x));
      const look = kind === 'tier' ? `tier-${tier % colors}` : 'link';
      const rect = svgElement(
        'rect',
        { x, y: middle - barHeight / 2, width: long, height: barHeight, class: look },
        svgElement('title', {}, escapeXml(visibleText(text))),
      );
      const label = long >= 14 ? svgText(letter, { x: x + long / 2, y: middle + 4, class: 'letter middle' }) : '';
      x += long;
      return rect + label;
    });
    const shown = shortened(visibleText(name), 30);
    return [
      svgText(shown, { x: 0, y: middle + 4, class: `name${emphasis}` }),
      ...drawn,
      svgText(figure, { x: width, y: middle + 4, class: `figure end${emphasis}` }),
    ].join('');
  });
  const line = svgElement('path', { d: 'M0 6L6 0M-1.5 1.5L1.5 -1.5M4.5 7.5L7.5 4.5', class: 'hatch' });
  const size = { id: 'hatch', width: 6, height: 6, patternUnits: 'userSpaceOnUse' };
  const pattern = svgElement('defs', {}, svgElement('pattern', size, line));
  const attributes = {
    role: 'img',
    'aria-label': caption,
    viewBox: `0 0 ${width} ${bars.length * rowHeight}`,
    class: 'bars',
  };
  return svgElement('svg', attributes, pattern + rows.join(''));
}
