import { messageOf } from '../../shared/messages/say';
import type { FollowedReport, RegimeReport, RegionMapReport } from '../../shared/reports/bandwidthReports';
import type { MarginReport } from '../../shared/reports/marginReports';
import { partsOf } from '../../shared/reports/planParts';
import type {
  AdvisedReport,
  AuditReport,
  CandidateOutcome,
  LinkReport,
  ParetoReport,
  PlanReport,
  StrategyReport,
  TierReport,
} from '../../shared/reports/reports';
import type { TensorReport } from '../../shared/reports/tensorReports';
import { figureOf, figures, figuresOf } from '../../shared/vocabulary/metrics';
import { follow, startingController, usualHysteresis } from '../../shared/vocabulary/policy';
import type { Margin } from '../planning/bandwidths/margins';
import type { RegionMap } from '../planning/bandwidths/regionMap';
import type { CostTables } from '../planning/costs/costTables';
import type { StrategyOutcome } from '../planning/findings/outcomes';
import type { Recommendation } from '../planning/findings/recommendation';
import type { Objective } from '../planning/infrastructure/infrastructure';
import type { Regime } from '../planning/plan/plan';
import type { PlanningResult } from '../planning/planModel';
import type { AssumedDimension } from '../shapes/assumed/assumeSizes';
import { placementOf } from '../split/nodeRanges';
import { alternativeReport, pinReports } from './alternatives';
import { splitPoints } from './analysisReport';
import { assumedReport } from './assumedReport';
import { estimatesReport } from './estimatesReport';
import { nodesPerTier, placement } from './placement';
import { type ModelIdentity, profileReports } from './profileReport';
import { linkStateReport, sessionReport, tierStateReports } from './stateReport';
import { dataTensorReport } from './tensorReport';
import { trustReport } from './trustReport';
import { unstatedInPlan, unstatedOfAssignment, unstatedOnLink, unstatedOnTier, unstatedOnTiers } from './unstated';
import { verdictOf } from './verdict';

/** The model that was planned: its identity, and the sizes that were assumed for it. */
type PlannedFrom = ModelIdentity & { readonly assumed?: readonly AssumedDimension[] };

/**
 * A plan with its proof and everything it is compared with: the answer of `dnnsplit plan`.
 * @param model identifies the model, to tell profiles of another one; without it they are not told.
 * @param recommended the plan without what is only tried, where something is.
 */
export function planReport(result: PlanningResult, model?: PlannedFrom, recommended?: PlanningResult): PlanReport {
  const { plan, costs, certificate } = result;
  const { evaluation } = plan;
  const linkRegimes = result.regimes.map((regimes, link) =>
    regimes.map((regime) => regimeReport(result, link, regime)),
  );
  const profiles = profileReports(costs, model);
  const verdict = verdictOf(result);
  const pins = pinReports(costs);
  return {
    objective: objectiveText(costs.infrastructure.objective),
    answer: costs.infrastructure.answer,
    ...sessionReport(costs, plan),
    strategy: plan.strategy,
    tiers: tierReports(result),
    links: linkReports(result),
    ...figuresOf(evaluation),
    ...unstatedInPlan(costs.infrastructure, evaluation),
    objectiveValue: evaluation.objectiveValue,
    evaluatedPlans: plan.evaluatedPlans,
    exact: {
      latencyMs: finite(certificate.exactLatencyMs),
      objectiveValue: finite(certificate.exactValue),
      gapPercent: finite(certificate.gapPercent),
      proven: certificate.isBound !== true && Number.isFinite(certificate.exactValue),
      ...(certificate.unavailable !== undefined && { unavailable: certificate.unavailable }),
    },
    baselines: result.baselines.map((one) => strategyReport(costs, one)),
    strategies: result.strategies.map((one) => strategyReport(costs, one)),
    regimes: linkRegimes[0] ?? [],
    linkRegimes,
    ...(result.regimesNote !== undefined && { regimesNote: result.regimesNote }),
    ...(result.regionMap && { regionMap: regionMapReport(costs, result.regionMap) }),
    ...(result.pareto && { pareto: result.pareto.plans.map((one) => paretoReport(result, one)) }),
    ...(result.ranked && { ranked: result.ranked.map((one) => paretoReport(result, { ...one, ...one.evaluation })) }),
    ...(result.pareto && { paretoCuts: result.pareto.cuts }),
    ...(result.pareto?.bounded && { paretoBounded: true }),
    ...(result.pareto && { paretoComplete: result.pareto.isComplete }),
    ...(result.pareto?.levels && {
      paretoLevels: result.pareto.levels.throughput,
      paretoLevelsOf: result.pareto.levels,
    }),
    audit: auditReport(result),
    ...estimatesReport(result),
    ...(result.boundedBlocks > 0 && { boundedBlocks: result.boundedBlocks }),
    ...(profiles.length > 0 && { profiles }),
    ...assumedReport(assumedOf(model, costs)),
    ...(result.recommendation && { advised: advisedReport(costs, result.recommendation) }),
    ...(result.margins && {
      margins: result.margins.margins.map((margin) => marginReport(costs, margin)),
      marginsExact: result.margins.isExact,
      marginsWithinPercent: result.margins.gainPercent,
      ...trustReport(costs, result.margins),
    }),
    verdict: verdict.text,
    verdictSaid: messageOf(verdict),
    ...(result.runnerUp && { runnerUp: alternativeReport(costs, plan, result.runnerUp) }),
    ...(recommended && { withoutTried: alternativeReport(costs, plan, recommended.plan) }),
    ...(pins.length > 0 && { pins }),
    advice: result.advice.text,
    adviceSaid: messageOf(result.advice),
    candidates: splitPoints(costs.graph, result.candidates).map((one) => candidateReport(costs, one)),
  };
}

