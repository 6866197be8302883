import { join, relative, resolve, sep } from 'node:path';
import { contractsOf } from '../engine/deploy/contracts';
import { tierNames } from '../engine/deploy/parts/tierNames';
import { withKept } from '../engine/extract/keptTensors';
import { planSegments } from '../engine/extract/planSegments';
import type { SegmentsPlan } from '../engine/extract/segmentPlan';
import { moveCutsToCallBorders } from '../engine/extract/topLevel';
import type { Assignment } from '../engine/planning/plan/plan';
import { planDocumentText } from '../engine/report/planDocument';
import { assignedTiers } from '../engine/split/nodeRanges';
import { type FileIdentity, fileIdentities, requireUnchanged } from '../files/fileIdentity';
import { commitSets, FileSet } from '../files/fileSet';
import type { Reach } from '../files/reach';
import { whyNotCarried } from '../shared/carriedTensors';
import type { ContractDocument } from '../shared/documents/contract';
import { type PlanDocument, sizesOfPlan } from '../shared/documents/plan';
import { DnnSplitError } from '../shared/errors';
import { say } from '../shared/messages/say';
import { unwatched, type Work } from '../shared/work';
import { type AnalyzedModel, analyzeFile } from './analyzeFile';
import { artifactId } from './artifactId';
import { checkPlan } from './checkPlan';
import { type ExportedSegment, exportSegments } from './exportSegments';
import { modelFiles } from './inputFiles';
import { earlierSplitFiles } from './ownFiles';
import { modelOfPlan } from './planFile';
import { contractFile, modelFile, splitPlanFile } from './splitFiles';
import { type Steps, takeSteps } from './steps';

/** A plan together with its model, cut. */
export interface PreparedSplit {
  readonly plan: PlanDocument;
  readonly model: AnalyzedModel;
  readonly segments: SegmentsPlan;
  /** From the device up to the last tier that runs something. */
  readonly contracts: readonly ContractDocument[];
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
  /** None where the tier only passes tensors on. */
  readonly modelPath: string | null;
  readonly modelBytes: number;
  readonly dataBytes: number;
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
  analyze: (path: string) => AnalyzedModel = (path) => analyzeFile(path, sizesOfPlan(plan)),
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

/**
 * Cuts a plan's model; nothing is written.
 * @param keep inner tensors that are among the outputs of the chain too
 * @throws DnnSplitError `invalid-plan` where the model has changed since or the plan does not fit, those of `analyzeFile`
 */
export function prepareSplit(
  plan: PlanDocument,
  planPath: string,
  analyze?: (path: string) => AnalyzedModel,
  reach: Reach = 'anywhere',
  work: Work = unwatched,
  keep: readonly string[] = [],
): PreparedSplit {
  const { model, assignment } = placedPlan(plan, planPath, analyze, reach);
  const inferred = withKept(model.inferred, keep);
  const segments = planSegments(inferred, model.graph, assignment, plan.tiers.length);
  const contracts = contractsOf(plan, inferred, segments);
  const artifact = artifactId(model, contracts, work);
  const sources = modelFiles(model);
  return {
    plan,
    model,
    segments,
    contracts: contracts.map(({ format, formatVersion, ...rest }) => ({ format, formatVersion, artifact, ...rest })),
    names: tierNames(plan),
    sources,
    inputs: [...sources, ...fileIdentities([planPath])],
  };
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
      content: `${JSON.stringify(contract, null, 2)}\n`,
    })),
    { path: splitPlanFile, content: planDocumentText(planFrom(prepared, directory)) },
  ];
  const set = new FileSet(directory, {
    overwrite,
    inputs,
    own: earlierSplitFiles(directory),
    expected: [...texts.map(({ path }) => path), ...contracts.map((_, position) => fileOf(position, modelFile))],
    seal: splitPlanFile,
  });
  try {
    const exported = yield* segmentSteps(prepared, set, (position) => fileOf(position, modelFile), work);
    for (const { path, content } of texts) set.create(path).write(new TextEncoder().encode(content));
    requireUnchanged(sources);
    commitSets([set]);
    return splitReport(prepared, { directory, folders }, exported);
  } finally {
    set.abandon();
  }
}

function splitReport(
  { contracts, segments }: PreparedSplit,
  { directory, folders }: { readonly directory: string; readonly folders: readonly string[] },
  exported: readonly ExportedSegment[],
): SplitReport {
  const tiers = contracts.map(({ tier }, position): SplitTier => {
    const segment = exported.find((one) => one.tier === position);
    const folder = folders[position] ?? '';
    return {
      tier,
      folder,
      contractPath: join(directory, folder, contractFile),
      modelPath: segment?.path ?? null,
      modelBytes: segment?.bytes ?? 0,
      dataBytes: segment?.dataBytes ?? 0,
    };
  });
  const { duplicatedWeightBytes, boundDimensions } = segments;
  const notices = contracts.flatMap(noticesOf);
  return { directory, tiers, duplicatedWeightBytes, boundDimensions, ...(notices.length > 0 && { notices }) };
}

/** What keeps a relay from serving a tier; its part may be of use elsewhere. */
function noticesOf({ tier, receives, sends, answers, segment }: ContractDocument): string[] {
  const run = [...(segment?.inputs ?? []), ...(segment?.outputs ?? [])];
  const reasons = [
    ...[...receives, ...sends, ...answers].map((tensor) => [tensor, whyNotCarried(tensor, 'protocol')] as const),
    ...run.map((tensor) => [tensor, whyNotCarried(tensor, 'runtime')] as const),
  ];
  const [first] = reasons.flatMap(([tensor, reason]) =>
    reason === undefined ? [] : [{ tensor: tensor.name, reason }],
  );
  return first === undefined ? [] : [say('deploy.noRelay', { tier, ...first }).text];
}

/**
 * Writes the sub-models into a set, where `fileOf` puts each of them.
 * @throws DnnSplitError as `writeSplit`
 */
export function segmentSteps(
  { model, segments }: PreparedSplit,
  set: FileSet,
  fileOf: (position: number) => string,
  work: Work,
): Steps<readonly ExportedSegment[]> {
  return exportSegments(model.path, model.inferred.model, segments, set, { fileName: fileOf }, work);
}

/** The plan as it lies in another folder. */
function planFrom({ plan, model }: PreparedSplit, directory: string): PlanDocument {
  const file = relative(resolve(directory), resolve(model.path)).split(sep).join('/');
  return { ...plan, model: { ...plan.model, file } };
}
