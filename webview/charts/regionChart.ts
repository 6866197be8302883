import { clamp } from '../../src/shared/picture/geometry';
import type { RegionMapReport } from '../../src/shared/reports/bandwidthReports';
import type { PlanReport } from '../../src/shared/reports/reports';
import { metricEntry, metricNamed } from '../../src/shared/vocabulary/metrics';
import { element, setText, svgElement, withCode } from '../page/dom';
import { on } from '../page/patch';
import { table } from '../page/table';
import { formatFigure, formatMbps, formatMbpsRange, formatSignificant } from '../text/format';
import { text } from '../text/strings';
import { bottomAxis, type PlotArea, plotArea, polyline, sideAxis } from './plot';
import './regionChart.css';
import {
  type Bandwidths,
  bordersOf,
  outlineOf,
  planAt,
  type RegionPlan,
  regionPlans,
  spotsOf,
  valueAt,
} from './regionPlans';
import { logScale, type Scale } from './scale';

/** Pixels that labels of bandwidths need besides. */
const labelRoom = 10;

/** What the drawing of a map needs besides the map. */
export interface RegionChartInput {
  readonly map: RegionMapReport;
  readonly plan: PlanReport;
  /** Bandwidths of both links now, where they are known. */
  readonly current: Bandwidths | undefined;
  readonly width: number;
  readonly choose: (mbps: Bandwidths) => void;
  readonly pointed: PointedPlace;
}

/** The place of a map that a person points at, or the number of the plan that the keyboard is at; it outlives the drawing. */
export interface PointedPlace {
  at: Bandwidths | string | undefined;
}

/** What follows from a map alone, made once for it. */
interface PreparedMap {
  readonly plans: readonly RegionPlan[];
  readonly borders: readonly Bandwidths[][];
  readonly spots: ReturnType<typeof spotsOf>;
}

const prepared = new WeakMap<RegionMapReport, PreparedMap>();

function prepare(map: RegionMapReport): PreparedMap {
  const known = prepared.get(map);
  if (known !== undefined) return known;
  const plans = regionPlans(map);
  const made = { plans, borders: bordersOf(map, plans), spots: spotsOf(map, plans) };
  prepared.set(map, made);
  return made;
}

/** Colors and patterns that tell neighbors apart; the numbers do so for any number of plans. */
const styles = 6;

/**
 * The best plan for every pair of bandwidths of two links: regions by color, pattern and number, the bandwidths of now as
 * a cross. Pointing at a place says its plan in words, choosing it sets both bandwidths; the table below does the same.
 */
export function regionChart(input: RegionChartInput): HTMLElement {
  const { plans } = prepare(input.map);
  const caption = element('figcaption', {}, text('regions.caption'));
  const [only] = plans;
  if (plans.length === 1 && only !== undefined && (input.map.infeasible ?? []).length === 0) {
    return element('figure', {}, caption, element('p', { class: 'hint' }, text('regions.one', only.summary)));
  }
  const words = element('p', { class: 'hint region-words', role: 'status' }, wordsNow(input));
  const parts = [caption, picture(input), words, ...reasonOf(input.map), planTable(input)];
  return element('figure', { class: 'region-figure' }, ...parts);
}

function reasonOf({ infeasibleReason }: RegionMapReport): HTMLElement[] {
  return infeasibleReason === undefined ? [] : [element('p', { class: 'hint' }, ...withCode(infeasibleReason))];
}

interface Axes {
  readonly area: PlotArea;
  readonly x: Scale;
  readonly y: Scale;
}

