import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { DnnSplitError } from '../shared/errors';
import { runtimePackage } from '../shared/runtimePackage';
import type { Executor } from './executor';
import { Refusal } from './refusal';
import { installedRuntime, loadModule, runtimeFolderVariable } from './runtimeFolders';
import { bytesFromStrings, stringsFromBytes } from './strings';
import { type Datatype, datatypeOf, type Tensor } from './tensor';

export type OnnxRuntime = typeof import('onnxruntime-node');
type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;
type ArrayConstructor = new (buffer: ArrayBufferLike) => TypedArray;

/** The array type that ONNX Runtime's JavaScript binding wants for each element type. */
const arrays: Partial<Record<Datatype, ArrayConstructor>> = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  INT8: Int8Array,
  UINT16: Uint16Array,
  INT16: Int16Array,
  UINT32: Uint32Array,
  INT32: Int32Array,
  UINT64: BigUint64Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
};

export interface OnnxRuntimeOptions {
  /** Folder whose `node_modules` holds ONNX Runtime, where a person named one. */
  readonly runtimeFolder: string | undefined;
  readonly threads: number;
  /** `disabled` gives bit-identical results to the whole model run the same way. */
  readonly graphOptimization: 'disabled' | 'basic' | 'extended' | 'all';
}

/**
 * Loads the installed ONNX Runtime.
 * @param folder where a person has installed it, if not with this program
 * @throws DnnSplitError `missing-runtime` that says how to install it
 */
export function loadOnnxRuntime(folder: string | undefined): OnnxRuntime {
  const path = installedRuntime(folder);
  if (path === undefined) {
    throw new DnnSplitError(
      'missing-runtime',
      `ONNX Runtime is not installed: run \`npm install --global ${runtimePackage} --ignore-scripts\`, or install it in a folder of yours and name that with --runtime-folder or ${runtimeFolderVariable}.`,
    );
  }
  // The runtime reports to its maker unless it is told not to before it loads.
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  try {
    return loadModule(path) as OnnxRuntime;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new DnnSplitError('missing-runtime', `ONNX Runtime at ${path} does not run on this machine: ${reason}.`);
  }
}

/** An executor that runs the sub-model in this process. @throws DnnSplitError where the runtime or the model cannot be loaded */
export async function onnxRuntimeExecutor(modelPath: string, options: OnnxRuntimeOptions): Promise<Executor> {
  const ort = loadOnnxRuntime(options.runtimeFolder);
  const session = await createSession(ort, modelPath, options);
  return {
    isReady: async () => true,
    run: (inputs) => runSession(ort, session, inputs),
    close: () => session.release(),
  };
}

async function createSession(
  ort: OnnxRuntime,
  modelPath: string,
  options: OnnxRuntimeOptions,
): Promise<InferenceSession> {
  try {
    return await ort.InferenceSession.create(modelPath, {
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: options.graphOptimization,
      logSeverityLevel: 3,
    });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new DnnSplitError('unreadable-model', `ONNX Runtime cannot load ${modelPath}: ${detail}`, {
      path: modelPath,
    });
  }
}

async function runSession(ort: OnnxRuntime, session: InferenceSession, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const feeds = Object.fromEntries(inputs.map((tensor) => [tensor.name, toOrt(ort, tensor)]));
  try {
    const results = await session.run(feeds);
    return session.outputNames.map((name) => {
      const result = results[name];
      if (result === undefined) throw new Refusal(500, `ONNX Runtime gave no output "${name}".`);
      return fromOrt(name, result);
    });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const isInputFault = /invalid dimensions|invalid rank|INVALID_ARGUMENT|Unexpected input data type/i.test(message);
    throw new Refusal(
      isInputFault ? 400 : 500,
      `ONNX Runtime could not run the sub-model: ${message.split('\n')[0] ?? ''}`,
    );
  }
}

function toOrt(ort: OnnxRuntime, tensor: Tensor): OrtTensor {
  if (tensor.datatype === 'BYTES') return new ort.Tensor('string', stringsFromBytes(tensor), [...tensor.shape]);
  const array = arrays[tensor.datatype];
  if (array === undefined) throw new Refusal(400, `ONNX Runtime for Node takes no ${tensor.datatype} tensors.`);
  // A copy: typed arrays must begin at a multiple of their element size.
  const data = new array(tensor.data.slice().buffer);
  const type = ortTypes[tensor.datatype] ?? 'float32';
  return new ort.Tensor(type as 'float32', data as Float32Array, [...tensor.shape]);
}

const ortTypes: Partial<Record<Datatype, string>> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  INT8: 'int8',
  UINT16: 'uint16',
  INT16: 'int16',
  UINT32: 'uint32',
  INT32: 'int32',
  UINT64: 'uint64',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
};

function fromOrt(name: string, tensor: OrtTensor): Tensor {
  const datatype = datatypeOf(tensor.type);
  if (datatype === undefined)
    throw new Refusal(500, `Output "${name}" is ${tensor.type}, which the protocol cannot carry.`);
  const shape = [...tensor.dims];
  if (tensor.type === 'string') return { name, datatype, shape, data: bytesFromStrings(name, tensor.data as string[]) };
  const data = tensor.data as TypedArray;
  return { name, datatype, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
