import { tierLetters } from '../../src/shared/picture/tierLook';
import type { RegimeReport } from '../../src/shared/reports/bandwidthReports';
import type { PlanReport, StrategyReport } from '../../src/shared/reports/reports';
import { metrics, metricTable } from '../../src/shared/vocabulary/metrics';
import { statedFiguresOf } from '../../src/shared/vocabulary/unstatedText';
import { latencyEnds } from '../../src/shared/wording/regimeLatency';
import type { Controller } from '../control/controller';
import { element, withCode } from '../page/dom';
import { type Column, table } from '../page/table';
import { figureText, partCostText } from '../text/figureText';
import {
  formatBytes,
  formatCount,
  formatMacs,
  formatMbps,
  formatMbpsRange,
  formatMs,
  formatRatio,
  unknownNumber,
} from '../text/format';
import { text, translated } from '../text/strings';

/** What every tier of a plan runs. */
export function tiersTable(plan: PlanReport): HTMLElement {
  const letters = tierLetters(plan.tiers.map(({ id }) => id));
  const letterOf = new Map(plan.tiers.map(({ id }, index) => [id, letters[index] ?? '']));
  return table(
    text('plan.caption'),
    [
      { header: text('column.tier'), cell: ({ id }) => `${letterOf.get(id) ?? ''}  ${id}` },
      { header: text('column.nodes'), numeric: true, cell: ({ nodes }) => formatCount(nodes) },
      { header: text('column.time'), numeric: true, cell: ({ computeMs }) => formatMs(computeMs) },
      { header: text('column.macs'), numeric: true, cell: ({ macs }) => formatMacs(macs) },
      { header: text('column.weights'), numeric: true, cell: ({ weightBytes }) => formatBytes(weightBytes) },
      { header: text('column.cost'), numeric: true, cell: partCostText },
    ],
    plan.tiers,
  );
}

/** What every link of a plan carries. */
export function linksTable(plan: PlanReport): HTMLElement {
  return table(
    text('plan.links'),
    [
      { header: text('column.link'), cell: ({ from, to }) => `${from} → ${to}` },
      { header: text('column.bytes'), numeric: true, cell: ({ bytes }) => formatBytes(bytes) },
      { header: text('column.transfer'), numeric: true, cell: ({ transferMs }) => formatMs(transferMs) },
      { header: text('column.cost'), numeric: true, cell: partCostText },
    ],
    plan.links,
  );
}

/** Columns of what every table of plans shows: latency, cost, and what the objective counts. */
function metricColumns({ objective }: PlanReport): Column<StrategyReport>[] {
  const shown = metrics.filter((metric) => metric === 'latency' || metric === 'cost' || metric === objective);
  return shown.map((metric) => ({
    header: translated(metricTable[metric].label),
    numeric: true,
    cell: (row) => (row.unavailable === undefined ? figureText(row, metric) : unknownNumber),
  }));
}

/** How a strategy's latency stands against the plan's. */
function against(row: StrategyReport, plan: PlanReport): string {
  if (row.unavailable !== undefined) return unknownNumber;
  if (row.strategy === plan.strategy) return text('plan.this');
  const ratio = row.relative;
  if (ratio === null) return text('plan.more');
  if (Math.abs(ratio - 1) < 0.005) return text('plan.equal');
  const isLatency = plan.objective === 'latency';
  if (ratio < 1) return text(isLatency ? 'plan.faster' : 'plan.better', formatRatio(1 / ratio));
  return text(isLatency ? 'plan.slower' : 'plan.worse', formatRatio(ratio));
}

/** The plan among those of the other strategies and of every single tier; choosing one holds it against the plan. */
export function strategiesTable(plan: PlanReport, controller: Controller): HTMLElement {
  const own: StrategyReport = {
    strategy: plan.strategy,
    ...statedFiguresOf(plan),
    evaluatedPlans: plan.evaluatedPlans,
    relative: 1,
  };
  const others = [...plan.strategies, ...plan.baselines].filter(({ strategy }) => strategy !== plan.strategy);
  return table(
    text('plan.strategies'),
    [
      {
        header: text('column.strategy'),
        cell: (row) => strategyName(row, plan, controller),
      },
      ...metricColumns(plan),
      { header: text('column.speedup'), numeric: true, cell: (row) => against(row, plan) },
    ],
    [own, ...others],
    ({ strategy }) => (strategy === plan.strategy ? 'chosen' : ''),
  );
}

/** The strategy's name; that of another plan holds it against this one. */
function strategyName(row: StrategyReport, plan: PlanReport, controller: Controller): HTMLElement {
  if (row.unavailable !== undefined) return element('span', { title: row.unavailable }, row.strategy);
  if (row.strategy === plan.strategy) return element('span', {}, row.strategy);
  const name = `${text('compare.with')}: ${row.strategy}`;
  const created = element(
    'button',
    { class: 'row-link', type: 'button', 'aria-label': name, title: name },
    row.strategy,
  );
  created.addEventListener('click', () => controller.compare(row.strategy));
  return created;
}

function splitCell({ nodesPerTier, infeasible }: RegimeReport): HTMLElement | string {
  if (infeasible === undefined) return nodesPerTier.join(' · ');
  return element('span', { title: infeasible.reason }, text('regimes.none'));
}

/** A range of bandwidths. */
export function bandwidthsText(fromMbps: number, toMbps: number | null): string {
  if (toMbps === null) return fromMbps === 0 ? text('regimes.any') : text('regimes.from', formatMbps(fromMbps));
  return fromMbps === 0 ? text('regimes.upTo', formatMbps(toMbps)) : formatMbpsRange(fromMbps, toMbps).join(' – ');
}

/** The latency at the slow end of the regime and at the fast one. */
function latencyCell(regime: RegimeReport): string {
  if (regime.infeasible !== undefined) return unknownNumber;
  return latencyEnds(regime).join(' – ');
}

function regimesTable(regimes: readonly RegimeReport[]): HTMLElement {
  return table(
    text('chart.bandwidth'),
    [
      { header: text('column.bandwidth'), cell: ({ fromMbps, toMbps }) => bandwidthsText(fromMbps, toMbps) },
      { header: text('column.split'), numeric: true, cell: splitCell },
      {
        header: text('column.latency'),
        numeric: true,
        cell: latencyCell,
      },
    ],
    regimes,
  );
}

/** Which plan is best at which bandwidth of a link. */
export function regimesOf(plan: PlanReport, regimes: readonly RegimeReport[], link: number): HTMLElement[] {
  const report = plan.links[link];
  if (report === undefined || regimes.length === 0) return [];
  const reasons = regimes.flatMap(({ infeasible }) =>
    infeasible === undefined ? [] : [element('p', { class: 'hint' }, ...withCode(infeasible.reason))],
  );
  return [element('h3', {}, text('plan.regimes', report.from, report.to)), regimesTable(regimes), ...reasons];
}
