import { expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { planModel } from '../../../src/engine/planning/planModel';
import { memoriesMayFill } from '../../../src/engine/planning/search/partMemory';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { plainInfrastructure, syntheticGraph } from './support';

/** 30 bytes of weights, 1,000 bytes of input and 104 bytes that the nodes make. */
const graph = syntheticGraph({ x: 1000 }, [
  { name: 'a', reads: ['x'], bytes: 100, macs: 1, weightBytes: 10 },
  { name: 'b', reads: ['a'], bytes: 4, macs: 1, weightBytes: 20 },
]);

const withMemories = (first: number | undefined, second: number | undefined, respectMemory = true) =>
  plainInfrastructure(
    [
      { gflops: 1e-6, ...(first !== undefined && { memoryGB: first / 1e9 }) },
      { gflops: 2e-6, ...(second !== undefined && { memoryGB: second / 1e9 }) },
    ],
    [{ bandwidthMbps: 1 }],
    { constraints: { respectMemory } },
  );

test('memories matter only where all weights and tensors together do not fit into one of them', () => {
  const matter = (...of: Parameters<typeof withMemories>) =>
    memoriesMayFill(createCostTables(graph, withMemories(...of)));
  expect(matter(1134, 1134)).toBe(false);
  expect(matter(1133, undefined)).toBe(true);
  expect(matter(undefined, 1133)).toBe(true);
  expect(matter(undefined, undefined)).toBe(false);
  expect(matter(1, 1, false)).toBe(false);
});

test('memories that cannot fill leave the search with the candidates, others widen it', () => {
  const audit = (most: number) =>
    planModel(graph, findCandidates(graph), withMemories(most, most), { strategy: 'dnnsplit' }).audit;
  expect(JSON.stringify(audit(5000))).not.toContain('searched');
  expect(JSON.stringify(audit(1120))).toContain('All 3 cuts of the graph were searched');
});
