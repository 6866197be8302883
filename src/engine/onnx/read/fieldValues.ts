import { say } from '../../../shared/messages/say';
import { type WireReader, wireType } from './wireReader';

/** Nesting that protobuf's own parsers allow by default. */
const deepestNesting = 100;
/** A single name or list that stays in memory; longer ones cannot belong to a real model's structure. */
const longestKeptBytes = 16 * 1024 * 1024;

/**
 * Begins a message that reaches to `end`.
 * @throws DnnSplitError where it is nested too deep.
 */
export function beginMessage(wire: WireReader, message: string, end: number, depth: number): void {
  if (depth > deepestNesting) {
    throw wire.malformed(say('damage.nesting', { message, levels: deepestNesting }), wire.position);
  }
  wire.prefetch(end);
}

/**
 * Moves to the beginning of the message that the current field holds; returns its end.
 * @throws DnnSplitError where the field holds something else.
 */
export function enterMessage(wire: WireReader, message: string): number {
  expectWire(wire, message, wireType.bytes);
  wire.position = wire.valueStart;
  return wire.valueEnd;
}

/** @throws DnnSplitError where the current field has another wire type. */
export function expectWire(wire: WireReader, message: string, expected: number): void {
  if (wire.wire !== expected) {
    throw wire.malformed(
      say('damage.wireType', { field: wire.field, message, wire: wire.wire, expected }),
      wire.fieldStart,
    );
  }
}

/** Counts the bytes from `start` to `end` as part of the structure that stays in memory. */
export function chargeKept(wire: WireReader, start: number, end: number): void {
  if (end - start > longestKeptBytes) {
    throw wire.malformed(say('damage.longName', { length: end - start }), start);
  }
  wire.charge(48 + 8 * (end - start));
}

/** The current field's text. */
export function textValue(wire: WireReader, message: string): string {
  expectWire(wire, message, wireType.bytes);
  chargeKept(wire, wire.valueStart, wire.valueEnd);
  return wire.text(wire.valueStart, wire.valueEnd);
}

/** The current field's integer, signed; beyond 2^53 the nearest number stands for it. */
export function integerValue(wire: WireReader, message: string): number {
  expectWire(wire, message, wireType.varint);
  return wire.signedValue;
}

const floatBytes = new Uint8Array(4);
const floatOfBytes = new Float32Array(floatBytes.buffer);

/** The current field's 32-bit float. */
export function floatValue(wire: WireReader, message: string): number {
  expectWire(wire, message, wireType.fixed32);
  return floatAt(wire.view(wire.valueStart, wire.valueEnd), 0);
}

function floatAt(bytes: Uint8Array, offset: number): number {
  for (let byte = 0; byte < 4; byte++) floatBytes[byte] = bytes[offset + byte] ?? 0;
  return floatOfBytes[0] ?? 0;
}

/** Adds the current field's integers to a list: all of a packed field, or one. */
export function addIntegers(wire: WireReader, message: string, list: number[]): void {
  if (wire.wire !== wireType.bytes) {
    list.push(integerValue(wire, message));
    wire.charge(48);
    return;
  }
  checkPackedVarints(wire, message);
  chargeKept(wire, wire.valueStart, wire.valueEnd);
  wire.addPackedVarints(wire.valueStart, wire.valueEnd, message, list);
}

/** Adds the current field's 32-bit floats to a list: all of a packed field, or one. */
export function addFloats(wire: WireReader, message: string, list: number[]): void {
  if (wire.wire !== wireType.bytes) {
    list.push(floatValue(wire, message));
    wire.charge(48);
    return;
  }
  checkPackedFixed(wire, message, 4);
  chargeKept(wire, wire.valueStart, wire.valueEnd);
  const bytes = wire.view(wire.valueStart, wire.valueEnd);
  for (let offset = 0; offset < bytes.length; offset += 4) list.push(floatAt(bytes, offset));
}

/** @throws DnnSplitError where the last number of the current field, a packed list of varints, does not end in it. */
export function checkPackedVarints(wire: WireReader, message: string): void {
  if (wire.valueEnd > wire.valueStart && wire.byteAt(wire.valueEnd - 1) >= 0x80) {
    throw wire.malformed(say('damage.endlessListEnd', { field: wire.field, message }), wire.fieldStart);
  }
}

/** @throws DnnSplitError where the current field, a packed list, does not hold whole numbers of `bytes` bytes. */
export function checkPackedFixed(wire: WireReader, message: string, bytes: number): void {
  if ((wire.valueEnd - wire.valueStart) % bytes !== 0) {
    throw wire.malformed(say('damage.partialNumbers', { field: wire.field, message, bytes }), wire.fieldStart);
  }
}
