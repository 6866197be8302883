import { say } from '../../../shared/messages/say';
import { byteLength, type DType, dtypeFromOnnx } from '../../../shared/vocabulary/dtype';
import { joinBytes } from '../joinBytes';
import type { OnnxSparseTensor, OnnxTensor, TensorPayload } from '../model';
import { decodeUtf8 } from '../utf8';
import {
  addIntegers,
  beginMessage,
  checkPackedFixed,
  checkPackedVarints,
  enterMessage,
  expectWire,
  integerValue,
  textValue,
} from './fieldValues';
import { readEntry } from './readEntry';
import { type WireReader, wireType } from './wireReader';

/** Payloads up to this many bytes in the file are kept in memory: shapes, axes, scales. */
const largestInlineBytes = 4096;
/** Constants up to this many bytes are read from files beside the model: shapes, axes and scales, hardly a weight. */
export const largestExternalConstantBytes = 512;

const message = 'TensorProto';
/** Field numbers of TensorProto (onnx.proto), without its payload. */
const tensorField = { dims: 1, dtype: 2, name: 8, externalData: 13, dataLocation: 14 } as const;
/** Field numbers of its payload. */
const payloadField = { floats: 4, int32s: 5, strings: 6, int64s: 7, raw: 9, doubles: 10, uint64s: 11 } as const;
/** TensorProto.DataLocation. */
const externalLocation = 1;

/** What a tensor's payload fields hold: one packed field, or one field per element. */
interface FoundPayload {
  field: number;
  start: number;
  end: number;
  bytes: number;
  parts: Uint8Array[];
}

/** Where the elements of a tensor lie beside the model, as the file writes it. */
interface ExternalData {
  location: string;
  offset: string;
  length?: string;
}

/**
 * Reads the TensorProto from the reader's position to `end`; a large payload is passed over unread.
 * `start` is where its tag lies.
 */
export function readTensor(wire: WireReader, start: number, end: number, depth: number): OnnxTensor {
  const shape: number[] = [];
  let name = '';
  let dtype: DType = 'undefined';
  let isExternal = false;
  let external: ExternalData | undefined;
  let found: FoundPayload | undefined;
  beginMessage(wire, message, end, depth);
  while (wire.nextField(end, message)) {
    switch (wire.field) {
      case tensorField.dims:
        addIntegers(wire, message, shape);
        break;
      case tensorField.dtype:
        dtype = dtypeFromOnnx(integerValue(wire, message));
        break;
      case tensorField.name:
        name = textValue(wire, message);
        break;
      case tensorField.externalData: {
        const { key, value } = readEntry(wire, enterMessage(wire, message), depth + 1);
        external ??= { location: '', offset: '0' };
        if (key === 'location' || key === 'offset' || key === 'length') external[key] = value;
        break;
      }
      case tensorField.dataLocation:
        isExternal = integerValue(wire, message) === externalLocation;
        break;
      case payloadField.floats:
      case payloadField.int32s:
      case payloadField.strings:
      case payloadField.int64s:
      case payloadField.raw:
      case payloadField.doubles:
      case payloadField.uint64s:
        found = addPart(wire, found);
        break;
      default:
    }
  }
  const elements = countElements(wire, shape, start);
  const bytes = byteLength(dtype, elements);
  const payload = isExternal ? externalPayload(wire, external, bytes, start) : inModelPayload(found, dtype, elements);
  checkLength(wire, name, dtype, heldBytes(payload, found), bytes, start);
  wire.charge(400 + 8 * shape.length);
  return { name, dtype, shape: shape.slice(), payload, bytes, range: { offset: start, length: end - start } };
}

/** Adds the current field to the payload; a field of another kind begins a new one. */
function addPart(wire: WireReader, before: FoundPayload | undefined): FoundPayload {
  const { field, valueStart: start, valueEnd: end } = wire;
  checkPayloadWire(wire);
  const found = before?.field === field ? before : { field, start, end, bytes: 0, parts: [] };
  found.bytes += end - start;
  found.end = end;
  if (found.bytes <= largestInlineBytes) {
    found.parts.push(wire.view(start, end).slice());
    wire.charge(100 + end - start);
  } else {
    found.parts = [];
  }
  return found;
}

/** Strings and raw bytes; numbers of one kind, packed or one by one. */
function checkPayloadWire(wire: WireReader): void {
  const { strings, raw, floats, doubles } = payloadField;
  const isPacked = wire.wire === wireType.bytes;
  if (wire.field === strings || wire.field === raw) expectWire(wire, message, wireType.bytes);
  else if (wire.field === floats && isPacked) checkPackedFixed(wire, message, 4);
  else if (wire.field === doubles && isPacked) checkPackedFixed(wire, message, 8);
  else if (isPacked) checkPackedVarints(wire, message);
  else expectWire(wire, message, wireOfNumber.get(wire.field) ?? wireType.varint);
}

