import { cutAboveMembers, cutAtPosition, membersBelow } from './cuts';
import { downsetsAcrossBranches } from './dagCandidates';
import { liveBytes, liveBytesInOrder, tensorBytes } from './liveBytes';
import { loadOf, loadsAtPosition, type SideLoad } from './peakActivations';
import { sensibleOrders } from './sensibleOrders';
import type { Candidate, Cut, SplitGraph } from './splitGraph';

/** Candidates, and whether every cut across branches was looked at. */
export interface CandidateSearch {
  readonly candidates: Candidate[];
  /** Blocks between neighboring single-tensor cuts that have more downsets than the search looks at. */
  readonly boundedBlocks: number;
}

/**
 * The split points that an optimum may use whatever the infrastructure is (DNNSplit; `docs/theory.md` section 3): the strict
 * running minima of the live bytes over the order (position n only when nothing crosses there), and the cuts across
 * branches below which no smaller cut has as few bytes. In order of position.
 */
export function findCandidates(graph: SplitGraph): Candidate[] {
  return searchCandidates(graph).candidates;
}

/**
 * `findCandidates` with what it left out.
 * @param bytesOf bytes per tensor where they differ from the tensors' own (another wire type), `Infinity` for unknown.
 * @param answers bytes that come back by the node that makes them, where any do: then a cut rules another one out only
 * where no answer is made between the two, since what is made below a link does not come back over it.
 */
export function searchCandidates(
  graph: SplitGraph,
  bytesOf: Float64Array = tensorBytes(graph),
  answers?: Float64Array,
): CandidateSearch {
  const { cuts, boundedBlocks } = searchCuts(graph, bytesOf, answers);
  return { candidates: cuts.map((cut) => describeCut(graph, cut)), boundedBlocks };
}

/**
 * The cuts of `searchCandidates`, without what they mean for their sides.
 * @param aboveAnswers leaves out cuts below which no answer is made, where that saves a look at them.
 */
export function searchCuts(
  graph: SplitGraph,
  bytesOf: Float64Array,
  answers?: Float64Array,
  aboveAnswers = false,
): { readonly cuts: readonly Cut[]; readonly boundedBlocks: number } {
  const own = minimaBetweenAnswers(liveBytes(graph, bytesOf).bytes, (place) => (answers?.[place] ?? 0) > 0);
  const first = aboveAnswers ? Math.max(0, answers?.findIndex((bytes) => bytes > 0) ?? 0) : -1;
  const minima = own.filter((position) => position > first);
  const prefixes = minima.map((position) => cutAtPosition(graph, position));
  const across = downsetsAcrossBranches(graph, bytesOf, answers, aboveAnswers);
  const found = [...ordersToTry(graph, bytesOf, answers, aboveAnswers), ...across.downsets];
  const all = [...prefixes, ...found.map((members) => cutAboveMembers(graph, members))];
  const sized = sizedCuts(graph, all, bytesOf, answers).filter(({ made }) => made > 0 || !aboveAnswers);
  return { cuts: withoutRuledOut(sized), boundedBlocks: across.boundedBlocks };
}

/** Positions of the strict running minima; unknown bytes (`Infinity`) never are one. */
export function runningMinima(bytes: Float64Array): number[] {
  return minimaBetween(bytes, anywhere);
}

/** Cuts of one order that are looked at because an answer is made just below them; models have few answers. */
const mostAfterAnswers = 512;

/**
 * The same, beginning anew after every place that makes what comes back. Where that gives very many, all running minima
 * and some of the others at equal distances: a search over all pairs of cuts would take their square.
 */
function minimaBetweenAnswers(bytes: Float64Array, makesAnswer: (place: number) => boolean): number[] {
  const positions = minimaBetween(bytes, { ...anywhere, makesAnswer });
  if (positions.length <= mostAfterAnswers) return positions;
  const running = new Set(runningMinima(bytes));
  const step = Math.ceil(positions.length / mostAfterAnswers);
  return positions.filter((position, index) => index % step === 0 || running.has(position));
}

/** What an order of the nodes has at its places and positions. */
export interface OrderPlaces {
  readonly makesAnswer: (place: number) => boolean;
  readonly breaksKernel: (position: number) => boolean;
}

const anywhere: OrderPlaces = { makesAnswer: () => false, breaksKernel: () => false };