function picture(input: RegionChartInput): SVGSVGElement {
  const { map, width } = input;
  const { plans, borders } = prepare(map);
  const height = Math.round(clamp(width * 0.72, 220, 340));
  // Bandwidths are wider than what stands beside other charts.
  const area = { ...plotArea(width, height), left: plotArea(width).left + labelRoom };
  const x = logScale(map.fromMbps, map.toMbps, area.left, area.right, 6);
  const y = logScale(map.fromMbps, map.toMbps, area.bottom, area.top, 6);
  const axes = { area, x, y };
  const [first, second] = linkNames(input);
  const drawn = svgElement('svg', {
    class: 'chart region-chart',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'group',
    'aria-label': `${text('regions.caption')}. ${text('regions.summary', plans.length, first, second)}`,
  });
  drawn.append(
    patterns(),
    sideAxis(area, y, formatMbps, 'left'),
    bottomAxis(area, x, formatMbps, first),
    svgElement('text', { x: area.left, y: area.top - 7, class: 'axis-title' }, `${second} ↑`),
    ...(map.infeasible ?? []).map((corners) => shape(corners, axes, 'region-none')),
    ...planShapes(input, axes),
    ...borders.map((line) =>
      svgElement('polyline', { points: polyline(line.map((mbps) => pixel(mbps, axes))), class: 'region-border' }),
    ),
    ...numbers(map, axes),
    ...currentMark(input, axes),
  );
  bindPointer(drawn, input, axes);
  return drawn;
}

function linkNames({ map, plan }: RegionChartInput): [string, string] {
  const [first = '', second = ''] = map.links.map((link) => {
    const report = plan.links[link];
    return text('regions.axis', report?.from ?? '', report?.to ?? '');
  });
  return [first, second];
}

function pixel([first, second]: Bandwidths, { x, y }: Axes): [number, number] {
  return [x(first), y(second)];
}

function shape(corners: readonly Bandwidths[], axes: Axes, name: string): SVGElement {
  const points = polyline(outlineOf(corners).map((mbps) => pixel(mbps, axes)));
  return svgElement('polygon', { points, class: name });
}

/** A tile per style: rising lines, dots, falling lines, level lines, upright lines, crosses. */
const tiles = [
  'M -1 1 L 1 -1 M 0 8 L 8 0 M 7 9 L 9 7',
  'M 2 2 h 1 v 1 h -1 Z M 6 6 h 1 v 1 h -1 Z',
  'M -1 7 L 1 9 M 0 0 L 8 8 M 7 -1 L 9 1',
  'M 0 4 H 8',
  'M 4 0 V 8',
  'M 2 4 H 6 M 4 2 V 6',
];

function patterns(): SVGDefsElement {
  const side = 8;
  const pattern = (id: string, d: string, name: string) =>
    svgElement(
      'pattern',
      { id, width: side, height: side, patternUnits: 'userSpaceOnUse' },
      svgElement('path', { d, class: name }),
    );
  return svgElement(
    'defs',
    {},
    ...tiles.map((d, index) => pattern(`region-tile-${index}`, d, `region-stroke-${index}`)),
    pattern('region-tile-none', `${tiles[0]} ${tiles[2]}`, 'region-stroke-none'),
  );
}

/** What is said of the place that is pointed at, or how to point at one. */
function wordsNow(input: RegionChartInput): string {
  const mbps = placeOf(input);
  return mbps === undefined ? text('regions.hint') : wordsAt(input, mbps);
}

/** The bandwidths that are pointed at. */
function placeOf({ map, pointed: { at } }: RegionChartInput): Bandwidths | undefined {
  if (typeof at !== 'string') return at;
  const plan = prepare(map).plans.find(({ number }) => number === at);
  return plan && spotOf(map, plan);
}

/** Points at something from an element of the chart, and says below the chart what is there. */
function point(from: EventTarget | null, input: RegionChartInput, at: PointedPlace['at']): void {
  input.pointed.at = at;
  const words = from instanceof Element ? from.closest('figure')?.querySelector('.region-words') : null;
  if (words) setText(words, wordsNow(input));
}

