import { contract, type Group } from './contract';
import type { SplitGraph } from './splitGraph';

/** Steps (a group or a reader that is looked at) that one block may take before the search gives up on it. */
const stepsPerBlock = 150_000;
/** Steps of all blocks together. */
const stepsInAll = 1_500_000;
/** Stands for an unknown size while sums are taken: above any tensor, and a thousand of them are still exact. */
const unknownBytes = 2 ** 43;

export interface AcrossBranches {
  /** Node indices below each cut, ascending. */
  readonly downsets: number[][];
  /** Blocks with more downsets than were looked at. */
  readonly boundedBlocks: number;
}

/**
 * Cuts across parallel branches that no single order shows: inside every block between neighboring single-tensor cuts,
 * the downsets with fewer bytes than each downset inside them. Bounded; past the bound a block's search stops and counts.
 */
export function downsetsAcrossBranches(graph: SplitGraph, bytesOf: Float64Array): AcrossBranches {
  const finite = bytesOf.map((bytes) => Math.min(bytes, unknownBytes));
  const groups = contract(graph, finite);
  const search = new DownsetSearch(graph, groups, finite);
  const exact = searchBlocks(search, groups, blocksOf(graph, groups, finite, true));
  if (exact.boundedBlocks === 0) return exact;
  const finer = searchBlocks(search, groups, blocksOf(graph, groups, finite, false));
  return { downsets: [...exact.downsets, ...finer.downsets], boundedBlocks: exact.boundedBlocks };
}

function searchBlocks(search: DownsetSearch, groups: readonly Group[], blocks: readonly Block[]): AcrossBranches {
  const downsets: number[][] = [];
  let boundedBlocks = 0;
  let lowestBelow = Number.POSITIVE_INFINITY;
  let budget = stepsInAll;
  for (const block of blocks) {
    const found = search.searchBlock(block, lowestBelow, Math.min(stepsPerBlock, budget));
    if (found.bounded) boundedBlocks++;
    budget -= found.steps;
    lowestBelow = Math.min(lowestBelow, found.lowest);
    if (found.minima.length === 0) continue;
    const below = groups.slice(0, block.from).flatMap((group) => group.members);
    for (const chosen of found.minima) {
      const members = chosen.flatMap((place) => groups[place]?.members ?? []);
      downsets.push([...below, ...members].sort((a, b) => a - b));
    }
  }
  return { downsets, boundedBlocks };
}

/** Groups `from` up to `until`, between two positions at which at most one tensor crosses. */
interface Block {
  readonly from: number;
  readonly until: number;
  /** Bytes that cross below it. */
  readonly bytesBelow: number;
}

/**
 * Blocks between positions at which at most one tensor crosses.
 * @param wholeBranches does not count a position as one while a branch that only makes a graph output is finished below
 * it, or a node that reads nothing starts above it: a cut may leave such a branch out. Otherwise blocks are finer, and
 * cuts that leave one out are not in any of them.
 */
function blocksOf(graph: SplitGraph, groups: readonly Group[], bytesOf: Float64Array, wholeBranches: boolean): Block[] {
  const placeOf = placesOfNodes(graph, groups);
  const countSteps = new Int32Array(groups.length + 2);
  const byteSteps = new Float64Array(groups.length + 2);
  const cross = (steps: Int32Array | Float64Array, first: number, last: number, amount: number) => {
    steps[first] = (steps[first] ?? 0) + amount;
    steps[last + 1] = (steps[last + 1] ?? 0) - amount;
  };
  for (const [index, tensor] of graph.tensors.entries()) {
    const last = tensor.consumers.reduce((place, node) => Math.max(place, placeOf[node] ?? -1), -1);
    const first = tensor.producer < 0 ? 0 : (placeOf[tensor.producer] ?? 0) + 1;
    if (last < first) continue;
    cross(countSteps, first, last, 1);
    cross(byteSteps, first, last, bytesOf[index] ?? 0);
  }
  for (const [place, group] of wholeBranches ? groups.entries() : []) {
    if (group.outputs.length === 0) cross(countSteps, place + 1, groups.length, 1);
    if (group.inputs.length === 0) cross(countSteps, 0, place, 1);
  }
  const blocks: Block[] = [];
  let from = 0;
  let bytesBelow = 0;
  let count = 0;
  let bytes = 0;
  for (let position = 0; position <= groups.length; position++) {
    count += countSteps[position] ?? 0;
    bytes += byteSteps[position] ?? 0;
    if (position > 0 && (count <= 1 || position === groups.length)) {
      blocks.push({ from, until: position, bytesBelow });
      from = position;
    }
    if (from === position) bytesBelow = bytes;
  }
  return blocks;
}

