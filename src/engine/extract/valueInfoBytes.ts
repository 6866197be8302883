import onnxProto, { type onnx } from 'onnx-proto';
import { say } from '../../shared/messages/say';
import { type DType, dtypeToOnnx } from '../../shared/vocabulary/dtype';
import { DnnSplitError } from '../../shared/work/errors';
import type { Dim } from '../shapes/algebra/dim';
import type { TensorFact } from '../shapes/facts/fact';
import type { BakedTensor, BoundaryTensor } from './segmentPlan';

/** The package is CommonJS, so that its namespace comes as the default import. */
const { ValueInfoProto } = onnxProto.onnx;

/**
 * A ValueInfoProto for a tensor at a cut: its name, its type, and its shape as far as it is known; symbols keep their
 * names.
 * @throws DnnSplitError `invalid-plan` for a type that is not known: no runtime would load the segment.
 */
export function valueInfoBytes({ name, fact }: BoundaryTensor): Uint8Array {
  return encoded({ name, type: typeOf(name, fact.kind, fact) });
}

/** A ValueInfoProto for an initializer that is written anew. */
export function bakedValueInfoBytes({ name, dtype, shape }: BakedTensor): Uint8Array {
  return encoded({ name, type: { tensorType: tensorTypeOf(dtype, shape) } });
}

/** A plain array, where the library gives a Buffer. */
function encoded(info: onnx.IValueInfoProto): Uint8Array {
  return new Uint8Array(ValueInfoProto.encode(info).finish());
}

function typeOf(name: string, kind: TensorFact['kind'], fact: TensorFact): onnx.ITypeProto {
  const isKnown = fact.dtype !== 'undefined' && kind !== 'opaque' && (kind !== 'map' || fact.key !== undefined);
  if (!isKnown) {
    throw new DnnSplitError('invalid-plan', say('cut.unknownType', { tensor: name }));
  }
  switch (kind) {
    case 'tensor':
      return { tensorType: tensorTypeOf(fact.dtype, fact.shape) };
    case 'sparse-tensor':
      return { sparseTensorType: tensorTypeOf(fact.dtype, fact.shape) };
    case 'map': {
      const valueType = { tensorType: tensorTypeOf(fact.dtype, undefined) };
      return { mapType: { keyType: dtypeToOnnx(fact.key ?? 'undefined'), valueType } };
    }
    case 'sequence': {
      // What a sequence in an optional holds is not known further.
      const content = fact.kind === kind ? (fact.content ?? 'tensor') : 'tensor';
      return { sequenceType: { elemType: typeOf(name, content, fact) } };
    }
    default:
      return { optionalType: { elemType: typeOf(name, fact.content ?? 'tensor', fact) } };
  }
}

function tensorTypeOf(dtype: DType, shape: readonly Dim[] | undefined): onnx.TypeProto.ITensor {
  const elemType = dtypeToOnnx(dtype);
  return shape === undefined ? { elemType } : { elemType, shape: { dim: shape.map(dimOf) } };
}

/** A number, the name of a symbol, or an empty dimension for an expression, which ONNX cannot state. */
function dimOf(dim: Dim): onnx.TensorShapeProto.IDimension {
  if (typeof dim === 'number') return { dimValue: dim };
  const isSymbol = dim.symbols.length === 1 && dim.symbols[0] === dim.key;
  return isSymbol ? { dimParam: dim.key } : {};
}
