import type {
  AdaptiveContract,
  ContractBlock,
  ContractCut,
  ContractPolicy,
  ContractTensor,
} from '../../shared/documents/contract';
import type { PlanDocument } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import type { TableStep } from '../../shared/reports/bandwidthReports';
import type { BandwidthFigure, LinkPlan } from '../../shared/vocabulary/linkPlans';
import { usualHysteresis } from '../../shared/vocabulary/policy';
import { DnnSplitError } from '../../shared/work/errors';
import type { SegmentPlan, SegmentsPlan } from '../extract/segmentPlan';
import { unknownFact } from '../shapes/facts/fact';
import type { InferredModel } from '../shapes/facts/inferred';
import { contractTensorOf } from './contracts';

/** One regime of a policy, with the cut that it uses as an index. */
export interface PolicyRegime {
  readonly fromMbps: number;
  readonly toMbps: number | null;
  readonly cut: number;
  readonly keepsLimitsFromMbps?: number | undefined;
  readonly isInfeasible: boolean;
}

/** One plan of a policy for several links, with the cut that it uses as an index, and its figures over their bandwidths. */
export interface PolicyPlan extends LinkPlan {
  readonly cut: number;
}

/** What a policy chooses by: the regimes of one link, or plans over the bandwidths of several. */
export type PolicyChoice =
  | {
      readonly link: number;
      readonly regimes: readonly PolicyRegime[];
      /** A table for a bandwidth trace, which decides instead of the regimes' borders. */
      readonly table?: readonly TableStep[] | undefined;
    }
  | { readonly links: readonly number[]; readonly plans: readonly PolicyPlan[] };

/** A model in blocks, and the cuts that a policy chooses among. */
export interface AdaptiveSplit {
  readonly plan: PlanDocument;
  readonly inferred: InferredModel;
  /** The blocks; what it calls tiers are blocks. */
  readonly blocks: SegmentsPlan;
  /** By cut and block: the tier that runs the block. */
  readonly tiers: readonly (readonly number[])[];
  readonly choice: PolicyChoice;
}

/** A contract of version 2 but for the export that it belongs to. */
export type AdaptiveContractBody = Omit<AdaptiveContract, 'artifact'>;

/** Kept times that make a switch worth its while without being slow: requests of a second or less follow at once. */
const patience = { minimumDwellMs: 500, minimumSamples: 2 } as const;

/** File of a block in the folder of a tier. */
export function blockFile(block: number): string {
  return `block-${block + 1}.onnx`;
}

/** Blocks that each tier may run under any of the cuts, ascending. */
export function blocksOfTiers({ blocks, tiers }: Pick<AdaptiveSplit, 'blocks' | 'tiers'>, tierCount: number) {
  return Array.from({ length: tierCount }, (_, tier) =>
    blocks.segments.flatMap((segment) =>
      segment !== undefined && tiers.some((ofBlock) => ofBlock[segment.tier] === tier) ? [segment.tier] : [],
    ),
  );
}

/**
 * The contracts of every tier up to the highest one that any cut uses, from the device upwards.
 * @param idOf a short text that follows from a long one
 * @throws DnnSplitError `invalid-plan` where no tier runs anything
 */
export function adaptiveContracts(split: AdaptiveSplit, idOf: (text: string) => string): AdaptiveContractBody[] {
  const { plan, inferred, blocks, tiers } = split;
  const used = blocks.segments.filter((segment) => segment !== undefined);
  if (used.length === 0) throw new DnnSplitError('invalid-plan', say('deploy.nothing', {}));
  const traffic = tiers.map((ofBlock) => trafficOf(split, used, ofBlock));
  const ids = traffic.map((byTier, cut) =>
    idOf(JSON.stringify([used.map(({ nodes, tier }) => [nodes, tiers[cut]?.[tier]]), byTier])),
  );
  const tierCount = Math.max(...traffic.map((byTier) => byTier.length));
  const policy = policyOf(split, ids, idOf);
  const held = blocksOfTiers(split, tierCount);
  return plan.tiers.slice(0, tierCount).map(({ id }, position): AdaptiveContractBody => {
    return {
      format: 'dnnsplit.contract',
      formatVersion: 2,
      model: plan.model.name,
      tier: id,
      position,
      tierCount,
      blocks: (held[position] ?? []).flatMap((block) => {
        const segment = blocks.segments[block];
        return segment === undefined ? [] : [describeBlock(segment, inferred)];
      }),
      cuts: traffic.flatMap((byTier, cut): ContractCut[] => {
        const here = byTier[position];
        if (here === undefined) return [];
        const running = used.filter(({ tier }) => tiers[cut]?.[tier] === position);
        return [{ id: ids[cut] ?? '', blocks: running.map(blockId), lastTier: byTier.length - 1, ...here }];
      }),
      policy,
    };
  });
}

