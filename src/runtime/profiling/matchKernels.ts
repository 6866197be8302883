import type { InferredModel } from '../../engine/shapes/facts/inferred';
import type { SplitGraph, SplitNode } from '../../engine/split/splitGraph';
import type { KernelTime } from './kernelTimes';
import { matchOptimized, type OptimizedMatch } from './optimizedKernels';
import { type RuntimeNode, type RuntimeOrder, runtimeOrder } from './runtimeOrder';

/** Measured times by node, and what could not be told apart. */
export interface MatchedTimes {
  /** By node name, or by id where the name is empty or not the only one of its kind. */
  readonly microseconds: Readonly<Record<string, number>>;
  /** Distances between the quartiles, by the same names. */
  readonly spreadMicroseconds: Readonly<Record<string, number>>;
  /** Nodes that ran as one with the named one, whose own time is 0. */
  readonly fused: Readonly<Record<string, readonly string[]>>;
  /** Nodes of the split graph without a time. */
  readonly missing: readonly SplitNode[];
  /** Operators of the trace that belong to no node of the model: those that ONNX Runtime adds. */
  readonly foreign: readonly KernelTime[];
  /** Nodes whose operators in the trace cannot be told apart. */
  readonly ambiguous: number;
  /** Part of the operators of the trace that lead to a node, or of the nodes that have a time, 0..1. */
  readonly share: number;
}

/** What is known of a node's time. */
interface NodeTime {
  readonly node: SplitNode;
  readonly kernels: readonly Pick<KernelTime, 'microseconds' | 'spreadMicroseconds'>[];
  readonly others: readonly SplitNode[];
}

/**
 * Gives each operator of a trace to the node that it stems from. An index of ONNX Runtime's graph is believed only while
 * it contradicts no operator of the trace; otherwise names count, in an optimized run those that optimizations gave too.
 * @param isOptimized whether the graph was optimized before it ran; where that is not known, the names tell
 */
export function matchKernels(
  kernels: readonly KernelTime[],
  inferred: InferredModel,
  graph: SplitGraph,
  isOptimized?: boolean,
): MatchedTimes {
  const order = runtimeOrder(inferred.model);
  if (isOptimized !== false && !isAsWritten(kernels, order)) {
    const match = matchOptimized(kernels, graph);
    if (isOptimized === true || match.isRenamed) return optimizedTimes(match, graph);
  }
  return timesAsWritten(kernels, order, graph);
}

function timesAsWritten(kernels: readonly KernelTime[], order: RuntimeOrder, graph: SplitGraph): MatchedTimes {
  const nodeOf = matcher(kernels, order);
  const foreign: KernelTime[] = [];
  const byId = new Map<string, KernelTime[]>();
  for (const kernel of kernels) {
    const id = nodeOf(kernel)?.id;
    if (id === undefined) foreign.push(kernel);
    else if (byId.has(id)) byId.get(id)?.push(kernel);
    else byId.set(id, [kernel]);
  }
  const found = graph.nodes.map((node) => byId.get(node.id) ?? []);
  const times = graph.nodes.map((node, index): NodeTime => {
    const own = found[index] ?? [];
    return { node, kernels: own.length === 1 ? own : [], others: [] };
  });
  const ambiguous = found.filter((own) => own.length > 1).length;
  const named = namedTimes(times, graph);
  const ofNodes = 1 - named.missing.length / Math.max(1, graph.nodes.length);
  const share = Math.max(ofNodes, 1 - foreign.length / Math.max(1, kernels.length));
  return { ...named, foreign, ambiguous, share };
}

function optimizedTimes({ groups, foreign, share }: OptimizedMatch, graph: SplitGraph): MatchedTimes {
  const nodesAt = (indices: readonly number[]) => indices.flatMap((index) => graph.nodes[index] ?? []);
  const times = groups.flatMap(({ main, others, kernels }) => {
    const fusedNodes = nodesAt(others);
    return nodesAt([main]).map((node): NodeTime => ({ node, kernels, others: fusedNodes }));
  });
  return { ...namedTimes(times, graph), foreign, ambiguous: 0, share };
}

/** Times under the names that planning looks for. */
function namedTimes(times: readonly NodeTime[], graph: SplitGraph) {
  const keyOf = profileKeys(graph.nodes);
  const microseconds: [string, number][] = [];
  const spreadMicroseconds: [string, number][] = [];
  const fused: [string, string[]][] = [];
  const known = new Set<SplitNode>();
  for (const { node, kernels, others } of times) {
    const key = keyOf(node);
    if (key === undefined || kernels.length === 0) continue;
    known.add(node);
    microseconds.push([key, sum(kernels.map((kernel) => kernel.microseconds))]);
    spreadMicroseconds.push([key, sum(kernels.map((kernel) => kernel.spreadMicroseconds))]);
    const names = others.flatMap((other) => {
      const name = keyOf(other);
      if (name !== undefined) known.add(other);
      return name ?? [];
    });
    if (names.length > 0) fused.push([key, names]);
    microseconds.push(...names.map((name): [string, number] => [name, 0]));
  }
  return {
    microseconds: Object.fromEntries(microseconds),
    spreadMicroseconds: Object.fromEntries(spreadMicroseconds),
    fused: Object.fromEntries(fused),
    missing: graph.nodes.filter((node) => !known.has(node)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** True where every operator is the node of its index, or none is known: nothing was optimized. */
function isAsWritten(kernels: readonly KernelTime[], order: RuntimeOrder): boolean {
  const numbered = kernels.filter(({ index }) => index !== undefined);
  const isOwn = (kernel: KernelTime) => isSame(kernel, order.nodes[kernel.index ?? -1]);
  return numbered.length > 0 && numbered.every(isOwn);
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
    return kernel.op === '' || byName?.op === kernel.op ? byName : undefined;
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
