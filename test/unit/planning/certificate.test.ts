import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure/infrastructure';
import { tierBounds } from '../../../src/engine/planning/infrastructure/tierBounds';
import { OptimumSearch } from '../../../src/engine/planning/optimum/optimumSearch';
import { brokenConstraints } from '../../../src/engine/planning/plan/constraints';
import type { Certificate, Plan } from '../../../src/engine/planning/plan/plan';
import { type PlanningResult, type PlanOptions, planModel } from '../../../src/engine/planning/planModel';
import { PlanSearch } from '../../../src/engine/planning/search/planSearch';
import { maximize } from '../../../src/engine/solver/linearProgram';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { metrics } from '../../../src/shared/vocabulary/metrics';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { unwatched } from '../../../src/shared/work/work';
import { bestWithin, infrastructures, limitedBy, randomLimits, smallGraphs } from './randomGraphs';
import { wide, wideTiers } from './support';

const objectives: Objective[] = [...metrics, { latency: 1, cost: 500 }];
const anyTiers = fc.integer({ min: 1, max: 4 }).chain((tierCount) => infrastructures(tierCount, false));

function planned(
  graph: SplitGraph,
  infrastructure: Infrastructure,
  options: Partial<PlanOptions> = {},
): PlanningResult | undefined {
  try {
    return planModel(graph, findCandidates(graph), infrastructure, {
      strategy: 'dnnsplit',
      skipRegimes: true,
      ...options,
    });
  } catch (error) {
    if (DnnSplitError.is(error, 'infeasible')) return undefined;
    throw error;
  }
}

/** Checks a certificate against the true optimum. @returns whether it proves that optimum */
function checkCertificate({ plan, certificate }: { plan: Plan; certificate: Certificate }, optimum: number): boolean {
  const value = plan.evaluation.objectiveValue;
  const { exactValue, gapPercent, isBound, unavailable } = certificate;
  expect(exactValue).toBeLessThanOrEqual(optimum * (1 + 1e-9) + 1e-18);
  expect(exactValue).toBeLessThanOrEqual(value);
  if (exactValue > 0) expect(exactValue * (1 + gapPercent / 100)).toBeCloseTo(value, 12);
  expect(isBound === true || (exactValue === 0 && value > 0)).toBe(unavailable !== undefined);
  if (isBound) return false;
  expect(Math.abs(exactValue - optimum)).toBeLessThanOrEqual(1e-8 * optimum + 1e-18);
  return true;
}

