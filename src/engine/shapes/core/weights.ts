import { byteLength } from '../../../shared/vocabulary/dtype';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxSparseTensor, OnnxTensor } from '../../onnx/model';
import { bodiesOf } from './bodies';
import type { PlannedNode } from './plannedGraph';

/** Bytes of each weight of the main graph by tensor name: initializers, sparse ones, and Constant nodes, inlined ones too. */
export function weightBytesOf(graph: OnnxGraph, nodes: readonly PlannedNode[]): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  graph.initializers.forEach((tensor, name) => {
    bytes.set(name, bytesOfTensor(tensor));
  });
  for (const [name, tensor] of graph.sparseInitializers) bytes.set(name, bytesOfSparse(tensor));
  for (const { node } of nodes) {
    const output = isConstant(node) ? node.outputs[0] : undefined;
    if (output !== undefined) bytes.set(output, sumOver(node, bytesOfAttribute));
  }
  return bytes;
}

/** Bytes of the weights inside the bodies of If, Loop and Scan: initializers, sparse ones, and Constant nodes. */
export function bodyWeightBytes(node: OnnxNode): number {
  let bytes = 0;
  for (const body of bodiesOf(node)) {
    for (const tensor of body.initializers.values()) bytes += bytesOfTensor(tensor);
    for (const tensor of body.sparseInitializers.values()) bytes += bytesOfSparse(tensor);
    for (const inner of body.nodes) {
      bytes += isConstant(inner) ? sumOver(inner, bytesOfAttribute) : bodyWeightBytes(inner);
    }
  }
  return bytes;
}

/** Elements of all weights: initializers and Constant nodes of the main graph, of bodies and of local functions. */
export function countParameters(model: OnnxModel): number {
  let count = elementsInGraph(model.graph);
  for (const each of model.functions) count += elementsInNodes(each.nodes);
  return count;
}

function elementsInGraph(graph: OnnxGraph): number {
  let count = elementsInNodes(graph.nodes);
  for (const tensor of graph.initializers.values()) count += elementsOfTensor(tensor);
  for (const tensor of graph.sparseInitializers.values()) count += elementsOfTensor(tensor.values);
  return count;
}

function elementsInNodes(nodes: readonly OnnxNode[]): number {
  let count = 0;
  for (const node of nodes) {
    if (isConstant(node)) count += sumOver(node, elementsOfAttribute);
    for (const body of bodiesOf(node)) count += elementsInGraph(body);
  }
  return count;
}

function isConstant(node: OnnxNode): boolean {
  return node.op === 'Constant' && node.domain === '';
}

function sumOver(node: OnnxNode, measure: (attribute: OnnxAttribute) => number): number {
  let sum = 0;
  for (const attribute of node.attributes.values()) sum += measure(attribute);
  return sum;
}

function elementsOfAttribute(attribute: OnnxAttribute): number {
  switch (attribute.kind) {
    case 'tensor':
      return elementsOfTensor(attribute.value);
    case 'sparse-tensor':
      return elementsOfTensor(attribute.value.values);
    case 'int':
    case 'float':
    case 'string':
      return 1;
    case 'ints':
    case 'floats':
    case 'strings':
      return attribute.value.length;
    default:
      return 0;
  }
}

/** Constant's `value_int(s)` are int64 and its `value_float(s)` float32 (Constant, opset 12). */
function bytesOfAttribute(attribute: OnnxAttribute): number {
  switch (attribute.kind) {
    case 'tensor':
      return bytesOfTensor(attribute.value);
    case 'sparse-tensor':
      return bytesOfSparse(attribute.value);
    case 'int':
    case 'ints':
      return 8 * elementsOfAttribute(attribute);
    case 'float':
    case 'floats':
      return 4 * elementsOfAttribute(attribute);
    case 'string':
      return attribute.value.length;
    case 'strings':
      return lengthOf(attribute.value);
    default:
      return 0;
  }
}

function bytesOfTensor(tensor: OnnxTensor): number {
  if (tensor.payload.kind === 'strings') return lengthOf(tensor.payload.strings);
  return tensor.bytes ?? byteLength(tensor.dtype, elementsOfTensor(tensor)) ?? 0;
}

function bytesOfSparse(tensor: OnnxSparseTensor): number {
  return bytesOfTensor(tensor.values) + bytesOfTensor(tensor.indices);
}

function elementsOfTensor(tensor: OnnxTensor): number {
  return tensor.shape.reduce((product, dim) => product * dim, 1);
}

function lengthOf(strings: readonly string[]): number {
  return strings.reduce((sum, text) => sum + text.length, 0);
}