/** One group per plan; one of them is a tab stop, and arrows move between them. */
function planShapes(input: RegionChartInput, axes: Axes): SVGElement[] {
  const { plans } = prepare(input.map);
  const place = placeOf(input) ?? input.current;
  const current = place && planAt(input.map, plans, place)?.plan;
  const stop = Math.max(0, current === undefined ? 0 : plans.indexOf(current));
  return plans.map((plan, index) => {
    const style = index % styles;
    const mbps = spotOf(input.map, plan);
    const group = svgElement('g', {
      class: 'region-plan',
      'data-key': plan.number,
      role: 'button',
      tabindex: index === stop ? 0 : -1,
      'aria-label': wordsAt(input, mbps),
    });
    for (const { cornersMbps } of plan.regions) {
      group.append(
        shape(cornersMbps, axes, `region-fill region-fill-${style}`),
        shape(cornersMbps, axes, `region-hatch region-hatch-${style}`),
      );
    }
    on(group, 'focus', ({ currentTarget }) => point(currentTarget, input, plan.number));
    on(group, 'keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') input.choose(rounded(mbps));
      else if (!moveFocus(event)) return;
      event.preventDefault();
    });
    return group;
  });
}

/** Moves the focus and the tab stop from one plan of the map to another. */
function moveFocus({ key, currentTarget }: KeyboardEvent): boolean {
  if (!(currentTarget instanceof SVGElement)) return false;
  const groups = [...(currentTarget.ownerSVGElement?.querySelectorAll<SVGElement>('.region-plan') ?? [])];
  const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const ends: Readonly<Record<string, number>> = { Home: 0, End: groups.length - 1 };
  const target = ends[key] ?? groups.indexOf(currentTarget) + (steps[key] ?? Number.NaN);
  const group = groups[clamp(target, 0, groups.length - 1)];
  if (Number.isNaN(target) || group === undefined) return false;
  for (const one of groups) one.setAttribute('tabindex', one === group ? '0' : '-1');
  group.focus();
  return true;
}

/** Bandwidths that stand for a plan: where it has most room, else the middle of its largest corner-to-corner span. */
function spotOf(map: RegionMapReport, plan: RegionPlan): Bandwidths {
  const spot = prepare(map).spots.get(plan.number);
  if (spot !== undefined) return spot.mbps;
  const corners = plan.regions[0]?.cornersMbps ?? [];
  const middle = (axis: 0 | 1) => corners.length / corners.reduce((sum, corner) => sum + 1 / corner[axis], 0);
  return [middle(0), middle(1)];
}

/** A number needs a square of this many pixels around it. */
const numberRoom = 6;

function numbers(map: RegionMapReport, { area, ...axes }: Axes): SVGElement[] {
  const { plans, spots } = prepare(map);
  const side = Math.min(area.right - area.left, area.bottom - area.top);
  return plans.flatMap(({ number }) => {
    const spot = spots.get(number);
    if (spot === undefined || spot.room * side < numberRoom) return [];
    const [x, y] = pixel(spot.mbps, { area, ...axes });
    return [
      svgElement('circle', { cx: x, cy: y, r: 8, class: 'region-badge' }),
      svgElement('text', { x, y: y + 4, 'text-anchor': 'middle', class: 'region-number' }, number),
    ];
  });
}

function currentMark({ current }: RegionChartInput, axes: Axes): SVGElement[] {
  if (current === undefined) return [];
  const { area, x, y } = axes;
  const [low, high] = [x(0), y(0)];
  const [cx, cy] = [clamp(x(current[0]), Math.min(low, area.left), area.right), clamp(y(current[1]), area.top, high)];
  return [
    svgElement('line', { x1: cx, y1: area.top, x2: cx, y2: area.bottom, class: 'region-cross' }),
    svgElement('line', { x1: area.left, y1: cy, x2: area.right, y2: cy, class: 'region-cross' }),
    svgElement('circle', { cx, cy, r: 4, class: 'region-now' }),
  ];
}

