import type { OnnxAttribute, OnnxGraph, OnnxSparseTensor, OnnxTensor, OnnxType } from '../model';
import type { NamedAttribute } from './attributeLists';
import { longestKeptBytes } from './byteTable';
import type { ReadContext } from './context';
import { addFloats, addIntegers, beginMessage, enterMessage, floatValue, integerValue, textValue } from './fieldValues';
import { readSparseTensor, readTensor } from './readTensor';
import { readType } from './readValueInfo';
import type { WireReader } from './wireReader';

/** Strings and lists of numbers beyond this are data, not parameters of an operator. */
const largestListBytes = 1024 * 1024;

const message = 'AttributeProto';

/** Field numbers of AttributeProto (onnx.proto). */
const attributeField = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  tensors: 10,
  graphs: 11,
  type: 14,
  types: 15,
  kind: 20,
  reference: 21,
  sparseTensor: 22,
  sparseTensors: 23,
} as const;

/** AttributeProto.AttributeType (onnx.proto). */
const attributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  sparseTensor: 11,
  sparseTensors: 12,
  type: 13,
  types: 14,
} as const;

/** The values that an AttributeProto holds; its type says which of them counts. */
interface Values {
  name: string;
  type: number;
  reference: string;
  float?: number;
  int?: number;
  string?: string;
  floats?: number[];
  ints?: number[];
  strings?: string[];
  tensors?: OnnxTensor[];
  sparseTensors?: OnnxSparseTensor[];
  types?: OnnxType[];
  /** Read once the name is known, because the ids of the nodes inside carry it. */
  graphs?: { start: number; end: number; repeated: boolean }[];
  /** Bytes of strings and lists so far. */
  listBytes: number;
}

/** Reads the AttributeProto from the reader's position to `end`, on a node with the id `nodeId`. */
export function readAttribute(context: ReadContext, end: number, depth: number, nodeId: string): NamedAttribute {
  const { wire, attributes } = context;
  const start = wire.position;
  beginMessage(wire, message, end, depth);
  wire.charge(200);
  const isShort = end - start <= longestKeptBytes;
  const known = isShort ? wire.findIn(attributes.table, start, end) : undefined;
  if (known !== undefined) {
    wire.position = end;
    return known;
  }
  const values: Values = { name: '', type: 0, reference: '', listBytes: 0 };
  while (wire.nextField(end, message)) readField(wire, values, depth);
  const graphs = values.graphs?.map(({ start, end: graphEnd, repeated }, index) => {
    wire.position = start;
    const place = repeated ? `${values.name}.${index}` : values.name;
    return context.readGraph(graphEnd, depth + 1, `${nodeId}/${place}/`);
  });
  wire.position = end;
  const tooLarge = values.listBytes > largestListBytes;
  const attribute = tooLarge ? undefined : attributeOf(values, graphs ?? []);
  const read = { name: values.name, attribute, isPlain: isShort && isPlain(values) };
  if (read.isPlain) wire.keepIn(attributes.table, start, end, read);
  return read;
}

/** True for numbers and texts: everything else has a place in the file, or types that may be nested. */
function isPlain({ tensors, sparseTensors, types, graphs }: Values): boolean {
  return tensors === undefined && sparseTensors === undefined && types === undefined && graphs === undefined;
}

function readField(wire: WireReader, values: Values, depth: number): void {
  switch (wire.field) {
    case attributeField.name:
      values.name = textValue(wire, message);
      break;
    case attributeField.float:
      values.float = floatValue(wire, message);
      break;
    case attributeField.int:
      values.int = integerValue(wire, message);
      break;
    case attributeField.string:
    case attributeField.floats:
    case attributeField.ints:
    case attributeField.strings:
      readList(wire, values);
      break;
    case attributeField.kind:
      values.type = integerValue(wire, message);
      break;
    case attributeField.reference:
      values.reference = textValue(wire, message);
      break;
    default:
      readNested(wire, values, depth);
  }
}

