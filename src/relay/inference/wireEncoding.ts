import { halfFromNumber, numberFromHalf } from '../../runtime/float16';
import { Refusal } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import type { WireDtype } from '../../shared/documents/contract';

/** Encodes a float32 tensor for a link; every other tensor travels as it is. */
export function encodeForWire(tensor: Tensor, wireDtype: WireDtype): Tensor {
  if (tensor.datatype !== 'FP32' || wireDtype === 'original') return tensor;
  const values = floatsOf(tensor);
  if (wireDtype === 'float16') {
    const halves = new Uint16Array(values.length);
    for (const [index, value] of values.entries()) halves[index] = halfFromNumber(value);
    return { ...tensor, datatype: 'FP16', data: littleEndianBytes(halves) };
  }
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const scale = Number.isFinite(largest) && largest > 0 ? largest / 127 : 1;
  const steps = new Int8Array(values.length);
  for (const [index, value] of values.entries()) steps[index] = Math.round(value / scale);
  return { ...tensor, datatype: 'INT8', data: new Uint8Array(steps.buffer), scale };
}

/**
 * Restores a tensor that arrived encoded to the type that the contract names.
 * @throws Refusal 400 for any other difference of types
 */
export function decodeFromWire(tensor: Tensor, expected: Tensor['datatype']): Tensor {
  if (tensor.datatype === expected) return tensor;
  if (expected === 'FP32' && tensor.datatype === 'FP16') {
    const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
    const values = Float32Array.from({ length: tensor.data.byteLength / 2 }, (_, at) =>
      numberFromHalf(view.getUint16(2 * at, true)),
    );
    return { name: tensor.name, datatype: 'FP32', shape: tensor.shape, data: littleEndianBytes(values) };
  }
  if (expected === 'FP32' && tensor.datatype === 'INT8' && tensor.scale !== undefined) {
    const { scale } = tensor;
    const steps = new Int8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
    const values = Float32Array.from(steps, (step) => step * scale);
    return { name: tensor.name, datatype: 'FP32', shape: tensor.shape, data: littleEndianBytes(values) };
  }
  throw new Refusal(400, `Input "${tensor.name}" is ${tensor.datatype}, but ${expected} is wanted.`);
}

/** Float32 values of a tensor; copies, since its bytes may lie anywhere. */
function floatsOf(tensor: Tensor): Float32Array {
  return new Float32Array(tensor.data.slice().buffer);
}

function littleEndianBytes(values: Uint16Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
