import { bytesOf, elementArrays, elementsIn } from '../../runtime/elements';
import { Refusal } from '../../runtime/refusal';
import { bytesFromStrings, stringsFromBytes } from '../../runtime/strings';
import { type Datatype, elementCount, type Tensor } from '../../runtime/tensor';
import { say } from '../../shared/messages/say';

/** Smallest and largest value of the integers that a JavaScript number holds. */
const integerRanges: Readonly<Partial<Record<Datatype, readonly [number, number]>>> = {
  UINT8: [0, 255],
  INT8: [-128, 127],
  UINT16: [0, 65_535],
  INT16: [-32_768, 32_767],
  UINT32: [0, 2 ** 32 - 1],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
};
const bigRanges = { INT64: [-(2n ** 63n), 2n ** 63n - 1n], UINT64: [0n, 2n ** 64n - 1n] } as const;

/**
 * Bytes of a tensor whose `data` is JSON: flat, or nested exactly as the shape is.
 * @param data numbers beyond 2^53 as bigints
 * @throws Refusal 400 where the elements do not fit the datatype or the shape
 */
export function bytesFromJson(name: string, datatype: Datatype, shape: readonly number[], data: unknown): Uint8Array {
  if (!Array.isArray(data)) throw new Refusal(400, say('json.noData', { name }));
  const flat = flatten(data, name, shape);
  const expected = elementCount(shape);
  if (flat.length !== expected) {
    throw new Refusal(400, say('json.elements', { name, elements: flat.length, shape: shape.join(', '), expected }));
  }
  switch (datatype) {
    case 'BYTES':
      return bytesFromStrings(name, flat);
    case 'BOOL':
      return Uint8Array.from(flat, (value) => booleanOf(name, value));
    case 'INT64':
      return bytesOf(BigInt64Array.from(flat, (value) => bigIntegerOf(name, datatype, value)));
    case 'UINT64':
      return bytesOf(BigUint64Array.from(flat, (value) => bigIntegerOf(name, datatype, value)));
    case 'FP32':
      return bytesOf(Float32Array.from(flat, (value) => realOf(name, datatype, value, Math.fround)));
    case 'FP64':
      return bytesOf(Float64Array.from(flat, (value) => realOf(name, datatype, value, (number) => number)));
    case 'FP16':
    case 'BF16':
      throw new Refusal(400, say('json.inputForm', { name, datatype }));
    default:
      return bytesFromIntegers(name, datatype, flat);
  }
}

/**
 * The JSON text of a tensor's elements, flat. Every number keeps its value: 64-bit integers all digits, zeros their sign.
 * @throws Refusal 400 for types and values without a JSON form: the sender asks for binary output instead
 */
export function jsonTextOf(tensor: Tensor): string {
  const { name, datatype, data } = tensor;
  if (datatype === 'BYTES') return JSON.stringify(stringsFromBytes(tensor));
  const array = datatype === 'FP16' ? undefined : elementArrays[datatype];
  if (array === undefined) throw new Refusal(400, say('json.outputForm', { name, datatype }));
  if (datatype === 'BOOL') return `[${Array.from(data, (value) => value !== 0).join()}]`;
  const elements = elementsIn(data, array);
  if (datatype === 'FP32' || datatype === 'FP64') {
    return `[${Array.from(elements as Float32Array, (value) => realText(name, value)).join()}]`;
  }
  return `[${elements.join()}]`;
}

function realText(name: string, value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  throw new Refusal(400, say('json.outputValue', { name, value }));
}

function bytesFromIntegers(name: string, datatype: Datatype, flat: readonly unknown[]): Uint8Array {
  const array = elementArrays[datatype];
  const [least, most] = integerRanges[datatype] ?? [0, 0];
  const integers = flat.map((value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') throw notANumber(name, datatype);
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new Refusal(400, say('json.integer', { name, datatype, value: String(value) }));
  });
  if (array === undefined) throw new Refusal(400, say('json.noForm', { name, datatype }));
  const bytes = new Uint8Array(integers.length * array.BYTES_PER_ELEMENT);
  (elementsIn(bytes, array) as Int32Array).set(integers);
  return bytes;
}

function bigIntegerOf(name: string, datatype: 'INT64' | 'UINT64', value: unknown): bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw notANumber(name, datatype);
  const [least, most] = bigRanges[datatype];
  // A number that was written with a fraction or an exponent has lost digits beyond 2^53 already.
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) {
    const integer = BigInt(value);
    if (integer >= least && integer <= most) return integer;
  }
  throw new Refusal(400, say('json.exact', { name, datatype, value: String(value) }));
}

function realOf(name: string, datatype: Datatype, value: unknown, round: (value: number) => number): number {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw notANumber(name, datatype);
  const number = Number(value);
  if (Number.isFinite(round(number))) return number;
  throw new Refusal(400, say('json.real', { name, datatype, value: String(value) }));
}

function booleanOf(name: string, value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === 0 || value === 1) return value;
  throw new Refusal(400, say('json.boolean', { name }));
}

function notANumber(name: string, datatype: Datatype): Refusal {
  return new Refusal(400, say('json.number', { name, datatype }));
}

/** Levels of nested data that are followed. */
const mostDimensions = 64;

/** The elements of an array that is flat or has one level per dimension, each as long as the dimension says. */
function flatten(data: readonly unknown[], name: string, shape: readonly number[]): readonly unknown[] {
  if (!data.some(Array.isArray)) return data;
  if (shape.length > mostDimensions) throw new Refusal(400, say('json.dimensions', { name, most: mostDimensions }));
  const flat: unknown[] = [];
  const visit = (items: readonly unknown[], axis: number) => {
    const isLast = axis === shape.length - 1;
    if (items.length !== shape[axis] || items.some((item) => Array.isArray(item) === isLast)) {
      throw new Refusal(400, say('json.nesting', { name, shape: shape.join(', ') }));
    }
    if (isLast) for (const item of items) flat.push(item);
    else for (const item of items) if (Array.isArray(item)) visit(item, axis + 1);
  };
  visit(data, 0);
  return flat;
}
