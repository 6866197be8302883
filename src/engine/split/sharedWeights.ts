import type { InferredNode } from '../shapes/facts/inferred';
import type { SplitNode } from './splitGraph';

/** A node of a graph under construction. */
export type DraftNode = { -readonly [Key in keyof SplitNode]: SplitNode[Key] };

/** A node and the names of the constants that it reads. */
export interface WeightReader {
  readonly node: DraftNode;
  readonly constants: readonly string[];
}

/**
 * Adds each top-level weight to the bytes and the traffic of the first node, in order, that reads it or a constant that
 * folds from it.
 * @param weightBytes bytes of the weights by name.
 * @param order indices of the readers in the order in which they run.
 * @param foldedMakers who makes each constant that is no weight itself.
 */
export function countWeightsOnce(
  weightBytes: ReadonlyMap<string, number>,
  readers: readonly WeightReader[],
  order: Int32Array,
  foldedMakers: ReadonlyMap<string, InferredNode>,
): void {
  const counted = new Set<string>();
  const claim = (names: readonly string[]): number => {
    let bytes = 0;
    const pending = [names];
    for (let some = pending.pop(); some !== undefined; some = pending.pop()) {
      for (const name of some) {
        const weight = weightBytes.get(name);
        const maker = weight === undefined ? foldedMakers.get(name) : undefined;
        if (weight === undefined && maker === undefined) continue;
        if (counted.size === counted.add(name).size) continue;
        bytes += weight ?? 0;
        if (maker !== undefined) pending.push(maker.reads);
      }
    }
    return bytes;
  };
  for (const index of order) {
    const reader = readers[index];
    if (reader === undefined || reader.constants.length === 0) continue;
    const bytes = claim(reader.constants);
    reader.node.weightBytes += bytes;
    if (reader.node.trafficBytes !== undefined && !reader.node.viewOnly) reader.node.trafficBytes += bytes;
  }
}
