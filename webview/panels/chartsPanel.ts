import { bandwidthChart } from '../charts/bandwidthChart';
import { paretoChart } from '../charts/paretoChart';
import { profileChart } from '../charts/profileChart';
import type { Cursor } from '../charts/readout';
import { createRegionView } from '../charts/regionView';
import type { Controller } from '../control/controller';
import { withPlacement } from '../model/overrides';
import type { State } from '../model/state';
import { element } from '../page/dom';
import { patch } from '../page/patch';
import { text } from '../text/strings';
import { type Panel, whenChanged } from './panel';
import { regimesHint } from './regimesHint';

/** Charts of the model and of the plan; drawn again when the panel's width changes. Each has a place of its own. */
export function createChartsPanel(controller: Controller): Panel {
  const regions = createRegionView(controller);
  const [profile, bandwidths, pareto] = [element('div'), element('div'), element('div')];
  const none = element('p', { class: 'hint' }, text('chart.none'));
  const root = element('div', { class: 'charts' }, profile, bandwidths, regions.element, pareto, none);
  const [profileCursor, paretoCursor]: Cursor[] = [{ value: undefined }, { value: undefined }];
  const linkCursors: Cursor[] = [];
  let newest: State | undefined;
  let width = 0;
  const present = (charts: readonly (HTMLElement | undefined)[]) => charts.filter((chart) => chart !== undefined);
  const build = (state: State) => {
    const chartWidth = Math.max(240, width || root.clientWidth || 340);
    patch(profile, present([profileChart(state, chartWidth, (nodeId) => controller.select([nodeId]), profileCursor)]));
    patch(bandwidths, [
      ...present(
        (state.plan?.links ?? []).map((_, link) => {
          linkCursors[link] ??= { value: undefined };
          return bandwidthChart(state, chartWidth, link, linkCursors[link]);
        }),
      ),
      ...regimesHint(state.plan),
    ]);
    regions.draw(state, chartWidth);
    patch(
      pareto,
      present([
        paretoChart(
          state,
          chartWidth,
          ({ nodes }) => {
            if (nodes !== undefined) controller.override(withPlacement(state.overrides, nodes));
          },
          paretoCursor,
        ),
      ]),
    );
    none.hidden = [profile, bandwidths, pareto].some(({ childElementCount }) => childElementCount > 0);
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