function blockId({ tier }: SegmentPlan): string {
  return String(tier + 1);
}

function describeBlock(segment: SegmentPlan, inferred: InferredModel): ContractBlock {
  const describe = ({ name, fact }: SegmentPlan['inputs'][number]) => contractTensorOf(name, fact, inferred);
  return {
    id: blockId(segment),
    file: blockFile(segment.tier),
    inputs: segment.inputs.map(describe),
    outputs: segment.outputs.map(describe),
  };
}

type Traffic = Omit<ContractCut, 'id' | 'blocks' | 'lastTier'>;

/** What each tier receives, sends and answers under one cut, up to the last one that runs something. */
function trafficOf(
  { plan, inferred, blocks }: AdaptiveSplit,
  used: readonly SegmentPlan[],
  ofBlock: readonly number[],
): readonly Traffic[] {
  const tierOf = ({ tier }: SegmentPlan) => ofBlock[tier] ?? 0;
  const lastTier = Math.max(...used.map(tierOf));
  const madeOn = new Map(
    used.flatMap((segment) => segment.outputs.map(({ name }) => [name, tierOf(segment)] as const)),
  );
  const neededOn = new Map<string, number>();
  for (const segment of used)
    for (const { name } of segment.inputs) neededOn.set(name, Math.max(neededOn.get(name) ?? 0, tierOf(segment)));
  const describe = (name: string): ContractTensor =>
    contractTensorOf(name, blocks.chain.get(name) ?? unknownFact, inferred);
  const crossing = (link: number) =>
    [...blocks.chain.keys()]
      .filter((name) => (madeOn.get(name) ?? 0) <= link && (neededOn.get(name) ?? 0) > link)
      .map(describe);
  const wireOf = (link: number) => plan.links[link]?.wireDtype ?? 'original';
  const answeredOn = (name: string) => madeOn.get(name) ?? 0;
  return Array.from({ length: lastTier + 1 }, (_, position): Traffic => {
    const isLast = position === lastTier;
    return {
      receives: position === 0 ? inferred.inputs.map(describe) : crossing(position - 1),
      receivesAs: position === 0 ? 'original' : wireOf(position - 1),
      sends: isLast ? [] : crossing(position),
      sendsAs: isLast ? 'original' : wireOf(position),
      answers: inferred.outputs.filter((name) => answeredOn(name) === position).map(describe),
      answersAbove: inferred.outputs.filter((name) => answeredOn(name) > position).map(describe),
    };
  });
}

function policyOf(split: AdaptiveSplit, ids: readonly string[], idOf: (text: string) => string): ContractPolicy {
  const rules = { ...linksOf(split, ids), hysteresis: usualHysteresis, ...patience };
  return { version: idOf(JSON.stringify(rules)), ...rules };
}

function linksOf({ plan, choice }: AdaptiveSplit, ids: readonly string[]): Pick<ContractPolicy, 'links' | 'plans'> {
  const idOfCut = (cut: number) => ids[cut] ?? '';
  const watched = (link: number) => ({ link, startMbps: plan.links[link]?.bandwidthMbps ?? 1 });
  if ('plans' in choice) {
    return {
      links: choice.links.map((link) => ({ ...watched(link), borders: [] })),
      plans: choice.plans.map(({ cut, terms, limits }) => ({
        cut: idOfCut(cut),
        terms: terms.map(ownFigure),
        ...(limits !== undefined && { limits: limits.map(ownFigure) }),
      })),
    };
  }
  const { link, regimes, table } = choice;
  const borders = regimes.map(({ fromMbps, toMbps, cut, keepsLimitsFromMbps, isInfeasible }) => ({
    fromMbps,
    toMbps,
    cut: idOfCut(cut),
    ...(keepsLimitsFromMbps !== undefined && { keepsLimitsFromMbps }),
    ...(isInfeasible && { infeasible: true as const }),
  }));
  const named = table?.map((step) => ({ ...step, before: idOfCut(step.before), cut: idOfCut(step.cut) }));
  return { links: [{ ...watched(link), borders, ...(named !== undefined && { table: named }) }] };
}

function ownFigure({ constant, slopes }: BandwidthFigure) {
  return { constant, slopes: [...slopes] };
}
