import type { BuiltAttribute, BuiltModel, BuiltTensor } from './onnxBuilder';

type Dims = readonly (number | string)[];
export const real = (...shape: Dims): BuiltTensor => ({ dtype: 'float32', shape });
export const bytes = (...shape: Dims): BuiltTensor => ({ dtype: 'uint8', shape });
export const int32 = (...shape: Dims): BuiltTensor => ({ dtype: 'int32', shape });
export const omitted = Symbol('omitted input');

/** A model of one com.microsoft node; inputs in order, `omitted` for those that are left out. */
export function contrib(
  op: string,
  tensors: Readonly<Record<string, BuiltTensor | typeof omitted>>,
  attributes: Record<string, BuiltAttribute> = {},
  outputs: readonly string[] = ['y'],
): BuiltModel {
  const given: Record<string, BuiltTensor> = {};
  const inputs = Object.entries(tensors).map(([name, tensor]) => {
    if (typeof tensor === 'symbol') return '';
    given[name] = tensor;
    return name;
  });
  const node = { op, domain: 'com.microsoft', inputs, outputs, attributes };
  return {
    opset: 17,
    domains: { 'com.microsoft': 1 },
    tensors: given,
    nodes: [node],
    outputs: outputs.filter((name) => name !== ''),
  };
}
