import { onnx } from 'onnx-proto';
import type { Random } from './fuzzReader';

type Change = (model: onnx.ModelProto, random: Random) => void;

/** Numbers that dimensions, attributes and elements are bad at. */
const badNumbers = [0, -1, -2, 1, 3, 7, 2 ** 31 - 1, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER, -(2 ** 31), -(2 ** 40)];

const badOps = ['Reshape', 'If', 'Loop', 'Scan', 'Conv', 'Gather', 'Slice', 'Resize', 'Pad', 'Tile', 'Expand', 'Range'];
const moreOps = ['ConstantOfShape', 'Einsum', 'Split', 'Concat', 'Transpose', 'NonZero', 'TopK', 'Unsqueeze', 'OneHot'];
const lastOps = ['MatMul', 'LSTM', 'ConvTranspose', 'DepthToSpace', 'ReduceSum', 'Shape', 'Cast', 'SequenceAt', 'Nope'];
const ops = [...badOps, ...moreOps, ...lastOps];

const dropNode: Change = (model, random) => {
  nodesOf(model).splice(random(nodesOf(model).length), 1);
};

const repeatNode: Change = (model, random) => {
  const nodes = nodesOf(model);
  const node = pick(nodes, random);
  if (node) nodes.splice(random(nodes.length), 0, onnx.NodeProto.create(node));
};

const swapNodes: Change = (model, random) => {
  const nodes = nodesOf(model);
  const [node] = nodes.splice(random(nodes.length), 1);
  if (node) nodes.splice(random(nodes.length), 0, node);
};

/** A node reads another tensor: of anywhere in the graph, so cycles come about too. */
const rewire: Change = (model, random) => {
  const node = pick(nodesOf(model), random);
  const other = pick(nodesOf(model), random);
  const name = pick([...(other?.output ?? []), ...(other?.input ?? []), 'nowhere', ''], random);
  if (node?.input && name !== undefined) node.input[random(node.input.length + 1)] = name;
};

const closeCycle: Change = (model, random) => {
  const nodes = nodesOf(model);
  const at = random(nodes.length);
  const early = nodes[at];
  const late = nodes[at + random(nodes.length - at)];
  const name = late?.output?.[0];
  if (early?.input && name) early.input[0] = name;
};

const renameOutput: Change = (model, random) => {
  const node = pick(nodesOf(model), random);
  const other = pick(nodesOf(model), random);
  if (node?.output)
    node.output[random(node.output.length)] = pick(['', other?.output?.[0] ?? 'x', 'new'], random) ?? '';
};

const loseInputs: Change = (model, random) => {
  const node = pick(nodesOf(model), random);
  if (node?.input) node.input.length = random(node.input.length + 1);
};

const changeOp: Change = (model, random) => {
  const node = pick(nodesOf(model), random);
  if (node) node.opType = pick(ops, random) ?? '';
};

const changeDomain: Change = (model, random) => {
  const node = pick(nodesOf(model), random);
  if (node) node.domain = pick(['com.microsoft', 'ai.onnx.ml', 'nobody', ''], random) ?? '';
};

const changeDims: Change = (model, random) => {
  const { input = [], output = [], valueInfo = [] } = model.graph ?? {};
  const dims = pick([...(input ?? []), ...(input ?? []), ...(output ?? []), ...(valueInfo ?? [])], random)?.type
    ?.tensorType?.shape?.dim;
  if (!dims) return;
  const at = random(dims.length + 1);
  const kind = random(4);
  if (kind === 0) dims.splice(at, 1);
  else if (kind === 1) dims[at] = { dimParam: pick(['n', 'batch', 'a b', ''], random) ?? '' };
  else dims[at] = { dimValue: number(random) };
};

const changeType: Change = (model, random) => {
  const tensorType = pick(model.graph?.input ?? [], random)?.type?.tensorType;
  if (tensorType) tensorType.elemType = random(30);
};

const changeWeightDims: Change = (model, random) => {
  const dims = pick(model.graph?.initializer ?? [], random)?.dims;
  if (dims) dims[random(dims.length + 1)] = number(random);
};

const changeWeightData: Change = (model, random) => {
  const tensor = pick(model.graph?.initializer ?? [], random);
  if (!tensor) return;
  const kind = random(3);
  if (kind === 0) tensor.dataType = random(30);
  else if (kind === 1) tensor.rawData = tensor.rawData?.slice(0, random(tensor.rawData.length + 1)) ?? null;
  else tensor.rawData = bigElements(1 + random(6), random);
};

