import { clamp } from '../../src/shared/picture/geometry';
import { tierLetters } from '../../src/shared/picture/tierLook';
import type { RegimeReport } from '../../src/shared/reports/bandwidthReports';
import type { LinkReport } from '../../src/shared/reports/reports';
import { metricNamed, metricTable } from '../../src/shared/vocabulary/metrics';
import type { State } from '../model/state';
import { element, svgElement } from '../page/dom';
import { formatMbps, formatMs } from '../text/format';
import { text, translated } from '../text/strings';
import { bottomAxis, type PlotArea, plot, plotArea, polyline, sideAxis } from './plot';
import { addReadout, type Cursor } from './readout';
import { decades, logScale } from './scale';

const lowestMbps = 0.1;
const highestMbps = 10_000;
const samplesPerRegime = 24;

export interface BandwidthPoint {
  readonly mbps: number;
  readonly latencyMs: number;
}

/** Latency of the best plan over bandwidth; no points where no plan keeps the limits. */
export function latencyCurve(regimes: readonly RegimeReport[]): BandwidthPoint[] {
  const points: BandwidthPoint[] = [];
  for (const { fromMbps, toMbps, fixedMs, bytes, answerBytes = 0, infeasible } of regimes) {
    const from = Math.max(fromMbps, lowestMbps);
    const to = Math.min(toMbps ?? highestMbps, highestMbps);
    if (to <= from || infeasible !== undefined) continue;
    for (let sample = 0; sample <= samplesPerRegime; sample++) {
      const mbps = from * (to / from) ** (sample / samplesPerRegime);
      points.push({ mbps, latencyMs: fixedMs + (8 * (bytes + answerBytes)) / (1000 * mbps) });
    }
  }
  return points.filter(({ latencyMs }) => Number.isFinite(latencyMs) && latencyMs > 0);
}

/** Latency of the best plan against one link's bandwidth; a dotted line where another split takes over. */
export function bandwidthChart(
  state: State,
  width: number,
  link: number,
  cursor: Cursor = { value: undefined },
): HTMLElement | undefined {
  const { plan, overrides } = state;
  const regimes = plan?.linkRegimes[link] ?? [];
  const report = plan?.links[link];
  if (plan === null || report === undefined) return undefined;
  const current = overrides.bandwidthMbps?.[link] ?? report.bandwidthMbps;
  if (isFlat(regimes)) return element('p', { class: 'hint' }, text('chart.bandwidth.flat', report.from, report.to));
  const curve = latencyCurve(regimes);
  if (curve.length < 2) return undefined;
  const area = plotArea(width);
  const latencies = curve.map(({ latencyMs }) => latencyMs);
  const [lowest, highest] = [Math.min(...latencies), Math.max(...latencies)];
  const x = logScale(lowestMbps, highestMbps, area.left, area.right, 4);
  const y = logScale(...decades(latencies), area.bottom, area.top, 4);
  const summary = text('chart.bandwidth.summary', regimes.length, formatMs(highest), formatMs(lowest));
  const caption = captionFor(plan.objective, report);
  const picture = plot(width, `${caption}. ${summary}`);
  picture.append(
    sideAxis(area, y, formatMs, 'left'),
    bottomAxis(area, x, formatMbps, text('column.bandwidth')),
    ...regimeMarks(regimes, tierLetters(plan.tiers.map(({ id }) => id)), x, area),
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
  const words = addReadout(picture, {
    name: text('chart.cursor', caption),
    hint: text('chart.hint'),
    area,
    values: curve.map(({ mbps }) => mbps),
    x,
    words: (index) => curveWords(curve[index], regimes),
    cursor,
  });
  return element('figure', {}, element('figcaption', {}, caption), picture, words);
}

/** The latency at a bandwidth, and the plan that gives it. */
function curveWords(point: BandwidthPoint | undefined, regimes: readonly RegimeReport[]): string {
  if (point === undefined) return '';
  const { mbps, latencyMs } = point;
  const regime = regimes.find(({ fromMbps, toMbps }) => mbps >= fromMbps && mbps <= (toMbps ?? Infinity));
  return text('chart.atBandwidth', formatMbps(mbps), formatMs(latencyMs), regime?.summary ?? '');
}

/** True where one plan is best at every bandwidth and sends nothing over the link. */
function isFlat(regimes: readonly RegimeReport[]): boolean {
  const [only, ...others] = regimes;
  return only !== undefined && others.length === 0 && only.bytes === 0 && only.infeasible === undefined;
}

/** The plans are best for the objective, which need not be the latency that is drawn. */
function captionFor(objective: string, { from, to }: Pick<LinkReport, 'from' | 'to'>): string {
  const metric = metricNamed(objective);
  if (metric === undefined || metric === 'latency') return text('chart.bandwidth.latency', from, to);
  return text('chart.bandwidth.plan', from, to, translated(metricTable[metric].bestPlan));
}

/** `D 34 · E 123`: how many nodes run on each tier that runs some. */
function splitLabel({ nodesPerTier }: RegimeReport, letters: readonly string[]): string {
  return nodesPerTier.flatMap((nodes, tier) => (nodes === 0 ? [] : [`${letters[tier] ?? ''} ${nodes}`])).join(' · ');
}

/** Dotted lines between regimes, and the nodes per tier of each where there is room to write them. */
function regimeMarks(
  regimes: readonly RegimeReport[],
  letters: readonly string[],
  x: (mbps: number) => number,
  area: PlotArea,
): SVGElement[] {
  const marks: SVGElement[] = [];
  for (const regime of regimes) {
    const from = x(clamp(regime.fromMbps, lowestMbps, highestMbps));
    const to = x(clamp(regime.toMbps ?? highestMbps, lowestMbps, highestMbps));
    if (regime.fromMbps > lowestMbps && regime.fromMbps < highestMbps) {
      marks.push(svgElement('line', { x1: from, y1: area.top, x2: from, y2: area.bottom, class: 'regime-line' }));
    }
    const isNone = regime.infeasible !== undefined;
    if (isNone) marks.push(noPlanArea(from, to, area));
    const label = isNone ? text('regimes.none') : splitLabel(regime, letters);
    if (to - from < label.length * 6.5 + 8) continue;
    const middle = (from + to) / 2;
    marks.push(
      svgElement(
        'text',
        { x: middle, y: area.top - 6, 'text-anchor': 'middle', class: 'regime-label' },
        svgElement('title', {}, regime.infeasible?.reason ?? regime.summary),
        label,
      ),
    );
  }
  return marks;
}

/** Shades the bandwidths at which no plan keeps the limits. */
function noPlanArea(from: number, to: number, area: PlotArea): SVGElement {
  const size = { width: Math.max(0, to - from), height: area.bottom - area.top };
  return svgElement('rect', { x: from, y: area.top, ...size, class: 'no-plan' });
}
