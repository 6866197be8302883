import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { say } from '../shared/messages/say';
import { bytesOf, type ElementArray, elementArrays, elementsIn } from './elements';
import { Refusal } from './refusal';
import { bytesFromStrings, stringsFromBytes } from './strings';
import { datatypeOf, dtypeOf, type Tensor } from './tensor';

type OnnxRuntime = typeof import('onnxruntime-node');

/** A tensor for ONNX Runtime; its elements are not copied where they lie well. @throws Refusal 400 */
export function toOrt(ort: OnnxRuntime, tensor: Tensor): OrtTensor {
  const { name, datatype, shape, data } = tensor;
  if (datatype === 'BYTES') return new ort.Tensor('string', stringsFromBytes(tensor), [...shape]);
  const array = elementArrays[datatype];
  if (array === undefined) throw new Refusal(400, say('runtime.inputType', { name, datatype }));
  const elements = elementsIn(data, array) as Float32Array;
  return new ort.Tensor(dtypeOf(datatype) as 'float32', elements, [...shape]);
}

/** An output of ONNX Runtime; its elements are not copied. @throws Refusal 500 */
export function fromOrt(name: string, tensor: OrtTensor): Tensor {
  const datatype = datatypeOf(tensor.type);
  if (datatype === undefined) throw new Refusal(500, say('runtime.outputType', { name, type: tensor.type }));
  const shape = [...tensor.dims];
  if (tensor.type === 'string') return { name, datatype, shape, data: bytesFromStrings(name, tensor.data as string[]) };
  return { name, datatype, shape, data: bytesOf(tensor.data as ElementArray) };
}
