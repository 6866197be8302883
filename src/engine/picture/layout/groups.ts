import type { SplitGraph } from '../../split/splitGraph';
import { type FoldGroup, foldId, groupSize } from './foldGroup';
import { crossingTensors } from './liveTensors';
import { findRuns, type RunOptions } from './repeats';
import { largestSection, largestWideSection, sectionsOf } from './sections';
import { type Atom, atomSymbols, atomsOf, type Likeness, nodeSymbols } from './signatures';

/** Graphs with fewer nodes are shown whole where that is not too wide, and get no groups but their repeats then. */
export const comfortableSize = 150;

/** A run of more copies does not offer them one by one. */
const mostCopies = 400;

/** Copies smaller than this are not offered one by one. */
const smallestCopy = 4;

/** What folding branches that lie beside one another must at least save, in nodes. */
const leastParallelSaving = 24;

interface Region {
  /** Atoms `[start, end)`. */
  readonly start: number;
  readonly end: number;
}

/** All that searching one graph for groups needs. */
interface Search {
  readonly graph: SplitGraph;
  readonly atoms: readonly Atom[];
  readonly crossing: Int32Array;
  readonly symbols: Readonly<Record<Likeness, Int32Array>>;
  /** Sections larger than this are divided again. */
  readonly largest: number;
}

function bounds({ atoms }: Search, { start, end }: Region): { first: number; last: number } {
  return { first: atoms[start]?.first ?? 0, last: atoms[end - 1]?.last ?? 0 };
}

function repeatGroups(search: Search, region: Region, likeness: Likeness): FoldGroup[] {
  const { graph, atoms, crossing, symbols } = search;
  const inside = atoms.slice(region.start, region.end);
  const options: RunOptions = {
    minimumSaving: likeness === 'identical' ? 6 : 12,
    minimumPeriod: likeness === 'identical' ? 1 : 3,
    phaseCost: (place) => crossing[inside[place]?.first ?? 0] ?? 0,
  };
  const weights = inside.map(({ first, last }) => last - first + 1);
  return findRuns(symbols[likeness].subarray(region.start, region.end), weights, options).map((run) => {
    const start = region.start + run.start;
    const { first, last } = bounds(search, { start, end: start + run.period * run.repeats });
    return {
      id: foldId(graph, first, last),
      first,
      last,
      title: `x${run.repeats} ${likeness}`,
      repeats: run.repeats,
      children: copies(search, start, run.period, run.repeats),
    };
  });
}

/** The copies of a run as groups of their own; large ones are divided in turn. */
function copies(search: Search, start: number, period: number, repeats: number): FoldGroup[] {
  if (repeats > mostCopies) return [];
  const groups: FoldGroup[] = [];
  for (let copy = 0; copy < repeats; copy++) {
    const region = { start: start + copy * period, end: start + (copy + 1) * period };
    const { first, last } = bounds(search, region);
    if (last - first + 1 < smallestCopy) continue;
    groups.push({
      id: foldId(search.graph, first, last),
      first,
      last,
      title: `${copy + 1} of ${repeats}`,
      repeats: 1,
      children: last - first + 1 > search.largest ? parts(search, region) : [],
    });
  }
  return groups;
}

/** Groups inside of a copy, but none that is all of it. */
function parts(search: Search, region: Region): FoldGroup[] {
  const { first, last } = bounds(search, region);
  return regionGroups(search, region, true).filter((group) => group.first > first || group.last < last);
}

/** The stretches of a region whose atoms no group has a part of. */
function gapsBetween(search: Search, region: Region, groups: readonly FoldGroup[]): Region[] {
  const covered = (atom: Atom) => groups.some(({ first, last }) => first <= atom.last && atom.first <= last);
  const gaps: Region[] = [];
  let start = -1;
  for (let place = region.start; place <= region.end; place++) {
    const atom = search.atoms[place];
    const isFree = place < region.end && atom !== undefined && !covered(atom);
    if (isFree && start < 0) start = place;
    if (!isFree && start >= 0) {
      gaps.push({ start, end: place });
      start = -1;
    }
  }
  return gaps;
}

/** The stretches of places that no group covers. */
function placesBetween(
  { first, last }: { first: number; last: number },
  groups: readonly FoldGroup[],
): { first: number; last: number }[] {
  const gaps: { first: number; last: number }[] = [];
  let from = first;
  for (const group of [...groups].sort((a, b) => a.first - b.first)) {
    if (group.first > from) gaps.push({ first: from, last: group.first - 1 });
    from = Math.max(from, group.last + 1);
  }
  if (from <= last) gaps.push({ first: from, last });
  return gaps;
}

/**
 * Branches that lie beside one another and are copies of one (the heads of an attention, the classes of a detector): they
 * are one atom, which no cut divides, and side by side they would make the picture as wide as there are many.
 */
