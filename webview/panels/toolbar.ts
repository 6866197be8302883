import { heatMetricNamed, heatMetrics } from '../../src/shared/picture/picture';
import { metrics, metricTable } from '../../src/shared/vocabulary/metrics';
import { namedStrategies, strategyTable } from '../../src/shared/vocabulary/strategies';
import type { Controller } from '../control/controller';
import type { State } from '../model/state';
import { element } from '../page/dom';
import { button, type Choice, picker, type SearchField, searchField } from '../page/toolkit';
import type { GraphView } from '../renderer/graphView';
import { text, translated } from '../text/strings';

export interface Toolbar {
  readonly element: HTMLElement;
  readonly search: SearchField;
  update(state: State): void;
}

/** The plan's own value is always among the choices, even when it is none of the usual ones. */
function choices(usual: readonly Choice[], current: string): readonly Choice[] {
  const isUsual = current === '' || usual.some(({ value }) => value === current);
  return isUsual ? usual : [{ value: current, label: current }, ...usual];
}

const objectiveChoices = (): Choice[] =>
  metrics.map((metric) => {
    const { label, description } = metricTable[metric];
    return { value: metric, label: translated(label), title: translated(description) };
  });

const strategyChoices = (): Choice[] =>
  namedStrategies.map((strategy) => {
    const { label, description } = strategyTable[strategy];
    return { value: strategy, label: strategy, title: `${translated(label)}: ${translated(description)}` };
  });

/** Tools above the graph. */
export function createToolbar(view: GraphView, controller: Controller, state: () => State): Toolbar {
  const search = searchField(text('toolbar.search'), text('toolbar.search.hint'), (query) => controller.search(query));
  const metric = picker(text('toolbar.metric'), (value) => {
    const chosen = heatMetricNamed(value);
    if (chosen !== undefined) controller.setMetric(chosen);
  });
  const objective = picker(text('toolbar.objective'), (value) =>
    controller.override({ ...state().overrides, objective: value }),
  );
  const strategy = picker(text('toolbar.strategy'), (value) =>
    controller.override({ ...state().overrides, strategy: value }),
  );
  const exportPlan = button({
    label: text('toolbar.export'),
    appearance: 'primary',
    onClick: () => controller.run('exportPlan'),
  });
  const savePicture = button({
    label: text('toolbar.picture'),
    title: text('toolbar.picture.title'),
    onClick: () => controller.run('savePicture'),
  });
  const details = button({
    label: text('toolbar.details'),
    title: text('toolbar.details.title'),
    onClick: () => controller.setPanel({ open: !state().panel.open }),
  });
  const zooms = element(
    'span',
    { class: 'tool-group' },
    button({
      label: '−',
      title: text('toolbar.zoomOut'),
      name: text('toolbar.zoomOut'),
      onClick: () => view.zoom(1 / 1.4, undefined, undefined, true),
    }),
    button({
      label: '+',
      title: text('toolbar.zoomIn'),
      name: text('toolbar.zoomIn'),
      onClick: () => view.zoom(1.4, undefined, undefined, true),
    }),
    button({ label: text('toolbar.fit'), title: text('toolbar.fit.title'), onClick: () => view.fit() }),
  );
  const root = element(
    'div',
    { role: 'toolbar', class: 'toolbar', 'aria-label': text('toolbar.label') },
    zooms,
    element('span', { class: 'search' }, search.element),
    metric.element,
    objective.element,
    strategy.element,
    element('span', { class: 'gap' }),
    savePicture,
    exportPlan,
    details,
  );
  return {
    element: root,
    search,
    update(now) {
      metric.show(
        [
          ...heatMetrics.map((name) => ({ value: name, label: text(`metric.${name}`) })),
          ...(now.data === null ? [] : [{ value: 'data', label: now.data.name }]),
        ],
        now.metric,
      );
      const objectiveNow = now.overrides.objective ?? now.plan?.objective ?? '';
      const strategyNow = now.overrides.strategy ?? now.plan?.strategy ?? '';
      objective.show(choices(objectiveChoices(), objectiveNow), objectiveNow);
      strategy.show(choices(strategyChoices(), strategyNow), strategyNow);
      savePicture.toggleAttribute('disabled', now.scene === null);
      exportPlan.toggleAttribute('disabled', now.plan === null);
      details.setAttribute('aria-pressed', String(now.panel.open));
    },
  };
}
