import { throwIfCanceled, unwatched, type Work } from '../../../shared/work';
import { cutAboveDownset } from '../../split/cuts';
import type { Cut, SplitGraph } from '../../split/splitGraph';

/** What is known of a graph's cuts: all of them, or that there are more than some number. */
interface KnownCuts {
  readonly cuts: readonly Cut[] | undefined;
  readonly moreThan: number;
}

const known = new WeakMap<SplitGraph, KnownCuts>();

/**
 * Every cut of a graph: all sets of nodes that are closed under predecessors, the empty and the full one included, in
 * order of their size. Kept per graph.
 * @returns nothing where there are more than `most`.
 * @throws DnnSplitError `canceled`
 */
export function allCuts(graph: SplitGraph, most: number, work: Work = unwatched): readonly Cut[] | undefined {
  const before = known.get(graph);
  if (before !== undefined && (before.cuts !== undefined || before.moreThan >= most)) {
    return before.cuts !== undefined && before.cuts.length <= most ? before.cuts : undefined;
  }
  const downsets = enumerate(graph, most, work);
  const cuts = downsets?.map((downset) => cutAboveDownset(graph, downset));
  known.set(graph, { cuts, moreThan: cuts === undefined ? most : 0 });
  return cuts;
}

/** A set of nodes: all before the first one that is missing, and some after it. */
interface Downset {
  readonly firstMissing: number;
  /** Ascending. */
  readonly beyond: readonly number[];
}

function enumerate(graph: SplitGraph, most: number, work: Work): number[][] | undefined {
  if (graph.nodes.length + 1 > most) return undefined;
  const found: Downset[] = [];
  let level: Downset[] = [{ firstMissing: 0, beyond: [] }];
  while (level.length > 0) {
    throwIfCanceled(work);
    for (const downset of level) found.push(downset);
    if (found.length > most) return undefined;
    const next = new Map<string, Downset>();
    for (const downset of level) {
      for (const node of readyNodes(graph, downset)) {
        const grown = withNode(downset, node);
        next.set(`${grown.firstMissing}|${grown.beyond.join(',')}`, grown);
      }
    }
    level = [...next.values()];
  }
  return found.map(({ firstMissing, beyond }) => [...Array.from({ length: firstMissing }, (_, n) => n), ...beyond]);
}

/** Nodes outside of a set that read nothing but what the set makes. */
function readyNodes(graph: SplitGraph, { firstMissing, beyond }: Downset): number[] {
  const isBelow = (node: number) => node < firstMissing || beyond.includes(node);
  const ready = new Set<number>();
  const consider = (node: number) => {
    if (isBelow(node)) return;
    const reads = graph.nodes[node]?.reads ?? [];
    if (reads.every((tensor) => makerOf(graph, tensor) < 0 || isBelow(makerOf(graph, tensor)))) ready.add(node);
  };
  if (firstMissing < graph.nodes.length) consider(firstMissing);
  // Any other ready node reads the model's inputs alone or something that crosses.
  for (let node = firstMissing + 1; node < graph.nodes.length; node++) consider(node);
  return [...ready];
}

function makerOf(graph: SplitGraph, tensor: number): number {
  return graph.tensors[tensor]?.producer ?? -1;
}

function withNode({ firstMissing, beyond }: Downset, node: number): Downset {
  if (node !== firstMissing) return { firstMissing, beyond: [...beyond, node].sort((a, b) => a - b) };
  const rest = [...beyond];
  let next = node + 1;
  while (rest[0] === next) {
    rest.shift();
    next++;
  }
  return { firstMissing: next, beyond: rest };
}
