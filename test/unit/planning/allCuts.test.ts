import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allCuts } from '../../../src/engine/planning/search/allCuts';
import { allAssignments, smallGraphs } from './randomGraphs';

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
