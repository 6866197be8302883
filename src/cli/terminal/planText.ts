import type { SplitGraph } from '../../engine/split/splitGraph';
import { visibleText } from '../../shared/escape/visible';
import type {
  FollowedReport,
  RegimeReport,
  RegionMapReport,
  RegionReport,
} from '../../shared/reports/bandwidthReports';
import type { MarginReport } from '../../shared/reports/marginReports';
import type {
  AdvisedReport,
  CandidateOutcome,
  ParetoReport,
  PlanReport,
  StrategyReport,
  WithUnstated,
} from '../../shared/reports/reports';
import {
  type Figures,
  figureOf,
  type Metric,
  metricEntry,
  metricNamed,
  metrics,
  metricTable,
  shownMetrics,
} from '../../shared/vocabulary/metrics';
import {
  bandwidthEnds,
  bandwidthText,
  bytesText,
  costShortText,
  counted,
  durationText,
  macsText,
  ratioText,
  threeDigits,
} from '../../shared/vocabulary/quantities';
import { unlessUnstated } from '../../shared/vocabulary/unstatedText';
import { latencyPartsText } from '../../shared/wording/latencyParts';
import { latencyEnds } from '../../shared/wording/regimeLatency';
import { linkStateText, sessionText, tierStateText, tokenRateText } from '../../shared/wording/stateText';
import { type Column, factsText, tableText } from './table';
import { traceTexts } from './traceText';

interface Sections {
  readonly sweep?: unknown;
  readonly top?: number;
  /** Which configuration it is for, and what it says. */
  readonly config: string;
}

/** What the figures are for, where sizes are assumed: a line of its own under the advice. */
function assumedLine({ assumedText, assumedDimensions = {} }: PlanReport): string {
  if (assumedText === undefined) return '';
  const names = visibleText(Object.keys(assumedDimensions).join(', '));
  return `\nFor ${assumedText}: assumed. Set ${names} with --bind.`;
}

/** What a request is, where it is a whole session. */
function sessionLine({ session }: PlanReport): string {
  if (session === undefined) return '';
  const given = counted(session.prefillTokens, 'token');
  return `\nA request here is a session: ${given} given, ${session.generatedTokens} generated, in all calls together.`;
}

/** A plan for reading in a terminal. */
export function planReportText(report: PlanReport, graph: SplitGraph, { sweep, top, config }: Sections): string {
  const { exact } = report;
  const proof =
    exact.gapPercent === null
      ? `unknown: ${exact.unavailable ?? 'not computed'}`
      : exact.unavailable === undefined
        ? `${threeDigits(exact.gapPercent)} % worse than the exact optimum`
        : `at most ${threeDigits(exact.gapPercent)} % worse than the optimum. ${exact.unavailable}`;
  const parts = [
    visibleText(report.advice) + sessionLine(report) + assumedLine(report),
    factsText([
      ['tiers from', config],
      ['objective', report.objective],
      ['strategy', `${report.strategy}, ${counted(report.evaluatedPlans, 'plan')} evaluated`],
      ...metrics.flatMap((metric) => metricFacts(report, metric)),
      ...stateFacts(report),
      ['times', timesText(report)],
      ...estimateFacts(report),
      ...(report.trust ? [['trust', visibleText(report.trust.text)] as const] : []),
      ['gap', proof],
      ['audit', report.audit.consequence],
    ]),
    ...(report.advised ? [advisedText(report.advised)] : []),
    tiersText(report),
    linksText(report),
    ...(report.margins?.length ? [marginsText(report, report.margins)] : []),
    strategiesText('single tiers', report.baselines, report.objective),
  ];
  if (report.strategies.length > 0) parts.push(strategiesText('other strategies', report.strategies, report.objective));
  if (report.ranked !== undefined)
    parts.push(figuresText('best plans over all positions of the execution order', report.ranked));
  else if (top !== undefined) parts.push(topText(report.candidates, graph, top));
  if (sweep !== undefined) parts.push(regimesText(report.regimes, report.regimesNote));
  if (report.followed !== undefined) parts.push(followedText(report.followed));
  if (report.trace !== undefined) parts.push(...traceTexts(report.trace));
  if (report.regionMap !== undefined) parts.push(regionsText(report.regionMap, report));
  if (report.pareto !== undefined) parts.push(figuresText(paretoTitle(report), report.pareto));
  return parts.join('\n\n');
}

