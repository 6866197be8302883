import { Refusal } from '../../runtime/refusal';
import { bytesFromStrings, stringsFromBytes } from '../../runtime/strings';
import { type Datatype, elementCount, type Tensor } from '../../runtime/tensor';

/** How numbers of one datatype are written to and read from bytes. */
interface NumberCodec {
  readonly bytes: number;
  readonly write: (view: DataView, at: number, value: number) => void;
  readonly read: (view: DataView, at: number) => number;
  /** Smallest and largest value, for integers. */
  readonly range?: readonly [number, number];
}

const numberCodecs: Partial<Record<Datatype, NumberCodec>> = {
  UINT8: { bytes: 1, write: (v, at, x) => v.setUint8(at, x), read: (v, at) => v.getUint8(at), range: [0, 255] },
  INT8: { bytes: 1, write: (v, at, x) => v.setInt8(at, x), read: (v, at) => v.getInt8(at), range: [-128, 127] },
  UINT16: {
    bytes: 2,
    write: (v, at, x) => v.setUint16(at, x, true),
    read: (v, at) => v.getUint16(at, true),
    range: [0, 65_535],
  },
  INT16: {
    bytes: 2,
    write: (v, at, x) => v.setInt16(at, x, true),
    read: (v, at) => v.getInt16(at, true),
    range: [-32_768, 32_767],
  },
  UINT32: {
    bytes: 4,
    write: (v, at, x) => v.setUint32(at, x, true),
    read: (v, at) => v.getUint32(at, true),
    range: [0, 2 ** 32 - 1],
  },
  INT32: {
    bytes: 4,
    write: (v, at, x) => v.setInt32(at, x, true),
    read: (v, at) => v.getInt32(at, true),
    range: [-(2 ** 31), 2 ** 31 - 1],
  },
  FP32: { bytes: 4, write: (v, at, x) => v.setFloat32(at, x, true), read: (v, at) => v.getFloat32(at, true) },
  FP64: { bytes: 8, write: (v, at, x) => v.setFloat64(at, x, true), read: (v, at) => v.getFloat64(at, true) },
};

/**
 * Bytes of a tensor whose `data` is JSON: flat, or nested as the shape is.
 * @throws Refusal 400 where the elements do not fit the datatype or the shape
 */
export function bytesFromJson(name: string, datatype: Datatype, shape: readonly number[], data: unknown): Uint8Array {
  if (!Array.isArray(data)) throw new Refusal(400, `Input "${name}" has no "data" array and no binary data.`);
  const flat = flatten(data, name);
  const expected = elementCount(shape);
  if (flat.length !== expected) {
    throw new Refusal(
      400,
      `Input "${name}" has ${flat.length} elements, but its shape [${shape.join(', ')}] holds ${expected}.`,
    );
  }
  if (datatype === 'BYTES') return bytesFromStrings(name, flat);
  if (datatype === 'BOOL') return Uint8Array.from(flat, (value) => booleanOf(name, value));
  if (datatype === 'INT64' || datatype === 'UINT64') return bytesFromBigIntegers(name, datatype, flat);
  const codec = numberCodecs[datatype];
  if (codec === undefined)
    throw new Refusal(400, `Input "${name}" is ${datatype}, which has no JSON form; send it as binary data.`);
  const bytes = new Uint8Array(expected * codec.bytes);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of flat.entries()) {
    codec.write(view, index * codec.bytes, numberOf(name, datatype, value, codec.range));
  }
  return bytes;
}

/**
 * The JSON form of a tensor's elements, flat.
 * @throws Refusal 400 for types without one: the sender asks for binary output instead
 */
export function jsonFromBytes(tensor: Tensor): (number | boolean | string)[] {
  const { name, datatype, data } = tensor;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = elementCount(tensor.shape);
  if (datatype === 'BYTES') return stringsFromBytes(tensor);
  if (datatype === 'BOOL') return Array.from(data, (byte) => byte !== 0);
  if (datatype === 'INT64')
    return Array.from({ length: count }, (_, index) => Number(view.getBigInt64(index * 8, true)));
  if (datatype === 'UINT64')
    return Array.from({ length: count }, (_, index) => Number(view.getBigUint64(index * 8, true)));
  const codec = numberCodecs[datatype];
  if (codec === undefined)
    throw new Refusal(400, `Output "${name}" is ${datatype}, which has no JSON form; ask for binary data.`);
  return Array.from({ length: count }, (_, index) => codec.read(view, index * codec.bytes));
}

function bytesFromBigIntegers(name: string, datatype: 'INT64' | 'UINT64', values: readonly unknown[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  for (const [index, value] of values.entries()) {
    const integer = BigInt(
      numberOf(name, datatype, value, datatype === 'INT64' ? [-(2 ** 63), 2 ** 63] : [0, 2 ** 64]),
    );
    if (datatype === 'INT64') view.setBigInt64(index * 8, integer, true);
    else view.setBigUint64(index * 8, integer, true);
  }
  return new Uint8Array(view.buffer);
}

const deepestNesting = 64;

function flatten(data: readonly unknown[], name: string): unknown[] {
  const flat: unknown[] = [];
  const visit = (items: readonly unknown[], depth: number) => {
    if (depth > deepestNesting) throw new Refusal(400, `The data of input "${name}" is nested too deeply.`);
    for (const item of items) {
      if (Array.isArray(item)) visit(item, depth + 1);
      else flat.push(item);
    }
  };
  visit(data, 0);
  return flat;
}

function booleanOf(name: string, value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === 0 || value === 1) return value;
  throw new Refusal(400, `Input "${name}" is BOOL, but one of its elements is neither true nor false.`);
}

function numberOf(name: string, datatype: Datatype, value: unknown, range?: readonly [number, number]): number {
  if (typeof value !== 'number')
    throw new Refusal(400, `Input "${name}" is ${datatype}, but one of its elements is not a number.`);
  if (range !== undefined && (!Number.isInteger(value) || value < range[0] || value > range[1])) {
    throw new Refusal(400, `Input "${name}" is ${datatype}, which cannot hold ${value}.`);
  }
  return value;
}
