import type { WireDtype } from '../../protocol/documents/contract';
import { Refusal } from './refusal';
import type { Tensor } from './tensor';

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

const floatView = new Float32Array(1);
const bitsView = new Uint32Array(floatView.buffer);

/** IEEE 754 half of a float32, rounded to nearest, ties to even; too large becomes infinity. */
export function halfFromNumber(value: number): number {
  floatView[0] = value;
  const bits = bitsView[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200 | (mantissa >>> 13));
  const unbiased = exponent - 127;
  if (unbiased > 15) return sign | 0x7c00;
  if (unbiased >= -14) return sign | roundShift(((unbiased + 15) << 23) | mantissa, 13);
  if (unbiased < -25) return sign;
  return sign | roundShift(mantissa | 0x800000, 13 + (-14 - unbiased));
}

/** Shifts right, rounding to nearest and ties to even; a carry into the exponent is what rounding up means there. */
function roundShift(bits: number, shift: number): number {
  const kept = bits >>> shift;
  const rest = bits & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

/** Value of an IEEE 754 half. */
export function numberFromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
