import type { ContractDocument, ContractTensor } from '../../shared/documents/contract';
import type { PlanDocument } from '../../shared/documents/plan';
import { byteLength } from '../../shared/dtype';
import { DnnSplitError } from '../../shared/errors';
import type { SegmentsPlan } from '../extract/segmentPlan';
import type { Dim } from '../shapes/algebra/dim';
import { type TensorFact, unknownFact } from '../shapes/facts/fact';
import type { InferredModel } from '../shapes/facts/inferred';

/** Name of each tier's sub-model, beside its contract. */
export const segmentFile = 'model.onnx';

/**
 * The contract of every tier up to the last one that runs something, from the device upwards. Dimensions that the model
 * leaves open stay symbols, unless a sub-model only fits the numbers that the plan gives them.
 * @throws DnnSplitError `invalid-plan` where no tier runs anything
 */
export function contractsOf(plan: PlanDocument, inferred: InferredModel, split: SegmentsPlan): ContractDocument[] {
  const lastUsed = split.segments.findLastIndex((segment) => segment !== undefined);
  if (lastUsed < 0) {
    throw new DnnSplitError('invalid-plan', 'No tier of this plan runs any node, so there is nothing to deploy.');
  }
  const describe = tensorDescriber(inferred, split);
  const answeredOn = new Map(inferred.outputs.map((name) => [name, answeringTier(name, split)]));
  const wireOf = (link: number) => plan.links[link]?.wireDtype ?? 'original';
  return plan.tiers.slice(0, lastUsed + 1).map(({ id }, position): ContractDocument => {
    const segment = split.segments[position];
    const hop = (link: number) => (split.hops[link] ?? []).map(({ name }) => describe(name));
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
              inputs: segment.inputs.map(({ name }) => describe(name)),
              outputs: segment.outputs.map(({ name }) => describe(name)),
            },
      receives: position === 0 ? inferred.inputs.map(describe) : hop(position - 1),
      receivesAs: position === 0 ? 'original' : wireOf(position - 1),
      sends: isLast ? [] : hop(position),
      sendsAs: isLast ? 'original' : wireOf(position),
      answers: inferred.outputs.filter((name) => answeredOn.get(name) === position).map(describe),
      answersAbove: inferred.outputs.filter((name) => (answeredOn.get(name) ?? 0) > position).map(describe),
    };
  });
}

/** The tier whose sub-model makes an output; the first one for an output that is an input. */
function answeringTier(name: string, { segments }: SegmentsPlan): number {
  const tier = segments.findIndex((segment) => segment?.outputs.some((output) => output.name === name));
  return Math.max(0, tier);
}

/** Types and open dimensions from the sub-models' own borders, bytes as the plan's dimensions are bound. */
function tensorDescriber(inferred: InferredModel, split: SegmentsPlan): (name: string) => ContractTensor {
  const borders = new Map(
    split.segments.flatMap((segment) =>
      segment === undefined
        ? []
        : [...segment.inputs, ...segment.outputs].map(({ name, fact }) => [name, fact] as const),
    ),
  );
  return (name) => {
    const bound = inferred.tensors.get(name) ?? unknownFact;
    const fact = split.boundDimensions ? bound : (borders.get(name) ?? bound);
    return {
      name,
      dtype: fact.dtype,
      shape: fact.shape?.map((dim) => (typeof dim === 'number' ? dim : dim.key)) ?? null,
      bytes: bytesOf(bound) ?? null,
      ...(fact.kind !== 'tensor' && { kind: fact.kind }),
    };
  };
}

function bytesOf({ kind, dtype, shape }: TensorFact): number | undefined {
  const isFixed = (dims: readonly Dim[]): dims is readonly number[] => dims.every((dim) => typeof dim === 'number');
  if (kind !== 'tensor' || shape === undefined || !isFixed(shape)) return undefined;
  return byteLength(
    dtype,
    shape.reduce((product, dim) => product * dim, 1),
  );
}