/** Running minima that begin anew after every place that makes what comes back, and after each one that breaks a kernel. */
export function minimaBetween(bytes: Float64Array, { makesAnswer, breaksKernel }: OrderPlaces): number[] {
  const positions: number[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  for (let position = 0; position < bytes.length; position++) {
    if (position > 0 && makesAnswer(position - 1)) lowest = Number.POSITIVE_INFINITY;
    const live = bytes[position] ?? 0;
    if (live >= lowest) continue;
    lowest = breaksKernel(position) ? Number.POSITIVE_INFINITY : live;
    positions.push(position);
  }
  return positions;
}

/** The running minima of other sensible orders, as members; the graph's own order has given its prefixes already. */
function ordersToTry(
  graph: SplitGraph,
  bytesOf: Float64Array,
  answers: Float64Array | undefined,
  aboveAnswers: boolean,
): Uint8Array[] {
  return sensibleOrders(graph).flatMap((order) => {
    if (order.every((node, place) => node === place)) return [];
    const makesAnswer = (place: number) => (answers?.[order[place] ?? 0] ?? 0) > 0;
    const all = minimaBetweenAnswers(liveBytesInOrder(graph, order, bytesOf).bytes, makesAnswer);
    const first = aboveAnswers ? order.findIndex((_, place) => makesAnswer(place)) : -1;
    const minima = all.filter((position) => position > first);
    const members = new Uint8Array(order.length);
    let marked = 0;
    return minima.map((position) => {
      for (; marked < position; marked++) members[order[marked] ?? 0] = 1;
      return members.slice();
    });
  });
}

function sizedCuts(
  graph: SplitGraph,
  cuts: readonly Cut[],
  bytesOf: Float64Array,
  answers: Float64Array | undefined,
): SizedCut[] {
  const madeBefore = new Int32Array(graph.nodes.length + 1);
  const makes = (node: number) => ((answers?.[node] ?? 0) > 0 ? 1 : 0);
  for (const node of graph.nodes.keys()) madeBefore[node + 1] = (madeBefore[node] ?? 0) + makes(node);
  return cuts.map((cut) => ({
    cut,
    bytes: cut.tensors.reduce((sum, tensor) => sum + (bytesOf[tensor] ?? 0), 0),
    members: cut.downset && membersBelow(graph, cut),
    made: cut.downset?.reduce((sum, node) => sum + makes(node), 0) ?? madeBefore[cut.position] ?? 0,
  }));
}

/** Drops every cut that contains another one with as few bytes and the same answers; of equal cuts the first stays. */
function withoutRuledOut(sized: SizedCut[]): Cut[] {
  sized.sort((a, b) => a.cut.position - b.cut.position || a.bytes - b.bytes);
  const kept = new Map<number, KeptCuts>();
  return sized.flatMap((one) => {
    if (one.bytes === Number.POSITIVE_INFINITY) return [];
    const alike = kept.get(one.made) ?? new KeptCuts();
    kept.set(one.made, alike);
    if (alike.ruleOut(one)) return [];
    alike.add(one);
    return [one.cut];
  });
}

interface SizedCut {
  readonly cut: Cut;
  readonly bytes: number;
  readonly members: Uint8Array | undefined;
  /** How many nodes below make answers. */
  readonly made: number;
}

/** Cuts below which the same answers are made, added by rising position; none of them is ruled out. */
class KeptCuts {
  /** Of prefixes of the order each has fewer bytes than those before it. */
  private readonly prefixes: SizedCut[] = [];
  private readonly across: SizedCut[] = [];

  add(one: SizedCut): void {
    (one.members === undefined ? this.prefixes : this.across).push(one);
  }

  /** True where a cut with as few bytes is inside another one. */
  ruleOut(one: SizedCut): boolean {
    const prefix = this.lastInside(one);
    if (prefix !== undefined && prefix.bytes <= one.bytes) return true;
    return this.across.some((lower) => lower.bytes <= one.bytes && isInside(lower.cut.downset ?? [], one));
  }

  /** The longest prefix of the order that is inside a cut. */
  private lastInside({ cut, members }: SizedCut): SizedCut | undefined {
    const missing = members?.indexOf(0) ?? cut.position;
    const until = missing < 0 ? cut.position : missing;
    let [low, high] = [0, this.prefixes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.prefixes[middle]?.cut.position ?? 0) <= until) low = middle + 1;
      else high = middle;
    }
    return this.prefixes[low - 1];
  }
}

/** True when nodes, in ascending order, are all below a cut. */
function isInside(nodes: readonly number[], { cut, members }: SizedCut): boolean {
  if (members === undefined) return (nodes.at(-1) ?? -1) < cut.position;
  return nodes.every((node) => members[node] === 1);
}

/** Fills in what a cut means for both of its sides. */
function describeCut(graph: SplitGraph, cut: Cut): Candidate {
  const [before, after] = sidesOf(graph, cut);
  return {
    ...cut,
    macsBefore: before.macs,
    macsAfter: after.macs,
    weightBytesBefore: before.weightBytes,
    weightBytesAfter: after.weightBytes,
    peakActivationBytesBefore: before.peakActivationBytes,
    peakActivationBytesAfter: after.peakActivationBytes,
    singleTensor: cut.tensors.length === 1,
  };
}

function sidesOf(graph: SplitGraph, cut: Cut): readonly [SideLoad, SideLoad] {
  if (cut.downset === undefined) return loadsAtPosition(graph, cut.position);
  const below = membersBelow(graph, cut);
  const above = below.map((member) => 1 - member);
  return [loadOf(graph, below, new Uint8Array(below.length)), loadOf(graph, above, below)];
}
