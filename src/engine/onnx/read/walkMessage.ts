import { toErrorData } from '../../../protocol/errors';
import type { FieldRule, MessageRule } from './messageRules';
import { type WireReader, wireType } from './wireReader';

/** Nesting that protobuf's own parsers allow by default. */
const deepestNesting = 100;
/** A single name or list that stays in memory; longer ones cannot belong to a real model's structure. */
const longestKeptBytes = 16 * 1024 * 1024;

/** Offsets of the bytes of a message that are left for `onnx-proto`: start, end, start, end, ... */
export type KeptRuns = number[];

/**
 * Handles a field that the rule gives to the reader. The value lies at `start` to `end`; the reader may be moved freely.
 * Returns true to keep the field for `onnx-proto` after all.
 */
export type TakeField = (field: number, start: number, end: number) => boolean;

/**
 * Checks the fields of the message from the reader's position to `end` against their rule and collects what
 * `onnx-proto` is to decode.
 * @throws DnnSplitError where a field does not fit, has the wrong wire type or nests too deep.
 */
export function walkMessage(
  wire: WireReader,
  rule: MessageRule,
  end: number,
  depth: number,
  take: TakeField,
): KeptRuns {
  checkDepth(wire, rule, depth);
  wire.prefetch(end);
  const runs: KeptRuns = [];
  while (wire.nextField(end, rule.message)) {
    const { field, fieldStart, valueStart, valueEnd } = wire;
    const fieldRule = rule.fields.get(field) ?? 'skip';
    if (fieldRule === 'skip') continue;
    let keeps = true;
    if (fieldRule === 'take') {
      keeps = take(field, valueStart, valueEnd);
    } else {
      checkField(wire, rule, fieldRule, depth);
    }
    wire.modelBegun = true;
    wire.position = valueEnd;
    if (keeps) keep(wire, runs, fieldStart, valueEnd);
  }
  return runs;
}

function keep(wire: WireReader, runs: KeptRuns, start: number, end: number): void {
  if (end - start > longestKeptBytes) {
    throw wire.malformed(`a name or list there is ${end - start} bytes long, which no model needs`, start);
  }
  wire.charge(48 + 8 * (end - start));
  if (runs.at(-1) === start) runs[runs.length - 1] = end;
  else runs.push(start, end);
}

function checkDepth(wire: WireReader, rule: MessageRule, depth: number): void {
  if (depth > deepestNesting) {
    throw wire.malformed(`${rule.message} is nested more than ${deepestNesting} levels deep`, wire.position);
  }
}

/** Checks the current field of a message that is kept, in depth. */
function checkField(wire: WireReader, rule: MessageRule, fieldRule: FieldRule, depth: number): void {
  if (typeof fieldRule === 'object') {
    expectWire(wire, rule, wireType.bytes);
    checkNested(wire, fieldRule, depth + 1);
    return;
  }
  checkScalar(wire, rule, fieldRule);
}

function checkNested(wire: WireReader, rule: MessageRule, depth: number): void {
  checkDepth(wire, rule, depth);
  const end = wire.valueEnd;
  wire.position = wire.valueStart;
  while (wire.nextField(end, rule.message)) {
    wire.charge(64);
    const fieldRule = rule.fields.get(wire.field) ?? 'skip';
    const valueEnd = wire.valueEnd;
    if (fieldRule !== 'skip') checkField(wire, rule, fieldRule, depth);
    wire.position = valueEnd;
  }
}

const expectedWire = new Map<FieldRule, number>([
  ['varint', wireType.varint],
  ['varints', wireType.varint],
  ['fixed32', wireType.fixed32],
  ['fixed32s', wireType.fixed32],
  ['fixed64s', wireType.fixed64],
]);

/** Checks the wire type of the current field; lists of numbers may be packed or not. */
export function checkScalar(wire: WireReader, rule: MessageRule, fieldRule: FieldRule): void {
  const packed = wire.wire === wireType.bytes;
  if (packed && fieldRule === 'varints') checkPackedVarints(wire, rule);
  else if (packed && fieldRule === 'fixed32s') checkPackedFixed(wire, rule, 4);
  else if (packed && fieldRule === 'fixed64s') checkPackedFixed(wire, rule, 8);
  else expectWire(wire, rule, expectedWire.get(fieldRule) ?? wireType.bytes);
}

function expectWire(wire: WireReader, rule: MessageRule, expected: number): void {
  if (wire.wire !== expected) {
    throw wire.malformed(
      `field ${wire.field} of ${rule.message} has wire type ${wire.wire} where ${expected} belongs`,
      wire.fieldStart,
    );
  }
}

function checkPackedVarints(wire: WireReader, rule: MessageRule): void {
  if (wire.valueEnd > wire.valueStart && wire.byteAt(wire.valueEnd - 1) >= 0x80) {
    throw wire.malformed(`the last number in field ${wire.field} of ${rule.message} has no end`, wire.fieldStart);
  }
}

function checkPackedFixed(wire: WireReader, rule: MessageRule, bytes: number): void {
  if ((wire.valueEnd - wire.valueStart) % bytes !== 0) {
    throw wire.malformed(
      `field ${wire.field} of ${rule.message} is not a whole number of ${bytes}-byte numbers long`,
      wire.fieldStart,
    );
  }
}

/**
 * Decodes what was kept of a message. `decode` must not hold on to the bytes.
 * @throws DnnSplitError where the bytes are not that message.
 */
export function decodeKept<T>(
  wire: WireReader,
  rule: MessageRule,
  runs: KeptRuns,
  decode: (bytes: Uint8Array) => T,
): T {
  try {
    return decode(keptBytes(wire, runs));
  } catch (error) {
    const { message } = toErrorData(error);
    throw wire.malformed(`${rule.message} cannot be decoded (${message})`, runs[0] ?? wire.position);
  }
}

function keptBytes(wire: WireReader, runs: KeptRuns): Uint8Array {
  if (runs.length === 0) return new Uint8Array(0);
  if (runs.length === 2) return wire.view(runs[0] ?? 0, runs[1] ?? 0);
  let length = 0;
  for (let run = 0; run < runs.length; run += 2) length += (runs[run + 1] ?? 0) - (runs[run] ?? 0);
  const bytes = new Uint8Array(length);
  let filled = 0;
  for (let run = 0; run < runs.length; run += 2) {
    const part = wire.view(runs[run] ?? 0, runs[run + 1] ?? 0);
    bytes.set(part, filled);
    filled += part.length;
  }
  return bytes;
}
