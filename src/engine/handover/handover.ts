import type { PlanDocument } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import type { RegimeReport } from '../../shared/reports/bandwidthReports';
import type { AnalysisReport, PlanReport } from '../../shared/reports/reports';
import { metricEntry, shownMetrics } from '../../shared/vocabulary/metrics';
import {
  bandwidthEnds,
  bandwidthText,
  bytesText,
  countText,
  durationText,
  macsText,
  ratioText,
} from '../../shared/vocabulary/quantities';
import { unlessUnstated } from '../../shared/vocabulary/unstatedText';
import { marginTexts } from '../../shared/wording/marginText';
import { latencyEnds } from '../../shared/wording/regimeLatency';
import { sessionText, tierStateText } from '../../shared/wording/stateText';
import { alternativesOf } from './alternatives';
import type { Block, Curve, Handover } from './blocks';
import { latencyBar } from './latencyBar';
import { heading, linkSourcesTable, linksTable, number, sourcesTable, tiersTable, words } from './tables';

/** What a report is made from. Nothing here names a folder, a host or a person. */
export interface HandoverFacts {
  /** File name of the model. */
  readonly model: string;
  readonly analysis: AnalysisReport;
  readonly plan: PlanReport;
  readonly document: PlanDocument;
  /** The command that makes the same report. */
  readonly command: string;
}

/** A report of a plan for somebody who was not there: the answer first, then why, against what, and what it rests on. */
export function handover(facts: HandoverFacts): Handover {
  const { analysis, plan, document } = facts;
  const made = { version: document.tool.version, objective: plan.objective, strategy: plan.strategy };
  return {
    title: say('handover.title', { model: facts.model }).text,
    blocks: [
      { kind: 'lead', text: plan.verdict },
      {
        kind: 'bars',
        caption: metricEntry('latency').label,
        bars: alternativesOf(plan).map((one) => latencyBar(one, plan)),
      },
      heading(say('handover.why', {}).text),
      { kind: 'text', text: plan.advice },
      heading(say('handover.graph', {}).text),
      { kind: 'graph', caption: say('handover.graphCaption', {}).text },
      heading(say('handover.parts', {}).text),
      tiersTable(plan.tiers),
      ...(plan.links.length > 0 ? [linksTable(plan.links)] : []),
      heading(say('handover.alternatives', {}).text),
      alternativesTable(plan),
      ...plan.linkRegimes.flatMap((regimes, link) => regimeBlocks(plan, regimes, link)),
      heading(say('handover.assumptions', {}).text),
      { kind: 'list', items: assumptions(analysis, plan) },
      ...marginBlocks(plan),
      sourcesTable(document),
      ...(document.links.length > 0 ? [linkSourcesTable(document)] : []),
      heading(say('handover.reproduce', {}).text),
      { kind: 'command', text: facts.command },
      { kind: 'text', text: say(plan.withoutTried ? 'handover.triedNote' : 'handover.reproduceNote', {}).text },
      { kind: 'text', text: say('handover.made', made).text },
    ],
  };
}

function alternativesTable(plan: PlanReport): Block {
  const alternatives = alternativesOf(plan);
  const shown = shownMetrics(plan.objective, alternatives).map((metric) => metricEntry(metric));
  const ratio = (relative: number | null) => (relative === null ? '' : ratioText(relative));
  const others = plan.strategies.filter(({ unavailable }) => unavailable === undefined);
  const all = [...alternatives, ...others.map((one) => ({ ...one, name: one.strategy }))];
  return {
    kind: 'table',
    columns: [words('Plan'), ...shown.map(({ label }) => number(label)), number('Against this plan')],
    rows: all.map((one) => [
      one.name,
      ...shown.map(({ figure, text }) => unlessUnstated(one, figure, text(one[figure]))),
      ratio(one.relative),
    ]),
  };
}

/** Range of bandwidths that is drawn, in Mbit/s. */
const drawn = { fromMbps: 0.1, toMbps: 10_000 };

