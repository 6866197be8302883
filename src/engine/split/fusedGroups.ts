import type { RateClass } from '../../shared/vocabulary/rateClasses';
import type { SplitGraph, SplitNode } from './splitGraph';

/** What runtimes run as one kernel. */
export interface FusedGroups {
  /** Per node the one that stands for its group: its kernel, or the first of its element-wise nodes; else itself. */
  readonly mainOf: Int32Array;
  /** Per main node the bytes that enter and leave its group, weights included; of no meaning for other nodes. */
  readonly trafficBytes: readonly (number | undefined)[];
}

/** Each element depends on elements at the same place alone, so that a kernel applies it before it writes. */
const elementwise: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Neg', 'Abs', 'Sqrt', 'Reciprocal', 'Exp', 'Log', 'Erf'],
  ...['Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Selu', 'Celu', 'ThresholdedRelu', 'Clip', 'Sigmoid', 'HardSigmoid'],
  ...['HardSwish', 'Swish', 'Mish', 'Softplus', 'Softsign', 'Tanh', 'Gelu', 'FastGelu', 'BiasGelu', 'QuickGelu'],
  ...['BatchNormalization', 'Cast', 'QuantizeLinear', 'DequantizeLinear', 'Where', 'Identity'],
]);

/** What decomposed normalizations and softmax are made of besides. */
const reductions: ReadonlySet<string> = new Set([
  'ReduceMean',
  'ReduceSum',
  'ReduceMax',
  'ReduceSumSquare',
  'ReduceL2',
]);

/** Nodes of the longest pattern, a decomposed GELU or layer normalization with its casts, with room. */
const mostNodes = 16;

const recent = new WeakMap<SplitGraph, FusedGroups>();

/**
 * Groups the nodes that common runtimes fuse: a convolution or a matrix product with the bias, batch normalization,
 * activation and residual addition that follow it and with dequantization or padding before it; decomposed normalizations, GELU,
 * SiLU and softmax. A group has one tensor that leaves it, and nothing outside lies between two of its nodes.
 */
export function fusedGroups(graph: SplitGraph): FusedGroups {
  const known = recent.get(graph);
  if (known !== undefined) return known;
  const mainOf = Int32Array.from(graph.nodes, (_, index) => index);
  const isTaken = new Uint8Array(graph.nodes.length);
  const trafficBytes: (number | undefined)[] = graph.nodes.map((node) => node.trafficBytes);
  for (const [index, node] of graph.nodes.entries()) {
    if (isTaken[index] === 1 || !mayStart(graph, node)) continue;
    const members = [...preparedInputs(graph, node, isTaken), ...grown(graph, index, isTaken)];
    for (const member of members) {
      isTaken[member] = 1;
      mainOf[member] = index;
    }
    if (members.length > 1) trafficBytes[index] = groupTraffic(graph, members);
  }
  const groups = { mainOf, trafficBytes };
  recent.set(graph, groups);
  return groups;
}

/** A dequantized input waits for its kernel. */
function mayStart(graph: SplitGraph, node: SplitNode): boolean {
  if (node.rateClass !== undefined) return true;
  if (node.viewOnly || !(elementwise.has(node.op) || reductions.has(node.op))) return false;
  return node.op !== 'DequantizeLinear' || kernelAfter(graph, node) === undefined;
}

function kernelAfter(graph: SplitGraph, { writes }: SplitNode): SplitNode | undefined {
  const tensor = graph.tensors[writes[0] ?? -1];
  if (tensor === undefined || tensor.isGraphOutput || tensor.consumers.length !== 1) return undefined;
  const reader = graph.nodes[tensor.consumers[0] ?? -1];
  return reader?.rateClass === undefined ? undefined : reader;
}

const convolutions: ReadonlySet<RateClass | undefined> = new Set(['dense', 'winograd', 'pointwise', 'depthwise']);

