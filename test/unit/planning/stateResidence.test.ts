import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure, Link } from '../../../src/engine/planning/infrastructure/infrastructure';
import { planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import {
  allAssignments,
  bestWithin,
  expectBestRegimes,
  expectNear,
  infrastructures,
  limitedBy,
  objectives,
  randomLimits,
} from './randomGraphs';
import { type Remembered, remembering, rememberingGraphs } from './rememberingGraphs';
import { plainInfrastructure, syntheticGraph } from './support';

const fast = { skipRegimes: true } as const;

const cases = fc.tuple(
  rememberingGraphs(6),
  fc.integer({ min: 2, max: 4 }).chain((count) => infrastructures(count, false)),
  fc.constantFrom(...objectives),
);

describe('state', () => {
  /** x -> a -> b -> c; b remembers what it makes, and `counter` is made by a and read by a and c. */
  const chain = syntheticGraph({ x: 1000 }, [
    { name: 'a', reads: ['x'], bytes: 500 },
    { name: 'b', reads: ['a'], bytes: 400 },
    { name: 'c', reads: ['b'], bytes: 100 },
  ]);
  const infrastructure = plainInfrastructure([{}, {}], [{ bandwidthMbps: 1, downBandwidthMbps: 0.5 }], {
    answer: 'returned',
  });
  const linkOf = (state: readonly Remembered[], tiers: readonly number[]) => {
    const { graph } = remembering(chain, state);
    return evaluatePlan(createCostTables(graph, infrastructure), Uint8Array.from(tiers)).links[0];
  };

  test('never crosses where the node that reads it makes it', () => {
    const cache = { bytes: 1_000_000, maker: 1, readers: [1] };
    expect(linkOf([cache], [0, 0, 1])).toMatchObject({ bytes: 400, answerBytes: 100 });
    expect(linkOf([cache], [0, 1, 1])).toMatchObject({ bytes: 500, answerBytes: 100 });
    expect(linkOf([cache], [1, 1, 1])).toMatchObject({ bytes: 1000, answerBytes: 100 });
    expect(linkOf([cache], [0, 1, 1])).not.toHaveProperty('state');
  });

  test('goes up where it is read above, and comes down where it is read below, once per link', () => {
    const counter = { bytes: 8, maker: 0, readers: [0, 1, 2] };
    expect(linkOf([counter], [0, 1, 1])).toMatchObject({
      bytes: 508,
      answerBytes: 100,
      state: { upBytes: 8, downBytes: 0 },
    });
    const last = { bytes: 40, maker: 2, readers: [0, 1] };
    const link = linkOf([last], [0, 0, 1]);
    expect(link).toMatchObject({ bytes: 400, answerBytes: 140, state: { upBytes: 0, downBytes: 40 } });
    // 140 bytes at half a megabit.
    expect(link?.answerMs).toBeCloseTo(2.24, 12);
  });

  test('settles large caches where they are read, and lets a small counter travel', () => {
    const busy = syntheticGraph({ x: 400 }, [
      { name: 'embed', reads: ['x'], bytes: 400, macs: 1 },
      { name: 'layer', reads: ['embed'], bytes: 400, macs: 4e6 },
      { name: 'head', reads: ['layer'], bytes: 8, macs: 4e6 },
    ]);
    const tiers = plainInfrastructure([{ gflops: 0.01 }, { gflops: 1 }], [{ bandwidthMbps: 1 }], {
      answer: 'returned',
    });
    const planned = (state: readonly Remembered[]) => {
      const { graph } = remembering(busy, state);
      return [...planModel(graph, findCandidates(graph), tiers, { strategy: 'dnnsplit', ...fast }).plan.assignment];
    };
    expect(planned([{ bytes: 2_000_000, maker: 1, readers: [1] }])).toEqual([1, 1, 1]);
    expect(planned([{ bytes: 8, maker: 0, readers: [0, 1, 2] }])).toEqual([1, 1, 1]);
    // Read by the first layer and made by the last one, it would have to travel: they stay together.
    const pinned = { ...tiers, constraints: { pin: { embed: 'tier0' } } };
    const { graph } = remembering(busy, [{ bytes: 2_000_000, maker: 2, readers: [0] }]);
    const { plan } = planModel(graph, findCandidates(graph), pinned, { strategy: 'dnnsplit', ...fast });
    expect([...plan.assignment]).toEqual([0, 0, 0]);
  });

  test('is no input, no answer and no candidate bytes', () => {
    const { graph, without } = remembering(chain, [{ bytes: 4000, maker: 1, readers: [1] }]);
    const names = (some: readonly number[]) => some.map((tensor) => graph.tensors[tensor]?.name);
    expect(names(graph.inputs)).toEqual(['x']);
    expect(names(graph.outputs)).toEqual(['c']);
    expect(findCandidates(graph).map(({ bytes }) => bytes)).toEqual(findCandidates(without).map(({ bytes }) => bytes));
  });
});

/** What state takes on link l between two calls. */
function travelCost(link: Link, l: number, state: readonly Remembered[], tiers: Uint8Array) {
  const isLow = (node: number) => (tiers[node] ?? 0) <= l;
  let [ms, dollars] = [0, 0];
  for (const { bytes, maker, readers } of state) {
    const [goesUp, comesDown] = isLow(maker) ? [!readers.every(isLow), false] : [false, readers.some(isLow)];
    const mbps = goesUp ? link.bandwidthMbps : (link.downBandwidthMbps ?? link.bandwidthMbps);
    if (goesUp || comesDown) ms += (8 * bytes) / (mbps * 1000);
    dollars += (bytes * (goesUp ? link.pricePerGB : comesDown ? link.downPricePerGB : 0)) / 1e9;
  }
  return { ms, dollars };
}

describe('with random state, on random graphs', () => {
  test('an assignment costs what it does without, and the bytes of state on each link between', () => {
    fc.assert(
      fc.property(cases, ([{ graph, without, state }, base]) => {
        const returned: Infrastructure = { ...base, answer: 'returned', outputAnswers: {} };
        const own = createCostTables(graph, returned);
        const plain = createCostTables(without, returned);
        for (const tiers of allAssignments(without, base.tiers.length)) {
          const expected = evaluatePlan(plain, tiers);
          const { latencyMs, costPerRequest } = evaluatePlan(own, tiers);
          const travels = base.links.map((link, l) => travelCost(link, l, state, tiers));
          expectNear(
            latencyMs,
            travels.reduce((sum, { ms }) => sum + ms, expected.latencyMs),
          );
          expectNear(
            costPerRequest,
            travels.reduce((sum, { dollars }) => sum + dollars, expected.costPerRequest),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the exact plan, the recommended one and the proof are the best of all assignments', () => {
    fc.assert(
      fc.property(cases, ([{ graph }, base, objective]) => {
        const infrastructure = { ...base, objective };
        const costs = createCostTables(graph, infrastructure);
        const values = allAssignments(graph, base.tiers.length).map((one) => evaluatePlan(costs, one).objectiveValue);
        const best = Math.min(...values);
        for (const strategy of ['exact', 'dnnsplit'] as const) {
          const { plan, certificate } = planModel(graph, findCandidates(graph), infrastructure, { strategy, ...fast });
          expectNear(plan.evaluation.objectiveValue, best);
          expectNear(certificate.exactValue, best);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('so they are under limits', () => {
    fc.assert(
      fc.property(cases, randomLimits, ([{ graph }, base, objective], limits) => {
        const infrastructure = limitedBy(graph, { ...base, objective }, limits);
        const best = bestWithin(graph, infrastructure);
        if (best === undefined) return;
        const { plan } = planModel(graph, findCandidates(graph), infrastructure, { strategy: 'exact', ...fast });
        expectNear(plan.evaluation.objectiveValue, best, 1e-8);
      }),
      { numRuns: 60 },
    );
  });

  test('every regime is the best plan at its bandwidths', () => {
    fc.assert(
      fc.property(
        rememberingGraphs(5),
        infrastructures(2, false),
        fc.constantFrom(...objectives),
        ({ graph }, base, objective) => expectBestRegimes(graph, { ...base, objective }),
      ),
      { numRuns: 60 },
    );
  });
});

/** Nodes of many branches that are searched by minimum cuts and branch and bound, not by all cuts. */
test('with more cuts than are listed, minimum cuts and branch and bound are exact', () => {
  const branches = Array.from({ length: 9 }, (_, b) => b);
  const wide = syntheticGraph({ x: 4000 }, [
    { name: 'stem', reads: ['x'], bytes: 4000, macs: 10 },
    ...branches.map((b) => ({ name: `b${b}`, reads: ['stem'], bytes: 400 + 40 * b, macs: 5 + b })),
    { name: 'join', reads: branches.map((b) => `b${b}`), bytes: 40, macs: 20 },
  ]);
  const node = fc.nat({ max: 10 });
  const one = fc.record({
    bytes: fc.constantFrom(4, 400, 2000),
    maker: node,
    readers: fc.uniqueArray(node, { minLength: 1, maxLength: 3 }),
  });
  fc.assert(
    fc.property(
      fc.array(one, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 2, max: 3 }).chain((count) => infrastructures(count, false)),
      fc.constantFrom(...objectives),
      (state, base, objective) => {
        const { graph } = remembering(wide, state);
        const costs = createCostTables(graph, { ...base, objective });
        let best = Number.POSITIVE_INFINITY;
        for (const tiers of allAssignments(graph, 2)) {
          best = Math.min(
            best,
            evaluatePlan(
              costs,
              tiers.map((tier) => tier * (base.tiers.length - 1)),
            ).objectiveValue,
          );
          best = Math.min(best, evaluatePlan(costs, tiers).objectiveValue);
        }
        const options = { strategy: 'exact', ...fast } as const;
        const { plan } = planModel(graph, findCandidates(graph), { ...base, objective }, options);
        const { objectiveValue } = plan.evaluation;
        if (base.tiers.length === 2) expectNear(objectiveValue, best);
        else expect(objectiveValue).toBeLessThanOrEqual(best * (1 + 1e-9));
      },
    ),
    { numRuns: 15 },
  );
});
