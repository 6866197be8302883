import { bandwidthChart } from '../charts/bandwidthChart';
import { paretoChart } from '../charts/paretoChart';
import { profileChart } from '../charts/profileChart';
import { createRegionView } from '../charts/regionView';
import type { Controller } from '../control/controller';
import { withPlacement } from '../model/overrides';
import type { State } from '../model/state';
import { element } from '../page/dom';
import { text } from '../text/strings';
import { type Panel, whenChanged } from './panel';
import { regimesHint } from './regimesHint';

/** Charts of the model and of the plan; drawn again when the panel's width changes. */
export function createChartsPanel(controller: Controller): Panel {
  const root = element('div', { class: 'charts' });
  const regions = createRegionView(controller);
  let newest: State | undefined;
  let width = 0;
  const build = (state: State) => {
    const chartWidth = Math.max(240, width || root.clientWidth || 340);
    const charts = [
      profileChart(state, chartWidth, (nodeId) => controller.select([nodeId])),
      ...(state.plan?.links ?? []).map((_, link) => bandwidthChart(state, chartWidth, link)),
      ...regimesHint(state.plan),
      regions.build(state, chartWidth),
      paretoChart(state, chartWidth, ({ nodes }) => {
        if (nodes !== undefined) controller.override(withPlacement(state.overrides, nodes));
      }),
    ].filter((chart) => chart !== undefined);
    root.replaceChildren(...(charts.length > 0 ? charts : [element('p', { class: 'hint' }, text('chart.none'))]));
    regions.restoreFocus();
  };
  const update = whenChanged(
    ({ scene, analysis, plan, selection, details, overrides, regions: map }) => [
      scene,
      analysis,
      plan,
      selection,
      details,
      overrides,
      map,
    ],
    build,
  );
  new ResizeObserver(([entry]) => {
    const now = Math.round(entry?.contentRect.width ?? 0);
    if (now === width || now === 0) return;
    width = now;
    if (newest !== undefined) build(newest);
  }).observe(root);
  return {
    element: root,
    update(state) {
      newest = state;
      update(state);
      regions.request(state);
    },
  };
}
