import { cutAboveDownset, cutAtPosition, membersBelow } from '../split/cuts';
import { runningMinima } from '../split/findCandidates';
import { liveBytesInOrder } from '../split/liveBytes';
import type { Cut } from '../split/splitGraph';
import type { CostTables } from './costTables';
import type { Assignment } from './plan';
import type { TierBounds } from './tierBounds';

/**
 * The cuts that a search may put on its links, the empty one first and the full one last, so that every single-tier plan
 * is among the plans. A plan is one cut per link, each inside the next.
 */
export interface CutFamily {
  readonly cuts: readonly Cut[];
  /** 1 for nodes below, per cut. */
  readonly members: readonly Uint8Array[];
  /** Seconds on tier k of everything below cut c: `secondsBelow[k][c]`. */
  readonly secondsBelow: readonly Float64Array[];
  /** Wire bytes of cut c on link l: `bytes[l][c]`; `Infinity` where unknown. */
  readonly bytes: readonly Float64Array[];
  /** `inside[upper][lower]` is 1 when every node below `lower` is below `upper`. */
  readonly inside: readonly Uint8Array[];
}

/** The family of some cuts, of the two trivial ones, and of what pins make of them. */
export function createFamily(costs: CostTables, cuts: readonly Cut[], bounds: TierBounds): CutFamily {
  const n = costs.graph.nodes.length;
  const pool = [cutAtPosition(costs.graph, 0), ...cuts, ...cutsWithinBounds(costs, cuts, bounds)];
  const unique = new Map<string, Cut>();
  for (const cut of [...pool, cutAtPosition(costs.graph, n)]) unique.set(cutKey(cut), cut);
  const sorted = [...unique.values()].sort((a, b) => a.position - b.position);
  const members = sorted.map((cut) => membersBelow(costs.graph, cut));
  return {
    cuts: sorted,
    members,
    secondsBelow: costs.tiers.map((table) => Float64Array.from(sorted, (cut) => secondsBelow(table, cut))),
    bytes: costs.wires.map((wire) => Float64Array.from(sorted, (cut) => bytesCrossing(wire.tensorBytes, cut))),
    inside: members.map((upper, u) =>
      Uint8Array.from(sorted, (lower, l) => (l <= u && isInside(lower, sorted[u], upper) ? 1 : 0)),
    ),
  };
}

/** Tier per node of the plan that puts `chosen[k]` on link k. */
export function assignmentOf(family: CutFamily, chosen: readonly number[]): Assignment {
  const assignment = new Uint8Array(family.members[0]?.length ?? 0);
  for (const cut of chosen) {
    const members = family.members[cut];
    for (let node = 0; node < assignment.length; node++) {
      if (members?.[node] !== 1) assignment[node] = (assignment[node] ?? 0) + 1;
    }
  }
  return assignment;
}

/** True when cut c may lie on link k: it holds what must run at or below tier k, and nothing that must run above. */
export function isWithinBounds(family: CutFamily, bounds: TierBounds, k: number, c: number): boolean {
  const members = family.members[c];
  for (let node = 0; node < bounds.lowest.length; node++) {
    const below = members?.[node] === 1;
    if (below ? (bounds.lowest[node] ?? 0) > k : (bounds.highest[node] ?? 0) <= k) return false;
  }
  return true;
}

/** Identifies a cut by its nodes. */
export function cutKey(cut: Cut): string {
  return cut.downset === undefined ? `${cut.position}` : `nodes ${cut.downset.join(',')}`;
}

function secondsBelow(table: CostTables['tiers'][number], cut: Cut): number {
  if (cut.downset === undefined) return table.prefixSeconds[cut.position] ?? 0;
  return cut.downset.reduce((sum, node) => sum + (table.seconds[node] ?? 0), 0);
}

function bytesCrossing(tensorBytes: Float64Array, cut: Cut): number {
  return cut.tensors.reduce((sum, tensor) => sum + (tensorBytes[tensor] ?? 0), 0);
}

function isInside(lower: Cut, upper: Cut | undefined, upperMembers: Uint8Array): boolean {
  if (lower.downset !== undefined) return lower.downset.every((node) => upperMembers[node] === 1);
  if (upper?.downset === undefined) return true;
  for (let node = 0; node < lower.position; node++) if (upperMembers[node] !== 1) return false;
  return true;
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
