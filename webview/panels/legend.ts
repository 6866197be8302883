import { cssColor, mix } from '../color';
import { element } from '../dom';
import { formatMetric } from '../metric';
import type { State } from '../state';
import { text } from '../strings';
import type { Theme } from '../theme';
import { whenChanged } from './panel';

export interface Legend {
  readonly element: HTMLElement;
  update(state: State): void;
  useTheme(theme: Theme): void;
}

const samples = [0, 0.5, 1];

/** What the heat dots mean: size and color from the smallest to the largest value, logarithmic. */
export function createLegend(startTheme: Theme): Legend {
  const root = element('div', { class: 'legend', role: 'group', 'aria-label': text('legend.label') });
  let theme = startTheme;
  let newest: State | undefined;

  const dot = (share: number): HTMLElement => {
    const mark = element('span', { class: 'dot', 'aria-hidden': 'true' });
    const diameter = `${(2 + 3 * share) * 2}px`;
    mark.style.width = diameter;
    mark.style.height = diameter;
    mark.style.backgroundColor = cssColor(mix(theme.cold, theme.hot, share));
    return mark;
  };

  const build = ({ heat, planModel }: State) => {
    root.hidden = heat === null || heat.metric === 'none' || heat.high <= 0;
    if (heat === null || root.hidden) return;
    const measured = heat.metric === 'time' && planModel?.measured.includes(true) === true;
    root.replaceChildren(
      element('span', { class: 'legend-title' }, text(`metric.${heat.metric}`)),
      element('span', { class: 'numeric' }, formatMetric(heat.metric, heat.low)),
      ...samples.map(dot),
      element('span', { class: 'numeric' }, formatMetric(heat.metric, heat.high)),
      ...(measured ? [element('span', { class: 'dimmed' }, text('legend.measured'))] : []),
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
