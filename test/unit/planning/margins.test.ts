import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Margin } from '../../../src/engine/planning/bandwidths/margins';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure/infrastructure';
import { brokenConstraints } from '../../../src/engine/planning/plan/constraints';
import type { Assignment } from '../../../src/engine/planning/plan/plan';
import { planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { allAssignments, infrastructures, limitedBy, randomLimits, smallGraphs } from './randomGraphs';
import { plainInfrastructure, syntheticGraph } from './support';

const objectives: Objective[] = ['latency', 'cost', 'energy', 'throughput', { latency: 1, cost: 500 }];

/** Tiers whose times, or links whose transfers, are so many times as long. */
function scaled(infrastructure: Infrastructure, { of }: Margin, factor: number): Infrastructure {
  if (of.kind === 'link') {
    const links = infrastructure.links.map((link, l) =>
      l === of.index ? { ...link, bandwidthMbps: link.bandwidthMbps / factor } : link,
    );
    return { ...infrastructure, links };
  }
  const tiers = infrastructure.tiers.map((tier, k) =>
    k === of.index ? { ...tier, gflops: (tier.gflops ?? 1) / factor, overheadUs: tier.overheadUs * factor } : tier,
  );
  return { ...infrastructure, tiers };
}

/** By how much the best plan that keeps the limits is better, in percent; nothing where the plan does not keep them. */
function gainOverPlan(graph: SplitGraph, infrastructure: Infrastructure, plan: Assignment): number | undefined {
  const costs = createCostTables(graph, infrastructure);
  const own = evaluatePlan(costs, plan);
  if (brokenConstraints(infrastructure, own).length > 0) return undefined;
  const kept = allAssignments(graph, infrastructure.tiers.length)
    .map((one) => evaluatePlan(costs, one))
    .filter((one) => brokenConstraints(infrastructure, one).length === 0);
  const best = Math.min(...kept.map((one) => one.objectiveValue));
  return own.objectiveValue === best ? 0 : (own.objectiveValue / best - 1) * 100;
}

/** Checks one margin by trying all assignments. @returns how many factors inside and outside were tried */
function check(
  graph: SplitGraph,
  infrastructure: Infrastructure,
  chosen: Assignment,
  margin: Margin,
  gain: number,
): readonly [number, number] {
  const { fromFactor, toFactor } = margin;
  const at = (factor: number) => gainOverPlan(graph, scaled(infrastructure, margin, factor), chosen) ?? 1e9;
  const inside = [fromFactor + (1 - fromFactor) * 1e-4, Math.min(1e3, toFactor) * (1 - 1e-6), 1].filter(
    (factor) => factor >= fromFactor && factor <= toFactor && factor > 0,
  );
  const outside = [fromFactor * (1 - 1e-4), toFactor * (1 + 1e-4)].filter(
    (factor) => factor > 0 && factor < Number.POSITIVE_INFINITY,
  );
  for (const factor of inside) expect(at(factor), `inside, at ${factor}`).toBeLessThanOrEqual(gain + 1e-3);
  for (const factor of outside) expect(at(factor), `outside, at ${factor}`).toBeGreaterThan(gain - 1e-6);
  return [inside.length, outside.length];
}

function plannedOrNot(...[graph, infrastructure, gain]: [SplitGraph, Infrastructure, number]) {
  const options = { strategy: 'dnnsplit', ...(gain > 0 && { minimumGainPercent: gain }) } as const;
  try {
    return planModel(graph, findCandidates(graph), infrastructure, options);
  } catch (error) {
    if (DnnSplitError.is(error, 'infeasible')) return undefined;
    throw error;
  }
}

describe('the margins of a plan', () => {
  test('are worked out by hand for a chain of two layers', () => {
    // Everything on the device: 100 + 100 ms. On the server: 80 ms on the link and 10 + 10 ms.
    const graph = syntheticGraph({ x: 10_000 }, [
      { name: 'a', reads: ['x'], bytes: 10_000, macs: 50 },
      { name: 'b', reads: ['a'], bytes: 4, macs: 50 },
    ]);
    const tiers = [{ gflops: 1e-6 }, { gflops: 1e-5 }];
    const infrastructure = plainInfrastructure(tiers, [{ bandwidthMbps: 1 }]);
    const { margins, plan } = planModel(graph, findCandidates(graph), infrastructure, { strategy: 'dnnsplit' });
    expect([...plan.assignment]).toEqual([1, 1]);
    const [device, server, link] = margins?.margins ?? [];
    // The device wins once it takes half of its time, the server loses once it takes six times, the link at 0.444 Mbit/s.
    expect(device?.fromFactor).toBeCloseTo(0.5, 6);
    expect(device?.toFactor).toBe(Number.POSITIVE_INFINITY);
    expect(server?.toFactor).toBeCloseTo(6, 6);
    expect(link?.toFactor).toBeCloseTo(180 / 80, 6);
    expect(link?.fromFactor).toBe(0);
  });

  test('hold inside and end outside, under any limits and objective, over all assignments', () => {
    let [checked, ends] = [0, 0];
    fc.assert(
      fc.property(
        smallGraphs(5),
        fc.integer({ min: 2, max: 3 }).chain((count) => infrastructures(count, false)),
        fc.constantFrom(...objectives),
        fc.constantFrom(0, 5, 20),
        fc.option(randomLimits, { freq: 2 }),
        (graph, base, objective, gain, limits) => {
          const free = { ...base, objective };
          const infrastructure = limits === null ? free : limitedBy(graph, free, limits);
          const result = plannedOrNot(graph, infrastructure, gain);
          if (result === undefined) return;
          const chosen = (result.recommendation?.plan ?? result.plan).assignment;
          // Plans that leave a tier nothing to compute are never recommended, however much they would gain.
          if ((gainOverPlan(graph, infrastructure, chosen) ?? 0) > gain + 1e-6) return;
          for (const margin of result.margins?.margins ?? []) {
            const [inside, outside] = check(graph, infrastructure, chosen, margin, gain);
            checked += inside;
            ends += outside;
          }
        },
      ),
      { numRuns: 250 },
    );
    expect(checked).toBeGreaterThan(500);
    expect(ends).toBeGreaterThan(100);
  });
});