/** The sizes that are assumed; a session states how many tokens a call takes and how many were there before. */
function assumedOf(model: PlannedFrom | undefined, { graph }: CostTables): readonly AssumedDimension[] {
  const assumed = model?.assumed ?? [];
  if (graph.session === undefined) return assumed;
  return assumed.filter(({ role }) => role !== 'step' && role !== 'cache' && role !== 'total');
}

/** `latency`, or the weights as JSON. */
export function objectiveText(objective: Objective): string {
  return typeof objective === 'string' ? objective : JSON.stringify(objective);
}

/** The number, or `null` where there is none. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function tierReports({ plan, costs }: PlanningResult): TierReport[] {
  const states = tierStateReports(costs, plan);
  return costs.infrastructure.tiers.map((tier, k) => {
    const load = plan.evaluation.tiers[k];
    const first = costs.graph.nodes[plan.assignment.indexOf(k)];
    const last = costs.graph.nodes[plan.assignment.lastIndexOf(k)];
    return {
      id: tier.id,
      ...(tier.speed !== undefined && tier.speed !== 1 && { speed: tier.speed }),
      nodes: load?.nodes ?? 0,
      macs: load?.macs ?? 0,
      computeMs: load?.computeMs ?? 0,
      weightBytes: load?.weightBytes ?? 0,
      peakActivationBytes: load?.peakActivationBytes ?? 0,
      ...states.get(k),
      costPerRequest: load?.costPerRequest ?? 0,
      energyJ: load?.energyJ ?? 0,
      measuredNodes: load?.measuredNodes ?? 0,
      ...unstatedOnTier(costs.infrastructure, k, load),
      ...(first && { firstNode: first.label, firstNodeId: first.id }),
      ...(last && { lastNode: last.label, lastNodeId: last.id }),
    };
  });
}

function linkReports({ plan, costs }: PlanningResult): LinkReport[] {
  const { tiers, links } = costs.infrastructure;
  return plan.evaluation.links.map((load, l) => ({
    from: tiers[l]?.id ?? '',
    to: tiers[l + 1]?.id ?? '',
    bandwidthMbps: links[l]?.bandwidthMbps ?? 0,
    latencyMs: links[l]?.latencyMs ?? 0,
    tensors: tensorReports(costs, load.tensors),
    bytes: load.bytes,
    transferMs: load.transferMs,
    answers: tensorReports(costs, load.answers),
    answerBytes: load.answerBytes,
    answerMs: load.answerMs,
    ...linkStateReport(costs, load),
    costPerRequest: load.costPerRequest,
    ...unstatedOnLink(costs.infrastructure, l, load),
  }));
}

function tensorReports({ graph }: CostTables, indices: readonly number[]): TensorReport[] {
  return indices.flatMap((index) => {
    const tensor = graph.tensors[index];
    return tensor === undefined ? [] : [dataTensorReport(tensor)];
  });
}

/** Figures of a strategy that cannot plan here are NaN, which JSON writes as null; `unavailable` says why. */
function strategyReport(
  { infrastructure }: CostTables,
  { strategy, plan, relative, unavailable }: StrategyOutcome,
): StrategyReport {
  const evaluation = plan?.evaluation;
  return {
    strategy,
    ...figures((metric) => (evaluation === undefined ? Number.NaN : figureOf(evaluation, metric))),
    ...(evaluation && unstatedInPlan(infrastructure, evaluation)),
    evaluatedPlans: plan?.evaluatedPlans ?? 0,
    relative: finite(relative),
    ...(evaluation && { parts: partsOf(evaluation) }),
    ...(unavailable !== undefined && { unavailable }),
  };
}

