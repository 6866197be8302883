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
  const minima = minimaBetweenAnswers(liveBytes(graph, bytesOf).bytes, (place) => (answers?.[place] ?? 0) > 0);
  const prefixes = minima.map((position) => cutAtPosition(graph, position));
  const across = downsetsAcrossBranches(graph, bytesOf, answers);
  const found = [...ordersToTry(graph, bytesOf, answers), ...across.downsets];
  const all = [...prefixes, ...found.map((members) => cutAboveMembers(graph, members))];
  const cuts = withoutRuledOut(graph, all, bytesOf, answers);
  return { candidates: cuts.map((cut) => describeCut(graph, cut)), boundedBlocks: across.boundedBlocks };
}

/** Positions of the strict running minima; unknown bytes (`Infinity`) never are one. */
export function runningMinima(bytes: Float64Array): number[] {
  return minimaBetweenAnswers(bytes, () => false);
}

/** The same, beginning anew after every place that makes what comes back. */
function minimaBetweenAnswers(bytes: Float64Array, makesAnswer: (place: number) => boolean): number[] {
  const positions: number[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  for (let position = 0; position < bytes.length; position++) {
    if (position > 0 && makesAnswer(position - 1)) lowest = Number.POSITIVE_INFINITY;
    const live = bytes[position] ?? 0;
    if (live >= lowest) continue;
    lowest = live;
    positions.push(position);
  }
  return positions;
}

/** The running minima of other sensible orders, as members; the graph's own order has given its prefixes already. */
function ordersToTry(graph: SplitGraph, bytesOf: Float64Array, answers: Float64Array | undefined): Uint8Array[] {
  return sensibleOrders(graph).flatMap((order) => {
    if (order.every((node, place) => node === place)) return [];
    const makesAnswer = (place: number) => (answers?.[order[place] ?? 0] ?? 0) > 0;
    const minima = minimaBetweenAnswers(liveBytesInOrder(graph, order, bytesOf).bytes, makesAnswer);
    const members = new Uint8Array(order.length);
    let marked = 0;
    return minima.map((position) => {
      for (; marked < position; marked++) members[order[marked] ?? 0] = 1;
      return members.slice();
    });
  });
}

/** Drops every cut that contains another one with as few bytes and the same answers; of equal cuts the first stays. */
function withoutRuledOut(
  graph: SplitGraph,
  cuts: readonly Cut[],
  bytesOf: Float64Array,
  answers: Float64Array | undefined,
): Cut[] {
  const makers = answers === undefined ? [] : [...answers.keys()].filter((node) => (answers[node] ?? 0) > 0);
  const sized = cuts.map((cut) => ({
    cut,
    bytes: cut.tensors.reduce((sum, tensor) => sum + (bytesOf[tensor] ?? 0), 0),
    members: cut.downset && membersBelow(graph, cut),
    made: makers.filter((node) => isBelow(cut, node)).length,
  }));
  sized.sort((a, b) => a.cut.position - b.cut.position || a.bytes - b.bytes);
  const kept: typeof sized = [];
  for (const one of sized) {
    if (one.bytes === Number.POSITIVE_INFINITY) continue;
    const ruledOut = kept.some((lower) => lower.bytes <= one.bytes && lower.made === one.made && isInside(lower, one));
    if (!ruledOut) kept.push(one);
  }
  return kept.map((one) => one.cut);
}

function isBelow({ position, downset }: Cut, node: number): boolean {
  return downset === undefined ? node < position : downset.includes(node);
}

interface SizedCut {
  readonly cut: Cut;
  readonly members: Uint8Array | undefined;
}

/** True when every node below `lower` is below `upper` too. */
function isInside(lower: SizedCut, upper: SizedCut): boolean {
  if (upper.members === undefined) {
    return lower.cut.downset === undefined
      ? lower.cut.position <= upper.cut.position
      : (lower.cut.downset.at(-1) ?? -1) < upper.cut.position;
  }
  if (lower.cut.downset !== undefined) return lower.cut.downset.every((node) => upper.members?.[node] === 1);
  for (let node = 0; node < lower.cut.position; node++) if (upper.members[node] !== 1) return false;
  return true;
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
