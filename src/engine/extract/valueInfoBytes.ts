import { say } from '../../shared/messages/say';
import { type DType, dtypeToOnnx } from '../../shared/vocabulary/dtype';
import { DnnSplitError } from '../../shared/work/errors';
import { joinBytes } from '../onnx/joinBytes';
import type { Dim } from '../shapes/algebra/dim';
import type { TensorFact } from '../shapes/facts/fact';
import { bytesField, textField, varintField } from './protoBytes';
import type { BakedTensor, BoundaryTensor } from './segmentPlan';

/**
 * A ValueInfoProto for a tensor at a cut: its name, its type, and its shape as far as it is known; symbols keep their
 * names.
 * @throws DnnSplitError `invalid-plan` for a type that is not known: no runtime would load the segment.
 */
export function valueInfoBytes({ name, fact }: BoundaryTensor): Uint8Array {
  return joinBytes([textField(1, name), bytesField(2, typeBytes(name, fact.kind, fact))]);
}

/** A ValueInfoProto for an initializer that is written anew. */
export function bakedValueInfoBytes({ name, dtype, shape }: BakedTensor): Uint8Array {
  return joinBytes([textField(1, name), bytesField(2, tensorTypeBytes(dtype, shape))]);
}

function typeBytes(name: string, kind: TensorFact['kind'], fact: TensorFact): Uint8Array {
  const isKnown = fact.dtype !== 'undefined' && kind !== 'opaque' && (kind !== 'map' || fact.key !== undefined);
  if (!isKnown) {
    throw new DnnSplitError('invalid-plan', say('cut.unknownType', { tensor: name }));
  }
  switch (kind) {
    case 'tensor':
      return tensorTypeBytes(fact.dtype, fact.shape);
    case 'sparse-tensor':
      return tensorTypeBytes(fact.dtype, fact.shape, 8);
    case 'map': {
      const key = varintField(1, dtypeToOnnx(fact.key ?? 'undefined'));
      return bytesField(5, joinBytes([key, bytesField(2, tensorTypeBytes(fact.dtype, undefined))]));
    }
    case 'sequence':
      // What a sequence in an optional holds is not known further.
      return bytesField(
        4,
        bytesField(1, typeBytes(name, fact.kind === kind ? (fact.content ?? 'tensor') : 'tensor', fact)),
      );
    default:
      return bytesField(9, bytesField(1, typeBytes(name, fact.content ?? 'tensor', fact)));
  }
}

/** Field 1 of TypeProto, or the field of another kind of tensor. */
function tensorTypeBytes(dtype: DType, shape: readonly Dim[] | undefined, field = 1): Uint8Array {
  const element = varintField(1, dtypeToOnnx(dtype));
  const parts = shape === undefined ? [element] : [element, bytesField(2, joinBytes(shape.map(dimBytes)))];
  return bytesField(field, joinBytes(parts));
}

/** A number, the name of a symbol, or an empty dimension for an expression, which ONNX cannot state. */
function dimBytes(dim: Dim): Uint8Array {
  if (typeof dim === 'number') return bytesField(1, varintField(1, dim));
  const isSymbol = dim.symbols.length === 1 && dim.symbols[0] === dim.key;
  return bytesField(1, isSymbol ? textField(2, dim.key) : new Uint8Array(0));
}
