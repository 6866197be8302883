import { say } from '../shared/messages/say';
import { Refusal } from './refusal';
import { elementCount, type Tensor } from './tensor';

/**
 * Elements of a BYTES tensor as texts.
 * @throws Refusal 400 where a length runs past the data, or an element is no UTF-8 text
 */
export function stringsFromBytes({ name, data, shape }: Tensor): string[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const strings: string[] = [];
  let at = 0;
  while (at < data.byteLength) {
    const length = at + 4 <= data.byteLength ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > data.byteLength) throw new Refusal(400, say('strings.ends', { name }));
    try {
      strings.push(decoder.decode(data.subarray(at + 4, at + 4 + length)));
    } catch {
      throw new Refusal(400, say('strings.notText', { element: strings.length, name }));
    }
    at += 4 + length;
  }
  if (strings.length !== elementCount(shape)) {
    throw new Refusal(400, say('strings.count', { name, strings: strings.length, expected: elementCount(shape) }));
  }
  return strings;
}

/** Half of a surrogate pair: no character, and nothing that UTF-8 can hold. */
const loneSurrogate = /\p{Surrogate}/u;

/** The bytes of string elements, each behind its length. @throws Refusal 400 for what is no text */
export function bytesFromStrings(name: string, values: readonly unknown[]): Uint8Array {
  const parts = values.map((value) => {
    if (typeof value !== 'string') throw new Refusal(400, say('strings.noString', { name }));
    if (loneSurrogate.test(value)) throw new Refusal(400, say('strings.surrogate', { name }));
    return new TextEncoder().encode(value);
  });
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.byteLength, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.byteLength, true);
    bytes.set(part, at + 4);
    at += 4 + part.byteLength;
  }
  return bytes;
}
