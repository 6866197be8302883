import { onnx } from 'onnx-proto';
import { type DType, dtypeToOnnx } from '../../src/shared/vocabulary/dtype';

/** An attribute by its ONNX kind; the kind is part of the format, so it is always written out. */
export type BuiltAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly tensor: BuiltTensor }
  | { readonly body: BuiltBody };

/** A graph input, or a constant where it has `values`. */
export interface BuiltTensor {
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
  readonly values?: readonly number[];
  /** Elements of an input in the run; zeros where absent. Inference never sees them. */
  readonly feed?: readonly number[];
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

/** The body of an If, Loop or Scan; outer tensors are visible in it. Types of inputs may be left out. */
export interface BuiltBody {
  readonly inputs?: Readonly<Record<string, BuiltTensor | undefined>>;
  readonly constants?: Readonly<Record<string, BuiltTensor>>;
  readonly nodes: readonly BuiltNode[];
  readonly outputs: readonly string[];
}

/** A local function of domain `local`. */
export interface BuiltFunction {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly BuiltNode[];
}

export interface BuiltModel {
  readonly opset: number;
  readonly irVersion?: number;
  readonly functions?: readonly BuiltFunction[];
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
  if ('tensor' in value) return { name, type: types.TENSOR, t: tensorProto(name, value.tensor) };
  if ('body' in value) return { name, type: types.GRAPH, g: bodyProto(name, value.body) };
  return { name, type: types.STRINGS, strings: value.texts.map((text) => new TextEncoder().encode(text)) };
}

function tensorProto(name: string, tensor: BuiltTensor): onnx.ITensorProto {
  return {
    name,
    dataType: dtypeToOnnx(tensor.dtype),
    dims: tensor.shape.map(Number),
    rawData: rawData(tensor.dtype, tensor.values ?? []),
  };
}

function bodyProto(name: string, body: BuiltBody): onnx.IGraphProto {
  return {
    name,
    input: Object.entries(body.inputs ?? {}).map(([input, type]) =>
      type === undefined ? { name: input } : valueInfo(input, type),
    ),
    output: body.outputs.map((output) => ({ name: output })),
    initializer: Object.entries(body.constants ?? {}).map(([constant, tensor]) => tensorProto(constant, tensor)),
    node: body.nodes.map(nodeProto),
  };
}

function nodeProto(node: BuiltNode): onnx.INodeProto {
  return {
    opType: node.op,
    domain: node.domain ?? '',
    name: node.name ?? '',
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => attributeProto(name, value)),
  };
}

function functionProto(spec: BuiltModel, each: BuiltFunction): onnx.IFunctionProto {
  return {
    name: each.name,
    domain: 'local',
    input: [...each.inputs],
    output: [...each.outputs],
    node: each.nodes.map(nodeProto),
    opsetImport: opsetImports(spec),
  };
}

function opsetImports(spec: BuiltModel): onnx.IOperatorSetIdProto[] {
  const local = spec.functions === undefined ? [] : [{ domain: 'local', version: 1 }];
  const others = Object.entries(spec.domains ?? {}).map(([domain, version]) => ({ domain, version }));
  return [{ domain: '', version: spec.opset }, ...others, ...local];
}

const arrayOf = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Zero and one in types that JavaScript has no array of; the tests need no other numbers of these. */
const patternOfOne: Partial<Record<DType, number>> = { float16: 0x3c00, bfloat16: 0x3f80 };

/** Elements as they lie in memory, and in `raw_data` (little-endian). */
export function elementArray(
  dtype: DType,
  values: readonly number[],
): InstanceType<(typeof arrayOf)[keyof typeof arrayOf]> | BigInt64Array {
  if (dtype === 'int64') return BigInt64Array.from(values, BigInt);
  const one = patternOfOne[dtype];
  if (one !== undefined) return Uint16Array.from(values, (value) => (value === 0 ? 0 : one));
  if (!isArrayType(dtype)) throw new Error(`the builder does not make elements of type ${dtype}`);
  return arrayOf[dtype].from(values);
}

function isArrayType(dtype: DType): dtype is keyof typeof arrayOf {
  return Object.hasOwn(arrayOf, dtype);
}

function rawData(dtype: DType, values: readonly number[]): Uint8Array {
  return new Uint8Array(elementArray(dtype, values).buffer);
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
    irVersion: spec.irVersion ?? 8,
    producerName: 'dnnsplit-tests',
    opsetImport: opsetImports(spec),
    functions: (spec.functions ?? []).map((each) => functionProto(spec, each)),
    graph: {
      name: 'graph',
      input: tensors
        .filter(([, tensor]) => tensor.values === undefined)
        .map(([name, tensor]) => valueInfo(name, tensor)),
      output: outputs.map((name) => ({ name })),
      initializer: constants.map(([name, tensor]) => tensorProto(name, tensor)),
      node: spec.nodes.map(nodeProto),
    },
  };
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject(model)).finish();
}
