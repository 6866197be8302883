import { partsOf } from '../../../src/shared/reports/planParts';
import type { AnalysisReport, PlanReport } from '../../../src/shared/reports/reports';
import { marginTexts } from '../../../src/shared/wording/marginText';
import type { Controller } from '../../control/controller';
import { alternativesOf } from '../../model/alternatives';
import type { State } from '../../model/state';
import { element, withCode } from '../../page/dom';
import { formatCount, formatMs, formatSignificant } from '../../text/format';
import { text } from '../../text/strings';
import { barsView, chainView, type PointedBar } from './bars';
import { segmentsOf } from './chain';

/** The answer: the verdict, what its latency adds up from, and the plan among its alternatives. */
export function answerView(
  { plan, plannedUnder, tried }: State,
  pointed: PointedBar,
  controller: Controller,
): HTMLElement[] {
  if (plan === null) return [element('p', { class: 'verdict' }, text('plan.none'))];
  const alternatives = alternativesOf(plan, plannedUnder, tried);
  const segments = segmentsOf(partsOf(plan), plan, 'latency');
  return [
    element('h2', { class: 'verdict' }, ...withCode(plan.verdict)),
    ...(segments.length > 1 ? [chainView(segments, 'latency')] : []),
    ...barsView(alternatives, plan, 'latency', pointed, controller),
    ...barsView(alternatives, plan, 'cost', pointed, controller),
  ];
}

/** What the answer rests on: the advice with its reasons, the sizes that are assumed, and how many times are measured. */
export function restsOnView(plan: PlanReport, analysis: AnalysisReport | null): HTMLElement[] {
  const { assumedText } = analysis ?? {};
  const lines = [
    plan.advice,
    ...(plan.advised === undefined ? [] : [text('rests.advised', plan.advised.summary)]),
    ...estimateLines(plan),
    ...(plan.trust === undefined ? [] : [plan.trust.text]),
    ...marginLines(plan),
    ...(assumedText === undefined ? [] : [text('rests.assumed', assumedText)]),
    ...missingLines(analysis),
    ...(plan.profiles ?? []).flatMap(({ tier, recordedFrom, finding }) => [
      ...(recordedFrom === undefined ? [] : [text('rests.recorded', tier, recordedFrom)]),
      ...(finding === undefined ? [] : [finding]),
    ]),
  ];
  const items = lines.map((line) => element('li', {}, ...withCode(line)));
  return [element('h3', {}, text('rests.title')), element('ul', { class: 'rests' }, ...items)];
}

/** Weights that are not there do not change a plan, but nothing can be split or run without them. */
function missingLines(analysis: AnalysisReport | null): string[] {
  const { missing = [] } = analysis?.model.weightFiles ?? {};
  const [first] = missing;
  return first === undefined ? [] : [text('rests.weightsMissing', first, missing.length)];
}

/** What the times are, and how far the latency may be off where that is known. */
function estimateLines(plan: PlanReport): string[] {
  const { estimatesText, latencyRangeMs: range } = plan;
  return [
    estimatesText === undefined ? measuredText(plan) : text('rests.estimates', estimatesText),
    ...(range === undefined ? [] : [text('rests.range', formatMs(range[0]), formatMs(range[1]))]),
  ];
}

/** How far each estimate may be off before another plan is better. */
function marginLines(plan: PlanReport): string[] {
  const { marginsWithinPercent: percent = 0 } = plan;
  const how = percent > 0 ? text('rests.within', formatSignificant(percent)) : text('rests.best');
  return marginTexts(plan).map(({ tier, link, least, most }) => {
    const range =
      least === undefined
        ? text('rests.upTo', most ?? '')
        : most === undefined
          ? text('rests.from', least)
          : text('rests.between', least, most);
    return tier === undefined
      ? text('rests.marginLink', how, link?.from ?? '', link?.to ?? '', range)
      : text('rests.marginTier', how, tier, range);
  });
}

function measuredText({ tiers }: PlanReport): string {
  const measured = tiers.reduce((sum, { measuredNodes }) => sum + measuredNodes, 0);
  const nodes = tiers.reduce((sum, tier) => sum + tier.nodes, 0);
  return measured === 0 ? text('rests.estimated') : text('rests.measured', formatCount(measured), formatCount(nodes));
}
