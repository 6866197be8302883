/**
 * The fields of a message that is left to `onnx-proto` (onnx.proto of ONNX 1.20), and what reading does with each:
 * - a kind of value, or another message: checked and left for `onnx-proto` to decode,
 * - `take`: the reader handles it itself, because it holds nodes or is newer than `onnx-proto`.
 * Fields that are not listed are not needed by any analysis, or unknown, and passed over.
 */
export type FieldRule = 'varint' | 'bytes' | 'take' | MessageRule;

export interface MessageRule {
  readonly message: string;
  readonly fields: ReadonlyMap<number, FieldRule>;
}

function rule(message: string, fields: Readonly<Record<number, FieldRule>>): MessageRule {
  return { message, fields: new Map(Object.entries(fields).map(([number, field]) => [Number(number), field])) };
}

/** Numbers of the fields that the reader takes. */
export const takenField = {
  model: { graph: 7, functions: 25, deviceConfiguration: 26 },
  function: { node: 7, attributeDefault: 11, valueInfo: 12, overload: 13 },
} as const;

const entryRule = rule('StringStringEntryProto', { 1: 'bytes', 2: 'bytes' });
const opsetRule = rule('OperatorSetIdProto', { 1: 'bytes', 2: 'varint' });

export const functionRule = rule('FunctionProto', {
  1: 'bytes',
  4: 'bytes',
  5: 'bytes',
  6: 'bytes',
  7: 'take',
  9: opsetRule,
  10: 'bytes',
  11: 'take',
  12: 'take',
  13: 'take',
});

export const modelRule = rule('ModelProto', {
  1: 'varint',
  2: 'bytes',
  3: 'bytes',
  7: 'take',
  8: opsetRule,
  14: entryRule,
  25: 'take',
  26: 'take',
});