/** Place of each node's group. */
function placesOfNodes(graph: SplitGraph, groups: readonly Group[]): Int32Array {
  const placeOf = new Int32Array(graph.nodes.length);
  for (const [place, group] of groups.entries()) for (const node of group.members) placeOf[node] = place;
  return placeOf;
}

interface BlockMinima {
  /** Groups of the block that belong to each minimum. */
  readonly minima: number[][];
  /** Fewest bytes of all downsets looked at. */
  readonly lowest: number;
  readonly steps: number;
  readonly bounded: boolean;
}

/** A downset of a block during the search; `key` has one bit per group. */
interface Downset {
  readonly key: bigint;
  readonly chosen: readonly number[];
  /** Groups that can join it. */
  readonly ready: readonly number[];
  readonly bytes: number;
  /** Fewest bytes of all downsets inside it. */
  lowestInside: number;
}

class DownsetSearch {
  /** Groups that make what each group reads. */
  private readonly makers: readonly (readonly number[])[];
  /** Groups that read what each group makes. */
  private readonly followers: readonly (readonly number[])[];
  /** Groups that read each tensor. */
  private readonly readers: readonly (readonly number[])[];
  private steps = 0;

  constructor(
    graph: SplitGraph,
    private readonly groups: readonly Group[],
    private readonly bytesOf: Float64Array,
  ) {
    const placeOf = placesOfNodes(graph, groups);
    this.readers = graph.tensors.map((tensor) => [...new Set(tensor.consumers.map((node) => placeOf[node] ?? 0))]);
    this.makers = groups.map((group) => {
      const producers = group.inputs.map((tensor) => graph.tensors[tensor]?.producer ?? -1);
      return [...new Set(producers.filter((node) => node >= 0).map((node) => placeOf[node] ?? 0))];
    });
    this.followers = groups.map((group) => [...new Set(group.outputs.flatMap((tensor) => this.readers[tensor] ?? []))]);
  }

  /** All downsets of a block, breadth first from the empty one, until `bound` steps are taken. */
  searchBlock(block: Block, lowestBelow: number, bound: number): BlockMinima {
    this.steps = 0;
    const minima: number[][] = [];
    let lowest = Number.POSITIVE_INFINITY;
    let level = new Map<bigint, Downset>([[0n, this.emptyDownset(block, lowestBelow)]]);
    while (level.size > 0) {
      const next = new Map<bigint, Downset>();
      for (const downset of level.values()) {
        if (this.steps >= bound) return { minima, lowest, steps: this.steps, bounded: true };
        lowest = Math.min(lowest, downset.bytes);
        if (downset.bytes < downset.lowestInside) minima.push([...downset.chosen]);
        this.grow(block, downset, next);
      }
      level = next;
    }
    return { minima, lowest, steps: this.steps, bounded: false };
  }

  private emptyDownset(block: Block, lowestBelow: number): Downset {
    const ready: number[] = [];
    for (let place = block.from; place < block.until; place++) if (this.isReady(block, 0n, place)) ready.push(place);
    return { key: 0n, chosen: [], ready, bytes: block.bytesBelow, lowestInside: lowestBelow };
  }

  private grow(block: Block, downset: Downset, next: Map<bigint, Downset>): void {
    const inside = Math.min(downset.bytes, downset.lowestInside);
    for (const place of downset.ready) {
      this.steps += 1;
      const key = downset.key | (1n << BigInt(place - block.from));
      const known = next.get(key);
      if (known !== undefined) {
        known.lowestInside = Math.min(known.lowestInside, inside);
        continue;
      }
      this.steps += downset.chosen.length + downset.ready.length;
      const followers = (this.followers[place] ?? []).filter(
        (one) => one < block.until && this.isReady(block, key, one),
      );
      next.set(key, {
        key,
        chosen: [...downset.chosen, place],
        ready: [...downset.ready.filter((one) => one !== place), ...followers],
        bytes: downset.bytes + this.growth(block, key, place),
        lowestInside: inside,
      });
    }
  }

  private isReady(block: Block, key: bigint, place: number): boolean {
    return (this.makers[place] ?? []).every((maker) => this.isBelow(block, key, maker));
  }

  private isBelow(block: Block, key: bigint, place: number): boolean {
    this.steps += 1;
    return place < block.from || (place < block.until && ((key >> BigInt(place - block.from)) & 1n) === 1n);
  }

  /** Bytes that crossing gains when the group joins the downset `key`, which already has it. */
  private growth(block: Block, key: bigint, place: number): number {
    const group = this.groups[place];
    if (group === undefined) return 0;
    const made = group.outputs.reduce((sum, tensor) => sum + (this.bytesOf[tensor] ?? 0), 0);
    const freed = group.inputs
      .filter((tensor) => (this.readers[tensor] ?? []).every((reader) => this.isBelow(block, key, reader)))
      .reduce((sum, tensor) => sum + (this.bytesOf[tensor] ?? 0), 0);
    return made - freed;
  }
}