describe('the certificate', () => {
  test('is the optimum over all assignments for throughput and under limits, where all cuts can be searched', () => {
    let all = 0;
    fc.assert(
      fc.property(
        smallGraphs(6),
        anyTiers,
        fc.constantFrom(...objectives),
        fc.option(randomLimits),
        (graph, base, objective, limits) => {
          const free = { ...base, objective };
          const infrastructure = limits === null ? free : limitedBy(graph, free, limits);
          const optimum = bestWithin(graph, infrastructure);
          const result = planned(graph, infrastructure);
          expect(result === undefined).toBe(optimum === undefined);
          if (result === undefined || optimum === undefined) return;
          all++;
          expect(checkCertificate(result, optimum)).toBe(true);
          // The candidates may miss an optimum where a layer is dearer on a higher tier, but then all cuts are searched.
          expect(result.certificate.gapPercent).toBeLessThan(1e-7);
          const exact = planned(graph, infrastructure, { strategy: 'exact' })?.plan.evaluation.objectiveValue ?? -1;
          expect(Math.abs(exact - optimum)).toBeLessThanOrEqual(1e-8 * optimum + 1e-18);
        },
      ),
      { numRuns: 600 },
    );
    expect(all).toBeGreaterThan(300);
  });

  test('compares a plan with forced cuts with the optimum without them', () => {
    fc.assert(
      fc.property(
        smallGraphs(6),
        infrastructures(3, false),
        fc.constantFrom(...objectives),
        (graph, base, objective) => {
          const infrastructure = { ...base, objective };
          const forced = planned(graph, infrastructure, { cuts: [Math.floor(graph.nodes.length / 2), null] });
          const optimum = bestWithin(graph, infrastructure) ?? 0;
          if (forced !== undefined) checkCertificate(forced, optimum);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('where there are too many cuts to search them all', () => {
  test('minimum cuts prove the throughput, or bound it', () => {
    const infrastructure: Infrastructure = { ...wideTiers, objective: 'throughput' };
    const result = planned(wide, infrastructure);
    expect(result?.certificate.exactValue).toBeGreaterThan(0);
    expect(result?.certificate.gapPercent).toBeLessThan(25);
    const quick = planned(wide, infrastructure, { quickCertificate: true });
    expect(quick?.certificate.unavailable).toContain('comparison of strategies');
  });

  test('under limits that bite there is a bound within them, and for a quick answer the optimum without them', () => {
    const free = planned(wide, wideTiers);
    const constraints = { maxCostPerRequest: (free?.plan.evaluation.costPerRequest ?? 0) * 0.7 };
    const quick = planned(wide, { ...wideTiers, constraints }, { quickCertificate: true });
    expect(quick?.certificate.exactValue).toBe(free?.plan.evaluation.objectiveValue);
    expect(quick?.certificate.unavailable).toMatch(/breaks maxCostPerRequest .* lower bound/);
    expect(quick?.advice.text).toMatch(/at most [\d.]+ % worse than the optimum/);
    const full = planned(wide, { ...wideTiers, constraints });
    expect(full?.certificate.exactValue).toBeGreaterThan(free?.plan.evaluation.objectiveValue ?? 0);
    expect(full?.certificate.exactValue).toBeLessThanOrEqual(full?.plan.evaluation.objectiveValue ?? 0);
  });
});

describe('the search for the true optimum', () => {
  /** The search with nothing but minimum cuts to go by. */
  function optimumOf(graph: SplitGraph, infrastructure: Infrastructure) {
    const costs = createCostTables(graph, infrastructure);
    const bounds = tierBounds(graph, infrastructure);
    const nothing = new PlanSearch(costs, bounds, [], true, unwatched);
    const patience = { deadlineMs: Number.POSITIVE_INFINITY, isExact: true };
    return { costs, ...new OptimumSearch(costs, bounds, nothing, patience, unwatched).optimum };
  }

  test('finds what trying every assignment finds, or proves that there is none', () => {
    let [possible, impossible] = [0, 0];
    fc.assert(
      fc.property(
        smallGraphs(7),
        anyTiers,
        fc.constantFrom(...objectives),
        fc.option(randomLimits),
        (graph, base, objective, limits) => {
          const free = { ...base, objective };
          const infrastructure = limits === null ? free : limitedBy(graph, free, limits);
          const least = bestWithin(graph, infrastructure);
          const { costs, best, bound, isProven } = optimumOf(graph, infrastructure);
          expect(isProven).toBe(true);
          if (least === undefined || best === undefined) {
            expect([best, bound]).toEqual([undefined, Number.POSITIVE_INFINITY]);
            expect(least).toBeUndefined();
            impossible++;
            return;
          }
          expect(Math.abs(best.value - least)).toBeLessThanOrEqual(2e-9 * least + 1e-18);
          expect(bound).toBeLessThanOrEqual(best.value);
          expect(brokenConstraints(infrastructure, evaluatePlan(costs, best.assignment))).toEqual([]);
          possible++;
        },
      ),
      { numRuns: 400 },
    );
    expect(possible).toBeGreaterThan(200);
    expect(impossible).toBeGreaterThan(10);
  });
});

describe('the linear program behind the prices', () => {
  test('finds the corner that gains most, and prices that add up to it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 20 })),
          {
            minLength: 1,
            maxLength: 6,
          },
        ),
        fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })),
        (rows, gain) => {
          const right = rows.map(([, , most]) => most);
          const { value, prices } = maximize(
            gain,
            rows.map(([a, b]) => [a, b]),
            right,
          );
          expect(value).toBeCloseTo(bestCorner(rows, gain), 9);
          expect(prices.reduce((sum, price, r) => sum + price * (right[r] ?? 0), 0)).toBeCloseTo(value, 9);
          for (const price of prices) expect(price).toBeGreaterThanOrEqual(-1e-9);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** The best of all corners of a polygon in the plane, by trying every pair of its lines. */
function bestCorner(rows: readonly (readonly [number, number, number])[], [p, q]: readonly [number, number]): number {
  const lines = [...rows, [1, 0, 0], [0, 1, 0]] as const;
  let best = 0;
  for (const [a, b, c] of lines) {
    for (const [d, e, f] of lines) {
      const determinant = a * e - b * d;
      if (determinant === 0) continue;
      const [x, y] = [(c * e - b * f) / determinant, (a * f - c * d) / determinant];
      const isInside = x >= -1e-9 && y >= -1e-9 && rows.every(([g, h, most]) => g * x + h * y <= most + 1e-9);
      if (isInside) best = Math.max(best, p * x + q * y);
    }
  }
  return best;
}
