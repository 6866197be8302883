import { hasOverrides } from '../../src/shared/protocol/overrides';
import type { PlanReport } from '../../src/shared/reports/reports';
import type { Controller } from '../control/controller';
import { element } from '../page/dom';
import { patch } from '../page/patch';
import { button } from '../page/toolkit';
import { formatCount } from '../text/format';
import { text } from '../text/strings';
import { answerView, restsOnView } from './answer/answerView';
import type { PointedBar } from './answer/bars';
import { nextStepsView } from './answer/nextSteps';
import { triedView } from './answer/triedView';
import { comparisonView } from './comparisonView';
import { createConditionSliders } from './conditionSliders';
import { type Panel, whenChanged } from './panel';
import { planFigures } from './planFigures';
import { linksTable, regimesOf, strategiesTable, tiersTable } from './planTables';
import { regimesHint } from './regimesHint';

/** The plan in figures: sliders per link, tiers, links, the other strategies, and the bandwidth regimes. */
export function createPlanPanel(controller: Controller): Panel {
  const sliders = createConditionSliders(controller);
  const answer = element('div');
  const next = element('div');
  const summary = element('div');
  const tables = element('div');
  const undo = button({
    label: text('plan.undo'),
    title: text('plan.undo.title'),
    onClick: () => controller.undo(),
  });
  const redo = button({
    label: text('plan.redo'),
    title: text('plan.redo.title'),
    onClick: () => controller.redo(),
  });
  const reset = button({ label: text('plan.reset'), onClick: () => controller.override({}) });
  const keep = button({
    label: text('plan.keep'),
    title: text('plan.keep.title'),
    onClick: () => controller.run('keepTried'),
  });
  const tried = element('div');
  const touched = element(
    'div',
    { class: 'touched' },
    tried,
    element('p', { class: 'hint' }, text('plan.changed')),
    element('div', { class: 'actions' }, undo, redo, reset, keep),
  );
  const root = element('div', { class: 'plan' }, answer, touched, sliders.element, next, summary, tables);
  const comparison = element('div');
  const compare = whenChanged(
    (state) => [state.comparison, state.plan, state.overlay],
    (state) => {
      const view = comparisonView(state, controller);
      comparison.replaceChildren(...(view === undefined ? [] : [view]));
      view?.scrollIntoView({ block: 'nearest' });
    },
  );
  const pointed: PointedBar = { key: undefined };
  const tell = whenChanged(
    ({ plan, plannedUnder, tried }) => [plan, plannedUnder, tried],
    (state) => patch(answer, answerView(state, pointed, controller)),
  );
  const listTried = whenChanged(
    ({ plan, plannedUnder }) => [plan, plannedUnder],
    (state) => patch(tried, triedView(state, controller)),
  );
  const offer = whenChanged(
    ({ analysis, overrides }) => [analysis?.openDimensions.length, hasOverrides(overrides)],
    (state) => next.replaceChildren(...nextStepsView(state, controller)),
  );
  const build = whenChanged(
    ({ plan, analysis }) => [plan, analysis],
    ({ plan, analysis }) => {
      if (plan === null) return;
      summary.replaceChildren(...restsOnView(plan, analysis), ...boundedHint(plan), planFigures(plan));
      tables.replaceChildren(
        element('h3', {}, text('plan.caption')),
        tiersTable(plan),
        ...(plan.links.length === 0 ? [] : [element('h3', {}, text('plan.links')), linksTable(plan)]),
        element('h3', {}, text('plan.strategies')),
        element('p', { class: 'hint' }, text('compare.hint')),
        strategiesTable(plan, controller),
        comparison,
        ...plan.linkRegimes.flatMap((regimes, link) => regimesOf(plan, regimes, link)),
        ...regimesHint(plan),
      );
    },
  );
  return {
    element: root,
    update(state) {
      tell(state);
      listTried(state);
      offer(state);
      build(state);
      compare(state);
      sliders.update(state);
      // What there is nothing of yet is not offered.
      sliders.element.hidden = state.plan === null;
      next.hidden = state.analysis === null;
      const { past, future } = state.history;
      touched.hidden = !hasOverrides(state.overrides) && past.length === 0 && future.length === 0;
      undo.toggleAttribute('disabled', past.length === 0);
      redo.toggleAttribute('disabled', future.length === 0);
      keep.toggleAttribute('disabled', !hasOverrides(state.overrides));
      reset.toggleAttribute('disabled', !hasOverrides(state.overrides));
    },
  };
}

/** Says where not every cut was looked at. */
function boundedHint({ boundedBlocks = 0 }: PlanReport): HTMLElement[] {
  if (boundedBlocks === 0) return [];
  const told = text('plan.bounded', formatCount(boundedBlocks));
  return [element('p', { class: 'hint' }, told)];
}