/** The plan of the advice, where the tables are about the best one. */
function advisedText({ summary, latencyMs, optimumGainPercent }: AdvisedReport): string {
  const gain = threeDigits(optimumGainPercent);
  const recommended = `recommended: ${visibleText(summary)}, ${durationText(latencyMs)}`;
  return `${recommended}; the plan below is the optimum, ${gain} % better\n-o writes the recommended plan; with a named strategy, such as --strategy dnnsplit, it writes the optimum`;
}

/** How far each estimate may be off before another plan is better. */
function marginsText(
  { links, advised, marginsWithinPercent: percent = 0 }: PlanReport,
  margins: readonly MarginReport[],
): string {
  const columns = [left('margins'), right('from'), right('to'), left('')];
  const rows = margins.map(({ tier, link = 0, from, to }) => {
    if (tier !== undefined) return [tier, ratioText(from), to === null ? '-' : ratioText(to), 'of its time'];
    const { from: lower, to: upper } = links[link] ?? { from: '', to: '' };
    return [
      `${lower} to ${upper}`,
      from === 0 ? '-' : bandwidthText(from),
      to === null ? '-' : bandwidthText(to),
      'of bandwidth',
    ];
  });
  const what = percent > 0 ? `within ${percent} % of the best` : 'the best';
  const title = `where the ${advised ? 'recommended ' : ''}plan stays ${what}, one figure at a time`;
  return `${title}\n${tableText(columns, rows)}`;
}

/** A figure of the plan, and what its latency adds up from. */
function metricFacts(report: PlanReport, metric: Metric): [string, string][] {
  const text = metricEntry(metric).planText(figureOf(report, metric));
  const figure: [string, string] = [metric, unlessUnstated(report, metricTable[metric].figure, text)];
  const parts = metric === 'latency' ? latencyPartsText(report) : undefined;
  return parts === undefined ? [figure] : [figure, ['', `= ${parts}`]];
}

/** How a session goes, and where state stays. */
function stateFacts({ session, tiers }: PlanReport): [string, string][] {
  const rate = session && tokenRateText(session);
  const state = tierStateText(tiers);
  return [
    ...(session ? [['session', sessionText(session)] as [string, string]] : []),
    ...(rate === undefined ? [] : [['', rate] as [string, string]]),
    ...(state === undefined ? [] : [['state', visibleText(state)] as [string, string]]),
  ];
}

/** Estimates and measurements are never mixed silently. */
function timesText({ tiers }: PlanReport): string {
  const nodes = tiers.reduce((sum, tier) => sum + tier.nodes, 0);
  const measured = tiers.reduce((sum, tier) => sum + tier.measuredNodes, 0);
  if (measured === 0) return `estimated for all ${counted(nodes, 'node')}`;
  return measured === nodes
    ? `measured for all ${counted(nodes, 'node')}`
    : `measured for ${measured} of ${counted(nodes, 'node')}, estimated for the rest`;
}

/** How far the times are to be trusted, where that is known. */
function estimateFacts({ estimatesText, latencyRangeMs: range }: PlanReport): (readonly [string, string])[] {
  if (estimatesText === undefined) return [];
  const ends =
    range === undefined ? '' : `; nine of ten latencies ${durationText(range[0])} to ${durationText(range[1])}`;
  return [['estimates', visibleText(estimatesText) + ends]];
}

const left = (heading: string): Column => ({ heading });
const right = (heading: string): Column => ({ heading, numeric: true });

function tiersText({ tiers }: PlanReport): string {
  const columns = [
    left('tier'),
    right('nodes'),
    right('work'),
    right('time'),
    right('weights'),
    right('activations'),
    right('cost'),
    left('from'),
  ];
  const rows = tiers.map((tier) => [
    tier.id,
    String(tier.nodes),
    tier.nodes === 0 ? '-' : macsText(tier.macs),
    tier.nodes === 0 ? '-' : durationText(tier.computeMs),
    tier.nodes === 0 ? '-' : bytesText(tier.weightBytes),
    tier.nodes === 0 ? '-' : bytesText(tier.peakActivationBytes),
    tier.nodes === 0 ? '-' : unlessUnstated(tier, 'costPerRequest', costShortText(tier.costPerRequest)),
    `${tier.firstNode ?? ''}${tier.measuredNodes > 0 ? ` (${tier.measuredNodes} measured)` : ''}`,
  ]);
  return tableText(columns, rows);
}