/** Wire types of numbers that come one by one and are no varints. */
const wireOfNumber = new Map<number, number>([
  [payloadField.floats, wireType.fixed32],
  [payloadField.doubles, wireType.fixed64],
]);

function countElements(wire: WireReader, shape: readonly number[], start: number): number {
  let elements = 1;
  for (const dim of shape) {
    if (dim < 0) throw wire.malformed(say('damage.negativeDimension', { dim }), start);
    elements *= dim;
  }
  if (!(elements <= Number.MAX_SAFE_INTEGER)) {
    throw wire.malformed(say('damage.hugeTensor', { shape: shape.slice(0, 8).join(', ') }), start);
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
  const { strings, raw, floats, doubles } = payloadField;
  if (found.field === strings) return { kind: 'strings', strings: found.parts.map((part) => decodeUtf8(part)) };
  const joined = joinBytes(found.parts);
  if (found.field === raw || found.field === floats || found.field === doubles)
    return { kind: 'inline', bytes: joined };
  // Types of less than a byte are packed already: one varint holds one byte of them.
  return { kind: 'inline', bytes: varintsToLittleEndian(joined, Math.max(1, byteLength(dtype, 1) ?? 1)) };
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
  external: ExternalData | undefined,
  needed: number | undefined,
  start: number,
): TensorPayload {
  const { location, offset: offsetText, length: lengthText } = external ?? { location: '', offset: '0' };
  if (location === '') throw wire.malformed(say('damage.noLocation', {}), start);
  const offset = byteCount(wire, offsetText, start);
  const stated = lengthText === undefined ? undefined : byteCount(wire, lengthText, start);
  // ONNX Runtime takes a length of 0 for none at all, and some writers rely on that.
  const length = stated === 0 && needed !== 0 ? undefined : stated;
  const isSmall = needed !== undefined && needed <= largestExternalConstantBytes && (length ?? needed) === needed;
  const bytes = isSmall ? wire.beside(location, offset, needed) : undefined;
  return { kind: 'external', location, offset, length, ...(bytes !== undefined && { bytes }) };
}

function byteCount(wire: WireReader, text: string, start: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw wire.malformed(say('damage.byteCount', { text: text.slice(0, 40) }), start);
  }
  return value;
}

/** Bytes that the payload has, where that can be told without looking through it; `as-needed` where the file leaves it open. */
function heldBytes(payload: TensorPayload, found: FoundPayload | undefined): number | 'as-needed' | undefined {
  if (payload.kind === 'external') return payload.length ?? 'as-needed';
  if (payload.kind === 'inline') return payload.bytes.length;
  const { raw, floats, doubles } = payloadField;
  const isFixed = found?.field === raw || found?.field === floats || found?.field === doubles;
  return payload.kind === 'skipped' && isFixed ? found.bytes : undefined;
}

/** Holds what there is of a tensor, in the file or beside it, against its type and shape. */
function checkLength(
  wire: WireReader,
  name: string,
  dtype: DType,
  held: ReturnType<typeof heldBytes>,
  needed: number | undefined,
  start: number,
): void {
  if (held === undefined || held === needed) return;
  const tensor = name.slice(0, 80);
  if (held === 'as-needed') {
    if (needed !== undefined) return;
    throw wire.malformed(say('damage.noLength', { tensor, dtype }), start);
  }
  if (needed === undefined) return;
  throw wire.malformed(say('damage.heldBytes', { tensor, held, needed }), start);
}

/** Reads the SparseTensorProto from the reader's position to `end`; `start` is where its tag lies. */
export function readSparseTensor(wire: WireReader, start: number, end: number, depth: number): OnnxSparseTensor {
  const sparse = 'SparseTensorProto';
  const shape: number[] = [];
  let values: OnnxTensor | undefined;
  let indices: OnnxTensor | undefined;
  beginMessage(wire, sparse, end, depth);
  while (wire.nextField(end, sparse)) {
    const { fieldStart } = wire;
    if (wire.field === 1) values = readTensor(wire, fieldStart, enterMessage(wire, sparse), depth + 1);
    else if (wire.field === 2) indices = readTensor(wire, fieldStart, enterMessage(wire, sparse), depth + 1);
    else if (wire.field === 3) addIntegers(wire, sparse, shape);
  }
  if (!values || !indices) throw wire.malformed(say('damage.sparse', {}), start);
  countElements(wire, shape, start);
  return { values, indices, shape, range: { offset: start, length: end - start } };
}
