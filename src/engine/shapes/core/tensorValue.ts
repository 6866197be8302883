import type { DType } from '../../../shared/vocabulary/dtype';
import type { OnnxSparseTensor, OnnxTensor } from '../../onnx/model';
import type { Shape } from '../algebra/dim';
import { maximumRealElements, maximumValueElements, type TensorFact, type TensorValue } from '../facts/fact';
import type { SharedFacts } from './sharedFacts';

/** True for types whose values are counted in integers, booleans included. */
export function isIntegerType(dtype: DType): boolean {
  return dtype.startsWith('int') || dtype.startsWith('uint') || dtype === 'bool';
}

/** How many elements of this type are followed as values. */
export function valueLimit(dtype: DType): number {
  return isIntegerType(dtype) ? maximumValueElements : maximumRealElements;
}

/** Elements of a tensor of this shape; `undefined` where they are not known. */
export function elementCount(shape: Shape): number | undefined {
  if (shape === undefined) return undefined;
  let count = 1;
  for (const dim of shape) {
    if (typeof dim !== 'number') return undefined;
    count *= dim;
  }
  return count;
}

/** False where there are more or fewer elements than the shape has: the model contradicts itself. */
export function fits(value: TensorValue, shape: Shape): boolean {
  return value.length === (elementCount(shape) ?? value.length);
}

/** The fact of a weight: its type and shape, and its elements where it is small and they are in memory. */
export function factOfTensor(tensor: OnnxTensor, facts: SharedFacts): TensorFact {
  const value = decodeTensor(tensor);
  const fact = facts.of(tensor.dtype, tensor.shape, true);
  return value === undefined ? fact : { ...fact, value };
}

/** The fact of a sparse weight; its elements are not followed. */
export function factOfSparseTensor(tensor: OnnxSparseTensor, facts: SharedFacts): TensorFact {
  return facts.of(tensor.values.dtype, tensor.shape, true);
}

/** Elements of a small tensor whose payload is in memory; booleans are 0 and 1. `undefined` otherwise. */
export function decodeTensor(tensor: OnnxTensor): TensorValue | undefined {
  const count = tensor.shape.reduce((product, dim) => product * dim, 1);
  if (count === 0) return [];
  const bytes = bytesInMemory(tensor);
  if (count > valueLimit(tensor.dtype) || bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = readers[tensor.dtype];
  if (reader === undefined || bytes.byteLength < count * reader.size) return undefined;
  const value: number[] = [];
  for (let index = 0; index < count; index++) value.push(reader.read(view, index * reader.size));
  return value;
}

function bytesInMemory({ payload }: OnnxTensor): Uint8Array | undefined {
  return payload.kind === 'inline' || payload.kind === 'external' ? payload.bytes : undefined;
}

interface ElementReader {
  readonly size: number;
  readonly read: (view: DataView, offset: number) => number;
}

/** Little-endian elements, as `TensorProto.raw_data` has them (onnx.proto). */
const readers: Partial<Record<DType, ElementReader>> = {
  bool: { size: 1, read: (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1) },
  int8: { size: 1, read: (view, offset) => view.getInt8(offset) },
  uint8: { size: 1, read: (view, offset) => view.getUint8(offset) },
  int16: { size: 2, read: (view, offset) => view.getInt16(offset, true) },
  uint16: { size: 2, read: (view, offset) => view.getUint16(offset, true) },
  int32: { size: 4, read: (view, offset) => view.getInt32(offset, true) },
  uint32: { size: 4, read: (view, offset) => view.getUint32(offset, true) },
  int64: { size: 8, read: (view, offset) => Number(view.getBigInt64(offset, true)) },
  uint64: { size: 8, read: (view, offset) => Number(view.getBigUint64(offset, true)) },
  float16: { size: 2, read: (view, offset) => halfToNumber(view.getUint16(offset, true)) },
  bfloat16: { size: 2, read: (view, offset) => bfloatToNumber(view.getUint16(offset, true)) },
  float32: { size: 4, read: (view, offset) => view.getFloat32(offset, true) },
  float64: { size: 8, read: (view, offset) => view.getFloat64(offset, true) },
};

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of an IEEE 754 binary32. */
function bfloatToNumber(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}