function parallelGroups(search: Search, region: Region): FoldGroup[] {
  const { graph, atoms, crossing } = search;
  const large = atoms.slice(region.start, region.end).filter(({ first, last }) => last - first >= comfortableSize);
  if (large.length === 0) return [];
  const { first } = bounds(search, region);
  const { last } = bounds(search, region);
  const symbols = nodeSymbols(graph).subarray(first, last + 1);
  const weights = new Array<number>(symbols.length).fill(1);
  const options: RunOptions = {
    minimumSaving: leastParallelSaving,
    minimumPeriod: smallestCopy,
    phaseCost: (place) => crossing[first + place] ?? 0,
  };
  return findRuns(symbols, weights, options).flatMap(({ start, period, repeats }) => {
    const from = first + start;
    const to = from + period * repeats - 1;
    const inLarge = large.reduce(
      (sum, atom) => sum + Math.max(0, Math.min(to, atom.last) - Math.max(from, atom.first) + 1),
      0,
    );
    if (2 * inLarge < to - from + 1 || !isParallel(graph, from, period, repeats)) return [];
    return [
      {
        id: foldId(graph, from, to),
        first: from,
        last: to,
        title: `x${repeats} parallel`,
        repeats,
        children: parallelCopies(graph, from, period, repeats),
      },
    ];
  });
}

/** Whether no copy reads what another one makes. */
function isParallel(graph: SplitGraph, from: number, period: number, repeats: number): boolean {
  for (let place = from + period; place < from + period * repeats; place++) {
    const start = from + Math.floor((place - from) / period) * period;
    for (const tensor of graph.nodes[place]?.reads ?? []) {
      const producer = graph.tensors[tensor]?.producer ?? -1;
      if (producer >= from && producer < start) return false;
    }
  }
  return true;
}

function parallelCopies(graph: SplitGraph, from: number, period: number, repeats: number): FoldGroup[] {
  if (repeats > mostCopies) return [];
  return Array.from({ length: repeats }, (_, copy) => {
    const first = from + copy * period;
    const last = first + period - 1;
    return {
      id: foldId(graph, first, last),
      first,
      last,
      title: `${copy + 1} of ${repeats}`,
      repeats: 1,
      children: [],
    };
  });
}

/** The same groups without those that others cover a part of. */
function apart(groups: readonly FoldGroup[], taken: readonly FoldGroup[]): FoldGroup[] {
  return groups.filter(({ first, last }) => taken.every((other) => last < other.first || first > other.last));
}

function regionGroups(search: Search, region: Region, withSections: boolean): FoldGroup[] {
  const parallel = parallelGroups(search, region);
  const groups = [...parallel, ...apart(repeatGroups(search, region, 'identical'), parallel)];
  for (const gap of gapsBetween(search, region, groups)) groups.push(...repeatGroups(search, gap, 'alike'));
  if (withSections) {
    for (const stretch of placesBetween(bounds(search, region), groups)) {
      if (stretch.last - stretch.first + 1 >= 2 * smallestCopy) groups.push(...sectionsOf(search, stretch));
    }
  }
  return groups.sort((a, b) => a.first - b.first);
}

/**
 * Everything of a graph that can be folded, in order: repeated blocks by their structure; where nothing repeats in a large
 * or wide graph, its modules or sections. It follows from the graph alone, so that the ids stay as long as the graph does.
 */
export function foldGroups(graph: SplitGraph, isWide = false): FoldGroup[] {
  const atoms = atomsOf(graph);
  const search: Search = {
    graph,
    atoms,
    crossing: crossingTensors(graph),
    largest: isWide ? largestWideSection : largestSection,
    symbols: { identical: atomSymbols(graph, atoms, 'identical'), alike: atomSymbols(graph, atoms, 'alike') },
  };
  const whole = { start: 0, end: atoms.length };
  const groups = regionGroups(search, whole, isWide || graph.nodes.length > comfortableSize);
  return groups.filter((group) => groupSize(group) < graph.nodes.length || group.repeats > 1);
}

/** How many boxes a group shows when it is unfolded and all that is in it is folded. */
function unfoldedSize(group: FoldGroup): number {
  return group.children.reduce((size, child) => size - groupSize(child) + 1, groupSize(group));
}

/**
 * The ids that are folded until a person says otherwise: none in a graph that can be read whole; otherwise all repeats, and
 * as few of the other groups, small ones rather than large ones, as it takes. What is in a large folded group is folded too,
 * so that unfolding it shows its parts first.
 */
export function defaultFolding(nodeCount: number, groups: readonly FoldGroup[]): Set<string> {
  const folded = new Set<string>();
  if (nodeCount <= comfortableSize) return folded;
  const fold = (group: FoldGroup) => {
    folded.add(group.id);
    if (groupSize(group) > comfortableSize) group.children.forEach(fold);
  };
  let shown = nodeCount;
  for (const group of groups) {
    fold(group);
    shown -= groupSize(group) - 1;
  }
  const open = [...groups];
  while (open.length > 0) {
    open.sort((a, b) => groupSize(a) - groupSize(b) || b.first - a.first);
    const largest = open.pop();
    if (largest === undefined || largest.repeats > 1) continue;
    const more = unfoldedSize(largest) - 1;
    if (shown + more > comfortableSize) continue;
    folded.delete(largest.id);
    for (const child of largest.children) fold(child);
    open.push(...largest.children);
    shown += more;
  }
  return folded;
}
