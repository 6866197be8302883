import { goalCount, type LimitedProblem } from './limitedProblem';
import type { OpenPart } from './narrow';
import { leastCost } from './reduction';

/** Relative slack, so that rounding rules nothing out. */
const slack = 1e-12;

/** How many ways there are to choose tiers for the free nodes, edges left out of account. */
export function waysToChoose({ reduction, ranges }: OpenPart, most: number): number {
  let ways = 1;
  for (const node of reduction.nodeOf) {
    ways *= (ranges.highest[node] ?? 0) - (ranges.lowest[node] ?? 0) + 1;
    if (ways > most) return Number.POSITIVE_INFINITY;
  }
  return ways;
}

/**
 * Tries all assignments of a part with few free nodes, node by node, and turns back where what is chosen takes too much
 * already.
 * @param onFound called with every assignment that keeps the caps; returns what the goal has to come below from then on.
 */
export function tryAll(problem: LimitedProblem, part: OpenPart, onFound: (tierOfNode: Uint8Array) => number): void {
  new Trial(problem, part, onFound).from(0);
}

class Trial {
  private readonly goals: number;
  private readonly caps: number[];
  private readonly readsOf: number[][];
  /** Up to which tier each tensor has come. */
  private readonly reach: Uint8Array;
  private readonly tiers: Uint8Array;
  /** Per depth what each figure takes so far, and per figure what the nodes from a depth on take at least. */
  private readonly sums: Float64Array[];
  private readonly rest: Float64Array[];
  private readonly whole: Uint8Array;

  constructor(
    problem: LimitedProblem,
    private readonly part: OpenPart,
    private readonly onFound: (tierOfNode: Uint8Array) => number,
  ) {
    const { topology, figures, blockedNodes } = part.reduction;
    this.goals = goalCount(problem);
    this.caps = [...part.caps];
    this.readsOf = Array.from({ length: topology.nodeCount }, () => []);
    const count = topology.producer.length;
    for (let tensor = 0; tensor < count; tensor += 1) {
      for (const reader of readersOf(part, tensor)) this.readsOf[reader]?.push(tensor);
    }
    this.reach = new Uint8Array(count);
    this.tiers = new Uint8Array(topology.nodeCount);
    this.sums = Array.from({ length: topology.nodeCount + 1 }, () => new Float64Array(figures.length));
    for (const [f, { constant }] of figures.entries()) (this.sums[0] ?? new Float64Array())[f] = constant;
    this.rest = figures.map(({ nodeCost }) => {
      const rest = new Float64Array(topology.nodeCount + 1);
      for (let node = topology.nodeCount - 1; node >= 0; node -= 1) {
        rest[node] = (rest[node + 1] ?? 0) + leastCost(nodeCost, blockedNodes, node, topology.tierCount);
      }
      return rest;
    });
    this.whole = part.ranges.lowest.slice();
  }

  from(node: number, linksUsed = 0): void {
    const { topology, nodeOf, blockedNodes } = this.part.reduction;
    if (node === topology.nodeCount) {
      for (const [index, original] of nodeOf.entries()) this.whole[original] = this.tiers[index] ?? 0;
      this.caps.fill(this.onFound(this.whole), 0, this.goals);
      return;
    }
    const reads = this.readsOf[node] ?? [];
    const before = reads.map((tensor) => this.reach[tensor] ?? 0);
    const lowest = this.lowestFor(node);
    for (let tier = lowest; tier < topology.tierCount; tier += 1) {
      if (blockedNodes[node * topology.tierCount + tier] !== 0) continue;
      const used = this.choose(node, tier, reads, before, linksUsed);
      if (used !== undefined) this.from(node + 1, used);
      for (const [at, tensor] of reads.entries()) this.reach[tensor] = before[at] ?? 0;
    }
  }

  private madeOn(tensor: number): number {
    const maker = this.part.reduction.topology.producer[tensor] ?? -1;
    return maker < 0 ? 0 : (this.tiers[maker] ?? 0);
  }

  private lowestFor(node: number): number {
    return (this.readsOf[node] ?? []).reduce((lowest, tensor) => Math.max(lowest, this.madeOn(tensor)), 0);
  }

  /** Puts a node on a tier. @returns the links in use then, as bits; nothing where some figure exceeds its cap */
  private choose(
    node: number,
    tier: number,
    reads: readonly number[],
    before: readonly number[],
    linksUsed: number,
  ): number | undefined {
    const { topology, figures } = this.part.reduction;
    const [sums, next] = [this.sums[node], this.sums[node + 1]];
    if (sums === undefined || next === undefined) return undefined;
    this.tiers[node] = tier;
    for (const [f, { nodeCost }] of figures.entries()) {
      next[f] = (sums[f] ?? 0) + (nodeCost[node * topology.tierCount + tier] ?? 0);
    }
    let used: number | undefined = this.reachAbove(tier, next, linksUsed);
    for (const [at, tensor] of reads.entries()) {
      const from = Math.max(before[at] ?? 0, this.madeOn(tensor));
      if (tier <= from) continue;
      this.reach[tensor] = tier;
      for (let link = from; link < tier && used !== undefined; link += 1) used = this.cross(tensor, link, next, used);
    }
    return used !== undefined && this.mayStillKeep(node + 1, next) ? used : undefined;
  }

  /** Adds what links take that nothing ran above before. @returns the links in use then, those reached from bit 8 on */
  private reachAbove(tier: number, sums: Float64Array, linksUsed: number): number {
    let used = linksUsed;
    for (let link = 0; link < tier; link += 1) {
      const bit = 1 << (8 + link);
      if ((used & bit) !== 0) continue;
      used |= bit;
      for (const [f, { reachCost }] of this.part.reduction.figures.entries()) {
        sums[f] = (sums[f] ?? 0) + (reachCost[link] ?? 0);
      }
    }
    return used;
  }

  /** Adds what a tensor takes on a link. @returns the links in use then; nothing where it may not cross */
  private cross(tensor: number, link: number, sums: Float64Array, linksUsed: number): number | undefined {
    const { topology, figures, blockedCrossings } = this.part.reduction;
    const at = tensor * (topology.tierCount - 1) + link;
    if (blockedCrossings[at] !== 0) return undefined;
    const isFirst = (linksUsed & (1 << link)) === 0;
    for (const [f, { crossingCost, linkCost }] of figures.entries()) {
      sums[f] = (sums[f] ?? 0) + (crossingCost[at] ?? 0) + (isFirst ? (linkCost[link] ?? 0) : 0);
    }
    return linksUsed | (1 << link);
  }

  /** False where the goal or a limit is beyond its cap, whatever tiers the nodes from `node` on get. */
  private mayStillKeep(node: number, sums: Float64Array): boolean {
    for (let f = 0; f < sums.length; f += 1) {
      const sum = (sums[f] ?? 0) + (this.rest[f]?.[node] ?? 0);
      const cap = this.caps[f] ?? 0;
      if (f < this.goals ? sum >= cap : sum > cap * (1 + slack)) return false;
    }
    return true;
  }
}

function readersOf({ reduction }: OpenPart, tensor: number): Int32Array {
  const { consumers, consumerStart } = reduction.topology;
  return consumers.subarray(consumerStart[tensor] ?? 0, consumerStart[tensor + 1] ?? 0);
}
