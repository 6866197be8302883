import { bytesOf, elementsIn } from '../../runtime/elements';
import { halfFromNumber, numberFromHalf } from '../../runtime/float16';
import { Refusal } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import type { WireDtype } from '../../shared/documents/contract';
import { say } from '../../shared/messages/say';

/** Numbers from here on round to infinity as a half: halfway between the largest one, 65504, and the next step. */
const halfOverflow = 65_520;

/**
 * Encodes a float32 tensor for a link; every other tensor travels as it is, and so does one with values that the encoding
 * would change beyond rounding: NaN and infinities, and for float16 numbers beyond its range.
 */
export function encodeForWire(tensor: Tensor, wireDtype: WireDtype): Tensor {
  if (tensor.datatype !== 'FP32' || wireDtype === 'original') return tensor;
  const values = elementsIn(tensor.data, Float32Array);
  const largest = largestMagnitude(values);
  if (wireDtype === 'float16') {
    if (!(largest < halfOverflow)) return tensor;
    const halves = new Uint16Array(values.length);
    for (let at = 0; at < values.length; at += 1) halves[at] = halfFromNumber(values[at] ?? 0);
    return { ...tensor, datatype: 'FP16', data: bytesOf(halves) };
  }
  const scale = largest > 0 ? largest / 127 : 1;
  // Numbers near the smallest ones leave no room for a step between them.
  if (!Number.isFinite(largest) || Math.fround(scale) === 0) return tensor;
  const steps = new Int8Array(values.length);
  for (let at = 0; at < values.length; at += 1) steps[at] = Math.round((values[at] ?? 0) / scale);
  return { ...tensor, datatype: 'INT8', data: bytesOf(steps), scale };
}

/** NaN where one of the values is. */
function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (let at = 0; at < values.length; at += 1) {
    const magnitude = Math.abs(values[at] ?? 0);
    if (!(magnitude <= largest)) largest = magnitude;
    if (Number.isNaN(magnitude)) return magnitude;
  }
  return largest;
}

/**
 * Restores a tensor that arrived encoded to the type that the contract names.
 * @throws Refusal 400 for any other difference of types
 */
export function decodeFromWire(tensor: Tensor, expected: Tensor['datatype']): Tensor {
  const { name, datatype, shape, data, scale } = tensor;
  if (datatype === expected) return tensor;
  if (expected === 'FP32' && datatype === 'FP16') {
    const halves = elementsIn(data, Uint16Array);
    const values = new Float32Array(halves.length);
    for (let at = 0; at < halves.length; at += 1) values[at] = numberFromHalf(halves[at] ?? 0);
    return { name, datatype: 'FP32', shape, data: bytesOf(values) };
  }
  if (expected === 'FP32' && datatype === 'INT8' && scale !== undefined) {
    const steps = elementsIn(data, Int8Array);
    const values = new Float32Array(steps.length);
    for (let at = 0; at < steps.length; at += 1) values[at] = (steps[at] ?? 0) * scale;
    return { name, datatype: 'FP32', shape, data: bytesOf(values) };
  }
  throw new Refusal(400, say('input.type', { name, datatype, expected }));
}
