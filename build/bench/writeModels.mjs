/** Model files for measurements, written with onnx-proto. */
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;
const float32 = 1;
const bytesPerElement = 4;
/** Bytes of an element of the types of ONNX that weights are of, besides those of four. */
const oddElementBytes = new Map([
  [2, 1],
  [3, 1],
  [4, 2],
  [5, 2],
  [7, 8],
  [9, 1],
  [10, 2],
  [11, 8],
  [12, 4],
  [13, 8],
]);

/** @param {number} value a non-negative integer; above 32 bits too */
function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

/** Tag and length of a length-delimited field. @param {number} field @param {number} length */
function lengthPrefix(field, length) {
  return Buffer.concat([varint(field * 8 + 2), varint(length)]);
}

/**
 * Writes a copy of a model whose external weights lie inside the file, as zeros that take no space on disk.
 * @param {string} from
 * @param {string} to
 * @param {number} [unusedBytes] size of one more weight that no node reads
 * @returns {number} bytes of the copy
 */
export function writeWithWeightsInside(from, to, unusedBytes = 0) {
  const model = onnx.ModelProto.decode(readFileSync(from));
  const graph = onnx.GraphProto.create(model.graph ?? {});
  const tensors = (graph.initializer ?? []).map(onnx.TensorProto.create);
  if (unusedBytes > 0) {
    const dims = [unusedBytes / bytesPerElement];
    tensors.push(onnx.TensorProto.create({ name: 'unused', dataType: float32, dims }));
  }
  graph.initializer = [];
  /** Bytes, or the length of a hole. @type {(Uint8Array | number)[]} */
  const parts = [onnx.GraphProto.encode(graph).finish()];
  for (const tensor of tensors) {
    const isInside = tensor.externalData?.length === 0 && tensor.name !== 'unused';
    const elements = (tensor.dims ?? []).reduce((product, dim) => product * Number(dim), 1);
    const hole = isInside ? 0 : elements * (oddElementBytes.get(tensor.dataType ?? float32) ?? bytesPerElement);
    const head = onnx.TensorProto.encode({ ...tensor, externalData: [], dataLocation: 0 }).finish();
    const holeHead = hole > 0 ? lengthPrefix(9, hole) : new Uint8Array(0);
    parts.push(lengthPrefix(5, head.length + holeHead.length + hole), head, holeHead, hole);
  }
  const length = parts.reduce(
    (/** @type {number} */ sum, part) => sum + (typeof part === 'number' ? part : part.length),
    0,
  );
  const header = onnx.ModelProto.encode({ ...model, graph: null }).finish();
  const file = openSync(to, 'w');
  let at = 0;
  for (const part of [header, lengthPrefix(7, length), ...parts]) {
    if (typeof part === 'number') at += part;
    else at += writeSync(file, part, 0, part.length, at);
  }
  ftruncateSync(file, at);
  closeSync(file);
  return at;
}

/** A graph under construction. */
class Draft {
  /** @type {import('onnx-proto').onnx.INodeProto[]} */
  nodes = [];
  /** @type {import('onnx-proto').onnx.ITensorProto[]} */
  weights = [];

  /**
   * Adds a node with one output. @param {string} opType @param {readonly string[]} input
   * @param {readonly import('onnx-proto').onnx.IAttributeProto[]} [attribute] @returns {string} name of the output
   */
  add(opType, input, attribute = []) {
    const name = `${opType.toLowerCase()}_${this.nodes.length}`;
    this.nodes.push({ opType, name, input: [...input], output: [name], attribute: [...attribute] });
    return name;
  }

  /** A weight that lies in a file that does not exist. @param {readonly number[]} dims */
  weight(...dims) {
    const name = `weight_${this.weights.length}`;
    const length = dims.reduce((product, dim) => product * dim, bytesPerElement);
    const externalData = Object.entries({ location: 'absent.weights', offset: '0', length: `${length}` });
    this.weights.push({
      name,
      dims: [...dims],
      dataType: float32,
      dataLocation: 1,
      externalData: externalData.map(([key, value]) => ({ key, value })),
    });
    return name;
  }

