import type { InferenceSession, Tensor } from 'onnxruntime-node';
import * as ort from 'onnxruntime-node';
import { type DType, dtypeFromOnnx } from '../../src/shared/vocabulary/dtype';
import { type BuiltModel, buildModel, elementArray } from './onnxBuilder';

export interface RunResult {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** ONNX Runtime spells float64 `double` and the like only in its types; tensors carry these names. */
function dtypeOfRun(tensor: Tensor): DType {
  for (let code = 1; code < 27; code++) {
    const dtype = dtypeFromOnnx(code);
    if (dtype === tensor.type) return dtype;
  }
  return 'undefined';
}

/** A tensor of the run from its elements, zeros where none are given. */
function runTensor(dtype: DType, shape: readonly number[], elements?: readonly number[]): Tensor {
  const count = shape.reduce((product, dim) => product * dim, 1);
  const given = elements ?? new Array<number>(count).fill(0);
  if (dtype === 'string') return new ort.Tensor('string', given.map(String), shape);
  return new ort.Tensor(dtype as 'float32', elementArray(dtype, given) as Float32Array, shape);
}

/**
 * Runs the model in ONNX Runtime, on zeros where no elements are given, nothing optimized. Symbolic dimensions of the inputs
 * take their sizes from `bindings`. Rejects where ONNX Runtime refuses the model.
 */
export async function runTensors(
  spec: BuiltModel,
  bindings: Readonly<Record<string, number>> = {},
): Promise<ReadonlyMap<string, Tensor>> {
  const options: InferenceSession.SessionOptions = {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  };
  const session = await ort.InferenceSession.create(buildModel(spec), options);
  try {
    const feeds: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(spec.tensors)) {
      if (tensor.values !== undefined) continue;
      const shape = tensor.shape.map((dim) => (typeof dim === 'number' ? dim : (bindings[dim] ?? 1)));
      feeds[name] = runTensor(tensor.dtype, shape, tensor.feed);
    }
    return new Map(Object.entries(await session.run(feeds)));
  } finally {
    await session.release();
  }
}

/** True types and shapes, as `runTensors` runs the model. */
export async function runModel(
  spec: BuiltModel,
  bindings: Readonly<Record<string, number>> = {},
): Promise<ReadonlyMap<string, RunResult>> {
  const results = await runTensors(spec, bindings);
  return new Map([...results].map(([name, tensor]) => [name, { dtype: dtypeOfRun(tensor), shape: [...tensor.dims] }]));
}