function linksText({ links }: PlanReport): string {
  if (links.length === 0) return 'There is only one tier, so there is no traffic.';
  const columns = [
    left('link'),
    right('bandwidth'),
    right('bytes'),
    right('time'),
    right('back'),
    right('time back'),
    right('cost'),
    left('tensors'),
  ];
  const rows = links.map((link) => [
    `${link.from} to ${link.to}`,
    link.bandwidthMbps === undefined ? '' : bandwidthText(link.bandwidthMbps),
    bytesText(link.bytes),
    durationText(link.transferMs),
    link.answerMs ? bytesText(link.answerBytes) : '-',
    link.answerMs ? durationText(link.answerMs) : '-',
    unlessUnstated(link, 'costPerRequest', costShortText(link.costPerRequest)),
    [...link.tensors.map(({ name }) => name), linkStateText(link) ?? []].flat().join(', '),
  ]);
  return tableText(columns, rows);
}

function strategiesText(title: string, strategies: readonly StrategyReport[], objective: string): string {
  const shown = shownMetrics(objective);
  const columns = [left(title), ...shown.map(right), right('vs. plan'), left('')];
  const rows = strategies.map((one) => {
    const known = Number.isFinite(one.latencyMs);
    return [
      one.strategy,
      ...shown.map((metric) => (known ? shortTextOf(one, metric) : '-')),
      one.relative === null ? '-' : `${threeDigits(one.relative)}x`,
      one.unavailable ?? '',
    ];
  });
  return tableText(columns, rows);
}

function shortTextOf(one: Partial<Figures<number | null>> & WithUnstated, metric: Metric): string {
  const { figure, shortText } = metricEntry(metric);
  return unlessUnstated(one, figure, shortText(one[figure] ?? 0));
}

/** The candidates by the objective's figure, best first; those that no plan may cut at are left out. */
function topText(candidates: readonly CandidateOutcome[], graph: SplitGraph, top: number): string {
  const badness = ({ objectiveValue }: CandidateOutcome) => objectiveValue ?? Number.POSITIVE_INFINITY;
  const possible = candidates.filter(({ latencyMs }) => latencyMs !== null).sort((a, b) => badness(a) - badness(b));
  const columns = [right('position'), left('after'), ...metrics.map(right), left('')];
  const rows = possible
    .slice(0, top)
    .map((one) => [
      String(one.position),
      graph.nodes[one.position - 1]?.label ?? '(the input)',
      ...metrics.map((metric) => shortTextOf(one, metric)),
      one.chosen ? 'in the plan' : '',
    ]);
  return `best single split points\n${tableText(columns, rows)}`;
}

function regimesText(regimes: readonly RegimeReport[], note: string | undefined): string {
  const columns = [left('bandwidth'), right('latency'), left('best plan')];
  const rows = regimes.map((regime) => {
    const { fromMbps, toMbps, summary, infeasible } = regime;
    return [
      toMbps === null ? `from ${bandwidthText(fromMbps)}` : bandwidthEnds(fromMbps, toMbps).join(' to '),
      infeasible === undefined ? latencyEnds(regime).join(' to ') : '-',
      infeasible === undefined ? summary : infeasible.reason,
    ];
  });
  const table = `link ${regimes[0]?.link ?? 0} over its bandwidth\n${tableText(columns, rows)}`;
  return note === undefined ? table : `${table}\n${visibleText(note)}`;
}

function followedText(followed: readonly FollowedReport[]): string {
  const columns = [right('measured'), left('plan'), left('')];
  const rows = followed.map(({ bandwidthMbps, summary, moves, infeasible }) => [
    bandwidthText(bandwidthMbps),
    infeasible === true ? `${summary} (no plan meets the limits here)` : summary,
    moves ? 'split point moves' : '',
  ]);
  return `bandwidths in turn; the plan changes once one lies a tenth beyond its regime, or when it would break a limit\n${tableText(columns, rows)}`;
}

