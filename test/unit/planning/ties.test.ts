import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import { planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { allWithin, infrastructures, limitedBy, randomLimits, smallGraphs } from './randomGraphs';
import { plainInfrastructure, syntheticGraph, withBandwidths } from './support';

const anyTiers = fc.integer({ min: 2, max: 4 }).chain((tierCount) => infrastructures(tierCount, false));
const fast = { skipRegimes: true, skipCertificate: true } as const;
/** Relative difference below which figures count as equal. */
const tolerance = 1e-9;

describe('of plans that are equally good', () => {
  test('the one with the least latency is taken: a pipeline does not pass a tier that only delays it', () => {
    const chain = syntheticGraph({ x: 1000 }, [
      { name: 'a', reads: ['x'], bytes: 400, macs: 4 },
      { name: 'b', reads: ['a'], bytes: 100, macs: 1 },
    ]);
    const tiers = [
      { id: 'device', gflops: 1e-6, watts: 2 },
      { id: 'edge', gflops: 1e-3 },
      { id: 'cloud', gflops: 2e-3 },
    ];
    const links = [{ bandwidthMbps: 1 }, { bandwidthMbps: 1, latencyMs: 2 }];
    for (const objective of ['throughput', 'energy'] as const) {
      const constraints = { pin: { a: 'device' } };
      const infrastructure = plainInfrastructure(tiers, links, { objective, constraints });
      const { plan } = planModel(chain, findCandidates(chain), infrastructure, { strategy: 'dnnsplit' });
      expect(Array.from(plan.assignment), objective).toEqual([0, 1]);
    }
  });

  test('the exhaustive search ranks them by latency', () => {
    const chain = syntheticGraph({ x: 1000 }, [
      { name: 'a', reads: ['x'], bytes: 400, macs: 4 },
      { name: 'b', reads: ['a'], bytes: 100, macs: 1 },
    ]);
    const tiers = [{ gflops: 1e-6 }, { gflops: 1e-3 }, { gflops: 1e-3 }];
    const links = [{ bandwidthMbps: 1 }, { bandwidthMbps: 1, latencyMs: 2 }];
    const constraints = { pin: { a: 'tier0' } };
    const infrastructure = plainInfrastructure(tiers, links, { objective: 'throughput', constraints });
    const options = { strategy: 'exhaustive', top: 9 } as const;
    const { ranked = [] } = planModel(chain, findCandidates(chain), infrastructure, options);
    expect(ranked.map(({ assignment }) => Array.from(assignment))).toEqual([
      [0, 1],
      [0, 2],
      [0, 0],
    ]);
  });

  test('no plan of all of them has less latency, unless it needs more tiers than one', () => {
    let ties = 0;
    fc.assert(
      fc.property(smallGraphs(6), anyTiers, fc.option(randomLimits), (graph, base, limits) => {
        const aimed = { ...base, objective: 'throughput' as const };
        const infrastructure = limits === null ? aimed : limitedBy(graph, aimed, limits);
        const all = allWithin(graph, infrastructure).map(({ evaluation }) => evaluation);
        let plan: ReturnType<typeof planModel>['plan'];
        try {
          const options = { strategy: 'dnnsplit', ...fast } as const;
          plan = planModel(graph, findCandidates(graph), infrastructure, options).plan;
        } catch (error) {
          if (DnnSplitError.is(error, 'infeasible')) return;
          throw error;
        }
        const { objectiveValue, latencyMs, tiers } = plan.evaluation;
        const equal = all.filter((one) => one.objectiveValue <= objectiveValue * (1 + 1e-13));
        if (equal.some((one) => one.latencyMs > latencyMs * (1 + tolerance))) ties++;
        if (tiers.filter(({ nodes }) => nodes > 0).length === 1) return;
        for (const one of equal) expect(one.latencyMs).toBeGreaterThanOrEqual(latencyMs * (1 - tolerance));
      }),
      { numRuns: 2000 },
    );
    expect(ties).toBeGreaterThan(30);
  });

  test('regimes take none through a tier that only delays it, and keep the least objective at every bandwidth', () => {
    let ties = 0;
    fc.assert(
      fc.property(
        smallGraphs(6),
        anyTiers,
        fc.constantFrom('throughput' as const, 'energy' as const, 'cost' as const),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (graph, base, objective, place) => {
          const infrastructure = { ...base, objective };
          const { regimes } = planModel(graph, findCandidates(graph), infrastructure, { strategy: 'dnnsplit' });
          for (const [link, ofLink] of regimes.entries()) {
            for (const { fromMbps, toMbps, assignment } of ofLink) {
              const [low, high] = [Math.max(fromMbps, 1e-3), Math.min(toMbps, 1e6)];
              if (low >= high) continue;
              const there = withBandwidths(infrastructure, { [link]: low * (high / low) ** place });
              const costs = createCostTables(graph, there);
              const own = evaluatePlan(costs, assignment);
              const { plan } = planModel(graph, findCandidates(graph), there, { strategy: 'dnnsplit', ...fast });
              expect(own.objectiveValue).toBeLessThanOrEqual(plan.evaluation.objectiveValue * (1 + tolerance) + 1e-18);
              const atItsFastest = withBandwidths(infrastructure, { [link]: Math.min(toMbps, 1e15) });
              const fastest = createCostTables(graph, atItsFastest);
              const least = evaluatePlan(fastest, assignment).objectiveValue;
              for (const fewer of withoutOneTier(assignment, base.tiers.length)) {
                const { objectiveValue } = evaluatePlan(fastest, fewer);
                if (objectiveValue > least || movesCut(assignment, fewer, link)) continue;
                ties++;
                expect(evaluatePlan(costs, fewer).latencyMs).toBeGreaterThanOrEqual(own.latencyMs * (1 - tolerance));
              }
            }
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(ties).toBeGreaterThan(30);
  });
});

/** The plans that run what one tier runs on the next tier up or down instead. */
function withoutOneTier(assignment: Uint8Array, tierCount: number): Uint8Array[] {
  return Array.from({ length: tierCount }, (_, tier) => tier).flatMap((tier) => {
    if (!assignment.includes(tier)) return [];
    const others = [tier - 1, tier + 1].filter((other) => other >= 0 && other < tierCount);
    return others.map((other) => assignment.map((one) => (one === tier ? other : one)));
  });
}

/** True where another plan cuts a link at another place. */
function movesCut(a: Uint8Array, b: Uint8Array, link: number): boolean {
  return a.some((tier, node) => tier <= link !== (b[node] ?? 0) <= link);
}