const changeAttribute: Change = (model, random) => {
  const attribute = pick(pick(nodesOf(model), random)?.attribute ?? [], random);
  if (!attribute) return;
  const kind = random(6);
  if (kind === 0) attribute.type = random(16);
  else if (kind === 1) attribute.ints = Array.from({ length: random(9) }, () => number(random));
  else if (kind === 2) attribute.i = number(random);
  else if (kind === 3) attribute.s = Uint8Array.of(random(256), random(256));
  else if (kind === 4) attribute.f = pick([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e30], random) ?? 0;
  else
    attribute.name =
      pick(['axis', 'axes', 'perm', 'pads', 'strides', 'kernel_shape', 'group', 'to', 'x'], random) ?? '';
};

const moveAttributes: Change = (model, random) => {
  const node = pick(nodesOf(model), random);
  const donor = pick(nodesOf(model), random);
  if (node && donor) node.attribute = [...(donor.attribute ?? [])];
};

/** A node gets the whole graph as the body of an attribute. */
const nestGraph: Change = (model, random) => {
  const node = pick(nodesOf(model), random);
  if (!node || !model.graph) return;
  const body = onnx.GraphProto.decode(onnx.GraphProto.encode(model.graph).finish());
  const name = pick(['then_branch', 'else_branch', 'body'], random) ?? 'body';
  node.attribute = [...(node.attribute ?? []), { name, type: onnx.AttributeProto.AttributeType.GRAPH, g: body }];
};

const changeOpset: Change = (model, random) => {
  const opset = pick(model.opsetImport ?? [], random);
  if (opset) opset.version = pick([0, 1, 5, 7, 11, 13, 18, 21, 1000, -1], random) ?? 1;
};

const changeEnds: Change = (model, random) => {
  const { graph } = model;
  if (!graph) return;
  const kind = random(4);
  if (kind === 0) graph.input = [];
  else if (kind === 1) graph.output = [];
  else if (kind === 2) graph.initializer?.splice(random((graph.initializer ?? []).length), 1);
  else graph.output?.push({ name: pick(nodesOf(model), random)?.output?.[0] ?? 'gone' });
};

/** A weight becomes an input, so that shapes no longer follow from it. */
const freeWeight: Change = (model, random) => {
  const { graph } = model;
  const [tensor] = graph?.initializer?.splice(random(graph.initializer.length), 1) ?? [];
  if (!tensor || !graph) return;
  const dim = (tensor.dims ?? []).map((size) => ({ dimValue: size }));
  graph.input?.push({
    name: tensor.name ?? '',
    type: { tensorType: { elemType: tensor.dataType ?? 1, shape: { dim } } },
  });
};

/** Any of the changes, to the body of an If, Loop or Scan. */
const changeBody: Change = (model, random) => {
  const attributes = nodesOf(model).flatMap((node) => node.attribute ?? []);
  const body = pick(
    attributes.flatMap(({ g }) => (g ? [g] : [])),
    random,
  );
  if (!body) return;
  const { opsetImport } = model;
  const inside = onnx.ModelProto.create({ graph: body, opsetImport });
  changes[random(changes.length)]?.(inside, random);
};

const changes: readonly Change[] = [
  changeBody,
  dropNode,
  repeatNode,
  swapNodes,
  rewire,
  closeCycle,
  renameOutput,
  loseInputs,
  changeOp,
  changeDomain,
  changeDims,
  changeType,
  changeWeightDims,
  changeWeightData,
  changeAttribute,
  moveAttributes,
  nestGraph,
  changeOpset,
  changeEnds,
  freeWeight,
];

/** A model with one to four changes to its nodes, names, shapes, weights or attributes, encoded again. */
export function mutateModel(original: Uint8Array, random: Random): Uint8Array {
  const model = onnx.ModelProto.decode(original);
  for (let count = 1 + random(4); count > 0; count--) changes[random(changes.length)]?.(model, random);
  return onnx.ModelProto.encode(model).finish();
}

function nodesOf(model: onnx.ModelProto): onnx.INodeProto[] {
  return model.graph?.node ?? [];
}

function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items.length === 0 ? undefined : items[random(items.length)];
}

function number(random: Random): number {
  return pick(badNumbers, random) ?? 0;
}

function bigElements(count: number, random: Random): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * count));
  for (let index = 0; index < count; index++) view.setBigInt64(8 * index, BigInt(number(random)), true);
  return new Uint8Array(view.buffer);
}
