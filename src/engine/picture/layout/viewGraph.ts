import type { SplitGraph } from '../../split/splitGraph';
import type { FoldGroup } from './foldGroup';

/** One box of the picture: a node, a folded group, or what enters or leaves the graph. */
export type ViewVertex =
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'fold'; readonly group: FoldGroup }
  | TerminalVertex;

/** Tensors that enter or leave the graph at the same place: one, or those that there are too many of to be drawn each. */
interface TerminalVertex {
  readonly kind: 'input' | 'output';
  readonly tensors: readonly number[];
}

/** Boxes of tensors at one place; thousands would be unreadable, and laying them out takes minutes. */
const mostTerminals = 64;

/** All data that one box gives to another; tensors as indices, ascending. */
export interface ViewEdge {
  readonly from: number;
  readonly to: number;
  readonly tensors: number[];
}

export interface ViewGraph {
  /** In a topological order. */
  readonly vertices: readonly ViewVertex[];
  readonly edges: readonly ViewEdge[];
  /** Groups that can be folded or unfolded in this view, with what of the picture is in them. */
  readonly groups: readonly {
    readonly group: FoldGroup;
    readonly folded: boolean;
    readonly vertices: readonly number[];
  }[];
  /** Ids that are folded, also within folded groups, in order. */
  readonly folded: readonly string[];
}

type Slot = Extract<ViewVertex, { kind: 'node' | 'fold' }>;

interface OpenGroup {
  readonly group: FoldGroup;
  readonly folded: boolean;
}

/** What stands in the order once groups are folded, and the groups that can be seen. */
function slotsOf(graph: SplitGraph, groups: readonly FoldGroup[], folded: ReadonlySet<string>) {
  const slots: Slot[] = [];
  const visible: OpenGroup[] = [];
  const addNodes = (first: number, end: number) => {
    for (let node = first; node < end; node++) slots.push({ kind: 'node', node });
  };
  const walk = (children: readonly FoldGroup[], first: number, end: number) => {
    let place = first;
    for (const group of children) {
      addNodes(place, group.first);
      const isFolded = folded.has(group.id);
      visible.push({ group, folded: isFolded });
      if (isFolded) slots.push({ kind: 'fold', group });
      else walk(group.children, group.first, group.last + 1);
      place = group.last + 1;
    }
    addNodes(place, end);
  };
  walk(groups, 0, graph.nodes.length);
  return { slots, visible };
}

function foldedIds(groups: readonly FoldGroup[], folded: ReadonlySet<string>): string[] {
  return groups.flatMap((group) => [...(folded.has(group.id) ? [group.id] : []), ...foldedIds(group.children, folded)]);
}

/** Puts each graph input before the first box that reads it, and each output after the box that makes it. */
function withTerminals(graph: SplitGraph, slots: readonly Slot[], slotOfNode: Int32Array): ViewVertex[] {
  const inputsBefore: number[][] = slots.map(() => []);
  const outputsAfter: number[][] = slots.map(() => []);
  const unread: number[] = [];
  const outputs = new Set(graph.outputs);
  for (const tensor of graph.inputs) {
    const reader = graph.tensors[tensor]?.consumers[0];
    if (reader !== undefined) inputsBefore[slotOfNode[reader] ?? 0]?.push(tensor);
    else unread.push(tensor);
  }
  for (const tensor of outputs) {
    const producer = graph.tensors[tensor]?.producer ?? -1;
    const reader = graph.tensors[tensor]?.consumers[0];
    if (producer >= 0) outputsAfter[slotOfNode[producer] ?? 0]?.push(tensor);
    else if (reader !== undefined) outputsAfter[slotOfNode[reader] ?? 0]?.push(tensor);
  }
  const passed = unread.filter((tensor) => outputs.has(tensor));
  const vertices: ViewVertex[] = [...terminals('input', unread), ...terminals('output', passed)];
  slots.forEach((slot, index) => {
    vertices.push(...terminals('input', inputsBefore[index] ?? []));
    vertices.push(slot);
    vertices.push(...terminals('output', outputsAfter[index] ?? []));
  });
  return vertices;
}

/** A box for each tensor; where there are too many, the last box stands for the rest. */
function terminals(kind: TerminalVertex['kind'], tensors: readonly number[]): TerminalVertex[] {
  const single = tensors.length <= mostTerminals ? tensors.length : mostTerminals - 1;
  const boxes = tensors.slice(0, single).map((tensor) => ({ kind, tensors: [tensor] }));
  return single === tensors.length ? boxes : [...boxes, { kind, tensors: tensors.slice(single) }];
}

function edgesOf(graph: SplitGraph, vertices: readonly ViewVertex[]): ViewEdge[] {
  const vertexOfNode = new Int32Array(graph.nodes.length);
  const vertexOfInput = new Map<number, number>();
  const vertexOfOutput = new Map<number, number>();
  vertices.forEach((vertex, index) => {
    if (vertex.kind === 'node') vertexOfNode[vertex.node] = index;
    else if (vertex.kind === 'fold') vertexOfNode.fill(index, vertex.group.first, vertex.group.last + 1);
    else
      for (const tensor of vertex.tensors)
        (vertex.kind === 'input' ? vertexOfInput : vertexOfOutput).set(tensor, index);
  });
  const edges = new Map<number, ViewEdge>();
  const add = (from: number, to: number, tensor: number) => {
    if (from === to) return;
    const key = from * vertices.length + to;
    const edge = edges.get(key);
    if (edge === undefined) edges.set(key, { from, to, tensors: [tensor] });
    else if (edge.tensors.at(-1) !== tensor) edge.tensors.push(tensor);
  };
  graph.tensors.forEach(({ producer, consumers }, tensor) => {
    const from = producer >= 0 ? vertexOfNode[producer] : vertexOfInput.get(tensor);
    if (from === undefined) return;
    for (const consumer of consumers) add(from, vertexOfNode[consumer] ?? 0, tensor);
    const output = vertexOfOutput.get(tensor);
    if (output !== undefined) add(from, output, tensor);
  });
  return [...edges.values()].sort((a, b) => a.from - b.from || a.to - b.to);
}

/**
 * The graph as the picture shows it: folded groups in place of their nodes, graph inputs and outputs as boxes of their own.
 * Contracting a stretch of a topological order never makes a cycle, so the result is a DAG in order again.
 */
export function viewGraph(graph: SplitGraph, groups: readonly FoldGroup[], folded: ReadonlySet<string>): ViewGraph {
  const { slots, visible } = slotsOf(graph, groups, folded);
  const slotOfNode = new Int32Array(graph.nodes.length);
  slots.forEach((slot, index) => {
    if (slot.kind === 'node') slotOfNode[slot.node] = index;
    else slotOfNode.fill(index, slot.group.first, slot.group.last + 1);
  });
  const vertices = withTerminals(graph, slots, slotOfNode);
  const vertexOfSlot: number[] = [];
  vertices.forEach((vertex, index) => {
    if (vertex.kind === 'node' || vertex.kind === 'fold') vertexOfSlot.push(index);
  });
  return {
    vertices,
    edges: edgesOf(graph, vertices),
    groups: visible.map(({ group, folded: isFolded }) => {
      const firstSlot = slotOfNode[group.first] ?? 0;
      const lastSlot = slotOfNode[group.last] ?? 0;
      return { group, folded: isFolded, vertices: vertexOfSlot.slice(firstSlot, lastSlot + 1) };
    }),
    folded: foldedIds(groups, folded),
  };
}
