import { expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import { plainInfrastructure, syntheticGraph } from './support';

test('what is on its way keeps no link from taking the next request', () => {
  // 1 Gbit/s takes 800 kB in 6.4 ms, and so 156.25 of them in a second, however long each is on its way.
  const graph = syntheticGraph({ x: 800_000 }, [{ name: 'a', reads: ['x'], bytes: 4 }]);
  for (const latencyMs of [0, 200]) {
    const infrastructure = plainInfrastructure([{}, {}], [{ bandwidthMbps: 1000, latencyMs }]);
    const evaluation = evaluatePlan(createCostTables(graph, infrastructure), Uint8Array.of(1));
    expect(evaluation.throughputPerSecond).toBeCloseTo(156.25, 9);
    expect(evaluation.latencyMs).toBeCloseTo(latencyMs + 6.4, 9);
  }
});
