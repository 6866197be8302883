import type { PlanDocument, PlanLink, PlanTensor, PlanTier } from '../../shared/documents/plan';
import type { Recording } from '../../shared/documents/profile';
import { namesOf, recordOf } from '../../shared/recordOf';
import { productVersion } from '../../shared/version';
import { type Figures, figureOf, figures, linkRates, metricEntry, tierRates } from '../../shared/vocabulary/metrics';
import type { StatePair } from '../../shared/vocabulary/statePairs';
import type { MappedPlan, RegionMap } from '../planning/bandwidths/regionMap';
import type { CostTables } from '../planning/costs/costTables';
import { separatedKernels } from '../planning/costs/separatedKernels';
import type { StrategyOutcome } from '../planning/findings/outcomes';
import type { Assignment, Evaluation, Regime } from '../planning/plan/plan';
import type { PlanningResult } from '../planning/planModel';
import type { AssumedDimension } from '../shapes/assumed/assumeSizes';
import type { DimensionBindings } from '../shapes/facts/inferred';
import { placementOf } from '../split/nodeRanges';
import type { AnalysisFacts } from './analysisReport';
import { analysisReport } from './analysisReport';
import { nodesPerTier } from './placement';
import { finite, objectiveText } from './planReport';
import { segmentTensors } from './segmentTensors';
import { sessionReport } from './stateReport';
import { dataTensorReport } from './tensorReport';
import { unstatedInPlan } from './unstated';

export interface PlanDocumentFacts extends AnalysisFacts {
  readonly structureHash: string;
  /** Path of the model relative to the plan document, with forward slashes. */
  readonly modelFile: string;
  readonly modelName: string;
  readonly bindings: DimensionBindings;
  /** Sizes that are assumed for dimensions that are open. */
  readonly assumed?: readonly AssumedDimension[];
  /** What one call leaves for the next. */
  readonly state?: readonly StatePair[];
  /** Per tier what the configuration names. */
  readonly tierSources: readonly { readonly preset?: string | undefined; readonly profile?: string | undefined }[];
  readonly result: PlanningResult;
}

/** Figures keep nine significant digits: enough to compare plans by, few enough to read. */
const significantDigits = 9;

function assumedSizes(assumed: readonly AssumedDimension[]): Pick<PlanDocument, 'assumedDimensions'> {
  if (assumed.length === 0) return {};
  return { assumedDimensions: sortedByKey(Object.fromEntries(assumed.map(({ symbol, size }) => [symbol, size]))) };
}

/** The plan as a document to commit, compare and deploy: the one that the advice is to follow. */
export function planDocument(stated: PlanDocumentFacts): PlanDocument {
  const facts = { ...stated, result: asAdvised(stated.result) };
  const { result, state = [] } = facts;
  const { plan, costs, certificate, audit } = result;
  const { model } = analysisReport(facts);
  const { evaluation } = plan;
  return {
    format: 'dnnsplit.splitplan',
    formatVersion: 1,
    tool: { name: 'dnnsplit', version: productVersion },
    model: {
      file: facts.modelFile,
      name: facts.modelName,
      fileBytes: model.fileBytes,
      structureHash: facts.structureHash,
      nodes: model.nodes,
      macs: model.macs,
      weightBytes: model.weightBytes,
      inputs: model.inputs.map(planTensor),
      outputs: model.outputs.map(planTensor),
    },
    dimensions: sortedByKey(facts.bindings),
    ...assumedSizes(facts.assumed ?? []),
    ...answerFacts(result),
    ...(state.length > 0 && { state: state.map(({ input, output }) => ({ input, output })) }),
    ...sessionFacts(result),
    objective: objectiveText(costs.infrastructure.objective),
    strategy: plan.strategy,
    tiers: planTiers(facts),
    links: planLinks(result),
    prediction: prediction(costs, evaluation),
    certificate: {
      exactObjectiveValue: nullableFigure(certificate.exactValue),
      objectiveValue: figure(evaluation.objectiveValue),
      gapPercent: nullableFigure(certificate.gapPercent),
      ...(certificate.unavailable !== undefined && { unavailable: certificate.unavailable }),
    },
    audit: {
      metric: audit.metric,
      holds: audit.holds,
      exceptionCount: audit.exceptionCount,
      consequence: audit.consequence.text,
    },
    baselines: result.baselines.flatMap((one) => outcome(costs, one)),
    strategies: result.strategies.flatMap((one) => outcome(costs, one)),
    regimes: result.regimes.flatMap((regimes, link) => regimes.map((regime) => regimeRow(result, link, regime))),
    ...(result.regimesNote !== undefined && { regimesNote: result.regimesNote }),
    ...(result.regionMap && { regionMap: regionTable(result, result.regionMap) }),
    advice: result.advice.text,
  };
}

/** How its session goes, where it is a plan of one. */
function sessionFacts({ costs, plan }: PlanningResult): Pick<PlanDocument, 'session'> {
  const { session } = sessionReport(costs, plan);
  if (session === undefined) return {};
  const { firstTokenMs, perTokenMs, tokensPerSecond } = session;
  return {
    session: {
      ...session,
      firstTokenMs: figure(firstTokenMs),
      perTokenMs: figure(perTokenMs),
      tokensPerSecond: tokensPerSecond === null ? null : figure(tokensPerSecond),
    },
  };
}

