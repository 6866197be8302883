import { join, relative, resolve, sep } from 'node:path';
import { tierNames } from '../../engine/deploy/parts/tierNames';
import { withKept } from '../../engine/extract/keptTensors';
import { moveCutsToCallBorders } from '../../engine/extract/topLevel';
import type { Assignment } from '../../engine/planning/plan/plan';
import { planDocumentText } from '../../engine/report/planDocument';
import { assignedTiers } from '../../engine/split/nodeRanges';
import { type FileIdentity, fileIdentities, requireUnchanged } from '../../files/fileIdentity';
import { commitSets, FileSet } from '../../files/fileSet';
import type { Reach } from '../../files/reach';
import { whyNotCarried } from '../../shared/documents/carriedTensors';
import type { ContractDocument } from '../../shared/documents/contract';
import { runTensors, travellingTensors } from '../../shared/documents/contractParts';
import { type PlanDocument, readingOfPlan } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { unwatched, type Work } from '../../shared/work/work';
import { type AnalyzedModel, analyzeAs } from '../model/analyzeFile';
import { modelFiles } from '../model/inputFiles';
import { checkPlan } from '../plan/checkPlan';
import { modelOfPlan } from '../plan/planFile';
import { linkPlanCuts, policyCuts } from '../plan/policyCuts';
import { type PolicyTrace, policyTable } from '../plan/policyTable';
import { type Steps, takeSteps } from '../tasks/steps';
import { type CutModel, cutIntoBlocks, cutOnce, type HeldPart, type ModelToCut } from './cutModel';
import { type ExportedSegments, exportSegments } from './exportSegments';
import { type HashThread, startHashThread } from './hashInThread';
import { earlierSplitFiles } from './ownFiles';
import { contractFile, splitPlanFile } from './splitFiles';

/** A plan together with its model, cut. */
export interface PreparedSplit extends CutModel {
  readonly plan: PlanDocument;
  readonly model: AnalyzedModel;
  /** Folder and service names of all tiers of the plan. */
  readonly names: readonly string[];
  /** The model and its weights; a change of theirs while parts are made would mix two models. */
  readonly sources: readonly FileIdentity[];
  /** All files that are read, which no writer may replace. */
  readonly inputs: readonly FileIdentity[];
}

export interface SplitTier {
  readonly tier: string;
  /** Folder, relative to the split's own. */
  readonly folder: string;
  readonly contractPath: string;
  /** None where the tier only passes tensors on; the first of its blocks where it holds several. */
  readonly modelPath: string | null;
  readonly modelBytes: number;
  readonly dataBytes: number;
  /** With a policy: sub-models that the tier holds, and cuts that it takes part in. */
  readonly blocks?: number;
  readonly cuts?: number;
}

export interface SplitReport {
  readonly directory: string;
  readonly tiers: readonly SplitTier[];
  /** Bytes of weights that more than one sub-model holds, counted beyond the first. */
  readonly duplicatedWeightBytes: number;
  /** True when the sub-models fit only the numbers that the plan gives to dimensions. */
  readonly boundDimensions: boolean;
  /** What keeps a relay from serving the parts, a sentence each; only where something does. */
  readonly notices?: readonly string[];
}

/**
 * A plan's model with the tier of each node of its split graph; cuts inside of a function call are moved to its border.
 * @throws DnnSplitError `invalid-plan` where the model has changed since or the plan does not fit, those of `analyzeFile`
 */
export function placedPlan(
  plan: PlanDocument,
  planPath: string,
  analyze: (path: string) => AnalyzedModel = (path) => analyzeAs(path, readingOfPlan(plan)),
  reach: Reach = 'anywhere',
): { readonly model: AnalyzedModel; readonly assignment: Assignment } {
  const model = analyze(modelOfPlan(plan, planPath, reach));
  if (plan.model.structureHash !== model.structureHash) {
    throw new DnnSplitError('invalid-plan', say('plan.modelChanged', { model: plan.model.file }), { path: planPath });
  }
  const wrong = checkPlan(plan, model.graph, model.structureHash).find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw new DnnSplitError('invalid-plan', wrong.said, { path: planPath });
  const { tiersOf } = assignedTiers(
    model.graph.nodes.map(({ id }) => id),
    plan.tiers.map(({ nodes }) => nodes),
  );
  const assignment = Uint8Array.from(tiersOf, ([tier = 0]) => tier);
  return { model, assignment: moveCutsToCallBorders(model.graph, assignment) };
}

