import { svgElement } from '../page/dom';
import type { Scale } from './scale';

export const plotHeight = 200;
export const plotMargin = { top: 18, right: 46, bottom: 36, left: 58 };

/** The inner area of a chart of a width, in pixels. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function plotArea(width: number, height: number = plotHeight): PlotArea {
  const { top, right, bottom, left } = plotMargin;
  return { left, right: Math.max(left + 40, width - right), top, bottom: height - bottom };
}

/** An SVG with a summary for those who do not see it, and parts that can be reached. */
export function plot(width: number, summary: string): SVGSVGElement {
  return svgElement('svg', {
    class: 'chart',
    width,
    height: plotHeight,
    viewBox: `0 0 ${width} ${plotHeight}`,
    role: 'group',
    'aria-label': summary,
  });
}

const line = (x1: number, y1: number, x2: number, y2: number, name: string) =>
  svgElement('line', { x1, y1, x2, y2, class: name });

/** Ticks stand at round values: `10 MB` instead of `10.0 MB`. */
const roundTick = (label: string) => label.replace(/\.0+(?=\D|$)/, '').replace(/(\.\d*?)0+(?=\D|$)/, '$1');

/** Horizontal axis with ticks and a title below it. */
export function bottomAxis(
  area: PlotArea,
  scale: Scale,
  format: (value: number) => string,
  title: string,
): SVGGElement {
  const axis = svgElement('g', { class: 'axis' });
  axis.append(line(area.left, area.bottom, area.right, area.bottom, 'axis-line'));
  for (const tick of scale.ticks) {
    const x = scale(tick);
    axis.append(
      line(x, area.bottom, x, area.bottom + 4, 'axis-line'),
      svgElement('text', { x, y: area.bottom + 16, 'text-anchor': 'middle' }, roundTick(format(tick))),
    );
  }
  const middle = (area.left + area.right) / 2;
  const below = area.bottom + plotMargin.bottom - 4;
  axis.append(svgElement('text', { x: middle, y: below, 'text-anchor': 'middle', class: 'axis-title' }, title));
  return axis;
}

/** Vertical axis at either side, with grid lines for the left one. */
export function sideAxis(
  area: PlotArea,
  scale: Scale,
  format: (value: number) => string,
  side: 'left' | 'right',
): SVGGElement {
  const axis = svgElement('g', { class: 'axis' });
  const x = side === 'left' ? area.left - 6 : area.right + 6;
  for (const tick of scale.ticks) {
    const y = scale(tick);
    if (side === 'left') axis.append(line(area.left, y, area.right, y, 'grid-line'));
    const anchor = side === 'left' ? 'end' : 'start';
    axis.append(svgElement('text', { x, y: y + 4, 'text-anchor': anchor }, roundTick(format(tick))));
  }
  return axis;
}

/** `points` attribute of a polyline. */
export function polyline(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
}

/** One entry of a chart's legend: a sample of the mark and its meaning. */
export function legendEntry(mark: string, label: string): HTMLElement {
  const sample = svgElement('svg', { width: 18, height: 10, 'aria-hidden': 'true', class: 'chart' });
  sample.append(
    mark === 'candidate-mark' || mark === 'chosen-mark'
      ? markAt(mark, 9, 5)
      : svgElement('line', { x1: 1, y1: 5, x2: 17, y2: 5, class: mark }),
  );
  const entry = document.createElement('span');
  entry.className = 'legend-entry';
  entry.append(sample, label);
  return entry;
}

/** A candidate is a ring, a chosen cut a filled diamond: told apart without color. */
export function markAt(mark: 'candidate-mark' | 'chosen-mark', x: number, y: number): SVGElement {
  if (mark === 'candidate-mark') return svgElement('circle', { cx: x, cy: y, r: 3, class: mark });
  const d = `M ${x} ${y - 5} L ${x + 5} ${y} L ${x} ${y + 5} L ${x - 5} ${y} Z`;
  return svgElement('path', { d, class: mark });
}
