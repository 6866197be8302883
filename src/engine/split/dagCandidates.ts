import { type Block, blocksOf, placesOfNodes } from './blocks';
import { contractToGroups, type Group } from './groups';
import { HullSearch } from './hullCandidates';
import type { SplitGraph } from './splitGraph';
import { type TensorTopology, topologyOf } from './topology';

/** Steps (a group or a reader that is looked at) that one block may take before the search gives up on it. */
const stepsPerBlock = 150_000;
/** Steps of all blocks together. */
const stepsInAll = 1_500_000;
/** Every set of independent nodes that make less than they read is a minimum: past this many, weighing has to choose. */
const mostMinimaPerBlock = 64;
/** Stands for an unknown size while sums are taken: above any tensor, and a thousand of them are still exact. */
const unknownBytes = 2 ** 43;

export interface AcrossBranches {
  /** A 1 for each node below, per cut. */
  readonly downsets: readonly Uint8Array[];
  /** Blocks with more downsets than were looked at, or with more minima than anybody could choose from. */
  readonly boundedBlocks: number;
}

/**
 * Cuts across parallel branches that no single order shows: inside every block between neighboring single-tensor cuts,
 * the downsets with fewer bytes than each downset inside them. Past a bound a block's search stops and counts; then its
 * cuts come from finer blocks, and from minimum cuts that weigh bytes against what lies below them.
 * @param answers more than 0 for nodes that make what comes back: downsets are compared only where they make the same.
 * @param aboveAnswers leaves out blocks before the first that makes any.
 */
export function downsetsAcrossBranches(
  graph: SplitGraph,
  bytesOf: Float64Array,
  answers?: Float64Array,
  aboveAnswers = false,
): AcrossBranches {
  const finite = bytesOf.map((bytes) => Math.min(bytes, unknownBytes));
  const groups = contractToGroups(graph, finite, answers);
  const search = new DownsetSearch(graph, groups, finite, answers);
  const membersOf = (found: readonly FoundDownset[]) => memberships(graph.nodes.length, groups, found);
  const blocksToSearch = (wholeBranches: boolean) => {
    const blocks = blocksOf(graph, groups, finite, wholeBranches);
    return aboveAnswers
      ? blocks.slice(
          Math.max(
            0,
            blocks.findIndex((block) => search.makesAnswer(block)),
          ),
        )
      : blocks;
  };
  const exact = searchBlocks(search, blocksToSearch(true));
  if (exact.bounded.length === 0) return { downsets: membersOf(exact.found), boundedBlocks: 0 };
  const finer = searchBlocks(search, blocksToSearch(false));
  const hulls = new HullSearch(graph, groups, finite);
  const weighed = exact.bounded.flatMap((block) => hulls.searchBlock(block).map((chosen) => ({ block, chosen })));
  return {
    downsets: [...membersOf(exact.found), ...membersOf(finer.found), ...membersOf(weighed)],
    boundedBlocks: exact.bounded.length,
  };
}

/** Everything before a block, and some groups of it. */
interface FoundDownset {
  readonly block: Block;
  readonly chosen: readonly number[];
}

interface SearchedBlocks {
  readonly found: readonly FoundDownset[];
  /** Blocks whose search stopped at the bound. */
  readonly bounded: Block[];
}

function searchBlocks(search: DownsetSearch, blocks: readonly Block[]): SearchedBlocks {
  const found: FoundDownset[] = [];
  const bounded: Block[] = [];
  let lowestBelow = Number.POSITIVE_INFINITY;
  let budget = stepsInAll;
  for (const block of blocks) {
    const minima = search.searchBlock(block, lowestBelow, Math.min(stepsPerBlock, budget));
    if (minima.bounded) bounded.push(block);
    budget -= minima.steps;
    lowestBelow = search.makesAnswer(block) ? Number.POSITIVE_INFINITY : Math.min(lowestBelow, minima.lowest);
    for (const chosen of minima.minima) found.push({ block, chosen });
  }
  return { found, bounded };
}

/** A 1 for each node of every downset; downsets are in the order of their blocks. */
function memberships(nodeCount: number, groups: readonly Group[], found: readonly FoundDownset[]): Uint8Array[] {
  const before = new Uint8Array(nodeCount);
  let marked = 0;
  return found.map(({ block, chosen }) => {
    for (; marked < block.from; marked++) for (const member of groups[marked]?.members ?? []) before[member] = 1;
    const members = before.slice();
    for (const place of chosen) for (const member of groups[place]?.members ?? []) members[member] = 1;
    return members;
  });
}

interface BlockMinima {
  /** Groups of the block that belong to each minimum. */
  readonly minima: number[][];
  /** Fewest bytes of all downsets looked at. */
  readonly lowest: number;
  readonly steps: number;
  readonly bounded: boolean;
}

