import { decodeUtf8 } from '../utf8';
import { beginMessage, chargeKept, expectWire, textValue } from './fieldValues';
import { type WireReader, wireType } from './wireReader';

/** Metadata beyond this is a stack trace or the like, not a name to group by. */
const largestMetadataBytes = 1024;

/** Adds the StringStringEntryProto from the reader's position to `end`, unless it is too long to be of use. */
export function readMetadataEntry(wire: WireReader, end: number, depth: number, metadata: Map<string, string>): void {
  if (end - wire.position > largestMetadataBytes) {
    wire.position = end;
    return;
  }
  const { key, value } = readEntry(wire, end, depth);
  metadata.set(key, value);
}

/** Where ONNX Runtime looks for the layer of a node, by which it gives nodes to devices. */
export const layerKey = 'layer_ann';

/**
 * What nodes are grouped by, and the layer that they are on. Exporters write much more beside it: stack traces, serialized
 * graphs, types of modules.
 */
const keptKeys: ReadonlySet<string> = new Set(['namespace', 'pkg.torch.onnx.name_scopes', layerKey]);

/** Adds the StringStringEntryProto from the reader's position to `end`, if it is one that is of use later. */
export function readNodeEntry(wire: WireReader, end: number, depth: number, metadata: Map<string, string>): void {
  if (end - wire.position > largestMetadataBytes) {
    wire.position = end;
    return;
  }
  const message = 'StringStringEntryProto';
  beginMessage(wire, message, end, depth);
  let key = '';
  let value = { start: 0, end: 0 };
  while (wire.nextField(end, message)) {
    if (wire.field === 1) key = textValue(wire, message);
    else if (wire.field === 2) {
      expectWire(wire, message, wireType.bytes);
      value = { start: wire.valueStart, end: wire.valueEnd };
    }
  }
  // The value is decoded only now: it may stand before its key. Hardly two nodes have the same one.
  if (!keptKeys.has(key)) return;
  chargeKept(wire, value.start, value.end);
  metadata.set(key, decodeUtf8(wire.view(value.start, value.end)));
}

/** Reads the StringStringEntryProto from the reader's position to `end`. */
export function readEntry(wire: WireReader, end: number, depth: number): { key: string; value: string } {
  const message = 'StringStringEntryProto';
  beginMessage(wire, message, end, depth);
  let key = '';
  let value = '';
  while (wire.nextField(end, message)) {
    if (wire.field === 1) key = textValue(wire, message);
    else if (wire.field === 2) value = textValue(wire, message);
  }
  return { key, value };
}
