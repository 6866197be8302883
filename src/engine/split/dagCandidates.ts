import { type Block, blocksOf, placesOfNodes } from './blocks';
import { contract, type Group } from './contract';
import { HullSearch } from './hullCandidates';
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
 * the downsets with fewer bytes than each downset inside them. Past a bound a block's search stops and counts; then its
 * cuts come from finer blocks, and from minimum cuts that weigh bytes against what lies below them.
 */
export function downsetsAcrossBranches(graph: SplitGraph, bytesOf: Float64Array): AcrossBranches {
  const finite = bytesOf.map((bytes) => Math.min(bytes, unknownBytes));
  const groups = contract(graph, finite);
  const search = new DownsetSearch(graph, groups, finite);
  const exact = searchBlocks(search, groups, blocksOf(graph, groups, finite, true));
  if (exact.bounded.length === 0) return { downsets: exact.downsets, boundedBlocks: 0 };
  const finer = searchBlocks(search, groups, blocksOf(graph, groups, finite, false));
  const hulls = new HullSearch(graph, groups, finite);
  const weighed = exact.bounded.flatMap((block) =>
    hulls.searchBlock(block).map((chosen) => downsetOf(groups, block, chosen)),
  );
  return { downsets: [...exact.downsets, ...finer.downsets, ...weighed], boundedBlocks: exact.bounded.length };
}

interface SearchedBlocks {
  readonly downsets: number[][];
  /** Blocks whose search stopped at the bound. */
  readonly bounded: Block[];
}

function searchBlocks(search: DownsetSearch, groups: readonly Group[], blocks: readonly Block[]): SearchedBlocks {
  const downsets: number[][] = [];
  const bounded: Block[] = [];
  let lowestBelow = Number.POSITIVE_INFINITY;
  let budget = stepsInAll;
  for (const block of blocks) {
    const found = search.searchBlock(block, lowestBelow, Math.min(stepsPerBlock, budget));
    if (found.bounded) bounded.push(block);
    budget -= found.steps;
    lowestBelow = Math.min(lowestBelow, found.lowest);
    for (const chosen of found.minima) downsets.push(downsetOf(groups, block, chosen));
  }
  return { downsets, bounded };
}

/** Nodes below a cut inside a block: everything before the block, and the chosen groups of it. */
function downsetOf(groups: readonly Group[], block: Block, chosen: readonly number[]): number[] {
  const downset: number[] = [];
  for (const { members } of groups.slice(0, block.from)) for (const member of members) downset.push(member);
  for (const place of chosen) for (const member of groups[place]?.members ?? []) downset.push(member);
  // A typed array sorts numbers without a call for every pair.
  return Array.from(Int32Array.from(downset).sort());
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
