import { tierColorIds } from '../../../src/shared/picture/tierLook';
import type { PlanReport } from '../../../src/shared/reports/reports';
import { metricTable } from '../../../src/shared/vocabulary/metrics';
import type { Controller } from '../../control/controller';
import type { Alternative } from '../../model/alternatives';
import { type Content, element, setText } from '../../page/dom';
import { on } from '../../page/patch';
import { figureText } from '../../text/figureText';
import { formatDollars, formatMs, formatRatio } from '../../text/format';
import { type StringKey, text, translated } from '../../text/strings';
import { type Counted, type Segment, segmentsOf } from './chain';

/** Bars are at most this many times as long as that of the shown plan; longer ones run out of the picture. */
const longestBar = 6;

const figureOf = ({ figures }: Alternative, counted: Counted) =>
  counted === 'latency' ? figures.latencyMs : figures.costPerRequest;
const format = (value: number, counted: Counted) => (counted === 'latency' ? formatMs(value) : formatDollars(value));

/** What a plan is called beside the others. */
export function alternativeName({ kind, name }: Alternative, hasRecommended: boolean): string {
  if (kind === 'shown') return text(hasRecommended ? 'bars.yours' : 'bars.plan');
  if (kind === 'recommended') return text('bars.recommended');
  if (kind === 'single') return text('bars.single', name ?? '');
  const key: StringKey = kind === 'runnerUp' ? 'bars.runnerUp' : 'bars.tried';
  return name === null ? text('bars.noCut') : text(key, name);
}

/** `1.80x slower`, against the shown plan. */
function against(value: number, shown: number, counted: Counted): string {
  if (value === shown || shown <= 0 || value <= 0) return '';
  const isMore = value > shown;
  const { ifBetter, ifWorse } = metricTable[counted];
  return `${formatRatio(isMore ? value / shown : shown / value)} ${translated(isMore ? ifWorse : ifBetter)}`;
}

/** A letter in the color of its tier, or the hatching of links. */
function mark({ kind, index, letter }: Segment): HTMLElement {
  const look = kind === 'tier' ? `tier-${index % tierColorIds.length}` : 'on-link';
  return element('span', { class: `tier-mark ${look}`, 'aria-hidden': 'true' }, letter);
}

/** The parts of a plan as a sum: `37 ms device + 18 ms device to edge + 0.2 ms edge`. */
export function chainView(segments: readonly Segment[], counted: Counted): HTMLElement {
  const terms = segments.flatMap((segment, at): Content[] => [
    ...(at > 0 ? [' + '] : []),
    element('span', { class: 'term' }, mark(segment), `${format(segment.value, counted)} ${segment.name}`),
  ]);
  return element('p', { class: 'chain' }, ...terms);
}

/** The same in words, without marks. */
const chainText = (segments: readonly Segment[], counted: Counted) =>
  segments.map(({ value, name }) => `${format(value, counted)} ${name}`).join(' + ');

function bar(segments: readonly Segment[], whole: number): HTMLElement {
  const total = segments.reduce((sum, { value }) => sum + value, 0);
  const parts = segments.map((segment) => {
    const look = segment.kind === 'tier' ? `tier-${segment.index % tierColorIds.length}` : 'on-link';
    const part = element('span', { class: `bar-part ${look}` }, element('span', { class: 'letter' }, segment.letter));
    part.style.setProperty('width', `${(100 * segment.value) / whole}%`);
    return part;
  });
  const isCutOff = total > whole * 1.001;
  return element('span', { class: isCutOff ? 'bar cut-off' : 'bar', 'aria-hidden': 'true' }, ...parts);
}

/** The bar that a person points at or has reached by keyboard; it outlives the drawing. */
export interface PointedBar {
  key: string | undefined;
}

/** One bar with what is said of it. */
interface Told {
  readonly key: string;
  readonly words: string;
}

/** There are several single tiers and tried plans, but one of each other kind, whatever it is called. */
const keyOf = ({ kind, name }: Alternative, counted: Counted) =>
  `${counted} ${kind} ${kind === 'single' || kind === 'tried' ? (name ?? '') : ''}`;

/** Says below the bars what the one that is pointed at is made of. */
function tell(from: EventTarget | null, pointed: PointedBar, { key, words }: Told): void {
  pointed.key = key;
  const told = from instanceof Element ? from.closest('ul')?.nextElementSibling : null;
  if (told) setText(told, words);
}

/**
 * One stacked bar per plan, aligned under one another: compute per tier in its color and letter, links hatched. Pointing at
 * one or focusing it tells what it is made of; choosing it shows that plan.
 */
export function barsView(
  alternatives: readonly Alternative[],
  plan: PlanReport,
  counted: Counted,
  pointed: PointedBar,
  controller: Controller,
): HTMLElement[] {
  const [shown] = alternatives;
  if (shown === undefined) return [];
  const largest = Math.max(...alternatives.map((one) => figureOf(one, counted)));
  const own = figureOf(shown, counted);
  if (!(largest > 0) || !Number.isFinite(own)) return [];
  const whole = own > 0 ? Math.min(largest, own * longestBar) : largest;
  let toldNow = counted === 'latency' ? text('bars.hint') : '';
  const rows = alternatives.map((one) => {
    const key = keyOf(one, counted);
    const segments = segmentsOf(one.parts, plan, counted);
    const difference = against(figureOf(one, counted), own, counted);
    const sum = chainText(segments, counted);
    const told = { key, words: difference === '' ? sum : `${difference}: ${sum}` };
    if (pointed.key === key) toldNow = told.words;
    const row = barRow(one, plan, counted, {
      picture: bar(segments, whole),
      more: [difference, sum].filter((part) => part !== ''),
    });
    on(row, 'pointerenter', ({ currentTarget }) => tell(currentTarget, pointed, told));
    on(row, 'focus', ({ currentTarget }) => tell(currentTarget, pointed, told));
    const { overrides } = one;
    if (overrides !== null) on(row, 'click', () => controller.override(overrides));
    return element('li', { 'data-key': key }, row);
  });
  const title = translated(metricTable[counted].label);
  return [
    element('h3', { 'data-key': `${counted} title` }, title),
    element('ul', { class: 'bars', 'data-key': `${counted} bars`, 'aria-label': title }, ...rows),
    element('p', { class: 'hint bar-told', 'data-key': `${counted} told` }, toldNow),
  ];
}

interface BarParts {
  readonly picture: HTMLElement;
  /** What is said of the bar besides its name and figure. */
  readonly more: readonly string[];
}

function barRow(one: Alternative, plan: PlanReport, counted: Counted, { picture, more }: BarParts): HTMLElement {
  const figure = figureText(one.figures, counted);
  const name = alternativeName(one, plan.withoutTried !== undefined);
  const isShown = one.overrides === null;
  return element(
    'button',
    {
      type: 'button',
      class: isShown ? 'bar-row shown' : 'bar-row',
      ...(isShown && { 'aria-current': 'true' }),
    },
    element('span', { class: 'bar-name', title: name }, name),
    picture,
    element('span', { class: 'bar-figure' }, figure),
    element('span', { class: 'visually-hidden' }, [...more, ...(isShown ? [] : [text('bars.show')])].join(', ')),
  );
}
