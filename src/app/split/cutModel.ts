import { adaptiveContracts, blockFile, blocksOfTiers, type PolicyChoice } from '../../engine/deploy/adaptiveContracts';
import { contractsOf } from '../../engine/deploy/contracts';
import { blocksOfCuts } from '../../engine/extract/blocks';
import { planSegments } from '../../engine/extract/planSegments';
import type { SegmentsPlan } from '../../engine/extract/segmentPlan';
import type { Assignment } from '../../engine/planning/plan/plan';
import type { InferredModel } from '../../engine/shapes/facts/inferred';
import type { ContractDocument } from '../../shared/documents/contract';
import { type PlanDocument, sizesOfPlan } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { Work } from '../../shared/work/work';
import type { AnalyzedModel } from '../model/analyzeFile';
import { artifactId, shortId } from './artifactId';
import type { HashThread } from './hashInThread';

/** A sub-model that a tier holds: its file as the tier's contract names it, and which of the segments it is. */
export interface HeldPart {
  readonly position: number;
  readonly file: string;
  readonly segment: number;
}

/** A model in parts, and what says how they work together. */
export interface CutModel {
  /** One for each tier, or one for each block where several cuts are held. */
  readonly segments: SegmentsPlan;
  readonly parts: readonly HeldPart[];
  /** From the device up to the last tier that runs something; their artifact is waited for when somebody looks at it. */
  readonly contracts: readonly ContractDocument[];
}

/** A plan with its model, and what is known of its tensors, those that are kept on purpose among its outputs. */
export interface ModelToCut {
  readonly plan: PlanDocument;
  readonly model: AnalyzedModel;
  readonly inferred: InferredModel;
  /** For the export's id, where much has to be read for it. */
  readonly hashThread?: HashThread | undefined;
}

/** The model as the plan itself cuts it. @param assignment with cuts at the borders of calls */
export function cutOnce(
  { plan, model, inferred, hashThread }: ModelToCut,
  assignment: Assignment,
  work: Work,
): CutModel {
  const segments = planSegments(inferred, model.graph, assignment, plan.tiers.length, model.state);
  const contracts = contractsOf(plan, inferred, segments);
  const borders = contracts.map(({ receives, sends, answers, answersAbove, segment }) => ({
    receives,
    sends,
    answers,
    answersAbove,
    runs: segment !== null,
  }));
  const artifact = artifactId(model, borders, hashThread, work);
  return {
    segments,
    parts: contracts.flatMap(({ segment, position }) =>
      segment === null ? [] : [{ position, file: segment.file, segment: position }],
    ),
    contracts: contracts.map(({ format, formatVersion, ...rest }) => ({
      ...{ format, formatVersion },
      get artifact() {
        return artifact();
      },
      ...rest,
    })),
  };
}

/**
 * The model cut at every border that any regime of a policy uses. The borders themselves are not part of the id: a tier that
 * holds other cuts of the same model answers those that both hold.
 * @throws DnnSplitError `bad-usage` for a model that keeps state between requests
 */
export function cutIntoBlocks(
  { plan, model, inferred, hashThread }: ModelToCut,
  cuts: readonly Assignment[],
  choice: PolicyChoice,
  work: Work,
): CutModel {
  const { graph, state } = model;
  if (state.length > 0) throw new DnnSplitError('bad-usage', say('split.state', {}));
  const { blockOf, count, tiers } = blocksOfCuts(cuts);
  const blocks = planSegments(inferred, graph, blockOf, count);
  const bodies = adaptiveContracts({ plan, inferred, blocks, tiers, choice }, shortId);
  const [first] = bodies;
  const borders = ['blocks', sizesOfPlan(plan), first?.cuts[0]?.receives];
  const artifact = artifactId(model, borders, hashThread, work);
  return {
    segments: blocks,
    parts: blocksOfTiers({ blocks, tiers }, bodies.length).flatMap((held, position) =>
      held.map((segment) => ({ position, file: blockFile(segment), segment })),
    ),
    contracts: bodies.map(({ format, formatVersion, ...rest }) => ({
      ...{ format, formatVersion },
      get artifact() {
        return artifact();
      },
      ...rest,
    })),
  };
}
