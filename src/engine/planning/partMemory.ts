import { liveBytes } from '../split/liveBytes';
import { loadOf } from '../split/peakActivations';
import type { SplitGraph } from '../split/splitGraph';
import { type CutFamily, membersOf } from './cutFamily';

/**
 * Bytes of weights and of activations at their peak that the nodes between two positions of the order take. The peak is
 * the largest working set on the way, wherever the cuts are: what arrives from below and what higher tiers still read is
 * live there in any case.
 */
export function prefixMemory(graph: SplitGraph): (from: number, to: number) => number {
  const working = new RangeMaximum(liveBytes(graph).workingBytes);
  const weights = new Float64Array(graph.nodes.length + 1);
  for (const [node, { weightBytes }] of graph.nodes.entries()) weights[node + 1] = (weights[node] ?? 0) + weightBytes;
  return (from, to) => (weights[to] ?? 0) - (weights[from] ?? 0) + working.between(from, to);
}

/** The same for the nodes between two cuts of a family. */
export function partMemory(graph: SplitGraph, family: CutFamily): (lower: number, upper: number) => number {
  const betweenPositions = prefixMemory(graph);
  const known = new Map<number, number>();
  return (lower, upper) => {
    if (family.downsets[lower] === undefined && family.downsets[upper] === undefined) {
      return betweenPositions(family.positions[lower] ?? 0, family.positions[upper] ?? 0);
    }
    const key = lower * family.size + upper;
    const bytes = known.get(key) ?? bytesBetween(graph, family, lower, upper);
    known.set(key, bytes);
    return bytes;
  };
}

function bytesBetween(graph: SplitGraph, family: CutFamily, lower: number, upper: number): number {
  const below = membersOf(family, lower);
  const here = membersOf(family, upper).map((member, node) => (below[node] === 1 ? 0 : member));
  const { weightBytes, peakActivationBytes } = loadOf(graph, here, below);
  return weightBytes + peakActivationBytes;
}

/** The largest of consecutive values in constant time, from the largest of every run of a power of two. */
class RangeMaximum {
  private readonly runs: Float64Array[];

  constructor(values: Float64Array) {
    this.runs = [values];
    for (let length = 1; 2 * length <= values.length; length *= 2) {
      const shorter = this.runs.at(-1) ?? values;
      const size = values.length - 2 * length + 1;
      this.runs.push(
        Float64Array.from({ length: size }, (_, at) => Math.max(shorter[at] ?? 0, shorter[at + length] ?? 0)),
      );
    }
  }

  /** Of the values from index `from` up to, not including, `to`; 0 for none. */
  between(from: number, to: number): number {
    if (to <= from) return 0;
    const power = 31 - Math.clz32(to - from);
    const run = this.runs[power];
    return Math.max(run?.[from] ?? 0, run?.[to - 2 ** power] ?? 0);
  }
}
