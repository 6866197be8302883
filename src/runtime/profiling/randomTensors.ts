import type { Tensor } from 'onnxruntime-node';
import { DnnSplitError } from '../../shared/errors';
import { say } from '../../shared/messages/say';
import type { InputSpec } from './modelInputs';

type TensorClass = typeof Tensor;
type Random = () => number;

/** Fills an input at random: numbers from 0 up to 1, whole numbers 0 or 1, which are in the range of most indices. */
export function randomTensor(tensor: TensorClass, { name, dtype, shape }: InputSpec, random: Random): Tensor {
  const length = shape.reduce((product, dim) => product * dim, 1);
  const bit = () => (random() < 0.5 ? 0 : 1);
  switch (dtype) {
    case 'float32':
      return new tensor(dtype, new Float32Array(length).map(random), shape);
    case 'float64':
      return new tensor(dtype, new Float64Array(length).map(random), shape);
    case 'float16':
      // 0x3800 up to 0x3bff are the halves from 0.5 up to 1.
      return new tensor(
        dtype,
        new Uint16Array(length).map(() => 0x3800 + Math.floor(random() * 0x400)),
        shape,
      );
    case 'bool':
      return new tensor(dtype, new Uint8Array(length).map(bit), shape);
    case 'int8':
      return new tensor(dtype, new Int8Array(length).map(bit), shape);
    case 'uint8':
      return new tensor(dtype, new Uint8Array(length).map(bit), shape);
    case 'int16':
      return new tensor(dtype, new Int16Array(length).map(bit), shape);
    case 'uint16':
      return new tensor(dtype, new Uint16Array(length).map(bit), shape);
    case 'int32':
      return new tensor(dtype, new Int32Array(length).map(bit), shape);
    case 'uint32':
      return new tensor(dtype, new Uint32Array(length).map(bit), shape);
    case 'int64':
      return new tensor(
        dtype,
        new BigInt64Array(length).map(() => BigInt(bit())),
        shape,
      );
    case 'uint64':
      return new tensor(
        dtype,
        new BigUint64Array(length).map(() => BigInt(bit())),
        shape,
      );
    case 'string':
      return new tensor(
        dtype,
        Array.from({ length }, () => 'a'),
        shape,
      );
    default:
      throw new DnnSplitError('unsupported-model', say('trace.dtype', { input: name, dtype }));
  }
}