/** What the kernel of a node does with its inputs before it computes: it dequantizes them, and a convolution pads its own. */
function preparedInputs(graph: SplitGraph, node: SplitNode, isTaken: Uint8Array): number[] {
  if (node.rateClass === undefined) return [];
  return node.reads.flatMap((read) => {
    const producer = graph.tensors[read]?.producer ?? -1;
    const maker = graph.nodes[producer];
    if (maker === undefined || isTaken[producer] === 1 || kernelAfter(graph, maker) !== node) return [];
    const isPrepared = maker.op === 'DequantizeLinear' || (maker.op === 'Pad' && convolutions.has(node.rateClass));
    return isPrepared ? [producer] : [];
  });
}

/** The longest group from a node on that one tensor leaves. */
function grown(graph: SplitGraph, start: number, isTaken: Uint8Array): readonly number[] {
  const isKernel = graph.nodes[start]?.rateClass !== undefined;
  const members = [start];
  let closed = 1;
  while (members.length < mostNodes) {
    // The first reader in the order: no other path from the group leads to it, so that the group stays in one piece.
    const next = firstReader(graph, members);
    const node = next === undefined ? undefined : graph.nodes[next];
    if (next === undefined || node === undefined || isTaken[next] === 1 || !joins(graph, node, members, isKernel))
      break;
    members.push(next);
    if (leaving(graph, members).length <= 1) closed = members.length;
  }
  return members.slice(0, closed);
}

function joins(graph: SplitGraph, node: SplitNode, members: readonly number[], isKernel: boolean): boolean {
  if (node.rateClass !== undefined || node.viewOnly || node.writes.length !== 1) return false;
  if (!elementwise.has(node.op)) return !isKernel && reductions.has(node.op);
  // Not where a broadcast makes more of what the group hands on, as a mask does of one row.
  return node.reads.some((read) => {
    const { producer = -1, shape } = graph.tensors[read] ?? {};
    return members.includes(producer) && (!isKernel || areAlike(shape, graph.tensors[node.writes[0] ?? -1]?.shape));
  });
}

type Shape = SplitGraph['tensors'][number]['shape'];

function areAlike(a: Shape, b: Shape): boolean {
  return a === b || (a !== undefined && a.length === b?.length && a.every((size, axis) => size === b[axis]));
}

function firstReader(graph: SplitGraph, members: readonly number[]): number | undefined {
  let first: number | undefined;
  for (const member of members) {
    for (const tensor of graph.nodes[member]?.writes ?? []) {
      for (const reader of graph.tensors[tensor]?.consumers ?? []) {
        if ((first === undefined || reader < first) && !members.includes(reader)) first = reader;
      }
    }
  }
  return first;
}

/** The tensors that something outside reads. */
function leaving(graph: SplitGraph, members: readonly number[]): readonly number[] {
  const outside: number[] = [];
  for (const member of members) {
    for (const index of graph.nodes[member]?.writes ?? []) {
      const tensor = graph.tensors[index];
      if (tensor === undefined) continue;
      if (tensor.isGraphOutput || tensor.consumers.some((reader) => !members.includes(reader))) outside.push(index);
    }
  }
  return outside;
}

/** Bytes of the group's weights, of what it reads from outside, each tensor once, and of what leaves it. */
function groupTraffic(graph: SplitGraph, members: readonly number[]): number | undefined {
  const outside = new Set(leaving(graph, members));
  let bytes: number | undefined = 0;
  const plus = (more: number | undefined) => {
    bytes = bytes === undefined || more === undefined ? undefined : bytes + more;
  };
  for (const member of members) {
    const node = graph.nodes[member];
    plus(node?.weightBytes);
    plus(node?.sharedWeightBytes ?? 0);
    for (const read of [...(node?.reads ?? []), ...(node?.stateReads ?? [])]) {
      if (!members.includes(graph.tensors[read]?.producer ?? -1)) outside.add(read);
    }
  }
  for (const tensor of outside) plus(graph.tensors[tensor]?.bytes);
  return bytes;
}
