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

/**
 * Latency over bandwidth. Within a regime the plan does not change, so that latency is a + c / bandwidth; its two ends
 * (where neighboring regimes meet) settle a and c.
 */
export function latencyCurve(regimes: readonly RegimeReport[]): BandwidthPoint[] {
  const points: BandwidthPoint[] = [];
  regimes.forEach((regime, index) => {
    const from = Math.max(regime.fromMbps, lowestMbps);
    const to = Math.min(regime.toMbps ?? highestMbps, highestMbps);
    const next = regimes[index + 1];
    if (to <= from) return;
    const endLatency = next?.latencyMs ?? regime.latencyMs;
    const isLine = next !== undefined && regime.fromMbps > 0;
    const slope = isLine ? (regime.latencyMs - endLatency) / (1 / regime.fromMbps - 1 / next.fromMbps) : 0;
    const fixed = isLine ? regime.latencyMs - slope / regime.fromMbps : regime.latencyMs;
    for (let sample = 0; sample <= samplesPerRegime; sample++) {
      const mbps = from * (to / from) ** (sample / samplesPerRegime);
      points.push({ mbps, latencyMs: fixed + slope / mbps });
    }
  });
  return points.filter(({ latencyMs }) => Number.isFinite(latencyMs) && latencyMs > 0);
}

/** Latency of the best plan against the first link's bandwidth; a dotted line where another split takes over. */
export function bandwidthChart(state: State, width: number): HTMLElement | undefined {
  const { plan, overrides } = state;
  const curve = plan === null ? [] : latencyCurve(plan.regimes);
  if (plan === null || curve.length < 2) return undefined;
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
  const summary = text('chart.bandwidth.summary', plan.regimes.length, formatMs(highest), formatMs(lowest));
  const picture = plot(width, `${text('chart.bandwidth')}. ${summary}`);
  picture.append(
    sideAxis(area, y, formatMs, 'left'),
    bottomAxis(area, x, formatMbps, text('chart.bandwidth.axis')),
    ...regimeMarks(plan.regimes, x, area),
    svgElement('polyline', {
      points: polyline(curve.map(({ mbps, latencyMs }) => [x(mbps), y(latencyMs)])),
      class: 'latency-line',
    }),
  );
  const current = overrides.bandwidthMbps?.[0] ?? plan.links[0]?.bandwidthMbps;
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
