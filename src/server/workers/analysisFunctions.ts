import { answerTool } from '../../app/assistant/answerTool';
import { Places } from '../../app/assistant/places';
import { deploymentOf, deploymentSteps } from '../../app/deploy/deployTarget';
import { measurableModel } from '../../app/measure/measurableModel';
import { measuredProfile } from '../../app/measure/measureTiers';
import type { AnalyzedModel } from '../../app/model/analyzeFile';
import type { ModelSettings } from '../../app/model/configuredModel';
import { findConfig } from '../../app/model/findConfig';
import { bodyAround, openBody } from '../../app/model/openBody';
import { checkPlan } from '../../app/plan/checkPlan';
import { handoverOf } from '../../app/plan/handoverFile';
import { ModelCache } from '../../app/plan/modelCache';
import { planAnalyzed, planText } from '../../app/plan/planAnalyzed';
import { modelOfPlan, parsePlanText, readPlanFile } from '../../app/plan/planFile';
import { mappedRegions } from '../../app/plan/regionCache';
import { measuredDevices } from '../../app/profile/measuredModels';
import { offeredCalibration } from '../../app/profile/offeredCalibration';
import { prepareSplit, writeSplit } from '../../app/split/deploySplit';
import { rangesOfInputs } from '../../app/split/splitInputs';
import { takeSteps } from '../../app/tasks/steps';
import { matchedText, matchNodeData } from '../../engine/nodeData/matchNodeData';
import { nodeDataText } from '../../engine/nodeData/nodeDataText';
import { graphText } from '../../engine/picture/layout/graphText';
import { interactiveMs } from '../../engine/planning/planModel';
import { analysisReport } from '../../engine/report/analysisReport';
import { nodeDetails } from '../../engine/report/nodeDetails';
import { planReport } from '../../engine/report/planReport';
import { sceneOverlay } from '../../engine/report/sceneOverlay';
import { searchNodes } from '../../engine/report/search';
import { unstatedInPlan } from '../../engine/report/unstated';
import type { Reach } from '../../files/reach';
import { readingOfPlan } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import type { NodeDetails, PlanOverrides } from '../../shared/protocol/requests';
import type { AnalysisReport } from '../../shared/reports/reports';
import { DnnSplitError, toErrorData } from '../../shared/work/errors';
import type { Work } from '../../shared/work/work';
import type {
  AnalysisFunctions,
  ModelAnalysis,
  ModelRequest,
  ModelState,
  PlanSource,
  StateRequest,
} from './analysisApi';

/** Milliseconds that a preview looks for a plan where none is at hand. */
const previewMs = 100;

/**
 * The functions of the analysis worker, with models kept between calls.
 * @param programFolder folder of the product's programs
 * @param reach how far the names in documents may lead now
 */
