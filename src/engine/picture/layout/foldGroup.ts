import type { SplitGraph } from '../../split/splitGraph';

/** A stretch of the order that can be shown as one card. Groups are nested or apart, never half over one another. */
export interface FoldGroup {
  readonly id: string;
  /** Places in the order, `last` included. */
  readonly first: number;
  readonly last: number;
  /** First line of its card: `x36 identical`, a module's name, a number of nodes. */
  readonly title: string;
  /** How many copies of one block it stands for; 1 for anything else. */
  readonly repeats: number;
  readonly children: readonly FoldGroup[];
}

/** The id that a group has as long as its first and last node are the same, whatever else is folded. */
export function foldId(graph: SplitGraph, first: number, last: number): string {
  return `fold:${graph.nodes[first]?.id ?? first}..${graph.nodes[last]?.id ?? last}`;
}

export function groupSize({ first, last }: FoldGroup): number {
  return last - first + 1;
}

/** The operators of a stretch, most frequent first: `Conv, Relu, Add`. */
export function operatorSummary(graph: SplitGraph, first: number, last: number, most = 3): string {
  const counts = new Map<string, number>();
  for (let place = first; place <= last; place++) {
    const op = graph.nodes[place]?.op ?? '';
    counts.set(op, (counts.get(op) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).map(([op]) => op);
  return sorted.length > most ? `${sorted.slice(0, most).join(', ')}, …` : sorted.join(', ');
}

/** Names of the first and last node, so that a person can tell groups with equal titles apart. */
export function groupLabel(graph: SplitGraph, group: FoldGroup): string {
  const from = graph.nodes[group.first]?.label ?? '';
  const to = graph.nodes[group.last]?.label ?? '';
  return `${group.title}: ${operatorSummary(graph, group.first, group.last)} (${from} to ${to})`;
}
