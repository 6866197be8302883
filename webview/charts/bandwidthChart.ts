import type { RegimeReport } from '../../src/protocol/reports';
import { element, svgElement } from '../dom';
import { formatMbps, formatMs } from '../format';
import { clamp } from '../geometry';
import type { State } from '../state';
import { text } from '../strings';
import { bottomAxis, plot, plotArea, polyline, sideAxis } from './plot';
import { logScale } from './scale';

const lowestMbps = 0.1;
const highestMbps = 10_000;
const samplesPerRegime = 24;

export interface BandwidthPoint {
  readonly mbps: number;
  readonly latencyMs: number;
}

/** Latency a + c / bandwidth through two points; flat through one. */
function lineThrough(first: BandwidthPoint, second: BandwidthPoint | undefined): (mbps: number) => number {
  if (second === undefined || first.mbps === second.mbps) return () => first.latencyMs;
  const slope = (first.latencyMs - second.latencyMs) / (1 / first.mbps - 1 / second.mbps);
  return (mbps) => first.latencyMs + slope * (1 / mbps - 1 / first.mbps);
}

/**
 * Latency over bandwidth. A regime reports its latency at the link's own bandwidth, or at its border nearest to that. Within
 * it the plan does not change, so that latency is a + c / bandwidth through its own point and that of a neighbor at the
 * border that they share.
 */
export function latencyCurve(regimes: readonly RegimeReport[], ownMbps: number): BandwidthPoint[] {
  const known = regimes.map(
    ({ fromMbps, toMbps, latencyMs }): BandwidthPoint => ({
      mbps: clamp(ownMbps, fromMbps, toMbps ?? Number.POSITIVE_INFINITY),
      latencyMs,
    }),
  );
  const points: BandwidthPoint[] = [];
  regimes.forEach((regime, index) => {
    const from = Math.max(regime.fromMbps, lowestMbps);
    const to = Math.min(regime.toMbps ?? highestMbps, highestMbps);
    const own = known[index];
    if (to <= from || own === undefined) return;
    const borders = [regime.fromMbps, regime.toMbps];
    const touching = [known[index - 1], known[index + 1]].find(
      (point) => point !== undefined && borders.includes(point.mbps) && point.mbps !== own.mbps,
    );
    const latencyAt = lineThrough(own, touching);
    for (let sample = 0; sample <= samplesPerRegime; sample++) {
      const mbps = from * (to / from) ** (sample / samplesPerRegime);
      points.push({ mbps, latencyMs: latencyAt(mbps) });
    }
  });
  return points.filter(({ latencyMs }) => Number.isFinite(latencyMs) && latencyMs > 0);
}

/** Latency of the best plan against one link's bandwidth; a dotted line where another split takes over. */
export function bandwidthChart(state: State, width: number, link: number): HTMLElement | undefined {
  const { plan, overrides } = state;
  const regimes = plan?.linkRegimes[link] ?? [];
  const report = plan?.links[link];
  if (plan === null || report === undefined) return undefined;
  const current = overrides.bandwidthMbps?.[link] ?? report.bandwidthMbps;
  const curve = latencyCurve(regimes, current ?? 1);
  if (curve.length < 2) return undefined;
  const area = plotArea(width);
  const lowest = Math.min(...curve.map(({ latencyMs }) => latencyMs));
  const highest = Math.max(...curve.map(({ latencyMs }) => latencyMs));
  const x = logScale(lowestMbps, highestMbps, area.left, area.right, 4);
  const y = logScale(
    10 ** Math.floor(Math.log10(lowest)),
    10 ** Math.ceil(Math.log10(highest)),
    area.bottom,
    area.top,
    4,
  );
  const summary = text('chart.bandwidth.summary', regimes.length, formatMs(highest), formatMs(lowest));
  const picture = plot(width, `${text('chart.bandwidth')}. ${summary}`);
  picture.append(
    sideAxis(area, y, formatMs, 'left'),
    bottomAxis(area, x, formatMbps, text('chart.bandwidth.axis', report.from, report.to)),
    ...regimeMarks(regimes, x, area),
    svgElement('polyline', {
      points: polyline(curve.map(({ mbps, latencyMs }) => [x(mbps), y(latencyMs)])),
      class: 'latency-line',
    }),
  );
  if (current !== undefined) {
    const at = x(clamp(current, lowestMbps, highestMbps));
    picture.append(
      svgElement('line', { x1: at, y1: area.top, x2: at, y2: area.bottom, class: 'selected-line' }),
      svgElement('circle', {
        cx: at,
        cy: clamp(y(plan.latencyMs), area.top, area.bottom),
        r: 3.5,
        class: 'current-mark',
      }),
    );
  }
  return element('figure', {}, element('figcaption', {}, text('chart.bandwidth')), picture);
}

/** Dotted lines between regimes, and the nodes per tier of each where there is room to write them. */
function regimeMarks(
  regimes: readonly RegimeReport[],
  x: (mbps: number) => number,
  area: ReturnType<typeof plotArea>,
): SVGElement[] {
  const marks: SVGElement[] = [];
  for (const regime of regimes) {
    const from = x(clamp(regime.fromMbps, lowestMbps, highestMbps));
    const to = x(clamp(regime.toMbps ?? highestMbps, lowestMbps, highestMbps));
    if (regime.fromMbps > lowestMbps && regime.fromMbps < highestMbps) {
      marks.push(svgElement('line', { x1: from, y1: area.top, x2: from, y2: area.bottom, class: 'regime-line' }));
    }
    const label = regime.nodesPerTier.join('·');
    if (to - from < label.length * 6.5 + 8) continue;
    const middle = (from + to) / 2;
    marks.push(
      svgElement(
        'text',
        { x: middle, y: area.top - 6, 'text-anchor': 'middle', class: 'regime-label' },
        svgElement('title', {}, regime.summary),
        label,
      ),
    );
  }
  return marks;
}