  /** @param {string} path @param {Record<string, readonly number[]>} inputs @param {string} output */
  write(path, inputs, output) {
    const typed = (/** @type {string} */ name, /** @type {readonly number[]} */ dims) => ({
      name,
      type: { tensorType: { elemType: float32, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
    });
    const graph = {
      name: 'generated',
      node: this.nodes,
      initializer: this.weights,
      input: Object.entries(inputs).map(([name, dims]) => typed(name, dims)),
      output: [{ name: output }],
    };
    const model = { irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph };
    writeFileSync(path, onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish());
  }
}

const INTS = 7;

/**
 * A residual network: stem, then blocks of five nodes, the resolution halved eight times on the way.
 * @param {string} path @param {number} nodeCount at least 20
 */
export function writeResidualNetwork(path, nodeCount) {
  const draft = new Draft();
  const pads = { name: 'pads', type: INTS, ints: [1, 1, 1, 1] };
  const channels = 8;
  const conv = (/** @type {string} */ x, /** @type {number} */ stride) =>
    draft.add(
      'Conv',
      [x, draft.weight(channels, channels, 3, 3)],
      [pads, { name: 'strides', type: INTS, ints: [stride, stride] }],
    );
  let x = draft.add('Conv', ['image', draft.weight(channels, 3, 3, 3)], [pads]);
  const blocks = Math.floor((nodeCount - 1) / 5);
  const halvings = 8;
  for (let block = 0; block < blocks; block++) {
    const shrinks = block % Math.ceil(blocks / halvings) === 0;
    const shortcut = shrinks ? conv(x, 2) : x;
    const inner = conv(draft.add('Relu', [conv(x, shrinks ? 2 : 1)]), 1);
    x = draft.add('Relu', [draft.add('Add', [inner, shortcut])]);
  }
  while (draft.nodes.length < nodeCount) x = draft.add('Relu', [x]);
  draft.write(path, { image: [1, 3, 512, 512] }, x);
}

/**
 * A transformer whose every block reads the same mask.
 * @param {string} path @param {number} nodeCount at least 40
 */
export function writeMaskedTransformer(path, nodeCount) {
  const draft = new Draft();
  const [length, width, heads] = [128, 256, 4];
  const project = (/** @type {string} */ from, /** @type {number} */ out) =>
    draft.add('MatMul', [from, draft.weight(width, out)]);
  const scale = draft.weight(1);
  const mask = draft.add('Mul', ['mask', scale]);
  let x = draft.add('Mul', ['tokens', scale]);
  while (draft.nodes.length + 12 <= nodeCount) {
    const keys = draft.add('Transpose', [project(x, width)], [{ name: 'perm', type: INTS, ints: [0, 2, 1] }]);
    const scores = draft.add('Add', [draft.add('MatMul', [project(x, width), keys]), mask]);
    const mixed = draft.add('MatMul', [draft.add('Softmax', [scores]), project(x, width)]);
    const attended = draft.add('Add', [project(mixed, width), x]);
    x = draft.add('Add', [draft.add('Relu', [project(attended, width)]), attended]);
  }
  while (draft.nodes.length < nodeCount) x = draft.add('Relu', [x]);
  draft.write(path, { tokens: [heads, length, width], mask: [1, length, length] }, x);
}

/**
 * Chains beside one another that one node joins at the end.
 * @param {string} path @param {number} branches @param {number} length nodes of each
 */
export function writeParallelBranches(path, branches, length) {
  const draft = new Draft();
  const ends = Array.from({ length: branches }, () => {
    let x = 'tokens';
    for (let node = 0; node < length; node++) x = draft.add(node % 2 === 0 ? 'Relu' : 'Sigmoid', [x]);
    return x;
  });
  draft.write(path, { tokens: [1, 64, 64] }, draft.add('Sum', ends));
}