/** Each plan with the bandwidths that its regions reach; the ranges of two may overlap where they are no rectangles. */
function regionsText(map: RegionMapReport, report: PlanReport): string {
  const { links, regions, infeasible = [], infeasibleReason = 'no plan meets the limits', fromMbps, toMbps } = map;
  const [first, second] = links.map((link) => `${report.links[link]?.from} to ${report.links[link]?.to}`);
  const metric = metricNamed(report.objective);
  // Weights have no unit.
  const { title: valueTitle, scale } = metric === undefined ? { title: 'value', scale: 1 } : metricTable[metric].value;
  const columns = [left(first ?? ''), left(second ?? ''), right(valueTitle), left('best plan')];
  const plans = [...new Set(regions.map(({ plan }) => plan))];
  const rows = plans.map((plan) => {
    const own = regions.filter((region) => region.plan === plan);
    const corners = own.flatMap(({ cornersMbps }) => cornersMbps);
    return [...reachTexts(corners), valueText(own, scale), own[0]?.summary ?? ''];
  });
  if (infeasible.length > 0) rows.push([...reachTexts(infeasible.flat()), '-', infeasibleReason]);
  const title = `best plans at a and b Mbit/s on the two links, each from ${bandwidthText(fromMbps)} to ${bandwidthText(toMbps)}`;
  return `${title}\n${tableText(columns, rows)}`;
}

/** A plan's value over both bandwidths; of a slowest stage, the range that it takes. */
function valueText(regions: readonly RegionReport[], scale: number): string {
  const [only, other] = regions;
  const isOneLine = regions.every(
    ({ constant, slopes }) => constant === only?.constant && slopes[0] === only.slopes[0],
  );
  if (only !== undefined && (other === undefined || isOneLine)) {
    const [byFirst, bySecond] = only.slopes;
    const terms = [
      ...(only.constant !== 0 || (byFirst === 0 && bySecond === 0) ? [threeDigits(only.constant * scale)] : []),
      ...(byFirst === 0 ? [] : [`${threeDigits(byFirst * scale)}/a`]),
      ...(bySecond === 0 ? [] : [`${threeDigits(bySecond * scale)}/b`]),
    ];
    return terms.join(' + ');
  }
  const values = regions.flatMap(({ constant, slopes, cornersMbps }) =>
    cornersMbps.map(([a, b]) => constant + slopes[0] / a + slopes[1] / b),
  );
  return `${threeDigits(Math.min(...values) * scale)} to ${threeDigits(Math.max(...values) * scale)}`;
}

function reachTexts(corners: RegionReport['cornersMbps']): string[] {
  return [reachText(corners.map(([mbps]) => mbps)), reachText(corners.map(([, mbps]) => mbps))];
}

function reachText(mbps: readonly number[]): string {
  return bandwidthEnds(Math.min(...mbps), Math.max(...mbps)).join(' to ');
}

function paretoTitle({ paretoComplete, paretoBounded, paretoLevelsOf }: PlanReport): string {
  const title = 'Pareto-optimal plans';
  if (paretoComplete) return `${title} (all of them)`;
  if (paretoBounded) return `${title} (there are more; the listed ones are spread evenly among them)`;
  const levels = metrics.flatMap((metric) => {
    const count = paretoLevelsOf?.[metric] ?? 0;
    return count === 0 ? [] : [`${counted(count, 'level')} of ${metric}`];
  });
  const proof = levels.length === 0 ? 'minimum cuts' : `minimum cuts and at ${levels.join(', ')}`;
  return `${title} (there may be more; these are proven by ${proof})`;
}

function figuresText(title: string, plans: readonly ParetoReport[]): string {
  const columns = [...metrics.map(right), left('nodes per tier')];
  const rows = plans.map((one) => [...metrics.map((metric) => shortTextOf(one, metric)), one.nodesPerTier.join(' / ')]);
  return `${title}\n${tableText(columns, rows)}`;
}
