import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import { cutsAtPositions } from '../../../src/engine/planning/infrastructure/givenCuts';
import { planModel } from '../../../src/engine/planning/planModel';
import { cutAboveDownset, membersBelow } from '../../../src/engine/split/cuts';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { Candidate, Cut, SplitGraph } from '../../../src/engine/split/splitGraph';
import { allAssignments, expectNear, infrastructures } from './randomGraphs';
import { rememberingGraphs } from './rememberingGraphs';
import { syntheticGraph } from './support';

const fast = { skipRegimes: true, skipCertificate: true } as const;

/** Per link how many nodes run below it. */
function nodesBelow(assignment: Iterable<number>, links: number): number[] {
  const tiers = [...assignment];
  return Array.from({ length: links }, (_, link) => tiers.filter((tier) => tier <= link).length);
}

/** Cuts as candidates, whose other figures do not count here. */
function asCandidates(cuts: readonly Cut[]): Candidate[] {
  const none = { macsBefore: 0, macsAfter: 0, weightBytesBefore: 0, weightBytesAfter: 0 };
  const peaks = { peakActivationBytesBefore: 0, peakActivationBytesAfter: 0 };
  return cuts.map((cut) => ({ ...cut, ...none, ...peaks, singleTensor: cut.tensors.length === 1 }));
}

/** Every cut that is no prefix of the order. */
function cutsAcross(graph: SplitGraph): Candidate[] {
  const downsets = allAssignments(graph, 2).map((tiers) => [...tiers.keys()].filter((node) => tiers[node] === 0));
  return asCandidates(downsets.map((downset) => cutAboveDownset(graph, downset)).filter(({ downset }) => downset));
}

describe('cuts at positions', () => {
  test('of random graphs with state are planned as they are given, on three and four tiers', () => {
    const cases = fc.tuple(
      rememberingGraphs(7),
      fc.integer({ min: 3, max: 4 }).chain((count) => infrastructures(count, false)),
      fc.array(fc.nat({ max: 1000 }), { minLength: 3, maxLength: 3 }),
    );
    fc.assert(
      fc.property(cases, ([{ graph }, base, picks]) => {
        const links = base.links.length;
        const sorted = picks.map((pick) => pick % (graph.nodes.length + 1)).sort((a, b) => a - b);
        const cuts = sorted.slice(0, links);
        // Any cut across branches may be a candidate; those of a small graph are few.
        const candidates = [...findCandidates(graph), ...cutsAcross(graph)];
        const { plan } = planModel(graph, candidates, base, { strategy: 'dnnsplit', cuts, ...fast });
        expect(nodesBelow(plan.assignment, links)).toEqual(cuts);
        // All that such cuts leave open is which nodes of a candidate across branches lie below them.
        const costs = createCostTables(graph, base);
        const values = allAssignments(graph, base.tiers.length)
          .filter((one) => nodesBelow(one, links).every((count, link) => count === cuts[link]))
          .map((one) => evaluatePlan(costs, one).objectiveValue);
        const own = evaluatePlan(costs, plan.assignment).objectiveValue;
        expectNear(plan.evaluation.objectiveValue, own);
        expect(values).toContain(own);
      }),
      { numRuns: 80 },
    );
  });

  test('take the prefix where the candidate of a position does not go with the cut of another link', () => {
    // The best cut of two nodes is below `late`, which stands last in the order.
    const graph = syntheticGraph({ x: 400 }, [
      { name: 'a', reads: ['x'], bytes: 100 },
      { name: 'b', reads: ['a'], bytes: 500 },
      { name: 'c', reads: ['b'], bytes: 500 },
      { name: 'late', reads: ['a'], bytes: 4 },
      { name: 'end', reads: ['c', 'late'], bytes: 4 },
    ]);
    const candidates = asCandidates([cutAboveDownset(graph, [0, 3])]);
    const below = (positions: readonly (number | null)[]) =>
      cutsAtPositions(graph, candidates, [], positions).map((cut) => cut && [...membersBelow(graph, cut)].join(''));
    expect(below([2, 4])).toEqual(['10010', '11110']);
    expect(below([2, 3])).toEqual(['11000', '11100']);
    expect(below([1, 2])).toEqual(['10000', '10010']);
    expect(below([2, null, 3])).toEqual(['11000', null, '11100']);
    expect(below([2, null, 4])).toEqual(['10010', null, '11110']);
    expect(below([2, 2])).toEqual(['10010', '10010']);
  });
});
