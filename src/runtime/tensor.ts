import { protocolDtypes } from '../shared/documents/carriedTensors';
import type { DType } from '../shared/vocabulary/dtype';
import { byteLength } from '../shared/vocabulary/dtype';

/** Name of an element type in the Open Inference Protocol v2. */
export type Datatype = keyof typeof protocolDtypes;

/** A tensor as it travels: elements in row-major order, little-endian; strings each behind a 4-byte length. */
export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  /** For INT8 that stands for float32: the value of one step. */
  readonly scale?: number;
}

/** True for a name of the protocol's element types. */
export function isDatatype(name: string): name is Datatype {
  return Object.hasOwn(protocolDtypes, name);
}

/** ONNX element type of a protocol type. */
export function dtypeOf(datatype: Datatype): DType {
  return protocolDtypes[datatype];
}

const datatypes: ReadonlyMap<string, Datatype> = new Map(
  Object.entries(protocolDtypes).flatMap(([name, dtype]) => (isDatatype(name) ? [[dtype, name] as const] : [])),
);

/** Protocol type of an ONNX element type; none for types that the protocol cannot carry. */
export function datatypeOf(dtype: string): Datatype | undefined {
  return datatypes.get(dtype);
}

/** Elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Bytes of the elements of some tensors together. */
export function bytesOfAll(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** Bytes that a tensor of fixed-size elements takes; none for strings. */
export function expectedBytes(datatype: Datatype, shape: readonly number[]): number | undefined {
  return byteLength(dtypeOf(datatype), elementCount(shape));
}