/** What is cut, and how carefully. */
export interface PrepareOptions {
  readonly analyze?: (path: string) => AnalyzedModel;
  readonly reach?: Reach;
  /** Inner tensors that are among the outputs of the chain too. */
  readonly keep?: readonly string[] | undefined;
  /** Links whose bandwidths the parts follow: every cut that is best at some of them is held. Only the plan's own otherwise. */
  readonly adaptiveLinks?: readonly number[] | undefined;
  /** Trace of the one link for which a table is made; the regimes' borders decide otherwise. */
  readonly trace?: PolicyTrace | undefined;
  /** For the id of what is written; one is started where it is worth it and none is given. */
  readonly hashThread?: HashThread | undefined;
}

/**
 * Cuts a plan's model; nothing is written.
 * @throws DnnSplitError `invalid-plan` where the model has changed since or the plan does not fit, those of `analyzeFile`
 */
export function prepareSplit(
  plan: PlanDocument,
  planPath: string,
  options: PrepareOptions = {},
  work: Work = unwatched,
): PreparedSplit {
  const hashThread = options.hashThread ?? startHashThread(plan.model.weightBytes);
  try {
    return cutWith(plan, planPath, { ...options, hashThread }, work);
  } catch (error) {
    void hashThread?.end();
    throw error;
  }
}

function cutWith(
  plan: PlanDocument,
  planPath: string,
  { analyze, reach, keep = [], adaptiveLinks, trace, hashThread }: PrepareOptions,
  work: Work,
): PreparedSplit {
  const { model, assignment } = placedPlan(plan, planPath, analyze, reach);
  const inferred = withKept(model.inferred, keep);
  const sources = modelFiles(model);
  const cut = { plan, model, inferred, hashThread };
  return {
    plan,
    model,
    ...(adaptiveLinks === undefined
      ? cutOnce(cut, assignment, work)
      : intoBlocks(cut, planPath, { links: adaptiveLinks, trace }, work)),
    names: tierNames(plan),
    sources,
    inputs: [...sources, ...fileIdentities([planPath])],
  };
}

function intoBlocks(
  cut: ModelToCut,
  planPath: string,
  { links, trace }: { readonly links: readonly number[]; readonly trace: PolicyTrace | undefined },
  work: Work,
): CutModel {
  const { plan, model } = cut;
  const [link = 0] = links;
  if (links.length > 1) {
    if (trace !== undefined) throw new DnnSplitError('bad-usage', say('policy.severalTraced', {}));
    const { cuts, plans } = linkPlanCuts(plan, model, links, planPath);
    return cutIntoBlocks(cut, cuts, { links, plans }, work);
  }
  const policy = policyCuts(plan, model, link, planPath);
  const table = trace && policyTable(policy, trace, plan.links[link]?.bandwidthMbps ?? 0, planPath);
  return cutIntoBlocks(cut, policy.cuts, { link, regimes: policy.regimes, table }, work);
}

/** Where an export puts things. */
export interface SplitOptions {
  readonly directory: string;
  readonly overwrite: boolean;
}

/**
 * Writes one folder per tier with its sub-model and contract, and the plan. Everything is checked before anything is
 * written, and all files appear together or not at all.
 * @throws DnnSplitError `file-exists`, `external-data` where weights are missing, `file-system`, `canceled`
 */
export function writeSplit(prepared: PreparedSplit, options: SplitOptions, work: Work = unwatched): SplitReport {
  return takeSteps(splitSteps(prepared, options, work));
}