/** The result with the plan that is recommended in place of the best one, where that is another one, and how far it is from the best. */
function asAdvised(result: PlanningResult): PlanningResult {
  const { recommendation, plan, certificate } = result;
  if (recommendation === undefined) return result;
  const { objectiveValue } = recommendation.plan.evaluation;
  const gapPercent = (objectiveValue / certificate.exactValue - 1) * 100;
  return {
    ...result,
    plan: { ...recommendation.plan, strategy: plan.strategy, evaluatedPlans: plan.evaluatedPlans },
    certificate: { ...certificate, gapPercent },
  };
}

/** Where outputs are wanted. */
function answerFacts({ costs }: PlanningResult): Pick<PlanDocument, 'answer' | 'outputs'> {
  const { statedAnswer, infrastructure } = costs;
  const outputs = Object.entries(infrastructure.outputAnswers);
  return {
    answer: statedAnswer,
    ...(outputs.length > 0 && {
      outputs: Object.fromEntries(
        outputs.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, answer]) => [name, { answer }]),
      ),
    }),
  };
}

function regimeRow(result: PlanningResult, link: number, regime: Regime): PlanDocument['regimes'][number] {
  const { fromMbps, toMbps, latencyMs, fixedMs, bytes, answerBytes, assignment, keepsLimitsFromMbps, infeasible } =
    regime;
  return {
    link,
    fromMbps: figure(fromMbps),
    toMbps: nullableFigure(toMbps),
    latencyMs: figure(latencyMs),
    fixedMs: figure(fixedMs),
    bytes,
    answerBytes,
    ...nodesOf(result, assignment),
    ...(keepsLimitsFromMbps !== undefined && { keepsLimitsFromMbps: figure(keepsLimitsFromMbps) }),
    ...(infeasible && { infeasible: { reason: infeasible.reason, relax: [...infeasible.changes] } }),
  };
}

function nodesOf({ costs }: PlanningResult, assignment: Assignment): { nodesPerTier: number[]; nodes: string[][] } {
  const tierCount = costs.infrastructure.tiers.length;
  return { nodesPerTier: nodesPerTier(assignment, tierCount), nodes: placementOf(costs.graph, assignment, tierCount) };
}

function regionTable(result: PlanningResult, map: RegionMap): PlanDocument['regionMap'] {
  const corners = (polygon: RegionMap['infeasible'][number]) =>
    polygon.map(([a, b]): [number, number] => [figure(a), figure(b)]);
  const figures = (ofPlan: MappedPlan['terms']) =>
    ofPlan.map(({ constant, slopes: [a, b] }) => {
      const slopes: [number, number] = [figure(a), figure(b)];
      return { constant: figure(constant), slopes };
    });
  const plans = map.plans.map(({ assignment, terms, limits }) => ({
    ...nodesOf(result, assignment),
    terms: figures(terms),
    ...(limits.length > 0 && { limits: figures(limits) }),
  }));
  return {
    links: [...map.links],
    fromMbps: map.fromMbps,
    toMbps: map.toMbps,
    plans,
    regions: map.regions.map(({ plan, constant, slopes, cornersMbps }) => ({
      plan,
      nodesPerTier: plans[plan]?.nodesPerTier ?? [],
      constant: figure(constant),
      slopes: [figure(slopes[0]), figure(slopes[1])],
      cornersMbps: corners(cornersMbps),
    })),
    ...(map.infeasible.length > 0 && { infeasible: map.infeasible.map(corners) }),
    ...(map.infeasibleReason !== undefined && { infeasibleReason: map.infeasibleReason }),
  };
}

