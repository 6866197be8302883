import { bytesOf } from '../../runtime/elements';
import { Refusal } from '../../runtime/refusal';
import { type Datatype, elementCount, expectedBytes, isDatatype, type Tensor } from '../../runtime/tensor';
import { say } from '../../shared/messages/say';
import { scaleParameter } from '../inference/travelling';
import type { GrpcTensor, Parameter, Parameters, TensorContents } from './messages';

/**
 * Tensors of a message, whose elements lie raw beside them or in fields of their type.
 * @throws Refusal 400 where they do not fit each other
 */
export function readTensors(tensors: readonly GrpcTensor[], raw: readonly Uint8Array[]): Tensor[] {
  if (raw.length > 0 && raw.length !== tensors.length)
    throw new Refusal(400, say('grpc.contents', { tensors: tensors.length, contents: raw.length }));
  return tensors.map((tensor, index) => readTensor(tensor, raw[index]));
}

function readTensor({ name, datatype, shape, contents, parameters }: GrpcTensor, raw: Uint8Array | undefined): Tensor {
  if (!isDatatype(datatype)) throw new Refusal(400, say('tensor.datatype', { what: 'Tensor', name, datatype }));
  const dims = shape.map(Number);
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0))
    throw new Refusal(400, say('grpc.shape', { name, shape: shape.join(', ') }));
  if (raw !== undefined && contents !== null && fieldsOf(contents).length > 0)
    throw new Refusal(400, say('grpc.bothContents', { name }));
  const data = raw ?? typedBytes(name, datatype, contents);
  const expected = expectedBytes(datatype, dims);
  if (expected !== undefined && expected !== data.byteLength) {
    throw new Refusal(
      400,
      say('grpc.size', { name, bytes: data.byteLength, datatype, shape: dims.join(', '), expected }),
    );
  }
  const scale = Number(parameters[scaleParameter]?.string_param ?? Number.NaN);
  const tensor = { name, datatype, shape: dims, data };
  if (datatype === 'BYTES' && raw === undefined && contents?.bytes_contents.length !== elementCount(dims))
    throw new Refusal(400, say('grpc.elements', { name, shape: dims.join(', ') }));
  return scale > 0 && Number.isFinite(scale) ? { ...tensor, scale } : tensor;
}

/** Fields that hold anything. */
function fieldsOf(contents: TensorContents): string[] {
  return Object.entries(contents).flatMap(([field, values]) => (values.length > 0 ? [field] : []));
}

type Field = keyof TensorContents;
const typedFields: Readonly<Record<Exclude<Datatype, 'FP16' | 'BF16'>, Field>> = {
  BOOL: 'bool_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};

function typedBytes(name: string, datatype: Datatype, contents: TensorContents | null): Uint8Array {
  if (datatype === 'FP16' || datatype === 'BF16') throw new Refusal(400, say('grpc.rawOnly', { name, datatype }));
  const field = typedFields[datatype];
  const other = contents === null ? undefined : fieldsOf(contents).find((one) => one !== field);
  if (other !== undefined) throw new Refusal(400, say('grpc.field', { name, datatype, other, field }));
  if (contents === null) return new Uint8Array(0);
  switch (datatype) {
    case 'BOOL':
      return Uint8Array.from(contents.bool_contents, (value) => (value ? 1 : 0));
    case 'INT8':
      return integers(name, datatype, contents.int_contents, Int8Array);
    case 'INT16':
      return integers(name, datatype, contents.int_contents, Int16Array);
    case 'INT32':
      return integers(name, datatype, contents.int_contents, Int32Array);
    case 'UINT8':
      return integers(name, datatype, contents.uint_contents, Uint8Array);
    case 'UINT16':
      return integers(name, datatype, contents.uint_contents, Uint16Array);
    case 'UINT32':
      return integers(name, datatype, contents.uint_contents, Uint32Array);
    case 'INT64':
      return bytesOf(BigInt64Array.from(contents.int64_contents, BigInt));
    case 'UINT64':
      return bytesOf(BigUint64Array.from(contents.uint64_contents, BigInt));
    case 'FP32':
      return bytesOf(Float32Array.from(contents.fp32_contents));
    case 'FP64':
      return bytesOf(Float64Array.from(contents.fp64_contents));
    case 'BYTES':
      return lengthPrefixed(contents.bytes_contents);
  }
}

type IntegerArray = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;

function integers(
  name: string,
  datatype: Datatype,
  values: readonly number[],
  array: { from(values: readonly number[]): IntegerArray },
): Uint8Array {
  const held = array.from(values);
  const wrong = values.find((value, index) => held[index] !== value);
  if (wrong === undefined) return bytesOf(held);
  throw new Refusal(400, say('grpc.value', { name, datatype, value: wrong }));
}

/** Strings as raw contents have them: each behind its length. */
function lengthPrefixed(elements: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(elements.flatMap((element) => [bytesOf(Uint32Array.of(element.byteLength)), element]));
}

/** A tensor for a message whose elements travel raw. */
export function describeTensor({ name, datatype, shape, scale }: Tensor) {
  const parameters = scale === undefined ? {} : { [scaleParameter]: { string_param: String(scale) } };
  return { name, datatype, shape: shape.map(String), parameters };
}

/** What a parameter says; JSON where it is more than the protocol's parameters can say. */
export function writeParameters(values: Readonly<Record<string, unknown>>): Record<string, Parameter> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, Parameter] => {
      if (typeof value === 'boolean') return [name, { bool_param: value }];
      if (typeof value === 'string') return [name, { string_param: value }];
      return [name, { string_param: JSON.stringify(value) }];
    }),
  );
}

/** Reads parameters back; numbers stay texts of digits. */
export function readParameters(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { bool_param, int64_param, string_param }]) => [
      name,
      bool_param ?? int64_param ?? string_param,
    ]),
  );
}
