import type { InferredModel } from '../../engine/shapes/facts/inferred';
import type { SplitGraph, SplitNode } from '../../engine/split/splitGraph';
import type { KernelTime } from './kernelTimes';
import { type RuntimeNode, type RuntimeOrder, runtimeOrder } from './runtimeOrder';

/** Measured times by node, and what could not be told apart. */
export interface MatchedTimes {
  /** By node name, or by id where the name is empty or not the only one of its kind. */
  readonly microseconds: Readonly<Record<string, number>>;
  /** Nodes of the split graph without a time. */
  readonly missing: readonly SplitNode[];
  /** Operators of the trace that belong to no node of the model: fused ones, and those that ONNX Runtime adds. */
  readonly foreign: readonly KernelTime[];
  /** Nodes whose operators in the trace cannot be told apart. */
  readonly ambiguous: number;
}

/**
 * Gives each operator of a trace to the node that it stems from. An index of ONNX Runtime's graph is believed only while
 * it contradicts no operator of the trace; otherwise a name counts where model and trace have it once.
 */
export function matchKernels(kernels: readonly KernelTime[], inferred: InferredModel, graph: SplitGraph): MatchedTimes {
  const order = runtimeOrder(inferred.model);
  const nodeOf = matcher(kernels, order);
  const foreign: KernelTime[] = [];
  const timesById = new Map<string, number[]>();
  for (const kernel of kernels) {
    const id = nodeOf(kernel)?.id;
    if (id === undefined) foreign.push(kernel);
    else timesById.set(id, [...(timesById.get(id) ?? []), kernel.microseconds]);
  }
  const keyOf = profileKeys(graph.nodes);
  const entries: [string, number][] = [];
  const missing: SplitNode[] = [];
  let ambiguous = 0;
  for (const node of graph.nodes) {
    const [time, another] = timesById.get(node.id) ?? [];
    const key = keyOf(node);
    if (another !== undefined) ambiguous++;
    if (time === undefined || another !== undefined || key === undefined) missing.push(node);
    else entries.push([key, time]);
  }
  return { microseconds: Object.fromEntries(entries), missing, foreign, ambiguous };
}

function matcher(kernels: readonly KernelTime[], order: RuntimeOrder): (kernel: KernelTime) => RuntimeNode | undefined {
  const isMain = ({ index = -1 }: KernelTime) => index >= 0 && index < order.mainNodes;
  const isInlined = ({ index = -1 }: KernelTime) => index >= order.mainNodes && index < order.nodes.length;
  const agrees = (kernel: KernelTime) => isSame(kernel, order.nodes[kernel.index ?? -1]);
  const believesMain = kernels.filter(isMain).every(agrees);
  const believesInlined = believesMain && kernels.filter(isInlined).every(agrees);
  const nodesByName = single(order.nodes, ({ name }) => name);
  const kernelsByName = single(kernels, ({ name }) => name);
  return (kernel) => {
    const isBelieved = isMain(kernel) ? believesMain : isInlined(kernel) && believesInlined;
    if (isBelieved) return order.nodes[kernel.index ?? -1];
    const byName = kernelsByName.get(kernel.name) === kernel ? nodesByName.get(kernel.name) : undefined;
    return byName?.op === kernel.op ? byName : undefined;
  };
}

/** True when an event can be this node's: ONNX Runtime names nodes without a name itself, and prefixes inlined ones. */
function isSame(kernel: KernelTime, node: RuntimeNode | undefined): boolean {
  if (node === undefined || node.op !== kernel.op) return false;
  if (kernel.name === node.name) return true;
  if (node.name === '') return kernel.name === `${node.op}_${kernel.index}` || isInlinedName(kernel.name, '');
  return isInlinedName(kernel.name, node.name);
}

function isInlinedName(kernelName: string, name: string): boolean {
  return kernelName.startsWith('_inlfunc_') && kernelName.endsWith(`_${name}`);
}

/** The items whose key is not empty and no other item's. */
function single<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, Item> {
  const found = new Map<string, Item | undefined>();
  for (const item of items) found.set(keyOf(item), found.has(keyOf(item)) ? undefined : item);
  const kept = [...found].flatMap(([key, item]): [string, Item][] =>
    item === undefined || key === '' ? [] : [[key, item]],
  );
  return new Map(kept);
}

/** The key under which planning finds a node's time and no other node's; none where there is no such key. */
function profileKeys(nodes: readonly SplitNode[]): (node: SplitNode) => string | undefined {
  const byName = single(nodes, ({ name }) => name);
  const names = new Set(nodes.map(({ name }) => name));
  const ids = new Set(nodes.map(({ id }) => id));
  return (node) => {
    const isOwnName = byName.get(node.name) === node && (!ids.has(node.name) || node.id === node.name);
    if (isOwnName) return node.name;
    return names.has(node.id) ? undefined : node.id;
  };
}
