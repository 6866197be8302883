import { fusedGroups } from './fusedGroups';
import type { DataTensor, Phase, SessionCalls, SplitGraph, SplitNode, StateTensor } from './splitGraph';

/** The graph of one call with so many tokens that were there before, aligned with `sizedLike`. */
export type GraphAt = (pastTokens: number) => SplitGraph;

/**
 * A graph that stands for all calls of a session: what crosses is the sum over its calls, so that a plan of it is the plan
 * of the explicit sum.
 */
export function sessionGraph(graph: SplitGraph, session: SessionCalls): SplitGraph {
  const phases = phasesOf(session);
  const total = combined(
    graph,
    [
      ...phases.flatMap(
        ({ first, last, calls }) =>
          [
            [first, calls / 2],
            [last, calls / 2],
          ] as const,
      ),
    ],
    plus,
  );
  return { ...total, session };
}

/** All phases of a session, in turn. */
export function phasesOf({ prefill, generation }: Pick<SessionCalls, 'prefill' | 'generation'>): readonly Phase[] {
  return [...prefill, ...generation];
}

/** How often a graph is called: once unless it stands for a session. */
export function callsOf({ session }: Pick<SplitGraph, 'session'>): number {
  return session === undefined ? 1 : phasesOf(session).reduce((sum, { calls }) => sum + calls, 0);
}

/** What of a graph is in memory at most: of a session every tensor in its largest size. */
export function memoryGraph(graph: SplitGraph): SplitGraph {
  return graph.session?.largest ?? graph;
}

/** Every tensor in the largest size that it has in any of some phases. */
export function largestOf(graph: SplitGraph, phases: readonly Phase[]): SplitGraph {
  return combined(
    graph,
    phases.flatMap(
      ({ first, last }) =>
        [
          [first, 1],
          [last, 1],
        ] as const,
    ),
    larger,
  );
}

/**
 * Phases that the calls from one number of past tokens to another fall into: where counts do not rise evenly, shorter ones,
 * down to two calls.
 */
export function phasesBetween(graphAt: GraphAt, from: number, to: number): Phase[] {
  const [first, last] = [graphAt(from), graphAt(to)];
  const calls = to - from + 1;
  if (calls <= 2) return [{ first, last, calls }];
  const middle = from + Math.floor((to - from) / 2);
  if (isBetween(graphAt(middle), first, last, (middle - from) / (to - from))) return [{ first, last, calls }];
  return [...phasesBetween(graphAt, from, middle), ...phasesBetween(graphAt, middle + 1, to)];
}

/** The counts of another graph of the same model in the nodes and tensors of this one; what it has not counts nothing. */
export function sizedLike(graph: SplitGraph, other: SplitGraph): SplitGraph {
  const nodes = new Map(other.nodes.map((node) => [node.id, node]));
  const tensors = new Map(other.tensors.map((tensor) => [tensor.name, tensor]));
  return withCounts(
    graph,
    graph.nodes.map(({ id }) => nodes.get(id) ?? noWork),
    graph.tensors.map(({ name, shape }) => tensors.get(name) ?? { shape, bytes: 0 }),
  );
}

const nodeCounts = ['macs', 'elementwiseOps', 'trafficBytes'] as const;

type Counts = Pick<SplitNode, (typeof nodeCounts)[number] | 'rateClass'>;
type Sized = Pick<DataTensor, 'shape' | 'bytes'>;

const noWork: Counts = { macs: 0, elementwiseOps: 0, trafficBytes: 0 };

function withCounts(graph: SplitGraph, nodes: readonly Counts[], tensors: readonly Sized[]): SplitGraph {
  const sized = graph.tensors.map((tensor, t): DataTensor => {
    const { shape, bytes } = tensors[t] ?? tensor;
    return { ...tensor, shape, bytes };
  });
  return {
    ...graph,
    nodes: graph.nodes.map((node, n) => {
      const { macs, elementwiseOps, trafficBytes, rateClass } = nodes[n] ?? noWork;
      return { ...node, macs, elementwiseOps, trafficBytes, ...(rateClass && { rateClass }) };
    }),
    tensors: sized,
    ...(graph.state && { state: graph.state.map((one): StateTensor => ({ ...one, bytes: sized[one.output]?.bytes })) }),
  };
}

type Join = (sum: number, count: number, weight: number) => number;
const plus: Join = (sum, count, weight) => sum + count * weight;
const larger: Join = (most, count) => Math.max(most, count);

/** Counts of several graphs as one; unknown where one of them is. */
function combined(graph: SplitGraph, parts: readonly (readonly [SplitGraph, number])[], join: Join): SplitGraph {
  const over = (countOf: (part: SplitGraph) => number | undefined): number | undefined =>
    parts.reduce<number | undefined>((sum, [part, weight]) => {
      const count = countOf(part);
      return sum === undefined || count === undefined ? undefined : join(sum, count, weight);
    }, 0);
  const nodes = graph.nodes.map((_, n) => ({
    macs: over((part) => part.nodes[n]?.macs),
    elementwiseOps: over((part) => part.nodes[n]?.elementwiseOps),
    trafficBytes: over((part) => part.nodes[n]?.trafficBytes),
  }));
  const tensors = graph.tensors.map(
    ({ shape }, t): Sized => ({ shape, bytes: over((part) => part.tensors[t]?.bytes) }),
  );
  return withCounts(graph, nodes, tensors);
}

/** Whether all counts of a graph lie where a line from the first to the last one passes, and its kernels are the same. */
function isBetween(middle: SplitGraph, first: SplitGraph, last: SplitGraph, part: number): boolean {
  const fits = (low: number | undefined, own: number | undefined, high: number | undefined) =>
    low === undefined || own === undefined || high === undefined
      ? low === high && own === low
      : Math.abs(low + (high - low) * part - own) <= 1e-9 * Math.max(1, own);
  const groups = [first, middle, last].map((graph) => fusedGroups(graph).mainOf);
  return (
    middle.tensors.every(({ bytes }, t) => fits(first.tensors[t]?.bytes, bytes, last.tensors[t]?.bytes)) &&
    middle.nodes.every((node, n) =>
      nodeCounts.every((count) => fits(first.nodes[n]?.[count], node[count], last.nodes[n]?.[count])),
    ) &&
    middle.nodes.every(
      ({ rateClass }, n) =>
        [first, last].every(({ nodes }) => nodes[n]?.rateClass === rateClass) &&
        groups.every((mainOf) => mainOf[n] === groups[0]?.[n]),
    )
  );
}
