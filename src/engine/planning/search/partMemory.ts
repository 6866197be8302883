import { liveBytes, tensorBytes } from '../../split/liveBytes';
import { loadOf } from '../../split/peakActivations';
import { memoryGraph } from '../../split/sessionGraph';
import type { SplitGraph } from '../../split/splitGraph';
import { residentState } from '../../split/stateTensors';
import type { CostTables } from '../costs/costTables';
import { respectsMemory } from '../plan/constraints';
import { type CutFamily, membersOf } from './cutFamily';

/**
 * Whether memories have to be looked at: not where they need not be respected, and not where all weights and all tensors
 * of known size together fit into each.
 */
export function memoriesMayFill({ graph, infrastructure }: CostTables): boolean {
  if (!respectsMemory(infrastructure.constraints)) return false;
  const least = Math.min(...infrastructure.tiers.map(({ memoryGB }) => memoryGB ?? Number.POSITIVE_INFINITY));
  return least < Number.POSITIVE_INFINITY && mostBytes(graph) > least * 1e9;
}

const allBytes = new WeakMap<SplitGraph, number>();

function mostBytes(graph: SplitGraph): number {
  let bytes = allBytes.get(graph) ?? 0;
  if (allBytes.has(graph)) return bytes;
  for (const { weightBytes } of graph.nodes) bytes += weightBytes;
  for (const one of tensorBytes(memoryGraph(graph))) if (one < Number.POSITIVE_INFINITY) bytes += one;
  allBytes.set(graph, bytes);
  return bytes;
}

const prefixMemories = new WeakMap<SplitGraph, (from: number, to: number) => number>();

/**
 * Bytes of weights, of state and of activations at their peak that the nodes between two positions of the order take. The peak is
 * the largest working set on the way, wherever the cuts are: what arrives from below and what higher tiers still read is
 * live there in any case.
 */
export function prefixMemory(graph: SplitGraph): (from: number, to: number) => number {
  const known = prefixMemories.get(graph);
  if (known !== undefined) return known;
  const working = new RangeMaximum(liveBytes(memoryGraph(graph)).workingBytes);
  const weights = new Float64Array(graph.nodes.length + 1);
  const state = residentState(graph);
  for (const [node, { weightBytes }] of graph.nodes.entries()) {
    weights[node + 1] = (weights[node] ?? 0) + weightBytes + (state[node] ?? 0);
  }
  const bytesOf = (from: number, to: number) => (weights[to] ?? 0) - (weights[from] ?? 0) + working.between(from, to);
  prefixMemories.set(graph, bytesOf);
  return bytesOf;
}

/** Families of no more cuts keep all their parts' bytes, which takes 8 bytes for every pair. */
const keptCuts = 700;
const partMemories = new WeakMap<CutFamily, (lower: number, upper: number) => number>();

/** The same for the nodes between two cuts of a family of the graph. */
export function partMemory(graph: SplitGraph, family: CutFamily): (lower: number, upper: number) => number {
  const known = partMemories.get(family);
  if (known !== undefined) return known;
  const betweenPositions = prefixMemory(graph);
  const compute = (lower: number, upper: number) =>
    family.downsets[lower] === undefined && family.downsets[upper] === undefined
      ? betweenPositions(family.positions[lower] ?? 0, family.positions[upper] ?? 0)
      : bytesBetween(graph, family, lower, upper);
  const bytesOf = family.size > keptCuts ? compute : remembered(compute, family.size);
  partMemories.set(family, bytesOf);
  return bytesOf;
}

function remembered(compute: (a: number, b: number) => number, size: number): (a: number, b: number) => number {
  const results = new Float64Array(size * size).fill(Number.NaN);
  return (a, b) => {
    const known = results[a * size + b] ?? Number.NaN;
    if (!Number.isNaN(known)) return known;
    const result = compute(a, b);
    results[a * size + b] = result;
    return result;
  };
}

function bytesBetween(graph: SplitGraph, family: CutFamily, lower: number, upper: number): number {
  const below = membersOf(family, lower);
  const here = membersOf(family, upper).map((member, node) => (below[node] === 1 ? 0 : member));
  const { weightBytes, peakActivationBytes } = loadOf(graph, here, below);
  const state = residentState(graph).reduce((sum, bytes, node) => sum + (here[node] === 1 ? bytes : 0), 0);
  return weightBytes + peakActivationBytes + state;
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
