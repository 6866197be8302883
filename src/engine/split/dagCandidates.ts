import { contract, type Group } from './contract';
import type { SplitGraph } from './splitGraph';

/** Downsets of one block that are looked at before the search gives up on it. */
const downsetsPerBlock = 4_000;
/** Downsets of all blocks together. */
const downsetsInAll = 60_000;
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
  const downsets: number[][] = [];
  let boundedBlocks = 0;
  let lowestBelow = Number.POSITIVE_INFINITY;
  let budget = downsetsInAll;
  for (const block of blocksOf(graph, groups, finite)) {
    const found = search.searchBlock(block, lowestBelow, Math.min(downsetsPerBlock, budget));
    if (found.bounded) boundedBlocks++;
    budget -= found.visited;
    lowestBelow = Math.min(lowestBelow, found.lowest);
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

function blocksOf(graph: SplitGraph, groups: readonly Group[], bytesOf: Float64Array): Block[] {
  const placeOf = placesOfNodes(graph, groups);
  const countSteps = new Int32Array(groups.length + 2);
  const byteSteps = new Float64Array(groups.length + 2);
  for (const [index, tensor] of graph.tensors.entries()) {
    const last = tensor.consumers.reduce((place, node) => Math.max(place, placeOf[node] ?? -1), -1);
    const first = tensor.producer < 0 ? 0 : (placeOf[tensor.producer] ?? 0) + 1;
    if (last < first) continue;
    for (const [steps, amount] of [[countSteps, 1] as const, [byteSteps, bytesOf[index] ?? 0] as const]) {
      steps[first] = (steps[first] ?? 0) + amount;
      steps[last + 1] = (steps[last + 1] ?? 0) - amount;
    }
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
  readonly visited: number;
  readonly bounded: boolean;
}

/** A downset of a block during the search; `key` has one bit per group. */
interface Downset {
  readonly key: bigint;
  readonly chosen: readonly number[];
  readonly bytes: number;
  /** Fewest bytes of all downsets inside it. */
  lowestInside: number;
}

class DownsetSearch {
  private readonly placeOf: Int32Array;
  private readonly makers: readonly (readonly number[])[];

  constructor(
    private readonly graph: SplitGraph,
    private readonly groups: readonly Group[],
    private readonly bytesOf: Float64Array,
  ) {
    this.placeOf = placesOfNodes(graph, groups);
    this.makers = groups.map((group) => {
      const places = group.inputs.map((tensor) => this.makerOf(tensor));
      return [...new Set(places)].filter((place) => place >= 0);
    });
  }

  /** All downsets of a block, smallest first, breadth first. */
  searchBlock(block: Block, lowestBelow: number, bound: number): BlockMinima {
    const empty: Downset = { key: 0n, chosen: [], bytes: block.bytesBelow, lowestInside: lowestBelow };
    const minima: number[][] = [];
    let lowest = Number.POSITIVE_INFINITY;
    let visited = 0;
    let level = new Map<bigint, Downset>([[empty.key, empty]]);
    while (level.size > 0) {
      const next = new Map<bigint, Downset>();
      for (const downset of level.values()) {
        if (visited >= bound) return { minima, lowest, visited, bounded: true };
        visited++;
        lowest = Math.min(lowest, downset.bytes);
        if (downset.bytes < downset.lowestInside) minima.push([...downset.chosen]);
        this.grow(block, downset, next);
      }
      level = next;
    }
    return { minima, lowest, visited, bounded: false };
  }

  private grow(block: Block, downset: Downset, next: Map<bigint, Downset>): void {
    const inside = Math.min(downset.bytes, downset.lowestInside);
    for (let place = block.from; place < block.until; place++) {
      const bit = 1n << BigInt(place - block.from);
      if ((downset.key & bit) !== 0n || !this.isReady(block, downset.key, place)) continue;
      const key = downset.key | bit;
      const known = next.get(key);
      if (known !== undefined) known.lowestInside = Math.min(known.lowestInside, inside);
      else {
        const bytes = downset.bytes + this.growth(block, key, place);
        next.set(key, { key, chosen: [...downset.chosen, place], bytes, lowestInside: inside });
      }
    }
  }

  private isReady(block: Block, key: bigint, place: number): boolean {
    return (this.makers[place] ?? []).every((maker) => this.isBelow(block, key, maker));
  }

  private isBelow(block: Block, key: bigint, place: number): boolean {
    return place < block.from || (place < block.until && (key & (1n << BigInt(place - block.from))) !== 0n);
  }

  /** Bytes that crossing gains when the group joins the downset `key`, which already has it. */
  private growth(block: Block, key: bigint, place: number): number {
    const group = this.groups[place];
    if (group === undefined) return 0;
    const made = group.outputs.reduce((sum, tensor) => sum + (this.bytesOf[tensor] ?? 0), 0);
    const freed = group.inputs
      .filter((tensor) => this.readers(tensor).every((reader) => this.isBelow(block, key, reader)))
      .reduce((sum, tensor) => sum + (this.bytesOf[tensor] ?? 0), 0);
    return made - freed;
  }

  private makerOf(tensor: number): number {
    const producer = this.graph.tensors[tensor]?.producer ?? -1;
    return producer < 0 ? -1 : (this.placeOf[producer] ?? -1);
  }

  private readers(tensor: number): number[] {
    return (this.graph.tensors[tensor]?.consumers ?? []).map((node) => this.placeOf[node] ?? 0);
  }
}
