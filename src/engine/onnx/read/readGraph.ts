import type { OnnxGraph, OnnxNode, OnnxSparseTensor, OnnxTensor, ValueInfo } from '../model';
import type { ReadContext } from './context';
import { beginMessage, enterMessage, textValue } from './fieldValues';
import { readMetadataEntry } from './readEntry';
import { readSparseTensor, readTensor } from './readTensor';
import { readValueInfo } from './readValueInfo';

/** Field numbers of GraphProto (onnx.proto). */
const graphField = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
  metadata: 16,
} as const;

/** Reads the GraphProto from the reader's position to `end`. */
export function readGraph(context: ReadContext, end: number, depth: number, idPrefix: string): OnnxGraph {
  const { wire } = context;
  const message = 'GraphProto';
  const start = wire.position;
  const nodes: OnnxNode[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const valueInfo = new Map<string, ValueInfo>();
  const initializers = new Map<string, OnnxTensor>();
  const sparseInitializers = new Map<string, OnnxSparseTensor>();
  const metadata = new Map<string, string>();
  let name = '';
  beginMessage(wire, message, end, depth);
  while (wire.nextField(end, message)) {
    const { fieldStart } = wire;
    switch (wire.field) {
      case graphField.node:
        nodes.push(context.readNode(fieldStart, enterMessage(wire, message), depth + 1, `${idPrefix}${nodes.length}`));
        break;
      case graphField.name:
        name = textValue(wire, message);
        break;
      case graphField.initializer: {
        const tensor = readTensor(wire, fieldStart, enterMessage(wire, message), depth + 1);
        initializers.set(tensor.name, tensor);
        break;
      }
      case graphField.input:
        inputs.push(readValueInfo(wire, enterMessage(wire, message), depth + 1));
        break;
      case graphField.output:
        outputs.push(readValueInfo(wire, enterMessage(wire, message), depth + 1));
        break;
      case graphField.valueInfo: {
        const info = readValueInfo(wire, enterMessage(wire, message), depth + 1);
        valueInfo.set(info.name, info);
        break;
      }
      case graphField.sparseInitializer: {
        const tensor = readSparseTensor(wire, fieldStart, enterMessage(wire, message), depth + 1);
        sparseInitializers.set(tensor.values.name, tensor);
        break;
      }
      case graphField.metadata:
        readMetadataEntry(wire, enterMessage(wire, message), depth + 1, metadata);
        break;
      default:
    }
  }
  return {
    name,
    nodes,
    inputs,
    outputs,
    valueInfo,
    initializers,
    sparseInitializers,
    metadata,
    range: { offset: start, length: end - start },
  };
}
