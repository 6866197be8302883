import type { OnnxAttribute, OnnxNode } from '../model';
import { decodeUtf8 } from '../utf8';
import type { ReadContext } from './context';
import { entryRule, fieldNumber, nodeRule } from './messageRules';
import { messages } from './protoMessages';
import { readAttribute } from './readAttribute';
import { checkScalar, decodeKept, walkMessage } from './walkMessage';
import type { WireReader } from './wireReader';

/** Metadata beyond this is a stack trace or the like, not a name to group by. */
const largestMetadataBytes = 1024;

/** An empty map takes 200 bytes, and most nodes have no metadata. */
const nothing: ReadonlyMap<string, never> = new Map<string, never>();

/** Reads the NodeProto from the reader's position to `end`; `start` is where its tag lies. */
export function readNode(context: ReadContext, start: number, end: number, depth: number, id: string): OnnxNode {
  const { wire } = context;
  let attributes: Map<string, OnnxAttribute> | undefined;
  let metadata: Map<string, string> | undefined;
  let overload = '';
  const runs = walkMessage(wire, nodeRule, end, depth, (field, valueStart, valueEnd) => {
    checkScalar(wire, nodeRule, 'bytes');
    wire.position = valueStart;
    if (field === fieldNumber.node.attribute) {
      const { name, attribute } = readAttribute(context, valueEnd, depth + 1, id);
      attributes ??= new Map();
      if (attribute) attributes.set(name, attribute);
    } else if (field === fieldNumber.node.metadata) {
      metadata ??= new Map();
      readMetadataEntry(wire, valueEnd, depth + 1, metadata);
    } else {
      overload = readText(wire, valueStart, valueEnd);
    }
    return false;
  });
  const message = decodeKept(wire, nodeRule, runs, (bytes) => messages.NodeProto.decode(bytes));
  wire.charge(700 + 50 * (message.input.length + message.output.length));
  return {
    id,
    name: message.name,
    op: message.opType,
    domain: normalizeDomain(message.domain),
    overload,
    inputs: message.input,
    outputs: message.output,
    attributes: attributes ?? nothing,
    metadata: metadata ?? nothing,
    range: { offset: start, length: end - start },
  };
}

/** `ai.onnx` is the long name of the default domain. */
export function normalizeDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** Adds the StringStringEntryProto from the reader's position to `end`. */
export function readMetadataEntry(wire: WireReader, end: number, depth: number, metadata: Map<string, string>): void {
  if (end - wire.position > largestMetadataBytes) return;
  const runs = walkMessage(wire, entryRule, end, depth, () => true);
  const { key, value } = decodeKept(wire, entryRule, runs, (bytes) => messages.StringStringEntryProto.decode(bytes));
  metadata.set(key, value);
}

/** A string field that `onnx-proto` does not know. */
export function readText(wire: WireReader, start: number, end: number): string {
  wire.charge(end - start);
  return decodeUtf8(wire.view(start, end));
}
