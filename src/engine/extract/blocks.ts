import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { Assignment } from '../planning/plan/plan';

/** A model cut at every border that any of several cuts has. */
export interface Blocks {
  /** Block of each node; never falls along an edge. */
  readonly blockOf: Assignment;
  readonly count: number;
  /** By cut and block: the tier that runs the block. */
  readonly tiers: readonly (readonly number[])[];
}

/** Blocks are counted in a byte. */
const mostBlocks = 255;

/**
 * Nodes that lie on the same tier as each other under every cut form a block, so that every cut is a choice of a tier for
 * each block. No tier falls along an edge under any cut, so the sum of a node's tiers over all cuts does not fall either, and
 * grows where the block changes: blocks in the order of that sum depend on earlier ones alone. k cuts below each other make
 * k + 1 blocks.
 * @param cuts assignments of the same graph
 * @throws DnnSplitError `invalid-plan` where there are more blocks than can be counted
 */
export function blocksOfCuts(cuts: readonly Assignment[]): Blocks {
  const nodes = cuts[0]?.length ?? 0;
  const members = new Map<string, { readonly tiers: readonly number[]; readonly nodes: number[] }>();
  for (let node = 0; node < nodes; node += 1) {
    const tiers = cuts.map((assignment) => assignment[node] ?? 0);
    const key = tiers.join();
    const block = members.get(key);
    if (block === undefined) members.set(key, { tiers, nodes: [node] });
    else block.nodes.push(node);
  }
  const sum = (tiers: readonly number[]) => tiers.reduce((total, tier) => total + tier, 0);
  const blocks = [...members.values()].sort((a, b) => sum(a.tiers) - sum(b.tiers));
  if (blocks.length > mostBlocks) throw new DnnSplitError('invalid-plan', say('cut.blocks', { blocks: blocks.length }));
  const blockOf = new Uint8Array(nodes);
  for (const [index, block] of blocks.entries()) for (const node of block.nodes) blockOf[node] = index;
  return {
    blockOf,
    count: blocks.length,
    tiers: cuts.map((_, cut) => blocks.map(({ tiers }) => tiers[cut] ?? 0)),
  };
}
