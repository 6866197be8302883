import { joinBytes } from '../onnx/joinBytes';
import { encodeUtf8 } from '../onnx/utf8';

/** Bytes of a varint; negative numbers take ten bytes, as protobuf has them. */
export function varintBytes(value: number): number[] {
  if (value < 0) return negativeVarint(value);
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

function negativeVarint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

/** A field that holds an integer. */
export function varintField(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varintBytes(field * 8), ...varintBytes(value)]);
}

/** Tag and length that come before `length` bytes of a message or string. */
export function lengthPrefix(field: number, length: number): Uint8Array {
  return Uint8Array.from([...varintBytes(field * 8 + 2), ...varintBytes(length)]);
}

/** A field that holds bytes or a nested message. */
export function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return joinBytes([lengthPrefix(field, bytes.length), bytes]);
}

/** A field that holds text. */
export function textField(field: number, text: string): Uint8Array {
  return bytesField(field, encodeUtf8(text));
}
