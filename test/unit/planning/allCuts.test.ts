import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allCuts } from '../../../src/engine/planning/search/allCuts';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { allAssignments, smallGraphs } from './randomGraphs';
import { syntheticGraph } from './support';

const manyCuts = 1000;

test('there is a cut for every way to put the nodes on two tiers', () => {
  fc.assert(
    fc.property(smallGraphs(8), (graph) => {
      const below = allCuts(graph, manyCuts)?.map((cut) => {
        const nodes = cut.downset ?? Array.from({ length: cut.position }, (_, node) => node);
        return nodes.join();
      });
      const expected = allAssignments(graph, 2).map((tiers) => [...tiers.keys()].filter((node) => tiers[node] === 0));
      expect(below?.toSorted()).toEqual(expected.map((nodes) => nodes.join()).toSorted());
    }),
    { numRuns: 200 },
  );
});

test('asked for fewer than there are, or for more than before, it answers as if asked for the first time', () => {
  fc.assert(
    fc.property(
      smallGraphs(6),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      (graph, asked) => {
        const count = allAssignments(graph, 2).length;
        for (const most of asked) expect(allCuts(graph, most)?.length).toBe(count <= most ? count : undefined);
      },
    ),
    { numRuns: 200 },
  );
});

/** So many chains of so many nodes, side by side. */
function chains(count: number, length: number): SplitGraph {
  const nodes = Array.from({ length }, (_, place) =>
    Array.from({ length: count }, (_each, chain) => ({
      name: `n${chain}_${place}`,
      bytes: 4,
      reads: [place === 0 ? 'in0' : `n${chain}_${place - 1}`],
    })),
  );
  return syntheticGraph({ in0: 4 }, nodes.flat());
}

// It looks at its work once for each size that cuts have.
test.each([
  { what: 'of 90,601 cuts', chainCount: 2, length: 300, most: 1000, sizes: 45 },
  { what: 'of a million cuts, known at the first one by its choices', chainCount: 20, length: 1, most: 1000, sizes: 1 },
])('$what it lists no more than it was asked for', ({ chainCount, length, most, sizes }) => {
  let looked = 0;
  const canceled = () => {
    looked++;
    return false;
  };
  expect(allCuts(chains(chainCount, length), most, { canceled, report: () => undefined })).toBeUndefined();
  expect(looked).toBeGreaterThan(0);
  expect(looked).toBeLessThanOrEqual(sizes);
});
