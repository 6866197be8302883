import fc from 'fast-check';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { type SyntheticNode, syntheticGraph } from './support';

/** Ten branches or more between a stem and a join: over a thousand cuts, too many for a search to look at all of them. */
export const wideGraphs: fc.Arbitrary<SplitGraph> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 40 }), fc.nat({ max: 200 })), {
    minLength: 12,
    maxLength: 12,
  })
  .map((drafts) => {
    const nodes = drafts.map(([bytes, macs, weightBytes], index): SyntheticNode => {
      const branches = Array.from({ length: 10 }, (_, branch) => `n${branch + 1}`);
      const reads = index === 0 ? ['in0'] : index === 11 ? branches : ['n0'];
      return { name: `n${index}`, reads, bytes: bytes * 4, macs, weightBytes };
    });
    return syntheticGraph({ in0: 240 }, nodes);
  });