/** One bit per group of a block; numbers, which are much faster, hold as many as their integers are exact. */
type Key = number | bigint;
const mostBitsOfNumber = 53;

function withBit(key: Key, bit: number): Key {
  return typeof key === 'number' ? key + 2 ** bit : key | (1n << BigInt(bit));
}

/** A downset of a block during the search. */
interface Downset {
  readonly key: Key;
  readonly chosen: readonly number[];
  /** Groups that can join it. */
  readonly ready: readonly number[];
  readonly bytes: number;
  /** Fewest bytes of all downsets inside it that make the same answers. */
  lowestInside: number;
}

class DownsetSearch {
  private readonly topology: TensorTopology;
  private readonly placeOf: Int32Array;
  /** Groups that make what each group reads, and that read what it makes; found when a search first needs them. */
  private readonly makers: (readonly number[] | undefined)[];
  private readonly followers: (readonly number[] | undefined)[];
  /** Per tensor, where its first reader stands that is above the place that was asked for last. */
  private readonly firstAbove: Int32Array;
  private lastPlace = -1;
  /** Per group, whether it makes what comes back. */
  private readonly isAnswer: readonly boolean[];
  /** A 1 for each group of the block that belongs to the downset that is looked at. */
  private readonly isChosen: Uint8Array;
  private steps = 0;

  constructor(
    graph: SplitGraph,
    private readonly groups: readonly Group[],
    private readonly bytesOf: Float64Array,
    answers: Float64Array | undefined,
  ) {
    this.topology = topologyOf(graph);
    this.isAnswer = groups.map(({ members }) => members.some((member) => (answers?.[member] ?? 0) > 0));
    this.placeOf = placesOfNodes(graph, groups);
    this.makers = groups.map(() => undefined);
    this.followers = groups.map(() => undefined);
    this.isChosen = new Uint8Array(groups.length);
    this.firstAbove = Int32Array.from(this.topology.consumerStart);
  }

  /** All downsets of a block, breadth first from the empty one, until `bound` steps are taken. */
  searchBlock(block: Block, lowestBelow: number, bound: number): BlockMinima {
    const ofOne = block.until - block.from === 1 ? this.searchGroup(block, lowestBelow) : undefined;
    return ofOne !== undefined && ofOne.steps < bound ? ofOne : this.searchLevels(block, lowestBelow, bound);
  }

  /** The same for one group, as most blocks of large models have: without it and with it, counted as if searched. */
  private searchGroup({ from, bytesBelow }: Block, lowestBelow: number): BlockMinima {
    const { inputs, outputs } = this.groups[from] ?? { inputs: [], outputs: [] };
    const { consumerStart } = this.topology;
    let steps = this.makersOf(from).length + 2;
    let bytes = bytesBelow;
    for (const tensor of outputs) bytes += this.bytesOf[tensor] ?? 0;
    for (const tensor of inputs) {
      const end = consumerStart[tensor + 1] ?? 0;
      const firstAbove = this.firstReaderAbove(tensor, from);
      steps += Math.min(firstAbove + 1, end) - (consumerStart[tensor] ?? 0);
      if (firstAbove === end) bytes -= this.bytesOf[tensor] ?? 0;
    }
    const inside = this.isAnswer[from] ? Number.POSITIVE_INFINITY : Math.min(bytesBelow, lowestBelow);
    const minima: number[][] = bytesBelow < lowestBelow ? [[]] : [];
    if (bytes < inside) minima.push([from]);
    return { minima, lowest: Math.min(bytesBelow, bytes), steps, bounded: false };
  }

  /** Where the first reader of a tensor stands that is above a place, or their end: found once while places rise. */
  private firstReaderAbove(tensor: number, place: number): number {
    const { consumerStart, consumers } = this.topology;
    if (place < this.lastPlace) this.firstAbove.set(consumerStart);
    this.lastPlace = place;
    const end = consumerStart[tensor + 1] ?? 0;
    let at = this.firstAbove[tensor] ?? 0;
    while (at < end && (this.placeOf[consumers[at] ?? 0] ?? 0) <= place) at++;
    this.firstAbove[tensor] = at;
    return at;
  }

