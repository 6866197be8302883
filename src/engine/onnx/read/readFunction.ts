import type { OnnxAttribute, OnnxFunction, OnnxNode, ValueInfo } from '../model';
import type { ReadContext } from './context';
import { beginMessage, enterMessage, textValue } from './fieldValues';
import { readAttribute } from './readAttribute';
import { normalizeDomain } from './readNode';
import { readOpset } from './readOpset';
import { readValueInfo } from './readValueInfo';

/** Field numbers of FunctionProto (onnx.proto). */
const functionField = {
  ...{ name: 1, input: 4, output: 5, attribute: 6, node: 7, opset: 9, domain: 10 },
  ...{ attributeDefault: 11, valueInfo: 12, overload: 13 },
} as const;

/**
 * Reads the FunctionProto from the reader's position to `end`; `start` is where its tag lies. Its nodes are read last,
 * because their ids carry the function's name.
 */
export function readFunction(context: ReadContext, start: number, end: number, depth: number): OnnxFunction {
  const { wire } = context;
  const message = 'FunctionProto';
  let name = '';
  let domain = '';
  let overload = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: string[] = [];
  const opsets = new Map<string, number>();
  const valueInfo = new Map<string, ValueInfo>();
  const nodeFields: { start: number; valueStart: number; end: number }[] = [];
  const defaultFields: { start: number; end: number }[] = [];
  beginMessage(wire, message, end, depth);
  while (wire.nextField(end, message)) {
    const { fieldStart, valueEnd } = wire;
    switch (wire.field) {
      case functionField.name:
        name = textValue(wire, message);
        break;
      case functionField.input:
        inputs.push(textValue(wire, message));
        break;
      case functionField.output:
        outputs.push(textValue(wire, message));
        break;
      case functionField.attribute:
        attributes.push(textValue(wire, message));
        break;
      case functionField.node:
        enterMessage(wire, message);
        wire.charge(64);
        nodeFields.push({ start: fieldStart, valueStart: wire.valueStart, end: valueEnd });
        break;
      case functionField.opset:
        readOpset(wire, enterMessage(wire, message), depth + 1, opsets);
        break;
      case functionField.domain:
        domain = textValue(wire, message);
        break;
      case functionField.attributeDefault:
        enterMessage(wire, message);
        wire.charge(64);
        defaultFields.push({ start: wire.valueStart, end: valueEnd });
        break;
      case functionField.valueInfo: {
        const info = readValueInfo(wire, enterMessage(wire, message), depth + 1);
        wire.charge(64);
        valueInfo.set(info.name, info);
        break;
      }
      case functionField.overload:
        overload = textValue(wire, message);
        break;
      default:
    }
    wire.position = valueEnd;
  }
  const id = ['f', domain, name, ...(overload === '' ? [] : [overload])].join(':');

  const attributeDefaults = new Map<string, OnnxAttribute>();
  for (const field of defaultFields) {
    wire.position = field.start;
    const read = readAttribute(context, field.end, depth + 1, id);
    if (read.attribute) attributeDefaults.set(read.name, read.attribute);
  }
  const nodes: OnnxNode[] = nodeFields.map((field, index) => {
    wire.position = field.valueStart;
    return context.readNode(field.start, field.end, depth + 1, `${id}/${index}`);
  });
  return {
    domain: normalizeDomain(domain),
    name,
    overload,
    inputs,
    outputs,
    attributes,
    attributeDefaults,
    nodes,
    opsets,
    valueInfo,
    range: { offset: start, length: end - start },
  };
}
