import { expect, test } from 'vitest';
import type { Tier } from '../../../src/engine/planning/infrastructure/infrastructure';
import { planModel } from '../../../src/engine/planning/planModel';
import { estimatesReport } from '../../../src/engine/report/estimatesReport';
import { plainInfrastructure, syntheticGraph } from '../planning/support';

const graph = syntheticGraph({ x: 4 }, [
  { name: 'a', reads: ['x'], bytes: 4, macs: 5e6 },
  { name: 'b', reads: ['a'], bytes: 4, macs: 20e6 },
]);

/** `a` takes 10 ms on the device and `b` 20 ms in the cloud. */
function estimates(device: Partial<Tier>, cloud: Partial<Tier>) {
  const infrastructure = plainInfrastructure(
    [
      { id: 'device', gflops: 1, ...device },
      { id: 'cloud', gflops: 2, ...cloud },
    ],
    [{ bandwidthMbps: 8, latencyMs: 3 }],
  );
  return estimatesReport(planModel(graph, [], infrastructure, { strategy: 'dnnsplit', cuts: [1] }));
}

test('the range of a latency adds the squares of independent errors, each as wide as its tier says', () => {
  const { latencyRangeMs, estimatesText } = estimates(
    { estimate: { basis: 'fitted', withinFactor: 1.5, models: 15, within13: 12 } },
    { estimate: { basis: 'peak', withinFactor: 5 } },
  );
  // 10 + 20 + 3 ms and 4 bytes at 1 byte per microsecond.
  const latencyMs = 33.004;
  expect(latencyRangeMs?.[0]).toBeCloseTo(latencyMs - Math.hypot(10 - 10 / 1.5, 20 - 20 / 5), 9);
  expect(latencyRangeMs?.[1]).toBeCloseTo(latencyMs + Math.hypot(5, 80), 9);
  expect(estimatesText).toBe('device within 1.5x (12 of 15 published models within 1.3x) and cloud peak figures only');
});

test('measured times have no error, and there is no range where nobody knows one', () => {
  const profile = new Map([
    ['a', 10_000],
    ['b', 40_000],
  ]);
  const half = estimates({ profile }, { estimate: { basis: 'fitted', withinFactor: 2 } });
  expect(half.estimatesText).toBe('device measured and cloud within 2x');
  expect(half.latencyRangeMs?.[1]).toBeCloseTo(33.004 + 20, 9);
  expect(estimates({ profile }, { estimate: { basis: 'stated' } }).latencyRangeMs).toBeUndefined();
  expect(estimates({}, {})).toEqual({});
});