/** Strings and lists, which may be long. */
function readList(wire: WireReader, values: Values): void {
  values.listBytes += wire.valueEnd - wire.valueStart;
  if (values.listBytes > largestListBytes) return;
  switch (wire.field) {
    case attributeField.string:
      values.string = textValue(wire, message);
      break;
    case attributeField.floats:
      values.floats ??= [];
      addFloats(wire, message, values.floats);
      break;
    case attributeField.ints:
      values.ints ??= [];
      addIntegers(wire, message, values.ints);
      break;
    default:
      values.strings ??= [];
      values.strings.push(textValue(wire, message));
  }
}

/** Tensors, graphs and types; fields that are not known are passed over. */
function readNested(wire: WireReader, values: Values, depth: number): void {
  const { field, fieldStart } = wire;
  switch (field) {
    case attributeField.tensor:
    case attributeField.tensors:
      values.tensors ??= [];
      values.tensors.push(readTensor(wire, fieldStart, enterMessage(wire, message), depth + 1));
      break;
    case attributeField.graph:
    case attributeField.graphs: {
      const end = enterMessage(wire, message);
      values.graphs ??= [];
      values.graphs.push({ start: wire.valueStart, end, repeated: field === attributeField.graphs });
      wire.position = end;
      break;
    }
    case attributeField.type:
    case attributeField.types:
      values.types ??= [];
      values.types.push(readType(wire, enterMessage(wire, message), depth + 1));
      break;
    case attributeField.sparseTensor:
    case attributeField.sparseTensors:
      values.sparseTensors ??= [];
      values.sparseTensors.push(readSparseTensor(wire, fieldStart, enterMessage(wire, message), depth + 1));
      break;
    default:
  }
}

/** The value that the type names; values that are not stated are zero or empty, as protobuf has it. */
function attributeOf(values: Values, graphs: readonly OnnxGraph[]): OnnxAttribute | undefined {
  if (values.reference !== '') return { kind: 'reference', value: values.reference };
  const [tensor] = values.tensors ?? [];
  const [sparse] = values.sparseTensors ?? [];
  const [type] = values.types ?? [];
  const [graph] = graphs;
  switch (values.type === 0 ? typeFromValue(values, graphs) : values.type) {
    case attributeType.float:
      return { kind: 'float', value: values.float ?? 0 };
    case attributeType.int:
      return { kind: 'int', value: values.int ?? 0 };
    case attributeType.string:
      return { kind: 'string', value: values.string ?? '' };
    case attributeType.tensor:
      return tensor && { kind: 'tensor', value: tensor };
    case attributeType.graph:
      return graph && { kind: 'graph', value: graph };
    case attributeType.sparseTensor:
      return sparse && { kind: 'sparse-tensor', value: sparse };
    case attributeType.type:
      return type && { kind: 'type', value: type };
    case attributeType.floats:
      return { kind: 'floats', value: values.floats ?? [] };
    case attributeType.ints:
      return { kind: 'ints', value: values.ints ?? [] };
    case attributeType.strings:
      return { kind: 'strings', value: values.strings ?? [] };
    case attributeType.tensors:
      return { kind: 'tensors', value: values.tensors ?? [] };
    case attributeType.graphs:
      return { kind: 'graphs', value: graphs };
    case attributeType.sparseTensors:
      return { kind: 'sparse-tensors', value: values.sparseTensors ?? [] };
    case attributeType.types:
      return { kind: 'types', value: values.types ?? [] };
    default:
      return undefined;
  }
}

/** Files of IR 1 state no type: the value that is there tells it. */
function typeFromValue(values: Values, graphs: readonly OnnxGraph[]): number | undefined {
  if (values.float !== undefined) return attributeType.float;
  if (values.int !== undefined) return attributeType.int;
  if (values.string !== undefined) return attributeType.string;
  if (values.tensors !== undefined) return attributeType.tensor;
  if (values.sparseTensors !== undefined) return attributeType.sparseTensor;
  if (graphs.length > 0) return attributeType.graph;
  if (values.types !== undefined) return attributeType.type;
  if (values.floats !== undefined) return attributeType.floats;
  if (values.ints !== undefined) return attributeType.ints;
  if (values.strings !== undefined) return attributeType.strings;
  return undefined;
}
