import type {
  OnnxAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  StatedDim,
  ValueInfo,
} from '../../src/engine/onnx/model';
import type { DType } from '../../src/shared/vocabulary/dtype';

/** Models as the reader makes them, built without a file: for graphs with bodies and functions, and for broken ones. */

const nowhere = { offset: 0, length: 0 };

export function value(name: string, dtype: DType, shape: readonly StatedDim[] | undefined): ValueInfo {
  return { name, type: { kind: 'tensor', dtype, shape } };
}

/** An output or body result of which nothing is stated. */
export function untyped(name: string): ValueInfo {
  return { name, type: undefined };
}

export function int64Tensor(name: string, shape: readonly number[], values: readonly number[]): OnnxTensor {
  const bytes = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
  return { name, dtype: 'int64', shape, payload: { kind: 'inline', bytes }, bytes: bytes.length, range: nowhere };
}

export function boolTensor(name: string, flag: boolean): OnnxTensor {
  const bytes = Uint8Array.of(flag ? 1 : 0);
  return { name, dtype: 'bool', shape: [], payload: { kind: 'inline', bytes }, bytes: 1, range: nowhere };
}

/** A weight whose elements are not in memory. */
export function weight(name: string, shape: readonly number[], dtype: DType = 'float32'): OnnxTensor {
  const bytes = 4 * shape.reduce((product, dim) => product * dim, 1);
  return { name, dtype, shape, payload: { kind: 'skipped', field: 9, range: nowhere }, bytes, range: nowhere };
}

export interface NodeParts {
  readonly name?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A node without an id; the graph that it goes into numbers it. */
export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  parts: NodeParts = {},
): OnnxNode {
  return {
    id: '',
    name: parts.name ?? '',
    op,
    domain: parts.domain ?? '',
    overload: parts.overload ?? '',
    inputs,
    outputs,
    attributes: new Map(Object.entries(parts.attributes ?? {})),
    metadata: new Map(Object.entries(parts.metadata ?? {})),
    range: nowhere,
  };
}

export interface GraphParts {
  readonly inputs?: readonly ValueInfo[];
  readonly outputs?: readonly ValueInfo[];
  readonly valueInfo?: readonly ValueInfo[];
  readonly weights?: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
}

export function graph(parts: GraphParts, prefix = ''): OnnxGraph {
  return {
    name: 'graph',
    nodes: parts.nodes.map((each, index) => numbered(each, `${prefix}${index}`)),
    inputs: parts.inputs ?? [],
    outputs: parts.outputs ?? [],
    valueInfo: new Map((parts.valueInfo ?? []).map((info) => [info.name, info])),
    initializers: new Map((parts.weights ?? []).map((tensor) => [tensor.name, tensor])),
    sparseInitializers: new Map(),
    metadata: new Map(),
    range: nowhere,
  };
}

/** A body as an attribute. */
export function body(parts: GraphParts): OnnxAttribute {
  return { kind: 'graph', value: graph(parts) };
}

function numbered(each: OnnxNode, id: string): OnnxNode {
  const attributes = new Map(each.attributes);
  for (const [name, attribute] of attributes) {
    if (attribute.kind !== 'graph') continue;
    const nodes = attribute.value.nodes.map((inner, index) => numbered(inner, `${id}/${name}/${index}`));
    attributes.set(name, { kind: 'graph', value: { ...attribute.value, nodes } });
  }
  return { ...each, id, attributes };
}

export interface FunctionParts {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly string[];
  readonly defaults?: Readonly<Record<string, OnnxAttribute>>;
  readonly nodes: readonly OnnxNode[];
  readonly overload?: string;
}

/** A local function of domain `local`. */
export function localFunction(parts: FunctionParts): OnnxFunction {
  return {
    domain: 'local',
    name: parts.name,
    overload: parts.overload ?? '',
    inputs: parts.inputs,
    outputs: parts.outputs,
    attributes: parts.attributes ?? [],
    attributeDefaults: new Map(Object.entries(parts.defaults ?? {})),
    nodes: parts.nodes.map((each, index) => numbered(each, `f:local:${parts.name}/${index}`)),
    opsets: new Map([
      ['', 18],
      ['local', 1],
    ]),
    valueInfo: new Map(),
    range: nowhere,
  };
}

export function model(parts: GraphParts, functions: readonly OnnxFunction[] = [], opset = 18): OnnxModel {
  return {
    irVersion: 9,
    producer: 'tests',
    producerVersion: '',
    opsets: new Map([
      ['', opset],
      ['local', 1],
    ]),
    graph: graph(parts),
    functions,
    metadata: new Map(),
    deviceConfigurations: [],
    bytes: 0,
    bytesRead: 0,
  };
}
