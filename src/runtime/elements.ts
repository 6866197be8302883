import type { Datatype } from './tensor';

export type ElementArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

interface ElementArrayConstructor<Elements extends ElementArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): Elements;
}

/** The array that holds the elements of each type; halves are held by their bits, booleans as 0 and 1. */
export const elementArrays: Readonly<Partial<Record<Datatype, ElementArrayConstructor<ElementArray>>>> = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  INT8: Int8Array,
  UINT16: Uint16Array,
  INT16: Int16Array,
  UINT32: Uint32Array,
  INT32: Int32Array,
  UINT64: BigUint64Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
};

/** The elements that lie in some bytes: a view where they begin at a multiple of their size, a copy elsewhere. */
export function elementsIn<Elements extends ElementArray>(
  { buffer, byteOffset, byteLength }: Uint8Array,
  array: ElementArrayConstructor<Elements>,
): Elements {
  const size = array.BYTES_PER_ELEMENT;
  if (byteOffset % size === 0) return new array(buffer, byteOffset, byteLength / size);
  return new array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** The bytes of elements; no copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
