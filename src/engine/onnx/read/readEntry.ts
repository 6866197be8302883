import { beginMessage, textValue } from './fieldValues';
import type { WireReader } from './wireReader';

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
