import { beginMessage, integerValue, textValue } from './fieldValues';
import { normalizeDomain } from './readNode';
import type { WireReader } from './wireReader';

/** Adds the OperatorSetIdProto from the reader's position to `end`: a domain and its version. */
export function readOpset(wire: WireReader, end: number, depth: number, opsets: Map<string, number>): void {
  const message = 'OperatorSetIdProto';
  beginMessage(wire, message, end, depth);
  let domain = '';
  let version = 0;
  while (wire.nextField(end, message)) {
    if (wire.field === 1) domain = textValue(wire, message);
    else if (wire.field === 2) version = integerValue(wire, message);
  }
  wire.charge(64);
  opsets.set(normalizeDomain(domain), version);
}
