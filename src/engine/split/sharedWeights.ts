import type { InferredNode } from '../shapes/facts/inferred';
import type { SplitNode } from './splitGraph';

/** A node of a graph under construction. */
export type DraftNode = { -readonly [Key in keyof SplitNode]: SplitNode[Key] };

/** What the nodes of a graph read of its constants. */
export interface ReadConstants {
  /** Per node their names. */
  readonly names: readonly (readonly string[])[];
  /** Bytes of these that a node reads at the most, for those that take a part of them. */
  readonly mostBytes: ReadonlyMap<number, number>;
}

/** They read no more of their first input than they write. */
const pickers: ReadonlySet<string> = new Set(['Gather', 'GatherElements', 'GatherND', 'Slice']);

/** True for nodes that read a part of their first input, as long as what they make. */
export function readsPart({ op, domain }: Pick<SplitNode, 'op' | 'domain'>): boolean {
  return domain === '' && pickers.has(op);
}

/**
 * Adds each top-level weight to the bytes of the first node, in order, that reads it or a constant that folds from it, and
 * to the traffic of all that do: a decoder whose last product shares the table of its tokens reads it there.
 * @param weightBytes bytes of the weights by name.
 * @param order indices of the nodes in the order in which they run.
 * @param foldedMakers who makes each constant that is no weight itself.
 */
export function countWeightsOnce(
  weightBytes: ReadonlyMap<string, number>,
  nodes: readonly DraftNode[],
  read: ReadConstants,
  order: Int32Array,
  foldedMakers: ReadonlyMap<string, InferredNode>,
): void {
  const counted = new Set<string>();
  const claim = (names: readonly string[]) => {
    let [own, shared] = [0, 0];
    const pending = [names];
    for (let some = pending.pop(); some !== undefined; some = pending.pop()) {
      for (const name of some) {
        const weight = weightBytes.get(name);
        const maker = weight === undefined ? foldedMakers.get(name) : undefined;
        if (weight === undefined && maker === undefined) continue;
        const isFirst = counted.size !== counted.add(name).size;
        if (isFirst) own += weight ?? 0;
        else shared += weight ?? 0;
        if (isFirst && maker !== undefined) pending.push(maker.reads);
      }
    }
    return { own, shared };
  };
  order.forEach((index) => {
    const node = nodes[index];
    const constants = read.names[index] ?? [];
    if (node === undefined || constants.length === 0) return;
    const mostBytes = read.mostBytes.get(index) ?? Number.POSITIVE_INFINITY;
    const { own, shared } = claim(constants);
    node.weightBytes += own;
    if (shared > 0) node.sharedWeightBytes = shared;
    if (node.trafficBytes !== undefined && !node.viewOnly) node.trafficBytes += Math.min(own + shared, mostBytes);
  });
}
