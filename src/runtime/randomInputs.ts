import type { ContractTensor } from '../shared/documents/contract';
import { DnnSplitError } from '../shared/errors';
import { say } from '../shared/messages/say';
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

/**
 * A random value for an input: real numbers in [-1, 1), integers 0 or 1, which indices and masks of any size accept.
 * @throws DnnSplitError `bad-usage` where a dimension has no number or the type cannot be sent
 */
export function randomInput(
  { name, dtype, shape }: ContractTensor,
  dimensions: Readonly<Record<string, number>>,
  random: () => number,
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
  return { name, datatype, shape: dims, data: randomBytes(datatype, elementCount(dims), random, name) };
}

function randomBytes(datatype: Datatype, length: number, random: () => number, name: string): Uint8Array {
  const real = () => random() * 2 - 1;
  const bit = () => (random() < 0.5 ? 0 : 1);
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
      return bytesOf(BigInt64Array.from({ length }, () => BigInt(bit())));
    case 'INT32':
    case 'UINT32':
      return bytesOf(Int32Array.from({ length }, bit));
    case 'INT16':
    case 'UINT16':
      return bytesOf(Int16Array.from({ length }, bit));
    case 'BYTES':
      return bytesFromStrings(
        name,
        Array.from({ length }, () => (bit() === 0 ? 'a' : 'b')),
      );
    default:
      return Uint8Array.from({ length }, bit);
  }
}

/** bfloat16 is the upper half of a float32. */
function upperHalf(value: number): number {
  return (new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0) >>> 16;
}
