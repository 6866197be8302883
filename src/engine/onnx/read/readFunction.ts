import type { OnnxAttribute, OnnxFunction, OnnxNode, ValueInfo } from '../model';
import type { ReadContext } from './context';
import { textValue } from './fieldValues';
import { functionRule, takenField } from './messageRules';
import { messages, toNumber } from './protoMessages';
import { readAttribute } from './readAttribute';
import { normalizeDomain } from './readNode';
import { readValueInfo } from './readValueInfo';
import { decodeKept, walkMessage } from './walkMessage';

/**
 * Reads the FunctionProto from the reader's position to `end`; `start` is where its tag lies. Its nodes are read last,
 * because their ids carry the function's name.
 */
export function readFunction(context: ReadContext, start: number, end: number, depth: number): OnnxFunction {
  const { wire } = context;
  const nodeFields: { start: number; valueStart: number; end: number }[] = [];
  const defaultFields: { start: number; end: number }[] = [];
  const valueInfo = new Map<string, ValueInfo>();
  const numbers = takenField.function;
  let overload = '';
  const runs = walkMessage(wire, functionRule, end, depth, (field, valueStart, valueEnd) => {
    wire.position = valueStart;
    wire.charge(64);
    switch (field) {
      case numbers.node:
        nodeFields.push({ start: wire.fieldStart, valueStart, end: valueEnd });
        break;
      case numbers.attributeDefault:
        defaultFields.push({ start: valueStart, end: valueEnd });
        break;
      case numbers.valueInfo: {
        const info = readValueInfo(wire, valueEnd, depth + 1);
        valueInfo.set(info.name, info);
        break;
      }
      default:
        overload = textValue(wire, functionRule.message);
    }
  });
  const message = decodeKept(wire, functionRule, runs, (bytes) => messages.FunctionProto.decode(bytes));
  const id = ['f', message.domain, message.name, ...(overload === '' ? [] : [overload])].join(':');

  const attributeDefaults = new Map<string, OnnxAttribute>();
  for (const field of defaultFields) {
    wire.position = field.start;
    const { name, attribute } = readAttribute(context, field.end, depth + 1, id);
    if (attribute) attributeDefaults.set(name, attribute);
  }
  const nodes: OnnxNode[] = nodeFields.map((field, index) => {
    wire.position = field.valueStart;
    return context.readNode(field.start, field.end, depth + 1, `${id}/${index}`);
  });
  return {
    domain: normalizeDomain(message.domain),
    name: message.name,
    overload,
    inputs: message.input,
    outputs: message.output,
    attributes: message.attribute,
    attributeDefaults,
    nodes,
    opsets: new Map(message.opsetImport.map((opset) => [normalizeDomain(opset.domain ?? ''), toNumber(opset.version)])),
    valueInfo,
    range: { offset: start, length: end - start },
  };
}