export function createAnalysisFunctions(programFolder: string, reach: () => Reach): AnalysisFunctions {
  const cache = new ModelCache(reach);
  const split = ({ planText: text, planPath }: PlanSource, work: Work) => {
    const plan = parsePlanText(text, planPath);
    const analyze = (path: string) => cache.analyzed(path, readingOfPlan(plan), work);
    return prepareSplit(plan, planPath, { analyze, reach: reach() }, work);
  };
  const planned = ({ modelPath, overrides }: ModelRequest, compare: boolean, work: Work) =>
    cache.planned(modelPath, cache.settings(modelPath), { overrides, compare }, work);
  return {
    read({ modelPath }, work) {
      cache.analyzed(modelPath, cache.reading(modelPath), work);
    },
    analysis: ({ modelPath }, work) => analysisOf(modelPath, cache.analyzed(modelPath, cache.reading(modelPath), work)),
    state: (request, work) => modelState(cache, request, work),
    graph({ modelPath, unless, body }, work) {
      const reading = cache.reading(modelPath);
      const modelKey = cache.key(modelPath, reading);
      const key = body === undefined ? modelKey : JSON.stringify([modelKey, body]);
      if (key === unless) return { key };
      const analyzed = cache.analyzed(modelPath, reading, work);
      const { graph } = body === undefined ? analyzed : openBody(analyzed, reading.bindings, body, work);
      return { key, graph: graphText(graph) };
    },
    overlay(request, work) {
      // While the configuration is broken the last plan stays in view.
      const last = cache.lastPlanned(request.modelPath);
      const current = last && attempt(() => planned(request, false, work));
      const { costs, plan } = (current ?? last ?? planned(request, false, work)).result;
      return sceneOverlay(costs, plan);
    },
    preview({ modelPath, overrides }, work) {
      const settings = cache.settings(modelPath);
      const analyzed = cache.analyzed(modelPath, settings, work);
      const options = { skipCertificate: true, skipRegimes: true, quickCertificate: true, deadlineMs: previewMs };
      try {
        const { plan, costs } = planAnalyzed(analyzed, settings, overrides, options, work).result;
        const { evaluation } = plan;
        const { latencyMs, costPerRequest, links } = evaluation;
        const [bytes, tensors] = [links.map((link) => link.bytes), links.map((link) => link.tensors.length)];
        const unstated = unstatedInPlan(costs.infrastructure, evaluation);
        return { preview: { latencyMs, costPerRequest, bytes, tensors, ...unstated } };
      } catch (thrown) {
        return { refused: configError(thrown) };
      }
    },
    compare({ modelPath, overrides, strategy }, work) {
      const settings = cache.settings(modelPath);
      const analyzed = cache.analyzed(modelPath, settings, work);
      const options = { skipCertificate: true, skipRegimes: true, deadlineMs: interactiveMs };
      const planUnder = (tried: PlanOverrides) =>
        planAnalyzed(analyzed, settings, { ...tried, strategy }, options, work).result;
      // Cuts that are tried out bind the plan; what it is compared with keeps them only where it can.
      const { cuts, placement, ...free } = overrides;
      const isBound = cuts !== undefined || placement !== undefined;
      const result = (isBound ? attempt(() => planUnder(overrides)) : undefined) ?? planUnder(free);
      const plan = planReport(result, analyzed);
      return { strategy, plan, overlay: sceneOverlay(result.costs, result.plan) };
    },
    regions({ modelPath, overrides, links }, work) {
      const settings = cache.settings(modelPath);
      const analyzed = cache.analyzed(modelPath, settings, work);
      return mappedRegions(analyzed, settings, overrides, links, work);
    },
    handover({ modelPath, overrides }, work) {
      const settings = cache.settings(modelPath);
      const model = cache.planned(modelPath, settings, { overrides, compare: true }, work);
      const recommended = attempt(() => cache.recommended(modelPath, settings, overrides, work));
      const { costs, plan } = model.result;
      return { made: handoverOf(model, overrides, recommended), overlay: sceneOverlay(costs, plan) };
    },
    nodeData({ modelPath, file }, work) {
      const { graph } = cache.analyzed(modelPath, cache.reading(modelPath), work);
      const data = matchNodeData(graph, file.text, file.name);
      return { data, told: matchedText(data) };
    },
    nodeDataText({ subject, ...request }, work) {
      const { costs, plan } = planned(request, false, work).result;
      return nodeDataText(costs, plan, subject);
    },
    nodeDetails({ nodeId, ...request }, work) {
      const reading = cache.reading(request.modelPath);
      const analyzed = cache.analyzed(request.modelPath, reading, work);
      const costs = attempt(() => planned(request, false, work).result.costs);
      const body = bodyAround(analyzed, reading.bindings, nodeId, work);
      const details = body
        ? insideOf(body.bodyId, nodeDetails(body.inferred, body.graph, undefined, nodeId))
        : nodeDetails(analyzed.inferred, analyzed.graph, costs, nodeId);
      if (details !== undefined) return details;
      throw new DnnSplitError('bad-usage', say('server.noNode', { node: nodeId }), { nodeId });
    },
    search({ modelPath, query, limit }, work) {
      const { graph } = cache.analyzed(modelPath, cache.reading(modelPath), work);
      const { costs, plan } = cache.lastPlanned(modelPath)?.result ?? {};
      const names = costs?.infrastructure.tiers.map(({ id }) => id) ?? [];
      const tiers = plan?.assignment.length === graph.nodes.length ? [...plan.assignment] : [];
      return searchNodes(
        graph,
        query,
        limit,
        tiers.map((tier) => names[tier] ?? ''),
      );
    },
    planText: ({ planPath, ...request }, work) => planText(planned(request, true, work), planPath),
    planTextAgain({ planPath }, work) {
      const modelPath = modelOfPlan(readPlanFile(planPath), planPath, reach());
      return planText(planned({ modelPath, overrides: {} }, true, work), planPath);
    },
    checkPlan({ planPath, text }, work) {
      const plan = parsePlanText(text, planPath);
      const { graph, structureHash } = cache.analyzed(modelOfPlan(plan, planPath, reach()), readingOfPlan(plan), work);
      return checkPlan(plan, graph, structureHash);
    },
    generate: ({ target, ...source }, work) =>
      deploymentOf(split(source, work), { target, engine: 'relay', programFolder }).files,
    exportModels({ target, directory, overwrite, manifestsOnly, ...source }, work) {
      const prepared = split(source, work);
      const deployment = deploymentOf(prepared, { target, engine: 'relay', programFolder, secretsIn: directory });
      const options = { overwrite, replacesForeign: overwrite, manifestsOnly };
      return takeSteps(deploymentSteps(prepared, [{ directory, deployment }], options, work));
    },
    split({ directory, overwrite, ...source }, work) {
      const prepared = split(source, work);
      const report = writeSplit(prepared, { directory, overwrite }, work);
      return { ...report, sources: prepared.sources, ranges: rangesOfInputs(prepared.model) };
    },
    measurable: ({ modelPath }, work) => measurableModel(cache.analyzed(modelPath, cache.reading(modelPath), work)),
    profile: ({ modelPath, tier, where, answer }, work) =>
      measuredProfile(cache.analyzed(modelPath, cache.reading(modelPath), work), tier, where, answer),
    measuredDevices({ modelPath }) {
      const configPath = findConfig(modelPath);
      const devices = configPath === undefined ? [] : measuredDevices(configPath, modelPath);
      return devices.map(({ device, runtime, models }) => ({ device, runtime, models }));
    },
    calibrate: ({ modelPath, ...wanted }) =>
      offeredCalibration({ ...wanted, configPath: findConfig(modelPath) ?? '', except: modelPath }),
    tool: ({ tool, input, roots, writable }, work) => answerTool(tool, input, new Places(roots, writable), work),
    forget: ({ modelPath }) => cache.forget(modelPath),
  };
}

