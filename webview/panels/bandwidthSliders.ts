import { clamp } from '../../src/shared/geometry';
import type { PlanReport } from '../../src/shared/reports';
import type { Controller } from '../control/controller';
import { withBandwidth } from '../model/overrides';
import type { State } from '../model/state';
import { element, oncePerFrame, setText } from '../page/dom';
import { formatMbps } from '../text/format';
import { text } from '../text/strings';

/** Sliders run over powers of ten of Mb/s, in hundredths. */
const lowestExponent = -1;
const highestExponent = 4;
const stepsPerDecade = 100;

/** Slider position of a bandwidth. */
export function sliderPosition(mbps: number): number {
  return Math.round(clamp(Math.log10(mbps), lowestExponent, highestExponent) * stepsPerDecade);
}

/** Bandwidth at a slider position, with three significant digits. */
export function sliderBandwidth(position: number): number {
  return Number((10 ** (position / stepsPerDecade)).toPrecision(3));
}

interface Slider {
  readonly input: HTMLInputElement;
  readonly output: HTMLElement;
}

export interface BandwidthSliders {
  readonly element: HTMLElement;
  update(state: State): void;
}

/** One slider per link; moving it plans again with every frame at most. */
export function createBandwidthSliders(controller: Controller): BandwidthSliders {
  const root = element('div', { class: 'sliders' });
  const sliders: Slider[] = [];
  let names = '';
  let newest: State | undefined;

  const send = oncePerFrame(({ link, mbps, links }: { link: number; mbps: number; links: number }) => {
    if (newest !== undefined) controller.override(withBandwidth(newest.overrides, links, link, mbps));
  });

  const build = (plan: PlanReport) => {
    sliders.length = 0;
    root.replaceChildren(
      ...plan.links.map(({ from, to }, link) => {
        const input = element('input', {
          type: 'range',
          min: String(lowestExponent * stepsPerDecade),
          max: String(highestExponent * stepsPerDecade),
          step: '1',
          'aria-label': text('plan.bandwidth', from, to),
        });
        const output = element('output', { class: 'numeric' });
        input.addEventListener('input', () => {
          const mbps = sliderBandwidth(input.valueAsNumber);
          showOn({ input, output }, mbps);
          send({ link, mbps, links: plan.links.length });
        });
        sliders.push({ input, output });
        return element('label', { class: 'slider' }, element('span', {}, `${from} → ${to}`), input, output);
      }),
    );
  };

  return {
    element: root,
    update(state) {
      newest = state;
      if (state.plan === null) return;
      const nowNames = state.plan.links.map(({ from, to }) => `${from} ${to}`).join('|');
      if (nowNames !== names) {
        names = nowNames;
        build(state.plan);
      }
      state.plan.links.forEach(({ bandwidthMbps }, link) => {
        const slider = sliders[link];
        const mbps = state.overrides.bandwidthMbps?.[link] ?? bandwidthMbps ?? null;
        if (slider === undefined) return;
        if (mbps === null) showUnknown(slider);
        else showOn(slider, mbps);
      });
    },
  };
}

function showOn({ input, output }: Slider, mbps: number): void {
  const position = String(sliderPosition(mbps));
  if (input.value !== position) input.value = position;
  const share = (Number(position) / stepsPerDecade - lowestExponent) / (highestExponent - lowestExponent);
  input.style.setProperty('--share', `${100 * share}%`);
  input.setAttribute('aria-valuetext', formatMbps(mbps));
  setText(output, formatMbps(mbps));
}

function showUnknown({ input, output }: Slider): void {
  input.setAttribute('aria-valuetext', text('plan.bandwidth.unknown'));
  setText(output, text('plan.bandwidth.unknown'));
}