function regimeReport(result: PlanningResult, link: number, regime: Regime): RegimeReport {
  const { fromMbps, toMbps, latencyMs, fixedMs, bytes, answerBytes, assignment, keepsLimitsFromMbps, infeasible } =
    regime;
  return {
    link,
    fromMbps,
    toMbps: finite(toMbps),
    latencyMs,
    fixedMs,
    bytes,
    answerBytes,
    ...placement(result.costs, assignment),
    ...(keepsLimitsFromMbps !== undefined && { keepsLimitsFromMbps }),
    ...(infeasible && { infeasible: { reason: infeasible.reason, relax: infeasible.changes } }),
  };
}

/** Without patience: what a running system does once it is sure of each bandwidth. */
const atOnce = { hysteresis: usualHysteresis, minimumDwellMs: 0, minimumSamples: 0 };

/** The regime that a running system uses at each measured bandwidth of a link, in turn: it stays near a border. */
export function followedReports(
  result: PlanningResult,
  link: number,
  bandwidthsMbps: readonly number[],
): FollowedReport[] {
  const regimes = result.regimes[link] ?? [];
  let state = startingController;
  return bandwidthsMbps.flatMap((bandwidthMbps, index) => {
    const before = state.regime;
    state = follow(regimes, state, { bandwidthMbps, nowMs: index }, atOnce);
    const next = state.regime;
    const moves = before >= 0 && next !== before;
    const regime = regimes[next];
    if (regime === undefined) return [];
    const { summary } = placement(result.costs, regime.assignment);
    return [{ bandwidthMbps, regime: next, moves, summary, ...(regime.infeasible && { infeasible: true }) }];
  });
}

/** The best plans over two links' bandwidths. */
export function regionMapReport(costs: CostTables, map: RegionMap): RegionMapReport {
  const { links, fromMbps, toMbps, infeasible, infeasibleReason } = map;
  const regions = map.regions.map(({ assignment, plan, constant, slopes, cornersMbps }) => {
    return { plan, ...placement(costs, assignment), constant, slopes, cornersMbps };
  });
  return {
    links: [...links],
    fromMbps,
    toMbps,
    regions,
    ...(infeasible.length > 0 && { infeasible }),
    ...(infeasibleReason !== undefined && { infeasibleReason }),
  };
}

function paretoReport(
  { costs }: PlanningResult,
  one: NonNullable<PlanningResult['pareto']>['plans'][number],
): ParetoReport {
  const { assignment } = one;
  const counts = nodesPerTier(assignment, costs.infrastructure.tiers.length);
  const nodes = placementOf(costs.graph, assignment, costs.infrastructure.tiers.length);
  return { ...figuresOf(one), ...unstatedOfAssignment(costs, assignment, one), nodesPerTier: counts, nodes };
}

function candidateReport({ infrastructure }: CostTables, outcome: CandidateOutcome): CandidateOutcome {
  const { link } = outcome;
  return link === null ? outcome : { ...outcome, ...unstatedOnTiers(infrastructure, [link, link + 1], outcome) };
}

function advisedReport(costs: CostTables, recommended: Recommendation): AdvisedReport {
  const { plan, reason, percent, minimumGainPercent } = recommended;
  const { assignment, evaluation, strategy } = plan;
  return {
    strategy,
    ...figuresOf(evaluation),
    ...unstatedInPlan(costs.infrastructure, evaluation),
    objectiveValue: evaluation.objectiveValue,
    ...placement(costs, assignment),
    nodes: placementOf(costs.graph, assignment, costs.infrastructure.tiers.length),
    reason,
    optimumGainPercent: percent,
    minimumGainPercent,
  };
}

function marginReport({ infrastructure }: CostTables, { of, fromFactor, toFactor }: Margin): MarginReport {
  if (of.kind === 'tier') {
    return { tier: infrastructure.tiers[of.index]?.id ?? '', from: fromFactor, to: finite(toFactor) };
  }
  const { bandwidthMbps } = infrastructure.links[of.index] ?? { bandwidthMbps: 0 };
  return { link: of.index, from: bandwidthMbps / toFactor, to: finite(bandwidthMbps / fromFactor) };
}

function auditReport({ audit, costs }: PlanningResult): AuditReport {
  const { tiers } = costs.infrastructure;
  return {
    metric: audit.metric,
    holds: audit.holds,
    exceptionCount: audit.exceptionCount,
    exceptions: audit.exceptions.map(({ node, lowerTier, upperTier }) => ({
      node: costs.graph.nodes[node]?.label ?? '',
      lowerTier: tiers[lowerTier]?.id ?? '',
      upperTier: tiers[upperTier]?.id ?? '',
    })),
    consequence: audit.consequence.text,
    consequenceSaid: messageOf(audit.consequence),
  };
}
