import type { ContractTensor, SingleCutContract } from '../../shared/documents/contract';
import type { PlanDocument } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import { byteLength } from '../../shared/vocabulary/dtype';
import { DnnSplitError } from '../../shared/work/errors';
import type { BoundaryTensor, PlacedState, SegmentPlan, SegmentsPlan } from '../extract/segmentPlan';
import type { Dim } from '../shapes/algebra/dim';
import { containerText } from '../shapes/core/statedType';
import { type TensorFact, unknownFact } from '../shapes/facts/fact';
import type { InferredModel } from '../shapes/facts/inferred';

/** Name of each tier's sub-model, beside its contract. */
export const segmentFile = 'model.onnx';

/**
 * The contract of every tier up to the last one that runs something, from the device upwards. Dimensions that the model
 * leaves open stay symbols, unless a sub-model only fits the numbers that the plan gives them.
 * @throws DnnSplitError `invalid-plan` where no tier runs anything
 */
export function contractsOf(plan: PlanDocument, inferred: InferredModel, split: SegmentsPlan): SingleCutContract[] {
  const lastUsed = split.segments.findLastIndex((segment) => segment !== undefined);
  if (lastUsed < 0) {
    throw new DnnSplitError('invalid-plan', say('deploy.nothing', {}));
  }
  const ofChain = (name: string) => contractTensorOf(name, split.chain.get(name) ?? unknownFact, inferred);
  const ofSegment = ({ name, fact }: BoundaryTensor) => contractTensorOf(name, fact, inferred);
  const remembered = new Set(split.state.flatMap(({ input, output }) => [input, output]));
  const isAnswer = (name: string) => !remembered.has(name);
  const outputs = inferred.outputs.filter(isAnswer);
  const answeredOn = new Map(outputs.map((name) => [name, answeringTier(name, split)]));
  const wireOf = (link: number) => plan.links[link]?.wireDtype ?? 'original';
  return plan.tiers.slice(0, lastUsed + 1).map(({ id }, position): SingleCutContract => {
    const segment = split.segments[position];
    const hop = (link: number) => (split.hops[link] ?? []).map(({ name }) => ofChain(name));
    const isLast = position === lastUsed;
    return {
      format: 'dnnsplit.contract',
      formatVersion: 1,
      model: plan.model.name,
      tier: id,
      position,
      tierCount: lastUsed + 1,
      segment:
        segment === undefined
          ? null
          : {
              file: segmentFile,
              inputs: segment.inputs.map(ofSegment),
              outputs: segment.outputs.map(ofSegment),
              ...stateOfSegment(segment, split, inferred),
            },
      receives: position === 0 ? inferred.inputs.filter(isAnswer).map(ofChain) : hop(position - 1),
      receivesAs: position === 0 ? 'original' : wireOf(position - 1),
      sends: isLast ? [] : hop(position),
      sendsAs: isLast ? 'original' : wireOf(position),
      ...answersOf(position, outputs, answeredOn, split, ofChain),
    };
  });
}

/** What a tier answers, its own first; state that a tier below reads travels with the answers down to there. */
function answersOf(
  position: number,
  outputs: readonly string[],
  answeredOn: ReadonlyMap<string, number>,
  { state }: SegmentsPlan,
  describe: (name: string) => ContractTensor,
) {
  const downwards = state.filter(({ readers, maker }) => (readers[0] ?? maker) < maker);
  const named = (tensors: readonly PlacedState[]) => tensors.map(({ output }) => output);
  const own = downwards.filter(({ maker }) => maker === position);
  const passing = downwards.filter(({ maker, readers }) => maker > position && (readers[0] ?? maker) < position);
  const kept = downwards.filter(({ readers }) => readers[0] === position);
  const startsFrom = (tier: number) =>
    state
      .filter(({ readers }) => (readers.at(-1) ?? -1) >= tier)
      .map(({ input, growsAlong = null }) => ({ ...describe(input), growsAlong }));
  const [startsWith, startsAbove] = [startsFrom(position), startsFrom(position + 1)];
  return {
    answers: [...outputs.filter((name) => answeredOn.get(name) === position), ...named(own)].map(describe),
    answersAbove: [...outputs.filter((name) => (answeredOn.get(name) ?? 0) > position), ...named(passing)].map(
      describe,
    ),
    ...(kept.length > 0 && { returns: named(kept).map(describe) }),
    ...(startsWith.length > 0 && { startsWith }),
    ...(startsAbove.length > 0 && { startsAbove }),
  };
}

/** The inputs of a sub-model that the tier keeps from one call to the next. */
function stateOfSegment({ tier }: SegmentPlan, { state, chain }: SegmentsPlan, inferred: InferredModel) {
  const own = state.filter(({ readers }) => readers.includes(tier));
  if (own.length === 0) return {};
  return {
    state: own.map(({ input, output, growsAlong = null }) => {
      const { dtype, shape } = contractTensorOf(input, chain.get(input) ?? unknownFact, inferred);
      return { input, output, dtype, shape, growsAlong };
    }),
  };
}

/** The tier whose sub-model makes an output; the first one for an output that is an input. */
function answeringTier(name: string, { segments }: SegmentsPlan): number {
  const tier = segments.findIndex((segment) => segment?.outputs.some((output) => output.name === name));
  return Math.max(0, tier);
}

/** A tensor with its type and open dimensions as `fact` has them, and bytes as the plan's dimensions are bound. */
export function contractTensorOf(name: string, fact: TensorFact, inferred: InferredModel): ContractTensor {
  const type = containerText(fact);
  return {
    name,
    dtype: fact.dtype,
    ...(type !== undefined && { type }),
    shape: (hasShape(fact) ? fact.shape : undefined)?.map((dim) => (typeof dim === 'number' ? dim : dim.key)) ?? null,
    bytes: bytesOf(inferred.tensors.get(name) ?? unknownFact) ?? null,
  };
}

/** A tensor, or what is one if it is there; the members of a sequence have shapes, but it has none. */
function hasShape({ kind, content = 'tensor' }: TensorFact): boolean {
  return kind === 'tensor' || kind === 'sparse-tensor' || (kind === 'optional' && content === 'tensor');
}

function bytesOf({ kind, dtype, shape }: TensorFact): number | undefined {
  const isFixed = (dims: readonly Dim[]): dims is readonly number[] => dims.every((dim) => typeof dim === 'number');
  if (kind !== 'tensor' || shape === undefined || !isFixed(shape)) return undefined;
  return byteLength(
    dtype,
    shape.reduce((product, dim) => product * dim, 1),
  );
}
