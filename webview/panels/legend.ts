import { dotRadius } from '../../src/engine/picture/displayList/boxShapes';
import type { Theme } from '../../src/engine/picture/displayList/theme';
import type { State } from '../model/state';
import { element } from '../page/dom';
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

  const dot = (share: number, color: string | null | undefined): HTMLElement => {
    const mark = element('span', { class: 'dot', 'aria-hidden': 'true' });
    const diameter = `${2 * dotRadius(share)}px`;
    mark.style.width = diameter;
    mark.style.height = diameter;
    mark.style.backgroundColor = color ?? theme.dotHeat(share);
    return mark;
  };

  const build = ({ list }: State) => {
    const legend = list?.legend ?? null;
    root.hidden = legend === null;
    if (legend === null) return;
    root.replaceChildren(
      element('div', { class: 'legend-title' }, legend.title),
      ...legend.steps.map(({ share, text: figure, color }) =>
        element(
          'div',
          { class: 'legend-step' },
          element('span', { class: 'legend-dot' }, dot(share, color)),
          element('span', { class: 'numeric' }, figure),
        ),
      ),
      ...(legend.note === null ? [] : [element('div', { class: 'dimmed' }, legend.note)]),
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
