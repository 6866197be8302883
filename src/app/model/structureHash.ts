import { createHash } from 'node:crypto';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxType } from '../../engine/onnx/model';
import { unreachable } from '../../shared/work/unreachable';

/** Integer constants up to this many elements are shapes, axes and indices: they are structure, not weights. */
const largestStructuralConstant = 64;

/**
 * Identifies a model by its nodes, attributes, names and shapes; weights do not enter, so that training further keeps
 * the hash. `sha256:` and 64 hexadecimal digits.
 */
export function structureHash(model: OnnxModel): string {
  const hash = new BatchedHash();
  line(hash, 'opsets', ...[...model.opsets].map(([domain, version]) => `${domain}=${version}`).sort());
  hashGraph(hash, model.graph);
  for (const definition of model.functions) {
    const { domain, name, overload, inputs, outputs, attributes } = definition;
    line(hash, 'function', domain, name, overload, list(inputs), list(outputs), list(attributes));
    for (const [attribute, value] of definition.attributeDefaults) hashAttribute(hash, attribute, value);
    for (const node of definition.nodes) hashNode(hash, node);
  }
  return `sha256:${hash.digest()}`;
}

const batchLength = 64 * 1024;

/** SHA-256 of texts and bytes, one after the other; a call of the hash for every short text costs more than hashing it. */
class BatchedHash {
  readonly #hash = createHash('sha256');
  #text = '';

  add(text: string): void {
    this.#text += text;
    if (this.#text.length > batchLength) this.#flush();
  }

  addBytes(bytes: Uint8Array): void {
    this.#flush();
    this.#hash.update(bytes);
  }

  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#text);
    this.#text = '';
  }
}

function hashGraph(hash: BatchedHash, graph: OnnxGraph): void {
  for (const input of graph.inputs) line(hash, 'input', input.name, typeText(input.type));
  for (const output of graph.outputs) line(hash, 'output', output.name, typeText(output.type));
  for (const tensor of graph.initializers.values()) hashTensor(hash, 'initializer', tensor);
  for (const [name, tensor] of graph.sparseInitializers) line(hash, 'sparse', name, list(tensor.shape));
  for (const node of graph.nodes) hashNode(hash, node);
  line(hash, 'end');
}

function hashNode(hash: BatchedHash, node: OnnxNode): void {
  line(hash, 'node', node.name, node.domain, node.op, node.overload, list(node.inputs), list(node.outputs));
  const names = [...node.attributes.keys()].sort();
  for (const name of names) {
    const attribute = node.attributes.get(name);
    if (attribute !== undefined) hashAttribute(hash, name, attribute);
  }
}

function hashAttribute(hash: BatchedHash, name: string, attribute: OnnxAttribute): void {
  switch (attribute.kind) {
    case 'tensor':
      hashTensor(hash, `attribute ${name}`, attribute.value);
      break;
    case 'tensors':
      for (const tensor of attribute.value) hashTensor(hash, `attribute ${name}`, tensor);
      break;
    case 'graph':
      line(hash, 'attribute', name, 'graph');
      hashGraph(hash, attribute.value);
      break;
    case 'graphs':
      line(hash, 'attribute', name, 'graphs');
      for (const graph of attribute.value) hashGraph(hash, graph);
      break;
    case 'sparse-tensor':
      line(hash, 'attribute', name, 'sparse', list(attribute.value.shape));
      break;
    case 'sparse-tensors':
      for (const tensor of attribute.value) line(hash, 'attribute', name, 'sparse', list(tensor.shape));
      break;
    case 'type':
      line(hash, 'attribute', name, typeText(attribute.value));
      break;
    case 'types':
      for (const type of attribute.value) line(hash, 'attribute', name, typeText(type));
      break;
    case 'float':
    case 'floats':
    case 'int':
    case 'ints':
    case 'string':
    case 'strings':
    case 'reference':
      line(hash, 'attribute', name, attribute.kind, JSON.stringify(attribute.value));
      break;
    default:
      unreachable(attribute);
  }
}

function hashTensor(hash: BatchedHash, role: string, tensor: OnnxTensor): void {
  line(hash, role, tensor.name, tensor.dtype, list(tensor.shape));
  const elements = tensor.shape.reduce((product, dim) => product * dim, 1);
  const isInteger = /^u?int/.test(tensor.dtype);
  if (tensor.payload.kind === 'inline' && isInteger && elements <= largestStructuralConstant) {
    hash.addBytes(tensor.payload.bytes);
  }
}

function typeText(type: OnnxType | undefined): string {
  if (type === undefined) return '?';
  switch (type.kind) {
    case 'tensor':
    case 'sparse-tensor':
      return `${type.kind} ${type.dtype} ${type.shape === undefined ? '?' : list(type.shape.map((dim) => dim ?? '?'))}`;
    case 'sequence':
    case 'optional':
      return `${type.kind} of ${typeText(type.element)}`;
    case 'map':
      return `map from ${type.key} to ${typeText(type.value)}`;
    case 'opaque':
      return 'opaque';
  }
}

function list(values: readonly (string | number)[]): string {
  return JSON.stringify(values);
}

function line(hash: BatchedHash, ...fields: readonly string[]): void {
  hash.add(`${JSON.stringify(fields)}\n`);
}
