import type { onnx } from 'onnx-proto';
import { dtypeFromOnnx } from '../../../protocol/dtype';
import type { OnnxType, StatedDim, ValueInfo } from '../model';
import { valueInfoRule } from './messageRules';
import { messages, toNumber } from './protoMessages';
import { decodeKept, walkMessage } from './walkMessage';
import type { WireReader } from './wireReader';

/** Reads the ValueInfoProto from the reader's position to `end`. */
export function readValueInfo(wire: WireReader, end: number, depth: number): ValueInfo {
  const runs = walkMessage(wire, valueInfoRule, end, depth, () => true);
  return decodeKept(wire, valueInfoRule, runs, (bytes) => {
    const message = messages.ValueInfoProto.decode(bytes);
    return { name: message.name, type: message.type ? convertType(message.type) : undefined };
  });
}

/** A TypeProto as the model states it; a type that `onnx-proto` does not know (opaque) or that says nothing is opaque. */
export function convertType(type: onnx.ITypeProto): OnnxType {
  const tensor = type.tensorType ?? type.sparseTensorType;
  if (tensor) {
    return {
      kind: type.tensorType ? 'tensor' : 'sparse-tensor',
      dtype: dtypeFromOnnx(tensor.elemType ?? 0),
      shape: tensor.shape ? (tensor.shape.dim ?? []).map(convertDim) : undefined,
    };
  }
  if (type.sequenceType) return { kind: 'sequence', element: convertElement(type.sequenceType.elemType) };
  if (type.optionalType) return { kind: 'optional', element: convertElement(type.optionalType.elemType) };
  if (type.mapType) {
    return {
      kind: 'map',
      key: dtypeFromOnnx(type.mapType.keyType ?? 0),
      value: convertElement(type.mapType.valueType),
    };
  }
  return { kind: 'opaque' };
}

function convertElement(type: onnx.ITypeProto | null | undefined): OnnxType | undefined {
  return type ? convertType(type) : undefined;
}

/** Exporters write -1 and empty names for dimensions that they do not know. */
function convertDim(dim: onnx.TensorShapeProto.IDimension): StatedDim {
  if (Object.hasOwn(dim, 'dimParam') && dim.dimParam) return dim.dimParam;
  if (!Object.hasOwn(dim, 'dimValue')) return undefined;
  const value = toNumber(dim.dimValue);
  return value >= 0 ? value : undefined;
}
