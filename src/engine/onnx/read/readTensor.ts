import { byteLength, type DType, dtypeFromOnnx } from '../../../protocol/dtype';
import type { OnnxSparseTensor, OnnxTensor, TensorPayload } from '../model';
import { decodeUtf8 } from '../utf8';
import { type FieldRule, fieldNumber, sparseTensorRule, tensorRule } from './messageRules';
import { messages, toNumber } from './protoMessages';
import { checkScalar, decodeKept, walkMessage } from './walkMessage';
import type { WireReader } from './wireReader';

/** Payloads up to this many bytes in the file are kept in memory: shapes, axes, scales. */
const largestInlineBytes = 4096;

const wireOfPayload = new Map<number, FieldRule>([
  [fieldNumber.tensor.floats, 'fixed32s'],
  [fieldNumber.tensor.int32s, 'varints'],
  [fieldNumber.tensor.strings, 'bytes'],
  [fieldNumber.tensor.int64s, 'varints'],
  [fieldNumber.tensor.raw, 'bytes'],
  [fieldNumber.tensor.doubles, 'fixed64s'],
  [fieldNumber.tensor.uint64s, 'varints'],
]);

/** What a tensor's payload fields hold: one packed field, or one field per element. */
interface FoundPayload {
  field: number;
  start: number;
  end: number;
  bytes: number;
  parts: Uint8Array[];
}

/**
 * Reads the TensorProto from the reader's position to `end`; a large payload is passed over unread.
 * `start` is where its tag lies.
 */
export function readTensor(wire: WireReader, start: number, end: number, depth: number): OnnxTensor {
  let found: FoundPayload | undefined;
  const runs = walkMessage(wire, tensorRule, end, depth, (field, valueStart, valueEnd) => {
    checkScalar(wire, tensorRule, wireOfPayload.get(field) ?? 'bytes');
    if (found?.field !== field) found = { field, start: valueStart, end: valueEnd, bytes: 0, parts: [] };
    addPart(wire, found, valueStart, valueEnd);
    return false;
  });
  const header = decodeKept(wire, tensorRule, runs, (bytes) => messages.TensorProto.decode(bytes));
  const dtype = dtypeFromOnnx(header.dataType);
  const shape = header.dims.map(toNumber);
  const elements = countElements(wire, shape, start);
  const bytes = byteLength(dtype, elements);
  const external = header.dataLocation === messages.TensorProto.DataLocation.EXTERNAL;
  const payload = external ? externalPayload(wire, header.externalData, start) : inModelPayload(found, dtype, elements);
  checkPayloadLength(wire, header.name, payload, bytes, start);
  wire.charge(400 + 8 * shape.length);
  return { name: header.name, dtype, shape, payload, bytes, range: { offset: start, length: end - start } };
}

function addPart(wire: WireReader, found: FoundPayload, start: number, end: number): void {
  found.bytes += end - start;
  found.end = end;
  if (found.bytes <= largestInlineBytes) {
    found.parts.push(wire.view(start, end).slice());
    wire.charge(100 + end - start);
  } else {
    found.parts = [];
  }
}

function countElements(wire: WireReader, shape: readonly number[], start: number): number {
  let elements = 1;
  for (const dim of shape) {
    if (dim < 0) throw wire.malformed(`a tensor has the negative dimension ${dim}`, start);
    elements *= dim;
  }
  if (!(elements <= Number.MAX_SAFE_INTEGER)) {
    throw wire.malformed(`a tensor of shape [${shape.slice(0, 8).join(', ')}] is larger than any computer`, start);
  }
  return elements;
}

