import type { CandidateReport } from '../../src/protocol/reports';
import { element, svgElement } from '../dom';
import { formatBytes, formatCount, formatMacs } from '../format';
import type { SceneModel } from '../sceneModel';
import type { State } from '../state';
import { text } from '../strings';
import { bottomAxis, legendEntry, markAt, type PlotArea, plot, plotArea, polyline, sideAxis } from './plot';
import { linearScale, logScale, type Scale } from './scale';

export interface ProfilePoint {
  readonly position: number;
  readonly value: number;
}

/** MACs of the nodes up to each position, from the nodes that are shown. */
export function cumulativeMacs(model: SceneModel): ProfilePoint[] {
  const points: ProfilePoint[] = [{ position: 0, value: 0 }];
  let total = 0;
  let previous = -1;
  for (const index of model.nodeOfOrder) {
    const node = model.scene.nodes[index];
    if (index === previous || node === undefined) continue;
    previous = index;
    total += node.macs ?? 0;
    points.push({ position: (node.orderIndices.at(-1) ?? 0) + 1, value: total });
  }
  return points;
}

/** The largest value in each of `columns` equal parts of 0..`last`, so that a chart never holds more than it can show. */
export function thin(points: readonly ProfilePoint[], last: number, columns: number): ProfilePoint[] {
  if (points.length <= columns) return [...points];
  const largest = new Map<number, ProfilePoint>();
  for (const point of points) {
    const column = Math.floor((point.position / Math.max(1, last)) * columns);
    const known = largest.get(column);
    if (known === undefined || point.value >= known.value) largest.set(column, point);
  }
  return [...largest.values()];
}

function outputBytes(model: SceneModel): ProfilePoint[] {
  const points: ProfilePoint[] = [];
  for (const node of model.scene.nodes) {
    const last = node.orderIndices.at(-1);
    if (last !== undefined && node.outputBytes !== null && node.outputBytes > 0) {
      points.push({ position: last + 1, value: node.outputBytes });
    }
  }
  return points.sort((a, b) => a.position - b.position);
}

interface Marks {
  readonly candidates: readonly (CandidateReport & { readonly bytes: number })[];
  readonly chosen: ReadonlySet<number>;
}

function drawCandidates(
  area: PlotArea,
  x: Scale,
  y: Scale,
  { candidates, chosen }: Marks,
  select: (nodeId: string) => void,
): SVGGElement {
  const group = svgElement('g');
  for (const candidate of candidates) {
    const [cx, cy] = [x(candidate.position), y(candidate.bytes)];
    const isChosen = chosen.has(candidate.position);
    const hint = `${candidate.after ?? text('candidates.input')}: ${formatBytes(candidate.bytes)}. ${candidate.rulesOut}`;
    const target = svgElement('g', { class: 'mark' });
    if (isChosen)
      target.append(svgElement('line', { x1: cx, y1: area.top, x2: cx, y2: area.bottom, class: 'chosen-line' }));
    target.append(
      svgElement('title', {}, hint),
      svgElement('circle', { cx, cy, r: 9, class: 'mark-target' }),
      markAt(isChosen ? 'chosen-mark' : 'candidate-mark', cx, cy),
    );
    const { afterNodeId } = candidate;
    if (afterNodeId !== null) target.addEventListener('click', () => select(afterNodeId));
    group.append(target);
  }
  return group;
}

function selectedLine(state: State, area: PlotArea, x: Scale): SVGElement[] {
  const index = state.scene?.nodeIndexById.get(state.selection.at(-1) ?? '');
  const last = index === undefined ? undefined : state.scene?.scene.nodes[index]?.orderIndices.at(-1);
  if (last === undefined) return [];
  const at = x(last + 1);
  return [svgElement('line', { x1: at, y1: area.top, x2: at, y2: area.bottom, class: 'selected-line' })];
}

/** The chart that the field draws: bytes (logarithmic) and cumulative MACs against position, candidates marked. */
export function profileChart(state: State, width: number, select: (nodeId: string) => void): HTMLElement | undefined {
  const { scene, analysis, plan } = state;
  if (scene === null || analysis === null) return undefined;
  const candidates = analysis.candidates.filter(
    (candidate): candidate is CandidateReport & { readonly bytes: number } => (candidate.bytes ?? 0) > 0,
  );
  const outputs = outputBytes(scene);
  const bytes = [...candidates.map((candidate) => candidate.bytes), ...outputs.map(({ value }) => value)];
  if (bytes.length === 0) return undefined;
  const area = plotArea(width);
  const last = Math.max(1, scene.nodeOfOrder.length);
  const macs = cumulativeMacs(scene);
  const totalMacs = Math.max(1, macs.at(-1)?.value ?? 1);
  const x = linearScale(0, last, area.left, area.right, 5);
  const least = bytes.reduce((low, value) => Math.min(low, value));
  const most = bytes.reduce((high, value) => Math.max(high, value));
  const y = logScale(10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(most)), area.bottom, area.top, 5);
  const right = linearScale(0, totalMacs, area.bottom, area.top, 4);
  const fewest = formatBytes(Math.min(...candidates.map((candidate) => candidate.bytes)));
  const largest = formatBytes(Math.max(...candidates.map((candidate) => candidate.bytes)));
  const summary = text('chart.profile.summary', candidates.length, formatCount(last), fewest, largest);
  const picture = plot(width, `${text('chart.profile')}. ${summary}`);
  const points = thin(outputs, last, Math.floor(area.right - area.left));
  const bars = points.map(
    ({ position, value }) => `M ${x(position).toFixed(1)} ${area.bottom} V ${y(value).toFixed(1)}`,
  );
  const steps = thin(macs, last, Math.floor(area.right - area.left));
  const chosen = new Set(plan?.candidates.filter((outcome) => outcome.chosen).map((outcome) => outcome.position));
  picture.append(
    sideAxis(area, y, formatBytes, 'left'),
    sideAxis(area, right, formatMacs, 'right'),
    bottomAxis(area, x, formatCount, text('chart.position')),
    svgElement('path', { d: bars.join(' '), class: 'bytes-bars' }),
    svgElement('polyline', {
      points: polyline(steps.map(({ position, value }) => [x(position), right(value)])),
      class: 'macs-line',
    }),
    ...selectedLine(state, area, x),
    drawCandidates(area, x, y, { candidates, chosen }, select),
  );
  return element(
    'figure',
    {},
    element('figcaption', {}, text('chart.profile')),
    picture,
    element(
      'div',
      { class: 'legend-row' },
      legendEntry('bytes-bars', text('chart.outputs')),
      legendEntry('macs-line', text('chart.macs')),
      legendEntry('candidate-mark', text('chart.candidate')),
      legendEntry('chosen-mark', text('chart.chosen')),
    ),
  );
}
