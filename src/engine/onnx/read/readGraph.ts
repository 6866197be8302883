import type { OnnxGraph, OnnxNode, OnnxSparseTensor, OnnxTensor, ValueInfo } from '../model';
import type { ReadContext } from './context';
import { fieldNumber, graphRule } from './messageRules';
import { messages } from './protoMessages';
import { readMetadataEntry } from './readNode';
import { readSparseTensor, readTensor } from './readTensor';
import { readValueInfo } from './readValueInfo';
import { checkScalar, decodeKept, walkMessage } from './walkMessage';

/** Reads the GraphProto from the reader's position to `end`. */
export function readGraph(context: ReadContext, end: number, depth: number, idPrefix: string): OnnxGraph {
  const { wire } = context;
  const start = wire.position;
  const nodes: OnnxNode[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const valueInfo = new Map<string, ValueInfo>();
  const initializers = new Map<string, OnnxTensor>();
  const sparseInitializers = new Map<string, OnnxSparseTensor>();
  const metadata = new Map<string, string>();
  const numbers = fieldNumber.graph;

  const runs = walkMessage(wire, graphRule, end, depth, (field, valueStart, valueEnd) => {
    checkScalar(wire, graphRule, 'bytes');
    const { fieldStart } = wire;
    wire.position = valueStart;
    switch (field) {
      case numbers.node:
        nodes.push(context.readNode(fieldStart, valueEnd, depth + 1, `${idPrefix}${nodes.length}`));
        break;
      case numbers.initializer: {
        const tensor = readTensor(wire, fieldStart, valueEnd, depth + 1);
        initializers.set(tensor.name, tensor);
        break;
      }
      case numbers.sparseInitializer: {
        const tensor = readSparseTensor(wire, fieldStart, valueEnd, depth + 1);
        sparseInitializers.set(tensor.values.name, tensor);
        break;
      }
      case numbers.input:
        inputs.push(readValueInfo(wire, valueEnd, depth + 1));
        break;
      case numbers.output:
        outputs.push(readValueInfo(wire, valueEnd, depth + 1));
        break;
      case numbers.valueInfo: {
        const info = readValueInfo(wire, valueEnd, depth + 1);
        valueInfo.set(info.name, info);
        break;
      }
      default:
        readMetadataEntry(wire, valueEnd, depth + 1, metadata);
    }
    return false;
  });
  const { name } = decodeKept(wire, graphRule, runs, (bytes) => messages.GraphProto.decode(bytes));
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
