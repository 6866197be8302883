import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Infrastructure } from '../../../src/engine/planning/infrastructure/infrastructure';
import { planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import type { LimitName } from '../../../src/shared/vocabulary/metrics';
import { type NamedStrategy, namedStrategies, strategyEntry } from '../../../src/shared/vocabulary/strategies';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { bestWithin, infrastructures, smallGraphs } from './randomGraphs';
import { plainInfrastructure, syntheticGraph } from './support';

/** A limit that every plan keeps. */
const generous = (limit: LimitName) => ({ [limit]: limit.startsWith('max') ? 1e9 : 1e-9 });

/** The plan of a strategy; nothing where it says that it has none here. */
function planOf(graph: SplitGraph, infrastructure: Infrastructure, strategy: NamedStrategy) {
  try {
    return planModel(graph, findCandidates(graph), infrastructure, { strategy, skipRegimes: true }).plan;
  } catch (error) {
    if (DnnSplitError.is(error) && ['infeasible', 'bad-usage'].includes(error.code)) return undefined;
    throw error;
  }
}

describe.each(namedStrategies)('what is said of %s is so', (strategy) => {
  const { needs, mostTiers, isOptimal } = strategyEntry(strategy) ?? {};

  test('by its plans on random graphs', () => {
    let plans = 0;
    fc.assert(
      fc.property(smallGraphs(6), infrastructures(4, false), (graph, base) => {
        const infrastructure = { ...base, constraints: needs === undefined ? {} : generous(needs) };
        const plan = planOf(graph, infrastructure, strategy);
        if (plan === undefined) return;
        plans++;
        expect(new Set(plan.assignment).size).toBeLessThanOrEqual(mostTiers ?? 4);
        if (isOptimal !== true) return;
        const best = bestWithin(graph, infrastructure) ?? Number.NaN;
        expect(plan.evaluation.objectiveValue).toBeLessThanOrEqual(best * (1 + 1e-9) + 1e-15);
      }),
      { numRuns: 30 },
    );
    expect(plans).toBeGreaterThan(15);
  });

  test('by what it asks for', () => {
    const graph = syntheticGraph({ x: 100 }, [{ name: 'a', reads: ['x'], bytes: 4, macs: 1 }]);
    const infrastructure = plainInfrastructure([{ gflops: 1 }, { gflops: 2 }], [{}]);
    expect(planOf(graph, infrastructure, strategy) === undefined).toBe(needs !== undefined);
  });
});

test('neurosurgeon cuts where sizes are known, where others are not and bytes have a price', () => {
  const graph = syntheticGraph({ x: undefined }, [
    { name: 'a', reads: ['x'], bytes: 40, macs: 1 },
    { name: 'b', reads: ['a'], bytes: 4, macs: 100 },
  ]);
  const infrastructure = plainInfrastructure(
    [{ gflops: 1e-6 }, { gflops: 1 }],
    [{ bandwidthMbps: 100, pricePerGB: 1 }],
  );
  expect(Array.from(planOf(graph, infrastructure, 'neurosurgeon')?.assignment ?? [])).toEqual([0, 1]);
});
