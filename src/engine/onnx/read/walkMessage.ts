import { say } from '../../../shared/messages/say';
import { toErrorData } from '../../../shared/work/errors';
import { beginMessage, chargeKept, enterMessage, expectWire } from './fieldValues';
import type { FieldRule, MessageRule } from './messageRules';
import { type WireReader, wireType } from './wireReader';

/** Offsets of the bytes of a message that are left for `onnx-proto`: start, end, start, end, ... */
export type KeptRuns = number[];

/** Handles a field that the rule gives to the reader, a message or text from `start` to `end`; the reader may be moved freely. */
export type TakeField = (field: number, start: number, end: number) => void;

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
  beginMessage(wire, rule.message, end, depth);
  const runs: KeptRuns = [];
  while (wire.nextField(end, rule.message)) {
    const { field, fieldStart, valueStart, valueEnd } = wire;
    const fieldRule = rule.fields.get(field);
    if (fieldRule === undefined) continue;
    if (fieldRule === 'take') {
      expectWire(wire, rule.message, wireType.bytes);
      take(field, valueStart, valueEnd);
    } else {
      checkField(wire, rule, fieldRule, depth);
      keep(wire, runs, fieldStart, valueEnd);
    }
    wire.modelBegun = true;
    wire.position = valueEnd;
  }
  return runs;
}

function keep(wire: WireReader, runs: KeptRuns, start: number, end: number): void {
  chargeKept(wire, start, end);
  if (runs.at(-1) === start) runs[runs.length - 1] = end;
  else runs.push(start, end);
}

/** Checks the current field of a message that is kept, in depth. */
function checkField(wire: WireReader, rule: MessageRule, fieldRule: FieldRule, depth: number): void {
  if (typeof fieldRule === 'object') checkNested(wire, enterMessage(wire, rule.message), fieldRule, depth + 1);
  else expectWire(wire, rule.message, fieldRule === 'varint' ? wireType.varint : wireType.bytes);
}

function checkNested(wire: WireReader, end: number, rule: MessageRule, depth: number): void {
  beginMessage(wire, rule.message, end, depth);
  while (wire.nextField(end, rule.message)) {
    wire.charge(64);
    const fieldRule = rule.fields.get(wire.field);
    if (fieldRule !== undefined) checkField(wire, rule, fieldRule, depth);
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
    throw wire.malformed(
      say('damage.undecodable', { message: rule.message, reason: message }),
      runs[0] ?? wire.position,
    );
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
