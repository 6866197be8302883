import { say } from '../shared/messages/say';
import type { InputRange, InputRanges } from '../shared/vocabulary/inputRanges';
import { DnnSplitError } from '../shared/work/errors';
import { bytesOf } from './elements';
import { halfFromNumber } from './float16';
import { bytesFromStrings } from './strings';
import { type Datatype, datatypeOf, elementCount, type Tensor } from './tensor';

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An input as contracts and models describe it. */
export interface DescribedInput {
  readonly name: string;
  readonly dtype: string;
  /** Numbers, or symbols that `dimensions` has numbers for. */
  readonly shape: readonly (number | string)[] | null;
}

/**
 * A random value for an input, the same for verifying, measuring and profiling: within its range where it has one, else real
 * numbers in [-1, 1) and integers 0 or 1, which indices and masks of any size accept.
 * @throws DnnSplitError `bad-usage` where a dimension has no number or the type cannot be sent
 */
export function randomInput(
  { name, dtype, shape }: DescribedInput,
  dimensions: Readonly<Record<string, number>>,
  random: () => number,
  ranges: InputRanges = {},
): Tensor {
  const datatype = datatypeOf(dtype);
  if (datatype === undefined || shape === null) {
    throw new DnnSplitError('bad-usage', say('runtime.unknownInput', { input: name }));
  }
  const dims = shape.map((dim) => {
    const value = typeof dim === 'number' ? dim : dimensions[dim];
    if (value !== undefined) return value;
    throw new DnnSplitError('bad-usage', say('runtime.openDimension', { dimension: dim, input: name }));
  });
  const range = Object.hasOwn(ranges, name) ? ranges[name] : undefined;
  return { name, datatype, shape: dims, data: randomBytes(name, datatype, elementCount(dims), random, range) };
}

function randomBytes(
  name: string,
  datatype: Datatype,
  length: number,
  random: () => number,
  range: InputRange | undefined,
): Uint8Array {
  const { least, most } = range ?? { least: -1, most: 1 };
  const real = () => least + random() * (most - least);
  const from = range?.least ?? 0;
  const whole = () => from + Math.floor(random() * ((range?.most ?? 1) - from + 1));
  switch (datatype) {
    case 'FP32':
      return bytesOf(Float32Array.from({ length }, real));
    case 'FP64':
      return bytesOf(Float64Array.from({ length }, real));
    case 'FP16':
      return bytesOf(Uint16Array.from({ length }, () => halfFromNumber(real())));
    case 'BF16':
      return bytesOf(Uint16Array.from({ length }, () => upperHalf(real())));
    case 'INT64':
    case 'UINT64':
      return bytesOf(BigInt64Array.from({ length }, () => BigInt(whole())));
    case 'INT32':
    case 'UINT32':
      return bytesOf(Int32Array.from({ length }, whole));
    case 'INT16':
    case 'UINT16':
      return bytesOf(Int16Array.from({ length }, whole));
    case 'BYTES':
      return bytesFromStrings(
        name,
        Array.from({ length }, () => (whole() === 0 ? 'a' : 'b')),
      );
    default:
      return Uint8Array.from({ length }, whole);
  }
}

/** bfloat16 is the upper half of a float32. */
function upperHalf(value: number): number {
  return (new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0) >>> 16;
}
