import type { SplitGraph } from '../../split/splitGraph';
import { type FoldGroup, foldId } from './foldGroup';

/** Groups smaller than this are not worth a card. */
const smallestSection = 4;

/** Sections larger than this are divided again; in a wide graph, where any of them may be what makes it wide, much smaller ones. */
export const largestSection = 150;
export const largestWideSection = 24;

/** A stretch of the order that is to be divided. */
interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** How sections are made. */
interface Division {
  readonly graph: SplitGraph;
  readonly crossing: Int32Array;
  readonly largest: number;
}

/** About how many sections a stretch is divided into. */
const sectionsPerStretch = 40;

function pathOf(graph: SplitGraph, place: number): string[] {
  const path = graph.nodes[place]?.modulePath ?? '';
  return path === '' ? [] : path.split('/').filter((part) => part !== '');
}

/** Parts of a stretch whose nodes agree in the first `depth` parts of their module path; deepens until there are several. */
function moduleParts(graph: SplitGraph, first: number, last: number, from: number) {
  const deepest = 12;
  for (let depth = from; depth <= deepest; depth++) {
    const parts: { first: number; last: number; name: string }[] = [];
    let previous: string | undefined;
    for (let place = first; place <= last; place++) {
      const path = pathOf(graph, place);
      const prefix = path.length < depth ? '' : path.slice(0, depth).join('/');
      const part = parts.at(-1);
      if (part !== undefined && prefix === previous) part.last = place;
      else parts.push({ first: place, last: place, name: prefix });
      previous = prefix;
    }
    if (parts.length > 1) return { parts, depth };
  }
  return undefined;
}

function moduleSections(division: Division, { first, last }: Stretch, depth: number): FoldGroup[] | undefined {
  const { graph } = division;
  const found = moduleParts(graph, first, last, depth);
  if (found === undefined) return undefined;
  const named = found.parts.filter((part) => part.name !== '' && part.last - part.first + 1 >= smallestSection);
  const covered = named.reduce((sum, part) => sum + part.last - part.first + 1, 0);
  if (covered < 0.6 * (last - first + 1)) return undefined;
  return named.map((part) => ({
    id: foldId(graph, part.first, part.last),
    first: part.first,
    last: part.last,
    title: part.name.split('/').at(-1) ?? part.name,
    repeats: 1,
    children: subsections(division, part, found.depth + 1),
  }));
}

/** Divides a stretch where few tensors cross, into parts of about equal size. */
function plainSections(division: Division, { first, last }: Stretch): FoldGroup[] {
  const { graph, crossing } = division;
  const size = Math.max(12, Math.ceil((last - first + 1) / sectionsPerStretch));
  const groups: FoldGroup[] = [];
  let start = first;
  while (start <= last) {
    let end = Math.min(last, start + size - 1);
    for (let place = start + Math.ceil(size / 2); place <= Math.min(last, start + 2 * size); place++) {
      const better = (crossing[place + 1] ?? 0) - (crossing[end + 1] ?? 0);
      const nearer = Math.abs(place - start - size) < Math.abs(end - start - size);
      if (better < 0 || (better === 0 && nearer)) end = place;
    }
    if (last - end < smallestSection) end = last;
    groups.push({
      id: foldId(graph, start, end),
      first: start,
      last: end,
      title: `${end - start + 1} nodes`,
      repeats: 1,
      children:
        end - start < last - first ? subsections(division, { first: start, last: end }, Number.MAX_SAFE_INTEGER) : [],
    });
    start = end + 1;
  }
  return groups.filter((group) => group.last - group.first + 1 >= smallestSection);
}

function subsections(division: Division, stretch: Stretch, depth: number): FoldGroup[] {
  return stretch.last - stretch.first + 1 > division.largest ? sectionsOf(division, stretch, depth) : [];
}

/**
 * Groups of a stretch without repeats: its modules where the exporter wrote them, otherwise parts of about equal size that
 * end where few tensors cross. Large groups are divided again.
 */
export function sectionsOf(division: Division, stretch: Stretch, depth = 1): FoldGroup[] {
  return moduleSections(division, stretch, depth) ?? plainSections(division, stretch);
}
