import type { OnnxAttribute, OnnxGraph, OnnxSparseTensor, OnnxTensor } from '../model';
import { decodeUtf8 } from '../utf8';
import type { ReadContext } from './context';
import { attributeRule, type FieldRule, fieldNumber } from './messageRules';
import { type AttributeMessage, messages, toNumber } from './protoMessages';
import { readSparseTensor, readTensor } from './readTensor';
import { convertType } from './readValueInfo';
import { checkScalar, decodeKept, walkMessage } from './walkMessage';

export interface NamedAttribute {
  readonly name: string;
  /** None where the file states no type and no value, or a value too large for any analysis to need (an embedded engine). */
  readonly attribute: OnnxAttribute | undefined;
}

/** Strings and lists of numbers beyond this are data, not parameters of an operator. */
const largestListBytes = 1024 * 1024;

const listRules = new Map<number, FieldRule>([
  [fieldNumber.attribute.string, 'bytes'],
  [fieldNumber.attribute.floats, 'fixed32s'],
  [fieldNumber.attribute.ints, 'varints'],
  [fieldNumber.attribute.strings, 'bytes'],
]);

/** The parts of an attribute that the reader takes itself. */
interface Taken {
  tensors: OnnxTensor[];
  sparseTensors: OnnxSparseTensor[];
  graphs: { start: number; end: number; repeated: boolean }[];
  listBytes: number;
}

/** Reads the AttributeProto from the reader's position to `end`, on a node with the id `nodeId`. */
export function readAttribute(context: ReadContext, end: number, depth: number, nodeId: string): NamedAttribute {
  const { wire } = context;
  const taken: Taken = { tensors: [], sparseTensors: [], graphs: [], listBytes: 0 };
  const runs = walkMessage(wire, attributeRule, end, depth, (field, start, valueEnd) => {
    const list = listRules.get(field);
    if (list !== undefined) {
      checkScalar(wire, attributeRule, list);
      taken.listBytes += valueEnd - start;
      return taken.listBytes <= largestListBytes;
    }
    checkScalar(wire, attributeRule, 'bytes');
    takeNested(context, taken, field, wire.fieldStart, start, valueEnd, depth);
    return false;
  });
  const message = decodeKept(wire, attributeRule, runs, (bytes) => ownStrings(messages.AttributeProto.decode(bytes)));
  const graphs = taken.graphs.map(({ start, end: graphEnd, repeated }, index) => {
    wire.position = start;
    const place = repeated ? `${message.name}.${index}` : message.name;
    return context.readGraph(graphEnd, depth + 1, `${nodeId}/${place}/`);
  });
  wire.charge(200);
  const tooLarge = taken.listBytes > largestListBytes;
  return { name: message.name, attribute: tooLarge ? undefined : convertAttribute(message, taken, graphs) };
}

function takeNested(
  context: ReadContext,
  taken: Taken,
  field: number,
  fieldStart: number,
  start: number,
  end: number,
  depth: number,
): void {
  const { wire } = context;
  const numbers = fieldNumber.attribute;
  if (field === numbers.graph || field === numbers.graphs) {
    // Read once the attribute's name is known, because the ids of the nodes inside carry it.
    taken.graphs.push({ start, end, repeated: field === numbers.graphs });
    return;
  }
  wire.position = start;
  if (field === numbers.tensor || field === numbers.tensors) {
    taken.tensors.push(readTensor(wire, fieldStart, end, depth + 1));
  } else {
    taken.sparseTensors.push(readSparseTensor(wire, fieldStart, end, depth + 1));
  }
}

interface DecodedAttribute {
  readonly name: string;
  readonly reference: string;
  readonly type: number;
  readonly message: AttributeMessage;
  readonly string: string;
  readonly strings: readonly string[];
}

/** Strings come as views of the reader's window, so they are turned into text at once. */
function ownStrings(message: AttributeMessage): DecodedAttribute {
  return {
    name: message.name,
    reference: message.refAttrName,
    type: message.type,
    message,
    string: decodeUtf8(message.s),
    strings: message.strings.map(decodeUtf8),
  };
}

function convertAttribute(
  decoded: DecodedAttribute,
  taken: Taken,
  graphs: readonly OnnxGraph[],
): OnnxAttribute | undefined {
  const { message } = decoded;
  if (decoded.reference !== '') return { kind: 'reference', value: decoded.reference };
  const types = messages.AttributeProto.AttributeType;
  const type = decoded.type === types.UNDEFINED ? typeFromValue(message, taken, graphs) : decoded.type;
  const [tensor] = taken.tensors;
  const [sparse] = taken.sparseTensors;
  const [graph] = graphs;
  switch (type) {
    case types.FLOAT:
      return { kind: 'float', value: message.f };
    case types.INT:
      return { kind: 'int', value: toNumber(message.i) };
    case types.STRING:
      return { kind: 'string', value: decoded.string };
    case types.TENSOR:
      return tensor && { kind: 'tensor', value: tensor };
    case types.GRAPH:
      return graph && { kind: 'graph', value: graph };
    case types.SPARSE_TENSOR:
      return sparse && { kind: 'sparse-tensor', value: sparse };
    case types.TYPE_PROTO:
      return message.tp ? { kind: 'type', value: convertType(message.tp) } : undefined;
    case types.FLOATS:
      return { kind: 'floats', value: message.floats };
    case types.INTS:
      return { kind: 'ints', value: message.ints.map(toNumber) };
    case types.STRINGS:
      return { kind: 'strings', value: decoded.strings };
    case types.TENSORS:
      return { kind: 'tensors', value: taken.tensors };
    case types.GRAPHS:
      return { kind: 'graphs', value: graphs };
    case types.SPARSE_TENSORS:
      return { kind: 'sparse-tensors', value: taken.sparseTensors };
    case types.TYPE_PROTOS:
      return { kind: 'types', value: message.typeProtos.map(convertType) };
    default:
      return undefined;
  }
}

/** Files of IR 1 state no type: the value that is there tells it. */
function typeFromValue(message: AttributeMessage, taken: Taken, graphs: readonly OnnxGraph[]): number | undefined {
  const types = messages.AttributeProto.AttributeType;
  const present: readonly [boolean, number][] = [
    [Object.hasOwn(message, 'f'), types.FLOAT],
    [Object.hasOwn(message, 'i'), types.INT],
    [Object.hasOwn(message, 's'), types.STRING],
    [taken.tensors.length > 0, types.TENSOR],
    [taken.sparseTensors.length > 0, types.SPARSE_TENSOR],
    [graphs.length > 0, types.GRAPH],
    [Boolean(message.tp), types.TYPE_PROTO],
    [message.floats.length > 0, types.FLOATS],
    [message.ints.length > 0, types.INTS],
    [message.strings.length > 0, types.STRINGS],
  ];
  return present.find(([isThere]) => isThere)?.[1];
}
