import type { ParetoReport } from '../../src/shared/reports/reports';
import { metricTable, shownMetrics } from '../../src/shared/vocabulary/metrics';
import type { State } from '../model/state';
import { element, svgElement } from '../page/dom';
import { on } from '../page/patch';
import { type Column, table } from '../page/table';
import { figureText, partCostText, planCostText } from '../text/figureText';
import { formatCount, formatDollars, formatMs } from '../text/format';
import { text, translated } from '../text/strings';
import { bottomAxis, markAt, plot, plotArea, sideAxis } from './plot';
import { addReadout, type Cursor } from './readout';
import { fittingScale, linearScale } from './scale';

/** Relative difference below which two figures are of the same plan. */
const sameFigure = 1e-9;

/** The plan that is shown, among the efficient ones. */
function isShown(one: ParetoReport, { plan }: State): boolean {
  if (plan === null || !one.nodesPerTier.every((nodes, tier) => plan.tiers[tier]?.nodes === nodes)) return false;
  return Math.abs(one.latencyMs - plan.latencyMs) <= sameFigure * plan.latencyMs;
}

interface Pareto {
  readonly plans: readonly ParetoReport[];
  readonly state: State;
  readonly use: (plan: ParetoReport) => void;
  readonly cursor: Cursor;
}

/** The picture, and below it the figures of the plan that is pointed at, before it is taken. */
function picture({ plans, state, use, cursor }: Pareto, width: number): (Element | string)[] {
  const area = plotArea(width);
  const latencies = plans.map(({ latencyMs }) => latencyMs);
  const byCost = [...plans].sort((a, b) => a.costPerRequest - b.costPerRequest);
  const costEnd = (at: 0 | -1) => partCostText(byCost.at(at) ?? { costPerRequest: null });
  const x = fittingScale(latencies, area.left, area.right, 4);
  const y = linearScale(0, (byCost.at(-1)?.costPerRequest ?? 0) * 1.1 || 1, area.bottom, area.top, 4);
  const summary = text(
    'pareto.summary',
    plans.length,
    formatMs(Math.min(...latencies)),
    formatMs(Math.max(...latencies)),
    costEnd(0),
    costEnd(-1),
  );
  const drawn = plot(width, `${text('pareto.caption')}. ${summary}`);
  drawn.append(sideAxis(area, y, formatDollars, 'left'), bottomAxis(area, x, formatMs, text('pareto.axes')));
  for (const one of plans) {
    const mark = markAt(
      isShown(one, state) ? 'chosen-mark' : 'candidate-mark',
      x(one.latencyMs),
      y(one.costPerRequest),
    );
    mark.append(svgElement('title', {}, `${formatMs(one.latencyMs)}, ${planCostText(one)}`));
    mark.classList.add('pickable');
    on(mark, 'click', () => use(one));
    drawn.append(mark);
  }
  const words = addReadout(drawn, {
    name: text('chart.cursor', text('pareto.caption')),
    hint: text('pareto.point'),
    area,
    values: latencies,
    x,
    words: (index) => planWords(plans[index], state),
    choose: (index) => {
      const plan = plans[index];
      if (plan !== undefined) use(plan);
    },
    cursor,
  });
  return [drawn, words];
}

/** Every figure of a plan, and how many nodes run where. */
function planWords(one: ParetoReport | undefined, { plan }: State): string {
  if (one === undefined) return '';
  const figures = shownMetrics(plan?.objective ?? '', [one]).map((metric) =>
    metric === 'cost' ? planCostText(one) : figureText(one, metric),
  );
  const nodes = one.nodesPerTier.map((count, tier) => `${plan?.tiers[tier]?.id ?? ''} ${formatCount(count)}`);
  return text('pareto.at', figures.join(', '), nodes.join(', '));
}

function useButton(one: ParetoReport, state: State, use: (plan: ParetoReport) => void): HTMLElement {
  if (isShown(one, state)) return element('span', { class: 'dimmed' }, text('plan.this'));
  const name = text('pareto.use.name', formatMs(one.latencyMs), planCostText(one));
  const button = element('button', { class: 'row-link', type: 'button', 'aria-label': name }, text('pareto.use'));
  on(button, 'click', () => use(one));
  return button;
}

/** Whether these are all efficient plans. */
function completeness({ plan }: State): string {
  if (plan?.paretoComplete) return text('pareto.complete');
  if (plan?.paretoBounded) return text('pareto.bounded');
  return text('pareto.partial', formatCount(plan?.paretoLevels ?? 0));
}

/** Cost against latency of the efficient plans; a click on one, or its button in the table below, takes it. */
export function paretoChart(
  state: State,
  width: number,
  use: (plan: ParetoReport) => void,
  cursor: Cursor = { value: undefined },
): HTMLElement | undefined {
  const plans = [...(state.plan?.pareto ?? [])].sort((a, b) => a.latencyMs - b.latencyMs);
  if (plans.length < 2) return undefined;
  const columns = shownMetrics(state.plan?.objective ?? '', plans).map(
    (metric): Column<ParetoReport> => ({
      header: translated(metricTable[metric].label),
      numeric: true,
      cell: (one) => figureText(one, metric),
    }),
  );
  return element(
    'figure',
    {},
    element('figcaption', {}, text('pareto.caption')),
    element('p', { class: 'hint' }, `${text('pareto.hint')} ${completeness(state)}`),
    ...picture({ plans, state, use, cursor }, width),
    table(
      text('pareto.caption'),
      [
        { header: text('column.split'), cell: ({ nodesPerTier }) => nodesPerTier.join(' · ') },
        ...columns,
        { header: '', cell: (one) => useButton(one, state, use) },
      ],
      plans,
      (one) => (isShown(one, state) ? 'chosen' : ''),
    ),
  );
}
