import { brokenBonds } from '../../split/brokenBonds';
import { cutAboveDownset, cutKey, membersBelow } from '../../split/cuts';
import { runningMinima } from '../../split/findCandidates';
import { liveBytesInOrder } from '../../split/liveBytes';
import type { Cut } from '../../split/splitGraph';
import { answersAbove, stateCrossing } from '../costs/answers';
import { type BusySpans, spansOf } from '../costs/busySpans';
import type { CostTables } from '../costs/costTables';
import { isGap, type TierBounds } from '../infrastructure/tierBounds';
import { answerValue, transferValue, wayOf } from '../plan/metrics';
import type { Assignment } from '../plan/plan';
import { gapsBefore, prefixRanges } from './prefixTuples';

/**
 * The cuts that a search may put on its links, the empty one first and the full one last, so that every single-tier plan
 * is among the plans. A plan is one cut per link, each inside the next. Cuts are told by their index here.
 */
export interface CutFamily {
  /** How many cuts there are. */
  readonly size: number;
  /** How many nodes of the graph there are. */
  readonly nodeCount: number;
  /** Nodes below each cut, rising. */
  readonly positions: Int32Array;
  /** The nodes below, as ascending indices, for the cuts that are no prefix of the order. */
  readonly downsets: readonly (readonly number[] | undefined)[];
  /** Per tier what it is busy with between cuts. */
  readonly spans: readonly BusySpans[];
  /** Wire bytes of cut c on link l: `bytes[l][c]`; `Infinity` where unknown. */
  readonly bytes: readonly Float64Array[];
  /** Bytes that come down each cut: the answers that are made above it, and state. */
  readonly answerBytes: Float64Array;
  /** The first node that is not below each cut, and one past the last node that is; a prefix's position, both. */
  readonly firstOutside: Int32Array;
  readonly afterLast: Int32Array;
  /** Per tier how many nodes below each cut it cannot run, though tiers below and above it may; nothing where there are none. */
  readonly gapsBelow: readonly (Int32Array | undefined)[];
  /** True when every node below `lower` is below `upper`; surely where `afterLast[lower] <= firstOutside[upper]`. */
  readonly isInside: (lower: number, upper: number) => boolean;
}

/**
 * The family of some cuts and positions of the order, of the two trivial ones, and of what pins make of the cuts.
 * @param positions further cuts, each the first so many nodes of the order.
 */
export function createFamily(
  costs: CostTables,
  cuts: readonly Cut[],
  bounds: TierBounds,
  positions: Iterable<number> = [],
): CutFamily {
  const nodeCount = costs.graph.nodes.length;
  const prefixes = new Set<number>([0, nodeCount, ...positions]);
  const across = new Map<string, Cut>();
  for (const cut of [...cuts, ...cutsWithinBounds(costs, cuts, bounds)]) {
    if (cut.downset === undefined) prefixes.add(cut.position);
    else across.set(cutKey(cut), cut);
  }
  const sorted: Pick<Cut, 'position' | 'downset' | 'tensors'>[] = [
    ...[...prefixes].map((position) => ({ position, tensors: [] })),
    ...across.values(),
  ].sort((a, b) => a.position - b.position);
  const downsets = sorted.map((cut) => cut.downset);
  return {
    size: sorted.length,
    nodeCount,
    positions: Int32Array.from(sorted, (cut) => cut.position),
    downsets,
    spans: spansOfCuts(costs, sorted),
    bytes: costs.wires.map((wire) => Float64Array.from(sorted, (cut) => bytesCrossing(costs, wire, cut))),
    answerBytes: Float64Array.from(sorted, (cut) => answersAbove(costs.answers, cut)),
    gapsBelow: costs.tiers.map((_, k) => gapsBelowCuts(bounds, nodeCount, k, sorted)),
    ...insideTest(
      sorted.map((cut) => cut.position),
      downsets,
    ),
  };
}

/** Seconds that a link takes both ways with cut c on it. */
export function linkSeconds({ infrastructure, answers }: CostTables, family: CutFamily, l: number, c: number): number {
  const upS = transferValue('latency', family.bytes[l]?.[c] ?? 0, wayOf(infrastructure, l, 'up'));
  if (!answers.comesBack || c === family.size - 1) return upS;
  return upS + answerValue('latency', family.answerBytes[c] ?? 0, wayOf(infrastructure, l, 'down'));
}

