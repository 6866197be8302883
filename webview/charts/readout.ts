import { clamp } from '../../src/shared/picture/geometry';
import { element, setText, svgElement } from '../page/dom';
import { on } from '../page/patch';
import type { PlotArea } from './plot';

/** The value on a chart's lower axis that a person looks at; it outlives the drawing. */
export interface Cursor {
  value: number | undefined;
}

/** What a chart tells along its lower axis, from the left to the right. */
export interface Readout {
  /** What the cursor is called. */
  readonly name: string;
  /** What stands below the chart while nobody points at it. */
  readonly hint: string;
  readonly area: PlotArea;
  /** Values of the lower axis that can be pointed at, in order, and their pixels. */
  readonly values: readonly number[];
  readonly x: (value: number) => number;
  readonly words: (index: number) => string;
  /** Enter chooses what the cursor is at. */
  readonly choose?: (index: number) => void;
  readonly cursor: Cursor;
}

/** Steps of PageUp and PageDown. */
const pageSteps = 10;

/** Index of the value nearest to another one. */
export function nearestIndex(values: readonly number[], value: number): number {
  let [low, high] = [0, values.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  const [below = 0, above = 0] = [values[low], values[high]];
  return Math.abs(above - value) < Math.abs(value - below) ? high : low;
}

/**
 * Lets a chart answer the pointer and the keyboard: a line at the value that is pointed at, which arrows move, and a sentence
 * below the chart about it.
 * @returns the sentence, to stand below the picture in the same figure
 */
export function addReadout(picture: SVGSVGElement, readout: Readout): HTMLElement {
  const { area, cursor, values, x } = readout;
  const at = cursor.value === undefined ? undefined : nearestIndex(values, cursor.value);
  const left = x(values[at ?? 0] ?? 0);
  const line = svgElement('line', { x1: left, y1: area.top, x2: left, y2: area.bottom, class: 'cursor-line' });
  const size = { width: area.right - area.left, height: area.bottom - area.top };
  const handle = svgElement(
    'g',
    {
      class: at === undefined ? 'cursor' : 'cursor shown',
      'data-key': 'cursor',
      role: 'slider',
      tabindex: 0,
      'aria-label': readout.name,
      'aria-orientation': 'horizontal',
      'aria-valuemin': 0,
      'aria-valuemax': Math.max(0, values.length - 1),
      'aria-valuenow': at ?? 0,
      'aria-valuetext': values.length === 0 ? '' : readout.words(at ?? 0),
    },
    svgElement('rect', { x: area.left, y: area.top, ...size, class: 'cursor-frame' }),
    line,
  );
  picture.append(handle);
  on(handle, 'focus', ({ currentTarget }) => point(currentTarget, readout, indexNow(readout)));
  on(handle, 'blur', ({ currentTarget }) => point(currentTarget, readout, undefined));
  on(handle, 'keydown', (event) => handleKey(event, readout));
  const pixels = values.map(x);
  on(picture, 'pointermove', (event) => point(event.currentTarget, readout, indexAt(event, area, pixels)));
  on(picture, 'pointerleave', ({ currentTarget }) => point(currentTarget, readout, undefined));
  const words = at === undefined ? readout.hint : readout.words(at);
  return element('p', { class: 'hint chart-words', role: 'status', 'data-key': 'words' }, words);
}

const indexNow = ({ values, cursor }: Readout) => (cursor.value === undefined ? 0 : nearestIndex(values, cursor.value));

function handleKey(event: KeyboardEvent, readout: Readout): void {
  const now = indexNow(readout);
  const targets: Readonly<Record<string, number>> = {
    ArrowRight: now + 1,
    ArrowUp: now + 1,
    ArrowLeft: now - 1,
    ArrowDown: now - 1,
    PageUp: now + pageSteps,
    PageDown: now - pageSteps,
    Home: 0,
    End: readout.values.length - 1,
  };
  const target = Object.hasOwn(targets, event.key) ? targets[event.key] : undefined;
  if (target !== undefined) point(event.currentTarget, readout, clamp(target, 0, readout.values.length - 1));
  else if (event.key === 'Enter' && readout.choose !== undefined) readout.choose(now);
  else return;
  event.preventDefault();
}

/** The value under the pointer; nothing outside of the plot. */
function indexAt(event: MouseEvent, area: PlotArea, pixels: readonly number[]): number | undefined {
  const { clientX, clientY, currentTarget } = event;
  if (!(currentTarget instanceof SVGSVGElement) || pixels.length === 0) return undefined;
  const box = currentTarget.getBoundingClientRect();
  const scale = box.width / (currentTarget.viewBox.baseVal.width || 1);
  const [left, top] = [(clientX - box.left) / scale, (clientY - box.top) / scale];
  if (left < area.left - 4 || left > area.right + 4 || top < area.top || top > area.bottom) return undefined;
  return nearestIndex(pixels, left);
}

/** Moves the cursor, and says what is there; without an index, it goes. */
function point(from: EventTarget | null, readout: Readout, index: number | undefined): void {
  const figure = from instanceof Element ? from.closest('figure') : null;
  const handle = figure?.querySelector('.cursor');
  const words = figure?.querySelector('.chart-words');
  if (!handle || !words) return;
  readout.cursor.value = index === undefined ? undefined : readout.values[index];
  handle.classList.toggle('shown', index !== undefined);
  if (index === undefined) {
    setText(words, readout.hint);
    return;
  }
  const told = readout.words(index);
  const left = String(readout.x(readout.values[index] ?? 0));
  const line = handle.querySelector('.cursor-line');
  line?.setAttribute('x1', left);
  line?.setAttribute('x2', left);
  handle.setAttribute('aria-valuenow', String(index));
  handle.setAttribute('aria-valuetext', told);
  setText(words, told);
}
