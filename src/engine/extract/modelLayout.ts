import { unwatched, type Work } from '../../shared/work/work';
import type { ByteSource } from '../onnx/byteSource';
import type { ByteRange } from '../onnx/model';
import { WireReader, wireType } from '../onnx/read/wireReader';
import { decodeUtf8 } from '../onnx/utf8';

/** Where the parts of a model lie that extraction copies besides nodes and weights; ranges include the tag. */
export interface ModelLayout {
  /** Fields of the model other than graph, functions and training: versions, opset imports, metadata. */
  readonly header: readonly ByteRange[];
  /** Fields of the graph that hold for any part of it: name, documentation, metadata, and what is newer. */
  readonly graphHeader: readonly ByteRange[];
  /** Values of ValueInfoProto by tensor name. */
  readonly inputs: ReadonlyMap<string, ByteRange>;
  readonly outputs: ReadonlyMap<string, ByteRange>;
  readonly valueInfo: ReadonlyMap<string, ByteRange>;
  /** Quantization annotations with the tensor that each is about. */
  readonly annotations: readonly { readonly tensor: string; readonly range: ByteRange }[];
}

const modelField = { graph: 7, training: 20, functions: 25 } as const;
const graphField = {
  node: 1,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  annotation: 14,
  sparseInitializer: 15,
} as const;

/** Finds the parts of a model that `readModel` accepted. */
export function scanLayout(source: ByteSource, work: Work = unwatched): ModelLayout {
  const wire = new WireReader(source, work);
  const layout = {
    header: [] as ByteRange[],
    graphHeader: [] as ByteRange[],
    inputs: new Map<string, ByteRange>(),
    outputs: new Map<string, ByteRange>(),
    valueInfo: new Map<string, ByteRange>(),
    annotations: [] as { tensor: string; range: ByteRange }[],
  };
  while (wire.nextField(source.size, 'ModelProto')) {
    const { field, fieldStart, valueStart, valueEnd } = wire;
    if (field === modelField.graph) {
      wire.position = valueStart;
      scanGraph(wire, valueEnd, layout);
    } else if (field !== modelField.functions && field !== modelField.training) {
      layout.header.push({ offset: fieldStart, length: valueEnd - fieldStart });
    }
    wire.position = valueEnd;
  }
  return layout;
}

interface GraphParts {
  graphHeader: ByteRange[];
  inputs: Map<string, ByteRange>;
  outputs: Map<string, ByteRange>;
  valueInfo: Map<string, ByteRange>;
  annotations: { tensor: string; range: ByteRange }[];
}

function scanGraph(wire: WireReader, end: number, parts: GraphParts): void {
  while (wire.nextField(end, 'GraphProto')) {
    const { field, fieldStart, valueStart, valueEnd } = wire;
    const whole = { offset: fieldStart, length: valueEnd - fieldStart };
    const value = { offset: valueStart, length: valueEnd - valueStart };
    switch (field) {
      case graphField.node:
      case graphField.initializer:
      case graphField.sparseInitializer:
        break;
      case graphField.input:
        parts.inputs.set(firstText(wire, valueStart, valueEnd), value);
        break;
      case graphField.output:
        parts.outputs.set(firstText(wire, valueStart, valueEnd), value);
        break;
      case graphField.valueInfo:
        parts.valueInfo.set(firstText(wire, valueStart, valueEnd), value);
        break;
      case graphField.annotation:
        parts.annotations.push({ tensor: firstText(wire, valueStart, valueEnd), range: whole });
        break;
      default:
        parts.graphHeader.push(whole);
    }
    wire.position = valueEnd;
  }
}

/** Field 1 of ValueInfoProto and TensorAnnotation is the tensor's name. */
function firstText(wire: WireReader, start: number, end: number): string {
  wire.position = start;
  let text = '';
  while (wire.nextField(end, 'ValueInfoProto')) {
    const { field, valueEnd } = wire;
    if (field === 1 && wire.wire === wireType.bytes) text = decodeUtf8(wire.view(wire.valueStart, valueEnd));
    wire.position = valueEnd;
  }
  return text;
}
