import type { RegimeReport } from '../../shared/bandwidthReports';
import type { PlanDocument } from '../../shared/documents/plan';
import { marginTexts } from '../../shared/marginText';
import { say } from '../../shared/messages/say';
import { metricEntry, shownMetrics } from '../../shared/metrics';
import { backMs } from '../../shared/planParts';
import {
  bandwidthEnds,
  bandwidthText,
  bytesText,
  countText,
  durationText,
  macsText,
  ratioText,
} from '../../shared/quantities';
import { latencyEnds } from '../../shared/regimeLatency';
import type { AnalysisReport, PlanReport } from '../../shared/reports';
import { sessionText, tierStateText } from '../../shared/stateText';
import { tierLetters } from '../../shared/tierLook';
import { unlessUnstated } from '../../shared/unstatedText';
import { alternativesOf } from './alternatives';
import type { Bar, BarPart, Block, Column, Curve, Handover } from './blocks';

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

const words = (title: string): Column => ({ title, isNumber: false });
const number = (title: string): Column => ({ title, isNumber: true });

/** A report of a plan for somebody who was not there: the answer first, then why, against what, and what it rests on. */
export function handover(facts: HandoverFacts): Handover {
  const { analysis, plan, document } = facts;
  const made = { version: document.tool.version, objective: plan.objective, strategy: plan.strategy };
  return {
    title: say('handover.title', { model: facts.model }).text,
    blocks: [
      { kind: 'lead', text: plan.verdict },
      { kind: 'bars', ...bars(plan) },
      heading(say('handover.why', {}).text),
      { kind: 'text', text: plan.advice },
      heading(say('handover.graph', {}).text),
      { kind: 'graph', caption: say('handover.graphCaption', {}).text },
      heading(say('handover.parts', {}).text),
      tiersTable(plan),
      ...(plan.links.length > 0 ? [linksTable(plan)] : []),
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

const heading = (text: string): Block => ({ kind: 'heading', text });

function bars(plan: PlanReport) {
  const letters = tierLetters(plan.tiers.map(({ id }) => id));
  const bar = ({ name, latencyMs, parts, isChosen }: ReturnType<typeof alternativesOf>[number]): Bar => {
    const onward = plan.tiers
      .flatMap(({ id }, tier) => {
        const link = plan.links[tier];
        const [computeMs, transferMs] = [parts.computeMs[tier] ?? 0, parts.transferMs[tier] ?? 0];
        const letter = letters[tier] ?? '';
        const own = { kind: 'tier' as const, tier, letter, text: `${id} ${durationText(computeMs)}`, value: computeMs };
        if (link === undefined) return [own];
        const between = say('handover.link', { from: link.from, to: link.to }).text;
        const text = `${between} ${durationText(transferMs)}`;
        return [own, { kind: 'link' as const, tier, letter: '', text, value: transferMs }];
      })
      .filter(({ value }) => value > 0);
    const value = backMs(parts);
    const text = say('handover.wayBack', { time: durationText(value) }).text;
    const back: BarPart[] = value > 0 ? [{ kind: 'link', tier: 0, letter: '', text, value }] : [];
    return { name, isChosen, figure: durationText(latencyMs), parts: [...onward, ...back] };
  };
  return { caption: metricEntry('latency').label, bars: alternativesOf(plan).map(bar) };
}

function tiersTable({ tiers }: PlanReport): Block {
  return {
    kind: 'table',
    columns: [
      words('Tier'),
      number('Nodes'),
      number('Time'),
      number('MACs'),
      number('Weights'),
      number('Peak activations'),
    ],
    rows: tiers.map(({ id, nodes, computeMs, macs, weightBytes, peakActivationBytes }) => [
      id,
      String(nodes),
      durationText(computeMs),
      macsText(macs),
      bytesText(weightBytes),
      bytesText(peakActivationBytes),
    ]),
  };
}

function linksTable({ links }: PlanReport): Block {
  return {
    kind: 'table',
    columns: [words('Link'), number('Tensors'), number('Bytes'), number('Transfer'), number('Way back')],
    rows: links.map(({ from, to, tensors, bytes, transferMs, answerMs = 0 }) => [
      say('handover.link', { from, to }).text,
      String(tensors.length),
      bytesText(bytes),
      durationText(transferMs),
      durationText(answerMs),
    ]),
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

const known = (value: number | null, unit: string) =>
  value === null ? 'unknown' : `${Number(value.toPrecision(3))} ${unit}`;

function sourcesTable({ tiers }: PlanDocument): Block {
  return {
    kind: 'table',
    columns: [words('Tier'), words('Figures of'), number('Compute'), number('Memory bandwidth'), number('Price')],
    rows: tiers.map(({ id, preset, gflops, memoryGBps, pricePerHour, unstated }) => [
      id,
      preset ?? 'dnnsplit.json',
      known(gflops, 'GFLOP/s'),
      known(memoryGBps, 'GB/s'),
      unlessUnstated({ unstated }, 'pricePerHour', `$${Number(pricePerHour.toPrecision(3))}/h`),
    ]),
  };
}

function linkSourcesTable({ links }: PlanDocument): Block {
  return {
    kind: 'table',
    columns: [words('Link'), number('Bandwidth'), number('Latency'), number('Price'), words('Sent as')],
    rows: links.map(({ from, to, bandwidthMbps, latencyMs, pricePerGB, unstated, wireDtype }) => [
      say('handover.link', { from, to }).text,
      bandwidthText(bandwidthMbps),
      durationText(latencyMs),
      unlessUnstated({ unstated }, 'pricePerGB', `$${Number(pricePerGB.toPrecision(3))}/GB`),
      wireDtype,
    ]),
  };
}
