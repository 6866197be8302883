import { formatMetric, heatOf } from '../model/metric';
import type { State } from '../model/state';
import { element } from '../page/dom';
import type { Theme } from '../renderer/theme';
import { text } from '../text/strings';
import { whenChanged } from './panel';

export interface Legend {
  readonly element: HTMLElement;
  update(state: State): void;
  useTheme(theme: Theme): void;
}

/** What the heat dots mean: size and color from the largest to the smallest value, logarithmic. */
export function createLegend(startTheme: Theme): Legend {
  const root = element('div', { class: 'legend', role: 'group', 'aria-label': text('legend.label') });
  let theme = startTheme;
  let newest: State | undefined;

  const dot = (share: number): HTMLElement => {
    const mark = element('span', { class: 'dot', 'aria-hidden': 'true' });
    const diameter = `${(2 + 3 * share) * 2}px`;
    mark.style.width = diameter;
    mark.style.height = diameter;
    mark.style.backgroundColor = theme.dotHeat(share);
    return mark;
  };

  const build = ({ heat, planModel }: State) => {
    root.hidden = heat === null || heat.metric === 'none' || heat.high <= 0;
    if (heat === null || heat.metric === 'none' || root.hidden) return;
    const measured = heat.metric === 'time' && planModel?.measured.includes(true) === true;
    const { low, high } = heat;
    const isOne = high / low < 1.01;
    const values = isOne ? [high] : [high, Math.sqrt(low * high), low];
    root.replaceChildren(
      element('div', { class: 'legend-title' }, text(isOne ? `metric.${heat.metric}` : `legend.log.${heat.metric}`)),
      ...values.map((value) =>
        element(
          'div',
          { class: 'legend-step' },
          element('span', { class: 'legend-dot' }, dot(heatOf(heat, value))),
          element('span', { class: 'numeric' }, formatMetric(heat.metric, value)),
        ),
      ),
      ...(measured ? [element('div', { class: 'dimmed' }, text('legend.measured'))] : []),
    );
  };
  const update = whenChanged(({ heat, planModel }) => [heat, planModel], build);

  return {
    element: root,
    update(state) {
      newest = state;
      update(state);
    },
    useTheme(newTheme) {
      theme = newTheme;
      if (newest !== undefined) build(newest);
    },
  };
}