/** The document's text: the same plan gives the same bytes. */
export function planDocumentText(document: PlanDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function planTiers({ result, tierSources }: PlanDocumentFacts): PlanTier[] {
  const { plan, costs } = result;
  const { tiers } = costs.infrastructure;
  const ranges = placementOf(costs.graph, plan.assignment, tiers.length);
  const { extraSeconds } = separatedKernels(costs, plan.assignment);
  const segments = segmentTensors(costs.graph, plan.assignment, tiers.length);
  const tensors = (indices: readonly number[] = []) => tensorsAt(result, indices);
  return tiers.map((tier, k) => {
    const load = plan.evaluation.tiers[k];
    const source = tierSources[k];
    const extra = extraSeconds[k] ?? 0;
    return {
      id: tier.id,
      ...(source?.preset !== undefined && { preset: source.preset }),
      gflops: tier.gflops ?? null,
      memoryGBps: tier.memoryGBps ?? null,
      overheadUs: tier.overheadUs,
      ...(tier.rates && { rates: tier.rates }),
      ...(tier.weightGBps !== undefined && { weightGBps: tier.weightGBps }),
      ...(tier.kernelOverheadUs !== undefined && { kernelOverheadUs: tier.kernelOverheadUs }),
      ...(tier.fusion !== undefined && { fusion: tier.fusion }),
      ...(tier.estimate && { estimate: tier.estimate }),
      memoryGB: tier.memoryGB ?? null,
      ...recordOf(namesOf(tierRates), (rate) => tier[rate]),
      ...unstatedRates(tier),
      ...(tier.speed !== undefined && { speed: tier.speed }),
      replicas: tier.replicas,
      profile: source?.profile ?? null,
      nodes: ranges[k] ?? [],
      inputs: tensors(segments[k]?.inputs),
      outputs: tensors(segments[k]?.outputs),
      nodeCount: load?.nodes ?? 0,
      macs: load?.macs ?? 0,
      computeMs: figure(load?.computeMs ?? 0),
      ...(extra > 0 && { separatedKernelMs: figure(extra * 1e3) }),
      weightBytes: load?.weightBytes ?? 0,
      peakActivationBytes: load?.peakActivationBytes ?? 0,
      costPerRequest: figure(load?.costPerRequest ?? 0),
      energyJ: figure(load?.energyJ ?? 0),
      measuredNodes: load?.measuredNodes ?? 0,
      ...(tier.recording && { measured: measuredFacts(tier.recording) }),
    };
  });
}

function measuredFacts({ device, runtime, recorded, ...facts }: Recording): NonNullable<PlanTier['measured']> {
  const { model, threads, optimization, runMicroseconds } = facts;
  return {
    ...{ device, runtime, recorded },
    ...(model && { model: model.name }),
    ...(threads !== undefined && { threads }),
    ...(optimization && { optimization }),
    ...(runMicroseconds !== undefined && { runMs: figure(runMicroseconds / 1000) }),
  };
}

function planLinks(result: PlanningResult): PlanLink[] {
  const { infrastructure, statedLinks } = result.costs;
  const { tiers, links } = infrastructure;
  return links.map((link, l) => {
    const { latencyMs, downLatencyMs, hopMs } = statedLinks[l] ?? link;
    const load = result.plan.evaluation.links[l];
    return {
      from: tiers[l]?.id ?? '',
      to: tiers[l + 1]?.id ?? '',
      bandwidthMbps: link.bandwidthMbps,
      latencyMs,
      ...(hopMs !== undefined && { hopMs }),
      ...(link.downBandwidthMbps !== undefined && { downBandwidthMbps: link.downBandwidthMbps }),
      ...(downLatencyMs !== undefined && { downLatencyMs }),
      ...recordOf(namesOf(linkRates), (rate) => link[rate]),
      ...unstatedRates(link),
      wireDtype: link.wireDtype,
      tensors: tensorsAt(result, load?.tensors ?? []),
      bytes: load?.bytes ?? 0,
      transferMs: figure(load?.transferMs ?? 0),
      answers: tensorsAt(result, load?.answers ?? []).map(({ name }) => name),
      answerBytes: load?.answerBytes ?? 0,
      answerMs: figure(load?.answerMs ?? 0),
    };
  });
}

/** Of the rates that nobody states those that count as 0: the way back falls back on the way up. */
function unstatedRates<Rate extends string>(
  of: Readonly<Record<Rate, number>> & { readonly unstated?: readonly Rate[] | undefined },
) {
  const unstated = of.unstated?.filter((rate) => of[rate] === 0) ?? [];
  return unstated.length === 0 ? {} : { unstated };
}

function tensorsAt({ costs }: PlanningResult, indices: readonly number[]): PlanTensor[] {
  return indices.flatMap((index) => {
    const tensor = costs.graph.tensors[index];
    return tensor === undefined ? [] : [planTensor(dataTensorReport(tensor))];
  });
}

function planTensor({ name, dtype, shape, bytes }: ReturnType<typeof dataTensorReport>): PlanTensor {
  return { name, dtype, shape: shape === null ? null : [...shape], bytes };
}

/** Strategies that found no plan have no figures to compare. */
function outcome(costs: CostTables, { strategy, plan }: StrategyOutcome): PlanDocument['baselines'] {
  const evaluation = plan?.evaluation;
  if (evaluation === undefined || !Number.isFinite(evaluation.latencyMs)) return [];
  return [{ strategy, ...prediction(costs, evaluation) }];
}

function prediction({ infrastructure }: CostTables, evaluation: Evaluation): PlanDocument['prediction'] {
  const { unstated } = unstatedInPlan(infrastructure, evaluation);
  return { ...planFigures(evaluation), ...(unstated && { unstated: [...unstated] }) };
}

function planFigures(evaluation: Figures): PlanDocument['prediction'] {
  return figures((metric) => {
    const value = figureOf(evaluation, metric);
    return metricEntry(metric).isUnbounded === undefined ? figure(value) : nullableFigure(value);
  }) as PlanDocument['prediction'];
}

function figure(value: number): number {
  return Number(value.toPrecision(significantDigits));
}

function nullableFigure(value: number): number | null {
  const known = finite(value);
  return known === null ? null : figure(known);
}

function sortedByKey(record: DimensionBindings): Record<string, number> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