/** As `writeSplit`, in steps. */
export function* splitSteps(
  prepared: PreparedSplit,
  { directory, overwrite }: SplitOptions,
  work: Work = unwatched,
): Steps<SplitReport> {
  const { contracts, names, inputs, sources } = prepared;
  const folders = contracts.map((_, position) => names[position] ?? String(position));
  const fileOf = (position: number, file: string) => `${folders[position] ?? ''}/${file}`;
  const texts = [
    ...contracts.map((contract, position) => ({
      path: fileOf(position, contractFile),
      content: () => `${JSON.stringify(contract, null, 2)}\n`,
    })),
    { path: splitPlanFile, content: () => planDocumentText(planFrom(prepared, directory)) },
  ];
  const set = new FileSet(directory, {
    overwrite,
    inputs,
    own: earlierSplitFiles(directory),
    expected: [...texts.map(({ path }) => path), ...prepared.parts.map(({ position, file }) => fileOf(position, file))],
    seal: splitPlanFile,
  });
  try {
    const exported = yield* segmentSteps(prepared, set, ({ position, file }) => [fileOf(position, file)], work);
    for (const { path, content } of texts) set.create(path).write(new TextEncoder().encode(content()));
    requireUnchanged(sources);
    commitSets([set]);
    return splitReport(prepared, { directory, folders }, exported);
  } finally {
    set.abandon();
  }
}

function splitReport(
  prepared: PreparedSplit,
  { directory, folders }: { readonly directory: string; readonly folders: readonly string[] },
  exported: ExportedSegments,
): SplitReport {
  const { contracts, segments } = prepared;
  const tiers = contracts.map((contract, position): SplitTier => {
    const folder = folders[position] ?? '';
    const isHere = ({ file }: { readonly file: string }) => file.startsWith(`${folder}/`);
    const models = exported.segments.filter(isHere);
    const shared = exported.shared.filter(isHere);
    const dataBytes = [...models.map((one) => one.dataBytes), ...shared.map(({ bytes }) => bytes)];
    return {
      tier: contract.tier,
      folder,
      contractPath: join(directory, folder, contractFile),
      modelPath: models[0]?.path ?? null,
      modelBytes: sumOf(models.map(({ bytes }) => bytes)),
      dataBytes: sumOf(dataBytes),
      ...(contract.formatVersion === 2 && { blocks: models.length, cuts: contract.cuts.length }),
    };
  });
  const notices = contracts.flatMap(noticesOf);
  return {
    directory,
    tiers,
    duplicatedWeightBytes: duplicatedWeightBytes(prepared),
    boundDimensions: segments.boundDimensions,
    ...(notices.length > 0 && { notices }),
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

/** Weights that more than one tier holds, counted beyond the first. */
function duplicatedWeightBytes({ model, segments, parts }: PreparedSplit): number {
  let bytes = 0;
  for (const [name, weight] of model.inferred.weightBytes) {
    const holders = parts.filter(({ segment }) => segments.segments[segment]?.tensors.has(name));
    const tiers = new Set(holders.map(({ position }) => position));
    bytes += weight * Math.max(0, tiers.size - 1);
  }
  return bytes;
}

/** What keeps a relay from serving a tier; its part may be of use elsewhere. */
function noticesOf(contract: ContractDocument): string[] {
  const { tier } = contract;
  const reasons = [
    ...travellingTensors(contract).map((tensor) => [tensor, whyNotCarried(tensor, 'protocol')] as const),
    ...runTensors(contract).map((tensor) => [tensor, whyNotCarried(tensor, 'runtime')] as const),
  ];
  const [first] = reasons.flatMap(([tensor, reason]) =>
    reason === undefined ? [] : [{ tensor: tensor.name, reason }],
  );
  return first === undefined ? [] : [say('deploy.noRelay', { tier, ...first }).text];
}

/**
 * Writes the sub-models into a set, where `filesOf` puts each of them.
 * @param mode rights of the files, whatever the umask says
 * @throws DnnSplitError as `writeSplit`
 */
export function segmentSteps(
  { model, segments, parts }: PreparedSplit,
  set: FileSet,
  filesOf: (part: HeldPart) => readonly string[],
  work: Work,
  mode?: number,
): Steps<ExportedSegments> {
  const places = new Map<number, string[]>();
  for (const part of parts) places.set(part.segment, [...(places.get(part.segment) ?? []), ...filesOf(part)]);
  const options = { filesOf: (segment: number) => places.get(segment) ?? [], sharesWeights: true, mode };
  return exportSegments(model.path, model.inferred.model, segments, set, options, work);
}

/** The plan as it lies in another folder. */
function planFrom({ plan, model }: PreparedSplit, directory: string): PlanDocument {
  const file = relative(resolve(directory), resolve(model.path)).split(sep).join('/');
  return { ...plan, model: { ...plan.model, file } };
}
