import { clamp } from '../../src/shared/picture/geometry';
import type { SlidCondition } from '../../src/shared/protocol/overrides';
import type { PlanReport } from '../../src/shared/reports/reports';
import type { Controller } from '../control/controller';
import { withCondition } from '../model/overrides';
import type { State } from '../model/state';
import { element, oncePerFrame, setText } from '../page/dom';
import { formatMbps, formatMs, formatRatio } from '../text/format';
import { text } from '../text/strings';

/** Sliders run over powers of ten, in hundredths of a decade. */
const stepsPerDecade = 100;

/** The scale of a slider: powers of ten from the lowest to the highest. */
interface Dial {
  readonly lowest: number;
  readonly highest: number;
  /** The lowest position stands for 0. */
  readonly hasZero?: boolean;
}

/** What one row of sliders sets. */
interface Condition {
  readonly name: SlidCondition;
  readonly dial: Dial;
  readonly title: () => string;
  readonly hint?: () => string;
  readonly format: (value: number) => string;
  /** Per link or tier: what its slider is called, spoken and written, and the value that the plan was made with. */
  readonly rows: (plan: PlanReport) => readonly Row[];
}

interface Row {
  readonly spoken: string;
  readonly label: string;
  readonly value: number | undefined;
}

export const bandwidthDial: Dial = { lowest: -1, highest: 4 };
export const latencyDial: Dial = { lowest: -1, highest: 3, hasZero: true };

const conditions: readonly Condition[] = [
  {
    name: 'bandwidthMbps',
    dial: bandwidthDial,
    title: () => text('column.bandwidth'),
    format: formatMbps,
    rows: ({ links }) =>
      links.map(({ from, to, bandwidthMbps }) => ({
        spoken: text('slide.bandwidth', from, to),
        label: text('boundary.link', from, to),
        value: bandwidthMbps,
      })),
  },
  {
    name: 'latencyMs',
    dial: latencyDial,
    title: () => text('slide.latency.title'),
    format: formatMs,
    rows: ({ links }) =>
      links.map(({ from, to, latencyMs }) => ({
        spoken: text('slide.latency', from, to),
        label: text('boundary.link', from, to),
        value: latencyMs,
      })),
  },
  {
    name: 'tierSpeed',
    dial: { lowest: -1, highest: 1 },
    title: () => text('slide.speed.title'),
    hint: () => text('slide.speed.hint'),
    format: formatRatio,
    rows: ({ tiers }) =>
      tiers.map(({ id, speed = 1 }) => ({ spoken: text('slide.speed', id), label: id, value: speed })),
  },
];

/** Slider position of a value. */
export function sliderPosition(value: number, { lowest, highest }: Dial): number {
  return value <= 0 ? lowest * stepsPerDecade : Math.round(clamp(Math.log10(value), lowest, highest) * stepsPerDecade);
}

/** Value at a slider position, with three significant digits. */
export function sliderValue(position: number, { lowest, hasZero = false }: Dial): number {
  if (hasZero && position <= lowest * stepsPerDecade) return 0;
  return Number((10 ** (position / stepsPerDecade)).toPrecision(3));
}

interface Slider {
  readonly input: HTMLInputElement;
  readonly output: HTMLElement;
}

export interface ConditionSliders {
  readonly element: HTMLElement;
  update(state: State): void;
}

/** A slider per link for its bandwidth and its latency, and one per tier for its speed; moving one plans again. */
export function createConditionSliders(controller: Controller): ConditionSliders {
  const groups = conditions.map((condition) => createGroup(condition, controller));
  return {
    element: element('div', { class: 'sliders' }, ...groups.map((group) => group.element)),
    update(state) {
      for (const group of groups) group.update(state);
    },
  };
}

/** The sliders of one condition; a move sends with every frame at most. */
function createGroup(condition: Condition, controller: Controller): ConditionSliders {
  const { name, dial } = condition;
  const list = element('div');
  const hint = condition.hint === undefined ? [] : [element('p', { class: 'hint slider-hint' }, condition.hint())];
  const root = element('div', {}, element('h3', {}, condition.title()), ...hint, list);
  const sliders: Slider[] = [];
  let names = '';
  let newest: State | undefined;

  const send = oncePerFrame(({ index, value, count }: { index: number; value: number; count: number }) => {
    if (newest !== undefined) controller.override(withCondition(newest.overrides, name, count, index, value));
  });

  const build = (rows: readonly Row[]) => {
    sliders.length = 0;
    list.replaceChildren(
      ...rows.map(({ spoken, label }, index) => {
        const input = element('input', {
          type: 'range',
          min: String(dial.lowest * stepsPerDecade),
          max: String(dial.highest * stepsPerDecade),
          step: '1',
          'aria-label': spoken,
        });
        const output = element('output', { class: 'numeric' });
        input.addEventListener('input', () => {
          const value = sliderValue(input.valueAsNumber, dial);
          showOn({ input, output }, value, condition);
          send({ index, value, count: rows.length });
        });
        sliders.push({ input, output });
        return element('label', { class: 'slider' }, element('span', {}, label), input, output);
      }),
    );
  };

  return {
    element: root,
    update(state) {
      newest = state;
      if (state.plan === null) return;
      const rows = condition.rows(state.plan);
      root.hidden = rows.length === 0;
      const nowNames = rows.map(({ spoken }) => spoken).join('|');
      if (nowNames !== names) {
        names = nowNames;
        build(rows);
      }
      for (const [index, { value }] of rows.entries()) {
        const slider = sliders[index];
        const shown = state.overrides[name]?.[index] ?? value;
        if (slider !== undefined && shown !== undefined) showOn(slider, shown, condition);
        else if (slider !== undefined) showUnknown(slider);
      }
    },
  };
}

function showOn({ input, output }: Slider, value: number, { dial, format }: Condition): void {
  const position = String(sliderPosition(value, dial));
  if (input.value !== position) input.value = position;
  const share = (Number(position) / stepsPerDecade - dial.lowest) / (dial.highest - dial.lowest);
  input.style.setProperty('--share', `${100 * share}%`);
  input.setAttribute('aria-valuetext', format(value));
  setText(output, format(value));
}

function showUnknown({ input, output }: Slider): void {
  input.setAttribute('aria-valuetext', text('slide.unknown'));
  setText(output, text('slide.unknown'));
}
