/** Protobuf bytes written by hand, independent of the product's own writer and of `onnx-proto`. */
export type Field = readonly [number: number, value: FieldValue];
/** Integers are varints, text and bytes are length-delimited, lists of fields are nested messages. */
export type FieldValue = number | bigint | string | Uint8Array | readonly Field[] | { readonly fixed32: number };

export function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    bytes.set(part, filled);
    filled += part.length;
  }
  return bytes;
}

export function message(...fields: readonly Field[]): Uint8Array {
  return concat(...fields.map(([number, value]) => field(number, value)));
}

function field(number: number, value: FieldValue): Uint8Array {
  if (typeof value === 'number' || typeof value === 'bigint') return concat(varint(number * 8), varint(value));
  if (typeof value === 'object' && 'fixed32' in value) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value.fixed32, true);
    return concat(varint(number * 8 + 5), bytes);
  }
  const bytes =
    typeof value === 'string'
      ? new TextEncoder().encode(value)
      : value instanceof Uint8Array
        ? value
        : message(...value);
  return concat(varint(number * 8 + 2), varint(bytes.length), bytes);
}

/** A model around the fields of a graph. */
export function modelOf(...graphFields: readonly Field[]): Uint8Array {
  return message([1, 10], [8, [[2, 18]]], [7, [...graphFields, [2, 'g']]]);
}