function inModelPayload(found: FoundPayload | undefined, dtype: DType, elements: number): TensorPayload {
  if (found === undefined) {
    return elements === 0 ? { kind: 'inline', bytes: new Uint8Array(0) } : { kind: 'empty' };
  }
  if (found.bytes > largestInlineBytes) {
    return { kind: 'skipped', field: found.field, range: { offset: found.start, length: found.end - found.start } };
  }
  const { strings, raw, floats, doubles } = fieldNumber.tensor;
  if (found.field === strings) return { kind: 'strings', strings: found.parts.map(decodeUtf8) };
  const joined = join(found.parts);
  if (found.field === raw || found.field === floats || found.field === doubles)
    return { kind: 'inline', bytes: joined };
  // Types of less than a byte are packed already: one varint holds one byte of them.
  return { kind: 'inline', bytes: varintsToLittleEndian(joined, Math.max(1, byteLength(dtype, 1) ?? 1)) };
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    bytes.set(part, filled);
    filled += part.length;
  }
  return bytes;
}

/** The low `elementBytes` bytes of every varint, exactly, whatever its size. */
function varintsToLittleEndian(varints: Uint8Array, elementBytes: number): Uint8Array {
  const count = varints.reduce((sum, byte) => (byte < 0x80 ? sum + 1 : sum), 0);
  const result = new Uint8Array(count * elementBytes);
  let element = 0;
  let bit = 0;
  for (const byte of varints) {
    putBits(result, element * elementBytes, elementBytes, bit, byte & 0x7f);
    bit += 7;
    if (byte < 0x80) {
      element++;
      bit = 0;
    }
  }
  return result;
}

function putBits(result: Uint8Array, offset: number, elementBytes: number, bit: number, value: number): void {
  const index = bit >> 3;
  const shifted = value << (bit & 7);
  if (index < elementBytes) result[offset + index] = (result[offset + index] ?? 0) | (shifted & 0xff);
  if (index + 1 < elementBytes) result[offset + index + 1] = shifted >> 8;
}

function externalPayload(
  wire: WireReader,
  entries: readonly { key?: string | null; value?: string | null }[],
  start: number,
): TensorPayload {
  const values = new Map(entries.map(({ key, value }) => [key ?? '', value ?? '']));
  const location = values.get('location') ?? '';
  if (location === '') throw wire.malformed('a tensor has external data without a location', start);
  const length = values.get('length');
  return {
    kind: 'external',
    location,
    offset: byteCount(wire, values.get('offset') ?? '0', start),
    length: length === undefined ? undefined : byteCount(wire, length, start),
  };
}

function byteCount(wire: WireReader, text: string, start: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw wire.malformed(`external data has "${text.slice(0, 40)}" where a number of bytes belongs`, start);
  }
  return value;
}

function checkPayloadLength(
  wire: WireReader,
  name: string,
  payload: TensorPayload,
  bytes: number | undefined,
  start: number,
): void {
  const isRaw = payload.kind === 'skipped' && payload.field === fieldNumber.tensor.raw;
  const held = payload.kind === 'inline' ? payload.bytes.length : isRaw ? payload.range.length : undefined;
  if (held === undefined || bytes === undefined || held === bytes) return;
  throw wire.malformed(
    `tensor "${name.slice(0, 80)}" holds ${held} bytes where its type and shape need ${bytes}`,
    start,
  );
}

/** Reads the SparseTensorProto from the reader's position to `end`; `start` is where its tag lies. */
export function readSparseTensor(wire: WireReader, start: number, end: number, depth: number): OnnxSparseTensor {
  let values: OnnxTensor | undefined;
  let indices: OnnxTensor | undefined;
  const runs = walkMessage(wire, sparseTensorRule, end, depth, (field, valueStart, valueEnd) => {
    checkScalar(wire, sparseTensorRule, 'bytes');
    const { fieldStart } = wire;
    wire.position = valueStart;
    const tensor = readTensor(wire, fieldStart, valueEnd, depth + 1);
    if (field === fieldNumber.sparseTensor.values) values = tensor;
    else indices = tensor;
    return false;
  });
  const shape = decodeKept(wire, sparseTensorRule, runs, (bytes) =>
    messages.SparseTensorProto.decode(bytes).dims.map(toNumber),
  );
  if (!values || !indices) throw wire.malformed('a sparse tensor lacks its values or its indices', start);
  countElements(wire, shape, start);
  return { values, indices, shape, range: { offset: start, length: end - start } };
}
