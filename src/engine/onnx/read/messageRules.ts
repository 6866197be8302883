/**
 * The fields of ONNX's messages (onnx.proto of ONNX 1.20) and what reading does with each:
 * - a kind of value: checked and left for `onnx-proto` to decode,
 * - another message: checked in depth and left for `onnx-proto`,
 * - `take`: the reader handles it itself, because it may be large, nests graphs or is newer than `onnx-proto`,
 * - `skip`: not needed by any analysis.
 * Fields that are not listed are unknown and skipped.
 */
export type FieldRule =
  | 'varint'
  | 'fixed32'
  | 'bytes'
  | 'varints'
  | 'fixed32s'
  | 'fixed64s'
  | 'take'
  | 'skip'
  | MessageRule;

export interface MessageRule {
  readonly message: string;
  readonly fields: ReadonlyMap<number, FieldRule>;
}

function rule(message: string, fields: Readonly<Record<number, FieldRule>>): MessageRule {
  return { message, fields: new Map(Object.entries(fields).map(([number, field]) => [Number(number), field])) };
}

/** Field numbers that the reader handles itself. */
export const fieldNumber = {
  model: { graph: 7, functions: 25 },
  graph: { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13, sparseInitializer: 15, metadata: 16 },
  node: { attribute: 5, overload: 8, metadata: 9 },
  attribute: {
    string: 4,
    tensor: 5,
    graph: 6,
    floats: 7,
    ints: 8,
    strings: 9,
    tensors: 10,
    graphs: 11,
    sparseTensor: 22,
    sparseTensors: 23,
  },
  tensor: { floats: 4, int32s: 5, strings: 6, int64s: 7, raw: 9, doubles: 10, uint64s: 11 },
  sparseTensor: { values: 1, indices: 2 },
  function: { node: 7, attributeDefault: 11, valueInfo: 12, overload: 13 },
} as const;

export const entryRule = rule('StringStringEntryProto', { 1: 'bytes', 2: 'bytes' });

const opsetRule = rule('OperatorSetIdProto', { 1: 'bytes', 2: 'varint' });

const dimensionRule = rule('Dimension', { 1: 'varint', 2: 'bytes', 3: 'bytes' });
const shapeRule = rule('TensorShapeProto', { 1: dimensionRule });
const tensorTypeRule = rule('TypeProto.Tensor', { 1: 'varint', 2: shapeRule });
const typeFields = new Map<number, FieldRule>([
  [1, tensorTypeRule],
  [6, 'bytes'],
  [8, tensorTypeRule],
]);
const typeRule: MessageRule = { message: 'TypeProto', fields: typeFields };
typeFields.set(4, rule('TypeProto.Sequence', { 1: typeRule }));
typeFields.set(5, rule('TypeProto.Map', { 1: 'varint', 2: typeRule }));
typeFields.set(9, rule('TypeProto.Optional', { 1: typeRule }));

export const valueInfoRule = rule('ValueInfoProto', { 1: 'bytes', 2: typeRule, 3: 'skip', 4: 'skip' });

export const tensorRule = rule('TensorProto', {
  1: 'varints',
  2: 'varint',
  3: 'skip',
  4: 'take',
  5: 'take',
  6: 'take',
  7: 'take',
  8: 'bytes',
  9: 'take',
  10: 'take',
  11: 'take',
  12: 'skip',
  13: entryRule,
  14: 'varint',
});

export const sparseTensorRule = rule('SparseTensorProto', { 1: 'take', 2: 'take', 3: 'varints' });

export const attributeRule = rule('AttributeProto', {
  1: 'bytes',
  2: 'fixed32',
  3: 'varint',
  4: 'take',
  5: 'take',
  6: 'take',
  7: 'take',
  8: 'take',
  9: 'take',
  10: 'take',
  11: 'take',
  13: 'skip',
  14: typeRule,
  15: typeRule,
  20: 'varint',
  21: 'bytes',
  22: 'take',
  23: 'take',
});

export const nodeRule = rule('NodeProto', {
  1: 'bytes',
  2: 'bytes',
  3: 'bytes',
  4: 'bytes',
  5: 'take',
  6: 'skip',
  7: 'bytes',
  8: 'take',
  9: 'take',
  10: 'skip',
});

export const graphRule = rule('GraphProto', {
  1: 'take',
  2: 'bytes',
  5: 'take',
  10: 'skip',
  11: 'take',
  12: 'take',
  13: 'take',
  14: 'skip',
  15: 'take',
  16: 'take',
});

export const functionRule = rule('FunctionProto', {
  1: 'bytes',
  4: 'bytes',
  5: 'bytes',
  6: 'bytes',
  7: 'take',
  8: 'skip',
  9: opsetRule,
  10: 'bytes',
  11: 'take',
  12: 'take',
  13: 'take',
  14: 'skip',
});

export const modelRule = rule('ModelProto', {
  1: 'varint',
  2: 'bytes',
  3: 'bytes',
  4: 'skip',
  5: 'skip',
  6: 'skip',
  7: 'take',
  8: opsetRule,
  14: entryRule,
  20: 'skip',
  25: 'take',
  26: 'skip',
});