/** Whether tier k may run what lies between two different cuts, the lower one inside the upper one. */
export function mayRunPart(
  { gapsBelow }: CutFamily,
  { allowedTiers }: TierBounds,
  k: number,
  lower: number,
  upper: number,
): boolean {
  const gaps = gapsBelow[k];
  return allowedTiers[k] === 1 && (gaps === undefined || gaps[lower] === gaps[upper]);
}

function gapsBelowCuts(
  { gaps }: TierBounds,
  nodeCount: number,
  k: number,
  cuts: readonly Pick<Cut, 'position' | 'downset'>[],
): Int32Array | undefined {
  if (gaps === undefined) return undefined;
  const before = gapsBefore(gaps, nodeCount, k);
  if (before[nodeCount] === 0) return undefined;
  return Int32Array.from(cuts, ({ position, downset }) => {
    if (downset === undefined) return before[position] ?? 0;
    return downset.reduce((count, node) => count + (isGap(gaps, node, k) ? 1 : 0), 0);
  });
}

/** True for each node below cut c. */
export function membersOf(family: CutFamily, c: number): Uint8Array {
  const members = new Uint8Array(family.nodeCount);
  const downset = family.downsets[c];
  if (downset === undefined) return members.fill(1, 0, family.positions[c]);
  for (const node of downset) members[node] = 1;
  return members;
}

/** Tier per node of the plan that puts `chosen[k]` on link k. */
export function assignmentOf(family: CutFamily, chosen: readonly number[]): Assignment {
  const assignment = new Uint8Array(family.nodeCount);
  for (const cut of chosen) {
    const downset = family.downsets[cut];
    const members = downset && membersOf(family, cut);
    for (let node = members ? 0 : (family.positions[cut] ?? 0); node < assignment.length; node++) {
      if (members?.[node] !== 1) assignment[node] = (assignment[node] ?? 0) + 1;
    }
  }
  return assignment;
}

/** Per link and cut, 1 when the cut may lie there: it holds what must run at or below it, and nothing that must not. */
export function allowedCuts(costs: CostTables, family: CutFamily, bounds: TierBounds): Uint8Array[] {
  if (!bounds.restricts) return costs.wires.map(() => new Uint8Array(family.size).fill(1));
  const ranges = prefixRanges(costs, bounds);
  return costs.wires.map((_, link) => {
    const { from, to } = ranges[link] ?? { from: 0, to: 0 };
    return Uint8Array.from(family.downsets, (downset, c) => {
      const position = family.positions[c] ?? 0;
      if (downset === undefined) return position >= from && position <= to ? 1 : 0;
      return isWithinBounds(membersOf(family, c), bounds, link) ? 1 : 0;
    });
  });
}

function isWithinBounds(members: Uint8Array, bounds: TierBounds, link: number): boolean {
  for (let node = 0; node < members.length; node++) {
    const below = members[node] === 1;
    if (below ? (bounds.lowest[node] ?? 0) > link : (bounds.highest[node] ?? 0) <= link) return false;
  }
  return true;
}

/** Per tier what it is busy with between some cuts. */
export function spansOfCuts(
  { tiers, bonds }: CostTables,
  cuts: readonly Pick<Cut, 'position' | 'downset'>[],
): BusySpans[] {
  const broken = bonds.length === 0 ? [] : cuts.map((cut) => brokenBonds(bonds).by(cut));
  return tiers.map((table) => {
    const below = Float64Array.from(cuts, (cut) => secondsBelow(table, cut));
    return spansOf(below, table.separation, (c) => broken[c] ?? []);
  });
}

function secondsBelow(table: CostTables['tiers'][number], { position, downset }: Pick<Cut, 'position' | 'downset'>) {
  if (downset === undefined) return table.prefixSeconds[position] ?? 0;
  return downset.reduce((sum, node) => sum + (table.seconds[node] ?? 0), 0);
}

/** Wire bytes that go up over a cut, state included; `Infinity` where unknown. */
export function bytesCrossing(
  { answers }: Pick<CostTables, 'answers'>,
  wire: CostTables['wires'][number],
  { position, downset, tensors }: Pick<Cut, 'position' | 'downset' | 'tensors'>,
): number {
  if (downset === undefined) return wire.positionBytes[position] ?? 0;
  const state = stateCrossing(answers.carried, downset, 'up');
  return tensors.reduce((sum, tensor) => sum + (wire.tensorBytes[tensor] ?? 0), state);
}