  private searchLevels(block: Block, lowestBelow: number, bound: number): BlockMinima {
    this.steps = 0;
    const minima: number[][] = [];
    let lowest = Number.POSITIVE_INFINITY;
    const empty = this.emptyDownset(block, lowestBelow);
    let level = new Map<Key, Downset>([[empty.key, empty]]);
    while (level.size > 0) {
      const next = new Map<Key, Downset>();
      for (const downset of level.values()) {
        if (this.steps >= bound) return { minima, lowest, steps: this.steps, bounded: true };
        lowest = Math.min(lowest, downset.bytes);
        if (downset.bytes < downset.lowestInside) minima.push([...downset.chosen]);
        if (minima.length > mostMinimaPerBlock) return { minima: [], lowest, steps: this.steps, bounded: true };
        for (const place of downset.chosen) this.isChosen[place] = 1;
        this.grow(block, downset, next, bound);
        for (const place of downset.chosen) this.isChosen[place] = 0;
      }
      level = next;
    }
    return { minima, lowest, steps: this.steps, bounded: false };
  }

  /** True where a group of the block makes what comes back. */
  makesAnswer({ from, until }: Block): boolean {
    for (let place = from; place < until; place++) if (this.isAnswer[place] === true) return true;
    return false;
  }

  private makersOf(place: number): readonly number[] {
    const known = this.makers[place];
    if (known !== undefined) return known;
    const producers: number[] = [];
    for (const tensor of this.groups[place]?.inputs ?? []) {
      const producer = this.topology.producer[tensor] ?? -1;
      if (producer >= 0) producers.push(this.placeOf[producer] ?? 0);
    }
    const makers = distinct(producers);
    this.makers[place] = makers;
    return makers;
  }

  private followersOf(place: number): readonly number[] {
    const known = this.followers[place];
    if (known !== undefined) return known;
    const { consumerStart, consumers } = this.topology;
    const readers: number[] = [];
    for (const tensor of this.groups[place]?.outputs ?? []) {
      const end = consumerStart[tensor + 1] ?? 0;
      for (let at = consumerStart[tensor] ?? 0; at < end; at++) readers.push(this.placeOf[consumers[at] ?? 0] ?? 0);
    }
    const followers = distinct(readers);
    this.followers[place] = followers;
    return followers;
  }

  private emptyDownset(block: Block, lowestBelow: number): Downset {
    const ready: number[] = [];
    for (let place = block.from; place < block.until; place++) if (this.isReady(block, place)) ready.push(place);
    const key = block.until - block.from > mostBitsOfNumber ? 0n : 0;
    return { key, chosen: [], ready, bytes: block.bytesBelow, lowestInside: lowestBelow };
  }

  /** Adds the downsets with one more group than this one, whose groups are marked as chosen. */
  private grow(block: Block, downset: Downset, next: Map<Key, Downset>, bound: number): void {
    const own = Math.min(downset.bytes, downset.lowestInside);
    for (const place of downset.ready) {
      const inside = this.isAnswer[place] ? Number.POSITIVE_INFINITY : own;
      // Of a very wide block, one downset alone has more to join it than there are steps.
      if (this.steps >= bound) return;
      this.steps += 1;
      const key = withBit(downset.key, place - block.from);
      const known = next.get(key);
      if (known !== undefined) {
        known.lowestInside = Math.min(known.lowestInside, inside);
        continue;
      }
      this.steps += downset.chosen.length + downset.ready.length;
      this.isChosen[place] = 1;
      const ready = downset.ready.filter((one) => one !== place);
      for (const one of this.followersOf(place)) if (one < block.until && this.isReady(block, one)) ready.push(one);
      next.set(key, {
        key,
        chosen: [...downset.chosen, place],
        ready,
        bytes: downset.bytes + this.growth(block, place),
        lowestInside: inside,
      });
      this.isChosen[place] = 0;
    }
  }

  private isReady(block: Block, place: number): boolean {
    for (const maker of this.makersOf(place)) if (!this.isBelow(block, maker)) return false;
    return true;
  }

  private isBelow(block: Block, place: number): boolean {
    this.steps += 1;
    return place < block.from || this.isChosen[place] === 1;
  }

  /** Bytes that crossing gains when the group joins the downset, to which it is added already. */
  private growth(block: Block, place: number): number {
    const group = this.groups[place];
    if (group === undefined) return 0;
    let growth = 0;
    for (const tensor of group.outputs) growth += this.bytesOf[tensor] ?? 0;
    for (const tensor of group.inputs) if (this.isFreed(block, tensor)) growth -= this.bytesOf[tensor] ?? 0;
    return growth;
  }

  /** True when all groups that read the tensor are below; the first that is not ends the look. */
  private isFreed(block: Block, tensor: number): boolean {
    const { consumerStart, consumers } = this.topology;
    const end = consumerStart[tensor + 1] ?? 0;
    for (let index = consumerStart[tensor] ?? 0; index < end; index++) {
      if (!this.isBelow(block, this.placeOf[consumers[index] ?? 0] ?? 0)) return false;
    }
    return true;
  }
}

function distinct(places: readonly number[]): readonly number[] {
  return places.length < 2 ? places : [...new Set(places)];
}
