import { describe, expect, test } from 'vitest';
import type { RegionMapReport } from '../../../src/shared/reports/bandwidthReports';
import {
  alongEdge,
  type Bandwidths,
  bordersOf,
  outlineOf,
  planAt,
  regionPlans,
  spotsOf,
  valueAt,
} from '../../../webview/charts/regionPlans';
import { regionsOf } from '../../webview/harness/regionMap';
import { residualNetwork } from '../../webview/harness/residualNet';

const network = residualNetwork(6);
const map = regionsOf(network);
const plans = regionPlans(map);
const limited = regionsOf(network, 160);

/** Points of an even grid on logarithmic axes, inside of the map. */
function grid({ fromMbps, toMbps }: RegionMapReport, size = 23): Bandwidths[] {
  const at = (step: number) => fromMbps * (toMbps / fromMbps) ** ((step + 0.5) / size);
  return Array.from({ length: size ** 2 }, (_, cell) => [at(cell % size), at(Math.floor(cell / size))]);
}

describe('the map of two bandwidths', () => {
  test('numbers its plans from slow to fast', () => {
    expect(plans.map(({ number }) => number).slice(0, 3)).toEqual(['1', '2', '3']);
    expect(plans[0]?.summary).toBe('all on device');
    const starts = plans.map(({ reach }) => reach[0][0]);
    expect([...starts].sort((a, b) => a - b)).toEqual(starts);
  });

  test('says the plan with the least value at any place', () => {
    for (const mbps of grid(map)) {
      const found = planAt(map, plans, mbps);
      const least = Math.min(...map.regions.map((region) => valueAt(region, mbps)));
      expect(found && valueAt(found.region, mbps)).toBeCloseTo(least, 12);
    }
  });

  test('has no plan where the limit is broken by each', () => {
    const within = regionPlans(limited);
    for (const mbps of grid(limited)) {
      const found = planAt(limited, within, mbps);
      const best = planAt(map, plans, mbps);
      const isPossible = best !== undefined && valueAt(best.region, mbps) <= 0.16;
      expect(found !== undefined).toBe(isPossible);
    }
  });
});

describe('what is drawn of it', () => {
  test('edges stay straight over the reciprocals and are dense on logarithmic axes', () => {
    const points = alongEdge([0.1, 10_000], [10_000, 0.1]);
    for (const [first, second] of points) expect(1 / first + 1 / second).toBeCloseTo(10 + 1e-4, 9);
    const steps = points.slice(1).map(([first], at) => Math.abs(Math.log10(first / (points[at]?.[0] ?? 1))));
    expect(Math.max(...steps)).toBeLessThan(0.5);
    expect(alongEdge([5, 5], [5, 5])).toHaveLength(2);
  });

  test('outlines close and go through every corner', () => {
    for (const { cornersMbps } of map.regions) {
      const outline = outlineOf(cornersMbps);
      for (const corner of cornersMbps) {
        expect(
          outline.some((point) => point.every((one, axis) => Math.abs(one / (corner[axis] ?? 1) - 1) < 1e-9)),
        ).toBe(true);
      }
    }
  });

  test.for([
    ['without a limit', map],
    ['under a limit', limited],
  ] as const)('borders lie between two plans, or a plan and none: %s', ([, drawn]) => {
    const own = regionPlans(drawn);
    const lines = bordersOf(drawn, own);
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) {
      const [from, to] = [line[0], line[1]];
      if (from === undefined || to === undefined) throw new Error('a line has two ends');
      const middle: Bandwidths = [Math.sqrt(from[0] * to[0]), Math.sqrt(from[1] * to[1])];
      const around = [0.99, 1, 1.01].flatMap((a) =>
        [0.99, 1, 1.01].map((b): Bandwidths => [middle[0] * a, middle[1] * b]),
      );
      const numbers = new Set(around.map((mbps) => planAt(drawn, own, mbps)?.plan.number));
      expect(numbers.size).toBeGreaterThan(1);
    }
  });

  test('numbers stand inside their plan, with room around them', () => {
    const spots = spotsOf(map, plans);
    expect(spots.size).toBe(plans.length);
    for (const [number, { mbps, room }] of spots) {
      expect(planAt(map, plans, mbps)?.plan.number).toBe(number);
      expect(room).toBeGreaterThan(0);
    }
  });
});