/**
 * Tells which cut is inside which. A cut has all nodes before its first missing one, and some beyond; another one is inside
 * it when it misses that node too and its own nodes beyond are in there as well. For two cuts across branches that is
 * settled once, for any other pair two numbers tell.
 */
function insideTest(
  positions: readonly number[],
  downsets: readonly (readonly number[] | undefined)[],
): Pick<CutFamily, 'firstOutside' | 'afterLast' | 'isInside'> {
  const firstOutside = Int32Array.from(positions, (position, c) => firstMissing(downsets[c]) ?? position);
  const afterLast = Int32Array.from(positions, (position, c) => (downsets[c]?.at(-1) ?? position - 1) + 1);
  const across = downsets.flatMap((downset, c) => (downset === undefined ? [] : [c]));
  const placeOf = new Int32Array(positions.length).fill(-1);
  for (const [place, c] of across.entries()) placeOf[c] = place;
  let matrix: Uint8Array | undefined;
  const isInside = (lower: number, upper: number) => {
    if ((afterLast[lower] ?? 0) <= (firstOutside[upper] ?? 0)) return true;
    const [l, u] = [placeOf[lower] ?? -1, placeOf[upper] ?? -1];
    if (l < 0 || u < 0) return false;
    matrix ??= insideMatrix(across, downsets, firstOutside);
    return matrix[l * across.length + u] === 1;
  };
  return { firstOutside, afterLast, isInside };
}

/** Which of the cuts across branches is inside which: 1 at `lower * count + upper`. Sets of nodes are compared 32 at a time. */
function insideMatrix(
  across: readonly number[],
  downsets: readonly (readonly number[] | undefined)[],
  firstOutside: Int32Array,
): Uint8Array {
  const count = across.length;
  const words = across.reduce((most, c) => Math.max(most, 1 + ((downsets[c]?.at(-1) ?? 0) >> 5)), 1);
  const members = new Uint32Array(count * words);
  for (const [place, c] of across.entries()) {
    for (const node of downsets[c] ?? []) {
      const at = place * words + (node >> 5);
      members[at] = (members[at] ?? 0) | (1 << (node & 31));
    }
  }
  const firsts = Int32Array.from(across, (c) => firstOutside[c] ?? 0);
  const matrix = new Uint8Array(count ** 2);
  for (let l = 0; l < count; l++) {
    const first = firsts[l] ?? 0;
    for (let u = 0; u < count; u++) {
      if (first > (firsts[u] ?? 0)) continue;
      // Both have every node before the first one that the lower cut misses.
      let word = first >> 5;
      while (word < words && ((members[l * words + word] ?? 0) & ~(members[u * words + word] ?? 0)) === 0) word++;
      if (word === words) matrix[l * count + u] = 1;
    }
  }
  return matrix;
}

/** The first node that is not in an ascending list. */
function firstMissing(nodes: readonly number[] | undefined): number | undefined {
  if (nodes === undefined) return undefined;
  const gap = nodes.findIndex((node, place) => node !== place);
  return gap < 0 ? nodes.length : gap;
}

/**
 * Under pins: each cut brought within what link k allows, and the running minima of the order that runs first what must
 * run at or below tier k and last what must run above it.
 */
function cutsWithinBounds(costs: CostTables, cuts: readonly Cut[], bounds: TierBounds): Cut[] {
  if (!bounds.restricts) return [];
  const { graph } = costs;
  const nodes = [...graph.nodes.keys()];
  return costs.wires.flatMap((wire, k) => {
    const isRequired = (node: number) => (bounds.highest[node] ?? 0) <= k;
    const isAllowed = (node: number) => (bounds.lowest[node] ?? 0) <= k;
    const projected = cuts.map((cut) => {
      const members = membersBelow(graph, cut);
      return nodes.filter((node) => isAllowed(node) && (members[node] === 1 || isRequired(node)));
    });
    const required = nodes.filter(isRequired);
    const free = nodes.filter((node) => isAllowed(node) && !isRequired(node));
    const order = [...required, ...free, ...nodes.filter((node) => !isAllowed(node))];
    const live = liveBytesInOrder(graph, order, wire.tensorBytes).bytes;
    const range = live.subarray(required.length, required.length + free.length + 1);
    const minima = runningMinima(range).map((offset) => order.slice(0, required.length + offset));
    const extremes = [required, [...required, ...free]];
    return [...projected, ...minima, ...extremes].map((downset) => cutAboveDownset(graph, downset));
  });
}
