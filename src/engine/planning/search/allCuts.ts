import { throwIfCanceled, unwatched, type Work } from '../../../shared/work/work';
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
  /** The nodes outside that read nothing but what the set makes, ascending. */
  readonly ready: readonly number[];
}

/** Per node, the nodes whose tensors it reads, and those that read its own. */
interface Neighbors {
  readonly makers: readonly (readonly number[])[];
  readonly readers: readonly (readonly number[])[];
}

function enumerate(graph: SplitGraph, most: number, work: Work): number[][] | undefined {
  if (graph.nodes.length + 1 > most) return undefined;
  const neighbors = neighborsOf(graph);
  const first = [...neighbors.makers.keys()].filter((node) => neighbors.makers[node]?.length === 0);
  const found: Downset[] = [];
  let level: Downset[] = [{ firstMissing: 0, beyond: [], ready: first }];
  while (level.length > 0) {
    throwIfCanceled(work);
    for (const downset of level) found.push(downset);
    const next = new Map<string, Downset>();
    for (const downset of level) {
      // What is ready may join in any choice of its own.
      if (found.length + next.size > most || 2 ** downset.ready.length > most) return undefined;
      for (const node of downset.ready) {
        const { firstMissing, beyond } = withNode(downset, node);
        const key = `${firstMissing}|${beyond.join(',')}`;
        if (!next.has(key)) {
          next.set(key, {
            firstMissing,
            beyond,
            ready: readyAfter(neighbors, downset, node, { firstMissing, beyond }),
          });
        }
      }
    }
    level = [...next.values()];
  }
  return found.map(({ firstMissing, beyond }) => [...Array.from({ length: firstMissing }, (_, n) => n), ...beyond]);
}

function neighborsOf(graph: SplitGraph): Neighbors {
  const makers = graph.nodes.map(({ reads }) => [
    ...new Set(reads.map((tensor) => graph.tensors[tensor]?.producer ?? -1).filter((maker) => maker >= 0)),
  ]);
  const readers: number[][] = makers.map(() => []);
  for (const [node, own] of makers.entries()) for (const maker of own) readers[maker]?.push(node);
  return { makers, readers };
}

/** What is ready once a ready node is in the set: the others, and readers of it that read nothing else from outside. */
function readyAfter(
  { makers, readers }: Neighbors,
  { ready }: Downset,
  node: number,
  { firstMissing, beyond }: Pick<Downset, 'firstMissing' | 'beyond'>,
): number[] {
  const isBelow = (maker: number) => maker < firstMissing || beyond.includes(maker);
  const now = (readers[node] ?? []).filter((reader) => makers[reader]?.every(isBelow));
  return [...ready.filter((other) => other !== node), ...now].sort((a, b) => a - b);
}

function withNode({ firstMissing, beyond }: Downset, node: number): Pick<Downset, 'firstMissing' | 'beyond'> {
  if (node !== firstMissing) return { firstMissing, beyond: [...beyond, node].sort((a, b) => a - b) };
  const rest = [...beyond];
  let next = node + 1;
  while (rest[0] === next) {
    rest.shift();
    next++;
  }
  return { firstMissing: next, beyond: rest };
}