function regimeBlocks(plan: PlanReport, regimes: readonly RegimeReport[], link: number): Block[] {
  const { from = '', to = '', bandwidthMbps = 1 } = plan.links[link] ?? {};
  if (regimes.length < 2) return [];
  const possible = regimes.filter(({ infeasible }) => infeasible === undefined);
  const curve: Curve = {
    nowMbps: bandwidthMbps,
    pieces: possible
      .map(({ fromMbps, toMbps, fixedMs, bytes, answerBytes = 0 }) => ({
        fromMbps: Math.max(fromMbps, drawn.fromMbps),
        toMbps: Math.min(toMbps ?? drawn.toMbps, drawn.toMbps),
        fixedMs,
        bytes: bytes + answerBytes,
      }))
      .filter((piece) => piece.fromMbps < piece.toMbps),
  };
  return [
    heading(say('handover.regimes', { from, to }).text),
    { kind: 'curve', caption: say('handover.bandwidth', { from, to }).text, curve },
    {
      kind: 'table',
      columns: [words('Bandwidth'), words('Nodes per tier'), number('Latency')],
      rows: regimes.map((regime) => [
        rangeText(regime),
        regime.infeasible?.reason ?? plan.tiers.map(({ id }, k) => `${id} ${regime.nodesPerTier[k] ?? 0}`).join(', '),
        regime.infeasible === undefined ? latencyEnds(regime).join(' – ') : '',
      ]),
    },
  ];
}

function rangeText({ fromMbps, toMbps }: RegimeReport): string {
  if (toMbps === null) return `from ${bandwidthText(fromMbps)}`;
  return fromMbps === 0 ? `up to ${bandwidthText(toMbps)}` : bandwidthEnds(fromMbps, toMbps).join(' – ');
}

function assumptions(analysis: AnalysisReport, plan: PlanReport): string[] {
  const { model } = analysis;
  const { tiers, audit, profiles = [], estimatesText, latencyRangeMs: range, session } = plan;
  const { assumedText } = session === undefined ? analysis : plan;
  const state = tierStateText(tiers);
  const measured = tiers.reduce((sum, tier) => sum + tier.measuredNodes, 0);
  const nodes = tiers.reduce((sum, tier) => sum + tier.nodes, 0);
  const size = {
    nodes: model.nodes,
    parameters: countText(model.parameters),
    macs: macsText(model.macs),
    weights: bytesText(model.weightBytes),
  };
  return [
    say('handover.model', size).text,
    measured === 0 ? say('handover.estimated', {}).text : say('handover.measured', { measured, nodes }).text,
    ...(estimatesText === undefined ? [] : [say('handover.estimates', { estimates: estimatesText }).text]),
    ...(range === undefined
      ? []
      : [say('handover.range', { from: durationText(range[0]), to: durationText(range[1]) }).text]),
    ...(session === undefined ? [] : [say('handover.session', { session: sessionText(session) }).text]),
    ...(state === undefined ? [] : [say('handover.state', { state }).text]),
    ...(assumedText === undefined ? [] : [say('handover.assumedSizes', { sizes: assumedText }).text]),
    ...profiles.flatMap(({ finding }) => (finding === undefined ? [] : [finding])),
    audit.consequence,
  ];
}

/** How far each estimate may be off before another plan is better, where that ends somewhere. */
function marginBlocks(plan: PlanReport): Block[] {
  const { marginsWithinPercent: percent = 0 } = plan;
  const margins = marginTexts(plan);
  const trust: Block[] = plan.trust === undefined ? [] : [{ kind: 'text', text: plan.trust.text }];
  if (margins.length === 0) return trust;
  const within = percent > 0 ? say('handover.marginsWithin', { percent }) : say('handover.marginsBest', {});
  return [
    ...trust,
    { kind: 'text', text: within.text },
    {
      kind: 'table',
      columns: [words('Figure'), number('From'), number('To')],
      rows: margins.map(({ tier, link = { from: '', to: '' }, least = '', most = '' }) => [
        tier === undefined ? say('handover.marginLink', link).text : say('handover.marginTier', { tier }).text,
        least,
        most,
      ]),
    },
  ];
}
