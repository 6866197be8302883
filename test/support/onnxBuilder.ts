import { onnx } from 'onnx-proto';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import * as ort from 'onnxruntime-node';
import { bitsPerElement, type DType, dtypeFromOnnx, dtypeToOnnx } from '../../src/protocol/dtype';

/** An attribute by its ONNX kind; the kind is part of the format, so it is always written out. */
export type BuiltAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly text: string }
  | { readonly texts: readonly string[] };

/** A graph input, or a constant where it has `values`. */
export interface BuiltTensor {
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
  readonly values?: readonly number[];
}

export interface BuiltNode {
  readonly op: string;
  readonly domain?: string;
  readonly name?: string;
  /** Names; an empty string omits an optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, BuiltAttribute>>;
}

export interface BuiltModel {
  readonly opset: number;
  readonly domains?: Readonly<Record<string, number>>;
  readonly tensors: Readonly<Record<string, BuiltTensor>>;
  readonly nodes: readonly BuiltNode[];
  /** Names of the graph's outputs; by default those of the last node. Their types are never stated. */
  readonly outputs?: readonly string[];
}

function attributeProto(name: string, value: BuiltAttribute): onnx.IAttributeProto {
  const types = onnx.AttributeProto.AttributeType;
  if ('int' in value) return { name, type: types.INT, i: value.int };
  if ('ints' in value) return { name, type: types.INTS, ints: [...value.ints] };
  if ('float' in value) return { name, type: types.FLOAT, f: value.float };
  if ('floats' in value) return { name, type: types.FLOATS, floats: [...value.floats] };
  if ('text' in value) return { name, type: types.STRING, s: new TextEncoder().encode(value.text) };
  return { name, type: types.STRINGS, strings: value.texts.map((text) => new TextEncoder().encode(text)) };
}

/** Elements as ONNX stores them in `raw_data`. */
function rawData(dtype: DType, values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array((values.length * (bitsPerElement(dtype) ?? 8)) / 8);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) {
    if (dtype === 'int64') view.setBigInt64(8 * index, BigInt(value), true);
    else if (dtype === 'int32') view.setInt32(4 * index, value, true);
    else if (dtype === 'float32') view.setFloat32(4 * index, value, true);
    else if (dtype === 'uint8' || dtype === 'int8' || dtype === 'bool') view.setUint8(index, value & 255);
    else throw new Error(`constants of type ${dtype} are not written by the builder`);
  }
  return bytes;
}

function valueInfo(name: string, tensor: BuiltTensor): onnx.IValueInfoProto {
  const dim = tensor.shape.map((each) => (typeof each === 'number' ? { dimValue: each } : { dimParam: each }));
  return { name, type: { tensorType: { elemType: dtypeToOnnx(tensor.dtype), shape: { dim } } } };
}

/** The bytes of a small model; constants become initializers, everything else graph inputs. */
export function buildModel(spec: BuiltModel): Uint8Array {
  const tensors = Object.entries(spec.tensors);
  const constants = tensors.filter(([, tensor]) => tensor.values !== undefined);
  const outputs = spec.outputs ?? spec.nodes.at(-1)?.outputs.filter((name) => name !== '') ?? [];
  const model: onnx.IModelProto = {
    irVersion: 8,
    producerName: 'dnnsplit-tests',
    opsetImport: [
      { domain: '', version: spec.opset },
      ...Object.entries(spec.domains ?? {}).map(([domain, version]) => ({ domain, version })),
    ],
    graph: {
      name: 'graph',
      input: tensors
        .filter(([, tensor]) => tensor.values === undefined)
        .map(([name, tensor]) => valueInfo(name, tensor)),
      output: outputs.map((name) => ({ name })),
      initializer: constants.map(([name, tensor]) => ({
        name,
        dataType: dtypeToOnnx(tensor.dtype),
        dims: tensor.shape.map(Number),
        rawData: rawData(tensor.dtype, tensor.values ?? []),
      })),
      node: spec.nodes.map((node) => ({
        opType: node.op,
        domain: node.domain ?? '',
        name: node.name ?? '',
        input: [...node.inputs],
        output: [...node.outputs],
        attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => attributeProto(name, value)),
      })),
    },
  };
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject(model)).finish();
}

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

function zeros(dtype: DType, shape: readonly number[]): Tensor {
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (dtype === 'int64') return new ort.Tensor('int64', new BigInt64Array(count), shape);
  if (dtype === 'int32') return new ort.Tensor('int32', new Int32Array(count), shape);
  if (dtype === 'uint8') return new ort.Tensor('uint8', new Uint8Array(count), shape);
  if (dtype === 'int8') return new ort.Tensor('int8', new Int8Array(count), shape);
  if (dtype === 'bool') return new ort.Tensor('bool', new Uint8Array(count), shape);
  if (dtype === 'float32') return new ort.Tensor('float32', new Float32Array(count), shape);
  throw new Error(`inputs of type ${dtype} are not made by the builder`);
}

/**
 * True shapes and types: runs the model in ONNX Runtime on zeros, nothing optimized. Symbolic dimensions of the inputs take
 * their sizes from `bindings`. Rejects where ONNX Runtime refuses the model.
 */
export async function runModel(
  spec: BuiltModel,
  bindings: Readonly<Record<string, number>> = {},
): Promise<ReadonlyMap<string, RunResult>> {
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
      feeds[name] = zeros(tensor.dtype, shape);
    }
    const results = await session.run(feeds);
    return new Map(
      Object.entries(results).map(([name, tensor]) => [name, { dtype: dtypeOfRun(tensor), shape: [...tensor.dims] }]),
    );
  } finally {
    await session.release();
  }
}
