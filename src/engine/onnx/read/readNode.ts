import type { NodeStage, OnnxAttribute, OnnxNode } from '../model';
import type { ReadContext } from './context';
import { beginMessage, enterMessage, textValue } from './fieldValues';
import { readAttribute } from './readAttribute';
import { readNodeStage } from './readDevices';
import { readNodeEntry } from './readEntry';

/** An empty map takes 200 bytes, and most nodes have no metadata. */
const nothing: ReadonlyMap<string, never> = new Map<string, never>();

/** Field numbers of NodeProto (onnx.proto). */
const nodeField = {
  ...{ input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7, overload: 8, metadata: 9 },
  deviceConfiguration: 10,
} as const;

/** Reads the NodeProto from the reader's position to `end`; `start` is where its tag lies. */
export function readNode(context: ReadContext, start: number, end: number, depth: number, id: string): OnnxNode {
  const { wire } = context;
  const message = 'NodeProto';
  const inputs = context.inputs.count;
  const outputs = context.outputs.count;
  let name = '';
  let op = '';
  let domain = '';
  let overload = '';
  let plain = context.attributes.none;
  let attributes: Map<string, OnnxAttribute> | undefined;
  let metadata: Map<string, string> | undefined;
  let stage: NodeStage | undefined;
  beginMessage(wire, message, end, depth);
  while (wire.nextField(end, message)) {
    switch (wire.field) {
      case nodeField.input:
        context.inputs.add(textValue(wire, message));
        break;
      case nodeField.output:
        context.outputs.add(textValue(wire, message));
        break;
      case nodeField.name:
        name = textValue(wire, message);
        break;
      case nodeField.op:
        op = textValue(wire, message);
        break;
      case nodeField.attribute: {
        const read = readAttribute(context, enterMessage(wire, message), depth + 1, id);
        if (attributes === undefined && read.isPlain) {
          plain = plain.with(read);
          break;
        }
        attributes ??= new Map(plain.map);
        if (read.attribute) attributes.set(read.name, read.attribute);
        break;
      }
      case nodeField.domain:
        domain = textValue(wire, message);
        break;
      case nodeField.overload:
        overload = textValue(wire, message);
        break;
      case nodeField.metadata:
        metadata ??= new Map();
        readNodeEntry(wire, enterMessage(wire, message), depth + 1, metadata);
        break;
      case nodeField.deviceConfiguration:
        stage = readNodeStage(wire, enterMessage(wire, message), depth + 1) ?? stage;
        break;
      default:
    }
  }
  wire.charge(700 + 50 * (context.inputs.count - inputs + context.outputs.count - outputs));
  const node: OnnxNode = {
    id,
    name,
    op,
    domain: normalizeDomain(domain),
    overload,
    inputs: context.inputs.takeFrom(inputs),
    outputs: context.outputs.takeFrom(outputs),
    attributes: attributes ?? plain.map,
    metadata: metadata ?? nothing,
    range: { offset: start, length: end - start },
  };
  return stage === undefined ? node : { ...node, stage };
}

/** `ai.onnx` is the long name of the default domain. */
export function normalizeDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}
