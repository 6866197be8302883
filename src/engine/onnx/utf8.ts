/**
 * UTF-8 of strings in models. The engine runs without DOM and without Node, whose `TextDecoder` it would need otherwise.
 * Malformed sequences become U+FFFD, so hostile names cannot throw.
 */
const replacement = 0xfffd;

/** Most texts are short and ASCII: their bytes are their character codes. */
const longestAsciiText = 512;

/** Text of the UTF-8 bytes `start` to `end`. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const text = end - start <= longestAsciiText ? asciiText(bytes, start, end) : undefined;
  return text ?? anyText(bytes.subarray(start, end));
}

/** Per length a list for character codes, used again and again: a model has as many names as nodes. */
const codesOfLength: number[][] = [];

function asciiText(bytes: Uint8Array, start: number, end: number): string | undefined {
  const codes = codesOfLength[end - start] ?? new Array<number>(end - start);
  codesOfLength[end - start] = codes;
  for (let index = start; index < end; index++) {
    const byte = bytes[index] ?? 0;
    if (byte >= 0x80) return undefined;
    codes[index - start] = byte;
  }
  return String.fromCharCode.apply(null, codes);
}

function anyText(bytes: Uint8Array): string {
  let text = '';
  let index = 0;
  while (index < bytes.length) {
    const codes: number[] = [];
    while (index < bytes.length && codes.length < 4096) {
      const [code, length] = codePointAt(bytes, index);
      codes.push(code);
      index += length;
    }
    text += String.fromCodePoint(...codes);
  }
  return text;
}

function codePointAt(bytes: Uint8Array, index: number): [code: number, length: number] {
  const first = bytes[index] ?? 0;
  if (first < 0x80) return [first, 1];
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || index + length > bytes.length) return [replacement, 1];
  let code = first & (0x7f >> length);
  for (let step = 1; step < length; step++) {
    const next = bytes[index + step] ?? 0;
    if ((next & 0xc0) !== 0x80) return [replacement, 1];
    code = (code << 6) | (next & 0x3f);
  }
  const smallest = length === 4 ? 0x10000 : length === 3 ? 0x800 : 0x80;
  if (code < smallest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return [replacement, 1];
  return [code, length];
}

/** UTF-8 bytes of a text; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? replacement;
    const code = point >= 0xd800 && point <= 0xdfff ? replacement : point;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
    else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
  }
  return Uint8Array.from(bytes);
}

const tail = (code: number): number => 0x80 | (code & 0x3f);
