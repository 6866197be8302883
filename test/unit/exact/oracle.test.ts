import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/readModel';
import { createCostTables } from '../../../src/engine/planning/costTables';
import { exactPlan } from '../../../src/engine/planning/exact/exactPlan';
import type { Infrastructure, Tier } from '../../../src/engine/planning/infrastructure';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { sharedFolder, sharedModels, sharedOracle } from '../../support/shared';

interface TierOracle {
  readonly K: number;
  /** MACs per second. */
  readonly speeds: readonly number[];
  /** Bits per second. */
  readonly bw: readonly number[];
  readonly opt_ps: number;
}
interface CutsOracle {
  readonly unknown_count: number;
  readonly macs: number;
  readonly tiers: Readonly<Record<string, TierOracle>>;
}
interface ShapesOracle {
  readonly dims_bound: Readonly<Record<string, number>>;
}

function infrastructureOf({ speeds, bw }: TierOracle): Infrastructure {
  const tiers = speeds.map(
    (speed, index): Tier => ({
      id: `tier${index}`,
      gflops: (2 * speed) / 1e9,
      memoryGBps: undefined,
      overheadUs: 0,
      memoryGB: undefined,
      pricePerHour: 0,
      watts: 0,
      electricityPerKWh: 0,
      replicas: 1,
      profile: undefined,
    }),
  );
  const links = bw.map((bits) => ({
    bandwidthMbps: bits / 1e6,
    latencyMs: 0,
    pricePerGB: 0,
    joulesPerMB: 0,
    wireDtype: 'original' as const,
  }));
  return { tiers, links, objective: 'latency', constraints: {}, inputWireBytes: {} };
}

/** The oracle counts no work in the bodies of If and Loop; here they get none either, for this comparison alone. */
function withoutBodies(graph: SplitGraph): SplitGraph {
  const nodes = graph.nodes.map((node) => (node.op === 'If' || node.op === 'Loop' ? { ...node, macs: 0 } : node));
  return { ...graph, nodes };
}

/**
 * The oracle solved every model by its own minimum cut in integer picoseconds. It keeps `Shape` and what follows as
 * data, which the product folds: there ours may be lower by those few bytes, never higher.
 */
describe.skipIf(sharedFolder === undefined)('the exact planner against the cuts oracle', () => {
  for (const { name, path } of sharedModels()) {
    const cuts = sharedOracle(name, 'cuts') as CutsOracle;
    if (cuts.unknown_count > 0) continue;
    it(name, () => {
      const { dims_bound } = sharedOracle(name, 'shapes') as ShapesOracle;
      const graph = withoutBodies(buildSplitGraph(inferModel(readModel(bufferSource(readFileSync(path))), dims_bound)));
      for (const [infra, oracle] of Object.entries(cuts.tiers)) {
        const infrastructure = infrastructureOf(oracle);
        const { objectiveValue } = exactPlan(createCostTables(graph, infrastructure), infrastructure);
        const theirs = oracle.opt_ps * 1e-12;
        expect(objectiveValue, infra).toBeLessThanOrEqual(theirs * (1 + 1e-6) + 1e-12);
        expect(objectiveValue, infra).toBeGreaterThanOrEqual(theirs * 0.98 - 1e-9);
      }
    });
  }
});
