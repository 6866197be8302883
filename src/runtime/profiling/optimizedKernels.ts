import { fusedGroups } from '../../engine/split/fusedGroups';
import type { SplitGraph, SplitNode } from '../../engine/split/splitGraph';
import type { KernelTime } from './kernelTimes';

/** Nodes that ran as one kernel, or as several that cannot be told apart, as indices. */
export interface RunGroup {
  /** The one with the most work, where the time stands. */
  readonly main: number;
  readonly others: readonly number[];
  readonly kernels: readonly KernelTime[];
}

export interface OptimizedMatch {
  readonly groups: readonly RunGroup[];
  /** Kernels that belong to no node by their name and to no kernel beside them. */
  readonly foreign: readonly KernelTime[];
  /** Part of the kernels whose name leads to a node, of those that compute something; 0..1. */
  readonly share: number;
  /** Whether any kernel has a name that an optimization gave it. */
  readonly isRenamed: boolean;
}

/**
 * What ONNX Runtime's optimizations make of a name (1.30): fused nodes are called after the first of their nodes, those in
 * blocked layout after the tensor that they make, those in another precision are marked, and copies get a number.
 */
const additions = [
  /_token_\d+$/,
  /\/+\w*Fusion\/*$/i,
  /_nchwc$/,
  /_bn$/,
  /^fused /,
  /^InsertedPrecisionFreeCast_/,
  /_new_reshape$/,
  /_quant$/,
];

/** Kernels that only change a layout, a shape or a place, which optimizations add. */
const helpers: ReadonlySet<string> = new Set([
  ...['ReorderInput', 'ReorderOutput', 'Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Cast', 'Identity'],
  ...['MemcpyToHost', 'MemcpyFromHost'],
]);

/**
 * Gives the kernels of an optimized run to the nodes that they compute. A kernel belongs to the node or tensor that its name
 * leads to; one without such a name prepares the next one or finishes the one before. Nodes without a kernel of their own were
 * fused into one beside them, so they belong to the group of that: by what runtimes fuse, else the one that they read from.
 */
export function matchOptimized(kernels: readonly KernelTime[], graph: SplitGraph): OptimizedMatch {
  const origins = originFinder(graph);
  const found = kernels.map((kernel) => origins(kernel));
  const byNode = new Map<number, KernelTime[]>();
  const foreign: KernelTime[] = [];
  const neighbors = neighborsOf(kernels, found);
  for (const [at, kernel] of kernels.entries()) {
    const node = found[at]?.node ?? neighbors[at];
    if (node === undefined) foreign.push(kernel);
    else if (byNode.has(node)) byNode.get(node)?.push(kernel);
    else byNode.set(node, [kernel]);
  }
  const computing = kernels.filter(({ op }, at) => found[at] !== undefined || !helpers.has(op));
  return {
    groups: runGroups(graph, byNode),
    foreign,
    share: found.filter((one) => one !== undefined).length / Math.max(1, computing.length),
    isRenamed: found.some((one) => one?.isRenamed === true),
  };
}

interface Origin {
  /** Index of the node. */
  readonly node: number;
  readonly isRenamed: boolean;
}

function originFinder(graph: SplitGraph): (kernel: KernelTime) => Origin | undefined {
  const byName = new Map<string, number>();
  for (const [index, { name }] of graph.nodes.entries()) byName.set(name, byName.has(name) ? -1 : index);
  const byTensor = new Map(graph.tensors.map(({ name, producer }) => [name, producer]));
  return ({ name, op }) => {
    const own = byName.get(name) ?? -1;
    if (own >= 0 && name !== '' && (op === '' || graph.nodes[own]?.op === op)) return { node: own, isRenamed: false };
    // TensorRT calls a layer after all nodes that it fuses.
    for (const part of name.split(' + ')) {
      for (const shorter of shortened(part)) {
        const node = [byName.get(shorter), byTensor.get(shorter)].find((index) => index !== undefined && index >= 0);
        if (node !== undefined) return { node, isRenamed: true };
      }
    }
    return undefined;
  };
}

/** A kernel's name as it is, then without what optimizations have added, one addition after the other. */
function* shortened(name: string): Generator<string> {
  let rest = name;
  while (rest !== '') {
    yield rest;
    const addition = additions.find((pattern) => pattern.test(rest));
    if (addition === undefined) return;
    rest = rest.replace(addition, '');
  }
}

/**
 * The node of the kernel that each nameless one prepares or finishes: kernels stand in the order in which they ran.
 */
function neighborsOf(kernels: readonly KernelTime[], found: readonly (Origin | undefined)[]): (number | undefined)[] {
  const before: (number | undefined)[] = [];
  for (const [at, one] of found.entries()) before.push(one?.node ?? before[at - 1]);
  const after: (number | undefined)[] = [...before];
  for (let at = found.length - 1, next: number | undefined; at >= 0; at--) after[at] = next = found[at]?.node ?? next;
  return kernels.map(({ op, name }, at) => {
    const finishes = op === 'ReorderOutput' || /output/i.test(name);
    return finishes ? (before[at] ?? after[at]) : (after[at] ?? before[at]);
  });
}

function runGroups(graph: SplitGraph, byNode: ReadonlyMap<number, readonly KernelTime[]>): RunGroup[] {
  const groupOf = joinedGroups(graph, new Set(byNode.keys()));
  const members = new Map<number, number[]>();
  for (const [node, group] of groupOf.entries()) {
    if (group < 0) continue;
    if (members.has(group)) members.get(group)?.push(node);
    else members.set(group, [node]);
  }
  return [...members].map(([group, nodes]) => {
    const work = (node: number) => graph.nodes[node]?.macs ?? 0;
    const main = nodes.reduce((most, node) => (work(node) > work(most) ? node : most), group);
    return { main, others: nodes.filter((node) => node !== main), kernels: byNode.get(group) ?? [] };
  });
}

/** Per node the one with a kernel that it ran with; -1 where there is none. */
function joinedGroups(graph: SplitGraph, matched: ReadonlySet<number>): Int32Array {
  const { mainOf } = fusedGroups(graph);
  const ofFusion = new Map<number, number>();
  for (const node of matched) ofFusion.set(mainOf[node] ?? node, node);
  const groupOf = Int32Array.from(graph.nodes, (_, node) => {
    return matched.has(node) ? node : (ofFusion.get(mainOf[node] ?? node) ?? -1);
  });
  const joins = (node: number, neighbors: readonly number[]) => {
    if ((groupOf[node] ?? -1) >= 0) return;
    const neighbor = neighbors.find((other) => (groupOf[other] ?? -1) >= 0);
    if (neighbor !== undefined) groupOf[node] = groupOf[neighbor] ?? -1;
  };
  const made = (node: SplitNode) => node.reads.map((tensor) => graph.tensors[tensor]?.producer ?? -1);
  const used = (node: SplitNode) => node.writes.flatMap((tensor) => graph.tensors[tensor]?.consumers ?? []);
  for (const [index, node] of graph.nodes.entries()) joins(index, made(node));
  for (const [index, node] of [...graph.nodes.entries()].reverse()) joins(index, used(node));
  return groupOf;
}
