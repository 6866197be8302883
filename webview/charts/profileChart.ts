import type { ScenePosition } from '../../src/shared/picture/scene';
import type { CandidateReport } from '../../src/shared/reports/reports';
import { modelScene } from '../model/openBody';
import { lastPlaceOf } from '../model/shown';
import type { State } from '../model/state';
import { element, svgElement } from '../page/dom';
import { on } from '../page/patch';
import { formatBytes, formatCount, formatMacs } from '../text/format';
import { text } from '../text/strings';
import { bottomAxis, legendEntry, markAt, type PlotArea, plot, plotArea, polyline, sideAxis } from './plot';
import { addReadout, type Cursor } from './readout';
import { linearScale, logScale, type Scale } from './scale';

/** Bars with room to be told apart leave a share of their place free. */
const narrowestPlace = 3;
const barShare = 0.75;
const widestBar = 8;

interface Column {
  least: number;
  most: number;
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
    if (afterNodeId !== null) on(target, 'click', () => select(afterNodeId));
    group.append(target);
  }
  return group;
}

function selectedLine(state: State, area: PlotArea, x: Scale): SVGElement[] {
  const last = state.body === null ? lastPlaceOf(state, state.selection.at(-1) ?? '') : undefined;
  if (last === undefined) return [];
  const at = x(last + 1);
  return [svgElement('line', { x1: at, y1: area.top, x2: at, y2: area.bottom, class: 'selected-line' })];
}

/** The least and the most that crosses in every pixel column; positions with room for a bar of their own have one each. */
export function barColumns(positions: readonly ScenePosition[], x: Scale): Map<number, Column> {
  const columns = new Map<number, Column>();
  for (const { position, bytes } of positions) {
    if (bytes === null || bytes <= 0) continue;
    const at = Math.round(x(position));
    const { least, most } = columns.get(at) ?? { least: bytes, most: bytes };
    columns.set(at, { least: Math.min(least, bytes), most: Math.max(most, bytes) });
  }
  return columns;
}

/** Bars up to the least that crosses, and fainter ones on to the most where neighbors share a column. */
function bytesBars(positions: readonly ScenePosition[], area: PlotArea, x: Scale, y: Scale): SVGElement[] {
  const place = (area.right - area.left) / Math.max(1, positions.length);
  const width = Math.round(place < narrowestPlace ? Math.ceil(place) : Math.min(widestBar, place * barShare));
  // On the grid of pixels, or neighbors would blend.
  const columns = [...barColumns(positions, x)].map(([at, column]) => [at + (width % 2) / 2, column] as const);
  const bars = columns.map(([at, { least }]) => `M ${at} ${area.bottom} V ${y(least).toFixed(1)}`);
  const rest = columns.flatMap(([at, { least, most }]) =>
    most > least ? [`M ${at} ${y(least).toFixed(1)} V ${y(most).toFixed(1)}`] : [],
  );
  return [
    svgElement('path', { d: bars.join(' '), class: 'bytes-bars', 'stroke-width': width }),
    svgElement('path', { d: rest.join(' '), class: 'bytes-bars bytes-rest', 'stroke-width': width }),
  ];
}

/** Powers of ten around all values. */
function decades(values: readonly number[]): readonly [number, number] {
  const least = values.reduce((low, value) => Math.min(low, value));
  const most = values.reduce((high, value) => Math.max(high, value));
  const low = 10 ** Math.floor(Math.log10(least));
  return [low, Math.max(10 * low, 10 ** Math.ceil(Math.log10(most)))];
}

/** What crosses at a position and what runs before it, with the name of the place where it is a candidate. */
function positionWords(at: ScenePosition | undefined, candidates: readonly CandidateReport[]): string {
  if (at === undefined) return '';
  const { position, bytes, macsBefore } = at;
  const candidate = candidates.find((one) => one.position === position);
  const figures = [formatBytes(bytes), formatMacs(macsBefore)] as const;
  if (candidate === undefined) return text('chart.at', formatCount(position), ...figures);
  return text('chart.atCandidate', formatCount(position), candidate.after ?? text('candidates.input'), ...figures);
}

/**
 * The chart that the field draws: bytes (logarithmic) and cumulative MACs against all positions of the model, candidates
 * marked, however the graph beside it is folded.
 */
export function profileChart(
  state: State,
  width: number,
  select: (nodeId: string) => void,
  cursor: Cursor = { value: undefined },
): HTMLElement | undefined {
  const { analysis, plan } = state;
  const scene = modelScene(state);
  if (scene === null || analysis === null) return undefined;
  const { positions } = scene.scene;
  const candidates = analysis.candidates.filter(
    (candidate): candidate is CandidateReport & { readonly bytes: number } => (candidate.bytes ?? 0) > 0,
  );
  const carried = [...candidates, ...positions].flatMap(({ bytes }) => (bytes === null || bytes <= 0 ? [] : [bytes]));
  if (carried.length === 0) return undefined;
  const area = plotArea(width);
  const last = Math.max(1, positions.at(-1)?.position ?? 1);
  const totalMacs = Math.max(1, positions.at(-1)?.macsBefore ?? 1);
  const x = linearScale(0, last, area.left, area.right, 5);
  const y = logScale(...decades(carried), area.bottom, area.top, 5);
  const right = linearScale(0, totalMacs, area.bottom, area.top, 4);
  const ofCandidates = candidates.map(({ bytes }) => bytes);
  const ends = [Math.min(...ofCandidates), Math.max(...ofCandidates)].map(formatBytes);
  const summary = text('chart.profile.summary', candidates.length, formatCount(last), ...ends);
  const picture = plot(width, `${text('chart.profile')}. ${summary}`);
  const chosen = new Set(plan?.candidates.filter((outcome) => outcome.chosen).map((outcome) => outcome.position));
  picture.append(
    sideAxis(area, y, formatBytes, 'left'),
    sideAxis(area, right, formatMacs, 'right'),
    bottomAxis(area, x, formatCount, text('chart.position')),
    ...bytesBars(positions, area, x, y),
    svgElement('polyline', {
      points: polyline(positions.map(({ position, macsBefore }) => [x(position), right(macsBefore)])),
      class: 'macs-line',
    }),
    ...selectedLine(state, area, x),
    drawCandidates(area, x, y, { candidates, chosen }, select),
  );
  const words = addReadout(picture, {
    name: text('chart.cursor', text('chart.profile')),
    hint: text('chart.hint'),
    area,
    values: positions.map(({ position }) => position),
    x,
    words: (index) => positionWords(positions[index], analysis.candidates),
    cursor,
  });
  const isChosen = candidates.some(({ position }) => chosen.has(position));
  return element(
    'figure',
    {},
    element('figcaption', {}, text('chart.profile')),
    picture,
    words,
    element(
      'div',
      { class: 'legend-row' },
      legendEntry('bytes-bars', text('chart.bytes')),
      legendEntry('macs-line', text('chart.macs')),
      legendEntry('candidate-mark', text('chart.candidate')),
      ...(isChosen ? [legendEntry('chosen-mark', text('chart.chosen'))] : []),
    ),
  );
}
