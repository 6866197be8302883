import type { SceneNode } from '../../../shared/picture/scene';
import { bytesText } from '../../../shared/vocabulary/quantities';
import type { SplitGraph, SplitNode } from '../../split/splitGraph';
import { residentState } from '../../split/stateTensors';
import { type FoldGroup, groupLabel, operatorSummary } from './foldGroup';
import { opFamily } from './opFamily';
import { shortShapeText } from './shapeText';
import type { ViewVertex } from './viewGraph';

/** A node of the scene without its place. */
export type SceneNodeContent = Omit<SceneNode, 'x' | 'y' | 'width' | 'height'>;

/** Sum of known numbers; `null` where one of them is not known. */
export function sumOrNull(values: Iterable<number | undefined>): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === undefined) return null;
    sum += value;
  }
  return sum;
}

function bytesOf(graph: SplitGraph, tensors: Iterable<number>): number | null {
  return sumOrNull([...tensors].map((tensor) => graph.tensors[tensor]?.bytes));
}

/** A loop with the bytes that a node remembers from call to call; nothing where it remembers nothing. */
function loopMark(stateBytes: number): string {
  return stateBytes > 0 ? ` \u21bb ${bytesText(stateBytes)}` : '';
}

/** Tells a node that can be opened. */
const bodiesMark = ' \u229e';

function nodeContent(graph: SplitGraph, node: SplitNode, place: number): SceneNodeContent {
  const first = graph.tensors[node.writes[0] ?? -1];
  const stateBytes = residentState(graph)[place] ?? 0;
  const more = node.writes.length > 1 ? ` +${node.writes.length - 1}` : '';
  return {
    id: node.id,
    kind: 'node',
    title: node.op,
    subtitle:
      (first === undefined ? '' : `${shortShapeText(first)}${more}`) +
      loopMark(stateBytes) +
      (node.bodies === undefined ? '' : bodiesMark),
    family: opFamily(node.op),
    label: node.label,
    orderIndices: [place],
    macs: node.macs ?? null,
    outputBytes: bytesOf(graph, node.writes),
    weightBytes: node.weightBytes,
    ...(stateBytes > 0 && { stateBytes }),
    ...(node.bodies && { bodies: node.bodies }),
  };
}

function foldContent(graph: SplitGraph, group: FoldGroup): SceneNodeContent {
  const places = Array.from({ length: group.last - group.first + 1 }, (_, index) => group.first + index);
  const nodes = places.flatMap((place) => graph.nodes[place] ?? []);
  const state = residentState(graph);
  const stateBytes = places.reduce((sum, place) => sum + (state[place] ?? 0), 0);
  const leaving = new Set<number>();
  for (const tensor of nodes.flatMap((node) => node.writes)) {
    const { consumers = [], isGraphOutput = false } = graph.tensors[tensor] ?? {};
    if (isGraphOutput || (consumers.at(-1) ?? -1) > group.last) leaving.add(tensor);
  }
  return {
    id: group.id,
    kind: 'fold',
    title: group.title,
    subtitle: operatorSummary(graph, group.first, group.last) + loopMark(stateBytes),
    family: 'fold',
    label: groupLabel(graph, group),
    orderIndices: places,
    ...(group.repeats > 1 && { repeats: group.repeats }),
    macs: sumOrNull(nodes.map(({ macs }) => macs)),
    outputBytes: bytesOf(graph, leaving),
    weightBytes: nodes.reduce((sum, { weightBytes }) => sum + weightBytes, 0),
    ...(stateBytes > 0 && { stateBytes }),
  };
}

function terminalContent(graph: SplitGraph, tensors: readonly number[], kind: 'input' | 'output'): SceneNodeContent {
  const first = graph.tensors[tensors[0] ?? -1];
  const name = first?.name ?? '';
  const isBundle = tensors.length > 1;
  const title = isBundle ? `${tensors.length} more ${kind}s` : name;
  return {
    id: `${kind}:${name}`,
    kind,
    title,
    subtitle: first === undefined || isBundle ? '' : shortShapeText(first),
    family: kind,
    label: title,
    orderIndices: [],
    macs: null,
    outputBytes: bytesOf(graph, tensors),
    weightBytes: 0,
  };
}

/** What a box of the picture says. */
export function nodeContentOf(graph: SplitGraph, vertex: ViewVertex): SceneNodeContent {
  if (vertex.kind === 'fold') return foldContent(graph, vertex.group);
  if (vertex.kind !== 'node') return terminalContent(graph, vertex.tensors, vertex.kind);
  const node = graph.nodes[vertex.node];
  if (node === undefined) throw new RangeError(`no node at place ${vertex.node}`);
  return nodeContent(graph, node, vertex.node);
}
