import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lowerEnvelope, withoutThin } from '../../../src/engine/planning/bandwidths/rayEnvelope';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure/infrastructure';
import type { Regime } from '../../../src/engine/planning/plan/plan';
import { planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { metrics } from '../../../src/shared/vocabulary/metrics';
import { regimeAt } from '../../../src/shared/vocabulary/policy';
import {
  bestWithin,
  chainOf,
  expectNear,
  infrastructures,
  limitedBy,
  pinnedBy,
  randomLimits,
  randomPins,
  replanned,
  smallGraphs,
} from './randomGraphs';
import { withBandwidths } from './support';

const objectives: Objective[] = [...metrics, { latency: 1, cost: 500 }];
const fast = { strategy: 'dnnsplit', skipCertificate: true, skipRegimes: true } as const;

/** Bandwidths in Mbit/s of a fine sweep, those just beside each border included. */
function sweepOf(regimes: readonly Regime[]): number[] {
  const even = Array.from({ length: 30 }, (_, step) => 10 ** (-1 + step * 0.21));
  const borders = regimes.map(({ fromMbps }) => fromMbps).filter((mbps) => mbps > 0);
  return [...even, ...borders.flatMap((mbps) => [mbps * (1 - 1e-6), mbps * (1 + 1e-6)])];
}

function isBeside(mbps: number, border: number): boolean {
  return Math.abs(mbps - border) <= 2e-3 * border;
}

/** Sets the regimes of every link beside planning again at each bandwidth. @returns bandwidths without a plan */
function checkRegimes(graph: SplitGraph, infrastructure: Infrastructure): number {
  const candidates = findCandidates(graph);
  const { regimes } = planModel(graph, candidates, infrastructure, { ...fast, skipRegimes: false });
  let infeasible = 0;
  for (const [link, own] of regimes.entries()) {
    expect(own[0]?.fromMbps).toBe(0);
    expect(own.at(-1)?.toMbps).toBe(Number.POSITIVE_INFINITY);
    for (const [index, { fromMbps }] of own.entries()) if (index > 0) expect(fromMbps).toBe(own[index - 1]?.toMbps);
    for (const mbps of sweepOf(own)) {
      const swept = withBandwidths(infrastructure, { [link]: mbps });
      const best = replanned(graph, swept, candidates);
      const regime = own[regimeAt(own, mbps)];
      expect(regime?.infeasible === undefined, `a plan at ${mbps}`).toBe(best !== undefined);
      if (best === undefined) infeasible++;
      const told = evaluatePlan(createCostTables(graph, swept), regime?.assignment ?? new Uint8Array());
      // Beside a border, a regime that is too thin may have given way to its neighbor.
      const isAtBorder = own.some(({ fromMbps, toMbps }) => [fromMbps, toMbps].some((one) => isBeside(mbps, one)));
      if (best !== undefined && isAtBorder) {
        expect(told.objectiveValue).toBeGreaterThanOrEqual(best * (1 - 1e-9) - 1e-18);
        expect(told.objectiveValue).toBeLessThanOrEqual(best * (1 + 1.001e-3) + 1e-18);
      } else if (best !== undefined) expectNear(told.objectiveValue, best);
      const transferMs = ((regime?.bytes ?? 0) + (regime?.answerBytes ?? 0)) * (8 / (mbps * 1e3));
      expectNear((regime?.fixedMs ?? 0) + transferMs, told.latencyMs);
    }
  }
  return infeasible;
}

describe.each([2, 3, 4])('on %i tiers the regimes are what planning again finds', (tierCount) => {
  test('without limits', () => {
    const cases = fc.tuple(smallGraphs(8), infrastructures(tierCount, false), fc.constantFrom(...objectives));
    fc.assert(
      fc.property(cases, ([graph, base, objective]) => {
        expect(checkRegimes(graph, { ...base, objective })).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test('under limits, where there may be no plan at low bandwidths', () => {
    let [limited, infeasible] = [0, 0];
    const cases = fc.tuple(smallGraphs(8), infrastructures(tierCount, false), fc.constantFrom(...objectives));
    fc.assert(
      fc.property(cases, randomLimits, ([graph, base, objective], limits) => {
        const infrastructure = limitedBy(graph, { ...base, objective }, limits);
        if (replanned(graph, infrastructure) === undefined) return;
        limited++;
        infeasible += checkRegimes(graph, infrastructure);
      }),
      { numRuns: 120 },
    );
    expect(limited).toBeGreaterThan(30);
    expect(infeasible).toBeGreaterThan(30);
  });

  test('within pins and without tiers that are left out', () => {
    let pinned = 0;
    const cases = fc.tuple(smallGraphs(8), infrastructures(tierCount, false), fc.constantFrom(...objectives));
    fc.assert(
      fc.property(cases, randomPins, fc.option(randomLimits), ([graph, base, objective], pins, limits) => {
        const free = { ...base, objective };
        const limited = limits === null ? free : limitedBy(graph, free, limits);
        const infrastructure = pinnedBy(graph, limited, pins);
        if (replanned(graph, infrastructure) === undefined) return;
        pinned++;
        checkRegimes(graph, infrastructure);
      }),
      { numRuns: 100 },
    );
    expect(pinned).toBeGreaterThan(8);
  });
});

describe('a regime that is too thin to print', () => {
  const [low, middle, high] = [
    { floor: 0, base: 1, slope: 1, untilX: Number.POSITIVE_INFINITY },
    { floor: 0, base: 1.4999, slope: 0.5, untilX: Number.POSITIVE_INFINITY },
    { floor: 0, base: 2, slope: 0, untilX: Number.POSITIVE_INFINITY },
  ];

  test('gives way to a neighbor that is as good but for 0.1 %', () => {
    const pieces = lowerEnvelope([low, middle, high]);
    expect(pieces).toHaveLength(3);
    const merged = withoutThin(pieces, 1e-3);
    expect(merged.map(({ ray }) => ray)).toEqual([low, high]);
    expect(merged[0]?.untilX).toBe(merged[1]?.fromX);
    expect(merged[1]?.untilX).toBe(Number.POSITIVE_INFINITY);
  });

  test('stays where no neighbor is as good there, or lasts as long', () => {
    const ends = 1.00001;
    const first = { ...low, untilX: 1 };
    const second = { ...middle, untilX: ends };
    const steep = { floor: 0, base: 3, slope: 0, untilX: Number.POSITIVE_INFINITY };
    const pieces = lowerEnvelope([first, second, steep]);
    expect(pieces.map(({ ray }) => ray)).toEqual([first, second, steep]);
    expect(withoutThin(pieces, 1e-3)).toEqual(pieces);
  });
});

test('on chains the plan is the best of all assignments, under any limits', () => {
  let [planned, none] = [0, 0];
  fc.assert(
    fc.property(
      smallGraphs(6),
      fc.integer({ min: 2, max: 4 }).chain((tierCount) => infrastructures(tierCount, false)),
      fc.constantFrom(...objectives),
      randomLimits,
      (branched, base, objective, limits) => {
        const graph = chainOf(branched);
        const infrastructure = limitedBy(graph, { ...base, objective }, limits);
        const best = bestWithin(graph, infrastructure);
        const found = replanned(graph, infrastructure);
        if (best === undefined) {
          none++;
          expect(found).toBeUndefined();
        } else {
          planned++;
          expectNear(found ?? Number.NaN, best);
        }
      },
    ),
    { numRuns: 400 },
  );
  expect(planned).toBeGreaterThan(100);
  expect(none).toBeGreaterThan(20);
});