function bindPointer(drawn: SVGSVGElement, input: RegionChartInput, { area }: Axes): void {
  const { map } = input;
  const mbpsAt = ({ clientX, clientY, currentTarget }: MouseEvent): Bandwidths | undefined => {
    if (!(currentTarget instanceof SVGSVGElement)) return undefined;
    const box = currentTarget.getBoundingClientRect();
    const scale = box.width / (currentTarget.viewBox.baseVal.width || 1);
    const [x, y] = [(clientX - box.left) / scale, (clientY - box.top) / scale];
    if (x < area.left || x > area.right || y < area.top || y > area.bottom) return undefined;
    const bandwidth = (part: number) => map.fromMbps * (map.toMbps / map.fromMbps) ** part;
    return rounded([
      bandwidth((x - area.left) / (area.right - area.left)),
      bandwidth((area.bottom - y) / (area.bottom - area.top)),
    ]);
  };
  on(drawn, 'pointermove', (event) => point(event.currentTarget, input, mbpsAt(event)));
  on(drawn, 'pointerleave', ({ currentTarget }) => point(currentTarget, input, undefined));
  on(drawn, 'click', (event) => {
    const mbps = mbpsAt(event);
    if (mbps !== undefined) input.choose(mbps);
  });
}

/** Three significant digits, as the sliders have. */
function rounded(mbps: Bandwidths): Bandwidths {
  return [Number(mbps[0].toPrecision(3)), Number(mbps[1].toPrecision(3))];
}

/** The plan at some bandwidths in words: its number, where it cuts, and what it gives. */
function wordsAt({ map, plan }: RegionChartInput, mbps: Bandwidths): string {
  const found = planAt(map, prepare(map).plans, mbps);
  const [first, second] = mbps.map((one) => formatMbps(one));
  if (found === undefined) return text('regions.none', first ?? '', second ?? '');
  const value = objectiveText(plan.objective, valueAt(found.region, mbps));
  return text('regions.at', found.plan.number, found.plan.summary, value, first ?? '', second ?? '');
}

function objectiveText(objective: string, value: number): string {
  const metric = metricNamed(objective);
  return metric === undefined ? formatSignificant(value) : formatFigure(metric, metricEntry(metric).toFigure(value));
}

/** `device, edge from conv_4` of `device from conv_0, edge from conv_4`: only where it cuts tells plans apart. */
function cutsIn(summary: string): string {
  return summary.replace(/^(\S+) from .*?(?=, \S+ from )/, '$1');
}

/** `21.2 – 653 Mbit/s`, with the unit said once where it is the same. */
function reachText([least, most]: Bandwidths): string {
  const [from, to] = formatMbpsRange(least, most);
  const [number = '', unit = ''] = from.split(' ');
  return `${to.endsWith(` ${unit}`) ? number : from} – ${to}`;
}

function planTable(input: RegionChartInput): HTMLElement {
  const { map, current } = input;
  const { plans } = prepare(map);
  const [first, second] = linkNames(input);
  const here = current && planAt(map, plans, current)?.plan;
  return table<RegionPlan>(
    text('regions.caption'),
    [
      { header: '', cell: ({ number }) => number },
      { header: text('column.plan'), cell: ({ summary }) => element('span', { title: summary }, cutsIn(summary)) },
      { header: `${first}\n${second}`, cell: ({ reach }) => reach.map(reachText).join('\n') },
      { header: '', cell: (plan) => useButton(input, plan, plan === here) },
    ],
    plans,
    (plan) => (plan === here ? 'chosen' : ''),
  );
}

function useButton({ map, choose }: RegionChartInput, plan: RegionPlan, isHere: boolean): HTMLElement {
  if (isHere) return element('span', { class: 'dimmed' }, text('plan.this'));
  const mbps = rounded(spotOf(map, plan));
  const [first, second] = mbps.map((one) => formatMbps(one));
  const name = text('regions.use.name', first ?? '', second ?? '', plan.number);
  const button = element('button', { class: 'row-link', type: 'button', 'aria-label': name }, text('regions.use'));
  on(button, 'click', () => choose(mbps));
  return button;
}
