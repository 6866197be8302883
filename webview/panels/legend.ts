import { dotRadius } from '../../src/engine/picture/displayList/boxShapes';
import type { Theme } from '../../src/engine/picture/displayList/theme';
import type { OpFamily } from '../../src/shared/picture/scene';
import type { State } from '../model/state';
import { element } from '../page/dom';
import { text } from '../text/strings';
import { whenChanged } from './panel';

export interface Legend {
  readonly element: HTMLElement;
  update(state: State): void;
  useTheme(theme: Theme): void;
}

/** What the heat dots mean, by size and color from the largest to the smallest value, and the bars of the operators. */
export function createLegend(startTheme: Theme): Legend {
  const root = element('div', { class: 'legend', role: 'group', 'aria-label': text('legend.label') });
  let theme = startTheme;
  let newest: State | undefined;

  const dot = (share: number, color: string | null | undefined): HTMLElement => {
    const mark = element('span', { class: color ? 'dot given' : 'dot', 'aria-hidden': 'true' });
    const diameter = `${2 * dotRadius(share)}px`;
    mark.style.width = diameter;
    mark.style.height = diameter;
    mark.style.backgroundColor = color ?? theme.dotHeat(share);
    return mark;
  };

  const familyBar = (family: OpFamily): HTMLElement => {
    const mark = element('span', { class: 'family-bar', 'aria-hidden': 'true' });
    mark.style.backgroundColor = theme.families[family];
    return mark;
  };

  const build = ({ list }: State) => {
    const legend = list?.legend ?? null;
    root.hidden = legend === null;
    if (legend === null) return;
    root.replaceChildren(
      ...(legend.title === null ? [] : [element('div', { class: 'legend-title' }, legend.title)]),
      ...legend.steps.map(({ share, text: figure, color }) =>
        element(
          'div',
          { class: 'legend-step' },
          element('span', { class: 'legend-dot' }, dot(share, color)),
          element('span', { class: 'numeric' }, figure),
        ),
      ),
      ...(legend.note === null ? [] : [element('div', { class: 'dimmed' }, legend.note)]),
      ...(legend.operators.length === 0 ? [] : [element('div', { class: 'legend-title' }, legend.operatorsTitle)]),
      ...legend.operators.map(({ family, text: name }) =>
        element('div', { class: 'legend-step' }, element('span', { class: 'legend-dot' }, familyBar(family)), name),
      ),
    );
  };
  const update = whenChanged(({ list }) => [list], build);

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
