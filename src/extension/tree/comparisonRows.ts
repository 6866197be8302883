import { markdownText } from '../../shared/escape/markdown';
import { fillPlaces } from '../../shared/messages/message';
import type { RegimeReport } from '../../shared/reports/bandwidthReports';
import type { PlanReport, StrategyReport } from '../../shared/reports/reports';
import {
  bandwidthEnds,
  bandwidthText,
  costShortText,
  costText,
  durationText,
} from '../../shared/vocabulary/quantities';
import { latencyEnds } from '../../shared/wording/regimeLatency';
import type { Translate } from '../window/text';
import type { TreeRow } from './row';
import { factorText, metricLines, statedCost } from './words';

/** Baselines (one tier runs everything) and the other strategies, each against the plan. */
export function strategiesSection(plan: PlanReport, t: Translate): TreeRow {
  const rows = [
    ...plan.baselines.map((report) => strategyRow('baseline', report, t)),
    ...plan.strategies.map((report) => strategyRow('strategy', report, t)),
  ];
  return {
    id: 'strategies',
    label: t('Baselines and strategies'),
    description: t('vs. plan'),
    icon: 'graph-left',
    kind: 'section',
    children: rows,
  };
}

function strategyRow(group: 'baseline' | 'strategy', report: StrategyReport, t: Translate): TreeRow {
  const single = report.strategy.match(/^single:(.+)$/)?.[1];
  const label = single === undefined ? report.strategy : t('Everything on {0}', single);
  const id = `strategies/${group}/${report.strategy}`;
  if (report.unavailable !== undefined) {
    const reason = report.unavailable;
    return {
      id,
      label,
      description: reason,
      icon: 'circle-slash',
      kind: 'fact',
      tooltip: () => markdownText(reason),
      children: [],
    };
  }
  const verdict = comparison(report.relative, t);
  return {
    id,
    label,
    description: `${verdict}, ${durationText(report.latencyMs)}, ${statedCost(report, costShortText, t)}`,
    spoken: `${label}: ${verdict}, ${durationText(report.latencyMs)}, ${statedCost(report, costText, t)}`,
    icon: group === 'baseline' ? 'server' : 'beaker',
    kind: 'fact',
    tooltip: () => strategyTooltip(report, verdict, t),
    children: [],
  };
}

/** What a relative objective value means in words: 3.2 -> "3.2x worse"; without one, the plan's own value is 0. */
function comparison(relative: number | null, t: Translate): string {
  if (relative === null) return t('worse');
  if (Math.abs(relative - 1) < 0.0005) return t('equal');
  return relative > 1 ? t('{0} worse', factorText(relative)) : t('{0} better', factorText(1 / relative));
}

function strategyTooltip(report: StrategyReport, verdict: string, t: Translate): string {
  return [
    `**${markdownText(report.strategy)}**: ${markdownText(verdict)}`,
    ...metricLines(report, t),
    `**${t('Plans evaluated')}**: ${report.evaluatedPlans}`,
  ].join('\n\n');
}

/** Which plan is best at which bandwidth of the first link. */
export function regimesSection(plan: PlanReport, t: Translate): TreeRow {
  const possible = plan.regimes.filter(({ infeasible }) => infeasible === undefined).length;
  return {
    id: 'regimes',
    label: t('Bandwidth regimes'),
    description:
      plan.regimes.length === 1 ? t('one plan at any bandwidth') : fillPlaces(t('{0|# plan|# plans}'), possible),
    icon: 'pulse',
    kind: 'section',
    children: plan.regimes.map((regime) => regimeRow(regime, plan, t)),
  };
}

function regimeRow(regime: RegimeReport, plan: PlanReport, t: Translate): TreeRow {
  const { fromMbps, toMbps } = regime;
  const range = rangeText(fromMbps, toMbps, t);
  if (regime.infeasible !== undefined) return noPlanRow(range, regime.infeasible.reason, fromMbps);
  const split = regime.nodesPerTier.map((nodes, tier) => `${plan.tiers[tier]?.id ?? tier} ${nodes}`).join(' | ');
  const [first = '', second] = latencyEnds(regime);
  const latency = second === undefined ? first : t('{0} to {1}', first, second);
  return {
    id: `regimes/${fromMbps}`,
    label: range,
    description: `${split}, ${latency}`,
    spoken: `${range}: ${split.replaceAll(' | ', ', ')}; ${latency}`,
    icon: 'dashboard',
    kind: 'fact',
    tooltip: () => markdownText(regime.summary),
    children: [],
  };
}

/** Bandwidths at which no plan keeps the limits, and what to relax. */
function noPlanRow(range: string, reason: string, fromMbps: number): TreeRow {
  return {
    id: `regimes/${fromMbps}`,
    label: range,
    description: reason.replaceAll('`', ''),
    spoken: `${range}: ${reason.replaceAll('`', '')}`,
    icon: 'circle-slash',
    kind: 'fact',
    tooltip: () => markdownText(reason),
    children: [],
  };
}

function rangeText(fromMbps: number, toMbps: number | null, t: Translate): string {
  if (toMbps === null) return fromMbps === 0 ? t('Any bandwidth') : t('{0} and above', bandwidthText(fromMbps));
  if (fromMbps === 0) return t('Up to {0}', bandwidthText(toMbps));
  return t('{0} to {1}', ...bandwidthEnds(fromMbps, toMbps));
}
