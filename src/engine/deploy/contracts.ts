import type { ContractTensor, SingleCutContract } from '../../shared/documents/contract';
import type { PlanDocument } from '../../shared/documents/plan';
import { byteLength } from '../../shared/dtype';
import { DnnSplitError } from '../../shared/errors';
import { say } from '../../shared/messages/say';
import type { BoundaryTensor, SegmentsPlan } from '../extract/segmentPlan';
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
  const answeredOn = new Map(inferred.outputs.map((name) => [name, answeringTier(name, split)]));
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
            },
      receives: position === 0 ? inferred.inputs.map(ofChain) : hop(position - 1),
      receivesAs: position === 0 ? 'original' : wireOf(position - 1),
      sends: isLast ? [] : hop(position),
      sendsAs: isLast ? 'original' : wireOf(position),
      answers: inferred.outputs.filter((name) => answeredOn.get(name) === position).map(ofChain),
      answersAbove: inferred.outputs.filter((name) => (answeredOn.get(name) ?? 0) > position).map(ofChain),
    };
  });
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
