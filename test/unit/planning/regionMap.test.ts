import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RegionMap } from '../../../src/engine/planning/bandwidths/regionMap';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure/infrastructure';
import { planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { Candidate, SplitGraph } from '../../../src/engine/split/splitGraph';
import { regionAt } from '../../../src/shared/reports/regionLookup';
import { bestPlanAt, deadMbps } from '../../../src/shared/vocabulary/linkPlans';
import { metrics } from '../../../src/shared/vocabulary/metrics';
import { DnnSplitError } from '../../../src/shared/work/errors';
import {
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
const range = { fromMbps: 1, toMbps: 1e5 };
const fast = { strategy: 'dnnsplit', skipCertificate: true, skipRegimes: true } as const;

type Links = readonly [number, number];

function mapOf(
  graph: SplitGraph,
  candidates: readonly Candidate[],
  infrastructure: Infrastructure,
  links: Links,
): RegionMap | undefined {
  const options = { ...fast, regions: { ...range, links } };
  try {
    const { regionMap } = planModel(graph, candidates, infrastructure, options);
    if (regionMap === undefined) throw new Error('there is no map');
    return regionMap;
  } catch (error) {
    if (DnnSplitError.is(error, 'infeasible')) return undefined;
    throw error;
  }
}

/** Points of a grid that is dense where the sizes and speeds of the random cases put the borders. */
function* gridOf(): Generator<Links> {
  for (let first = 0.15; first < 5; first += 0.58) {
    for (let second = 0.35; second < 5; second += 0.58) yield [10 ** first, 10 ** second];
  }
}

/** Where a link or both are slower than the map reaches. */
const slowPairs: readonly Links[] = [
  [0.3, 0.3],
  [0.01, 1],
  [1e5, 0.001],
  [deadMbps, 0.1],
  [deadMbps, deadMbps],
];

/** The objective value of the plan that a policy takes by the figures of all plans, as planning has it. */
function chosenValue({ plans }: RegionMap, graph: SplitGraph, swept: Infrastructure, mbps: Links): number {
  const chosen = plans[bestPlanAt(plans, mbps)];
  return chosen === undefined
    ? Number.NaN
    : evaluatePlan(createCostTables(graph, swept), chosen.assignment).objectiveValue;
}

interface Seen {
  regions: number;
  infeasible: number;
}

/** Sets a map beside planning again at every point of a grid, and adds the areas of its parts up. */
function checkMap(graph: SplitGraph, infrastructure: Infrastructure, links: Links): Seen | undefined {
  const candidates = findCandidates(graph);
  const map = mapOf(graph, candidates, infrastructure, links);
  if (map === undefined) return undefined;
  let infeasible = 0;
  for (const mbps of gridOf()) {
    const swept = withBandwidths(infrastructure, { [links[0]]: mbps[0], [links[1]]: mbps[1] });
    const best = replanned(graph, swept, candidates);
    const region = map.regions[regionAt(map, mbps)];
    expect(region === undefined, `no plan at ${mbps}`).toBe(best === undefined);
    if (best === undefined || region === undefined) {
      infeasible++;
      continue;
    }
    const told = evaluatePlan(createCostTables(graph, swept), region.assignment);
    expectNear(told.objectiveValue, best);
    expectNear(region.constant + region.slopes[0] / mbps[0] + region.slopes[1] / mbps[1], best);
    if (bestPlanAt(map.plans, mbps) !== region.plan) expectNear(chosenValue(map, graph, swept, mbps), best);
  }
  for (const mbps of slowPairs) {
    const swept = withBandwidths(infrastructure, { [links[0]]: mbps[0], [links[1]]: mbps[1] });
    const best = replanned(graph, swept, candidates);
    if (best !== undefined) expectNear(chosenValue(map, graph, swept, mbps), best);
  }
  const parts = [...map.regions.map(({ cornersMbps }) => cornersMbps), ...map.infeasible];
  const areas = parts.map((corners) => areaOf(corners.map(([a, b]) => [1 / a, 1 / b])));
  for (const area of areas) expect(area).toBeGreaterThan(0);
  const square = (1 / range.fromMbps - 1 / range.toMbps) ** 2;
  expect(areas.reduce((sum, area) => sum + area, 0) / square).toBeCloseTo(1, 9);
  return { regions: map.regions.length, infeasible };
}

/** Area of a polygon, by the shoelace formula. */
function areaOf(corners: readonly (readonly number[])[]): number {
  let twice = 0;
  for (const [index, [x = 0, y = 0]] of corners.entries()) {
    const [nextX = 0, nextY = 0] = corners[(index + 1) % corners.length] ?? [];
    twice += x * nextY - nextX * y;
  }
  return twice / 2;
}

describe.each([
  [3, [0, 1] as const],
  [4, [0, 1] as const],
  [4, [1, 2] as const],
  [4, [0, 2] as const],
])('on %i tiers the map of links %j is what planning again finds, without overlap or gap', (tierCount, links) => {
  const cases = fc.tuple(smallGraphs(8), infrastructures(tierCount, false), fc.constantFrom(...objectives));

  test('without limits', () => {
    let regions = 0;
    fc.assert(
      fc.property(cases, ([graph, base, objective]) => {
        const seen = checkMap(graph, { ...base, objective }, links);
        expect(seen?.infeasible).toBe(0);
        regions += seen?.regions ?? 0;
      }),
      { numRuns: 30 },
    );
    expect(regions).toBeGreaterThan(10);
  });

  test('under limits', () => {
    let [limited, infeasible] = [0, 0];
    fc.assert(
      fc.property(cases, randomLimits, ([graph, base, objective], limits) => {
        const seen = checkMap(graph, limitedBy(graph, { ...base, objective }, limits), links);
        if (seen === undefined) return;
        limited++;
        infeasible += seen.infeasible;
      }),
      { numRuns: 40 },
    );
    expect(limited).toBeGreaterThan(3);
    expect(infeasible).toBeGreaterThan(8);
  });

  test('within pins and without tiers that are left out', () => {
    let pinned = 0;
    fc.assert(
      fc.property(cases, randomPins, fc.option(randomLimits), ([graph, base, objective], pins, limits) => {
        const free = { ...base, objective };
        const limited = limits === null ? free : limitedBy(graph, free, limits);
        if (checkMap(graph, pinnedBy(graph, limited, pins), links) !== undefined) pinned++;
      }),
      { numRuns: 25 },
    );
    expect(pinned).toBeGreaterThan(0);
  });
});