/** The analysis, and the plan or why there is none: a broken configuration does not hide what is known of the model. */
function modelState(cache: ModelCache, { modelPath, ...planning }: StateRequest, work: Work): ModelState {
  let settings: ModelSettings | undefined;
  let planError: ModelState['planError'];
  try {
    settings = cache.settings(modelPath);
  } catch (thrown) {
    planError = configError(thrown);
  }
  const analyzed = cache.analyzed(modelPath, settings ?? cache.reading(modelPath), work);
  const state = analysisOf(modelPath, analyzed);
  if (settings === undefined) return { ...state, ...(planError && { planError }) };
  try {
    const { result } = cache.planned(modelPath, settings, planning, work);
    const recommended = attempt(() => cache.recommended(modelPath, settings, planning.overrides, work));
    return { ...state, plan: planReport(result, analyzed, recommended?.result) };
  } catch (thrown) {
    return { ...state, planError: configError(thrown) };
  }
}

/** Reports by model: a slider that moves changes the plan alone. */
const reports = new WeakMap<AnalyzedModel, AnalysisReport>();

function analysisOf(modelPath: string, analyzed: AnalyzedModel): ModelAnalysis {
  const analysis = reports.get(analyzed) ?? analysisReport(analyzed);
  reports.set(analyzed, analysis);
  const configPath = findConfig(modelPath);
  return { analysis, ...(configPath !== undefined && { configPath }) };
}

function insideOf(body: string, details: NodeDetails | undefined): NodeDetails | undefined {
  return details && { ...details, body };
}

/** The data of an error that is about the plan; a cancellation goes on. */
function configError(thrown: unknown) {
  if (DnnSplitError.is(thrown, 'canceled')) throw thrown;
  return toErrorData(thrown);
}

function attempt<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch (thrown) {
    if (DnnSplitError.is(thrown) && thrown.code !== 'canceled') return undefined;
    throw thrown;
  }
}
