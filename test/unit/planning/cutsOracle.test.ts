import { describe, expect, test } from 'vitest';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure } from '../../../src/engine/planning/infrastructure/infrastructure';
import { exactPlan } from '../../../src/engine/planning/optimum/exactPlan';
import { planOverCandidates } from '../../../src/engine/planning/strategies/dnnsplit';
import { buildInModelOrder, buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { singleTensorPositions } from '../../../src/engine/split/cuts';
import { findCandidates, runningMinima } from '../../../src/engine/split/findCandidates';
import { liveBytesInOrder } from '../../../src/engine/split/liveBytes';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { sharedModels, sharedNote, sharedOracle } from '../../support/shared';
import { inferFile } from '../split/loadGraph';
import { plainInfrastructure, strategyContext } from './support';

interface TierOracle {
  readonly speeds: readonly number[];
  readonly bw: readonly number[];
  readonly prefix_ps: number;
  readonly opt_ps: number;
}

interface CutsOracle {
  readonly data_nodes: number;
  readonly macs: number;
  readonly unknown_count: number;
  readonly file_order_valid: boolean;
  readonly live: readonly number[];
  readonly candidates: readonly { readonly pos: number; readonly live: number; readonly macs_before: number }[];
  readonly single_tensor_positions: readonly number[];
  readonly tiers: Readonly<Record<string, TierOracle>>;
}

/** Models whose unknown sizes leave the oracle without cuts. */
const withoutCuts = new Set(['gh_superres_prepost_op18']);

describe(`independent cut oracles${sharedNote}`, () => {
  const models = sharedModels().filter(({ name }) => !withoutCuts.has(name));
  test.each(models)('$name', ({ name, path }) => {
    const oracle = sharedOracle(name, 'cuts') as CutsOracle;
    const { dims_bound } = sharedOracle(name, 'shapes') as { readonly dims_bound: Record<string, number> };
    const inferred = inferFile(path, dims_bound);
    const plain = buildInModelOrder(inferred);
    // The oracle keeps Shape nodes and what follows from them, and calls of local functions; the product folds and inlines.
    if (plain.nodes.length === oracle.data_nodes && oracle.file_order_valid) checkFileOrder(plain, oracle);
    checkPlans(withoutBodies(buildSplitGraph(inferred)), oracle);
  });
});

function checkFileOrder(plain: SplitGraph, oracle: CutsOracle): void {
  const order = inFileOrder(plain);
  const live = liveBytesInOrder(plain, order);
  expect(Array.from(live.bytes)).toEqual(oracle.live);
  expect(singleTensorPositions(live)).toEqual(oracle.single_tensor_positions);
  const minima = runningMinima(live.bytes);
  const macsBefore = (position: number) =>
    order.slice(0, position).reduce((sum, node) => sum + (plain.nodes[node]?.macs ?? 0), 0);
  expect(minima.map((position) => ({ pos: position, live: live.bytes[position] }))).toEqual(
    oracle.candidates.map(({ pos, live: bytes }) => ({ pos, live: bytes })),
  );
  if (macsBefore(order.length) === oracle.macs) {
    expect(minima.map(macsBefore)).toEqual(oracle.candidates.map((one) => one.macs_before));
  }
}

/** Node indices by their place in the file, which ids tell. */
function inFileOrder(graph: SplitGraph): number[] {
  const place = (node: number) => Number(graph.nodes[node]?.id.split('/')[0]);
  return [...graph.nodes.keys()].sort((a, b) => place(a) - place(b) || a - b);
}

/** The oracle counts no work in the bodies of If and Loop; here they get none either, for this comparison alone. */
function withoutBodies(graph: SplitGraph): SplitGraph {
  const nodes = graph.nodes.map((node) => (node.op === 'If' || node.op === 'Loop' ? { ...node, macs: 0 } : node));
  return { ...graph, nodes };
}

/**
 * The exact plan and the plan over the candidates are both at the optimum, which the oracle found by its own minimum cut
 * in integer picoseconds, and no worse than the best cut of the file's order. Where the product folds `Shape` and what
 * follows, which the oracle keeps as data, ours may be lower by those few bytes, never higher.
 */
function checkPlans(graph: SplitGraph, oracle: CutsOracle): void {
  const candidates = findCandidates(graph);
  const isSame = graph.nodes.length === oracle.data_nodes;
  for (const [name, tiers] of Object.entries(oracle.tiers)) {
    const infrastructure = oracleInfrastructure(tiers);
    const context = strategyContext(graph, infrastructure, candidates);
    const { costs } = context;
    const found = evaluatePlan(costs, planOverCandidates(context).assignment).objectiveValue;
    const exact = exactPlan(costs, infrastructure).objectiveValue;
    const optimum = tiers.opt_ps * 1e-12;
    expect(found, name).toBeLessThanOrEqual(tiers.prefix_ps * 1e-12 * (1 + 1e-9));
    for (const seconds of [found, exact]) {
      expect(seconds, name).toBeLessThanOrEqual(optimum * (1 + 1e-9) + 1e-12);
      expect(seconds, name).toBeGreaterThanOrEqual(optimum * (isSame ? 1 - 1e-9 : 0.98) - 1e-9);
    }
  }
}

/** Speeds in MAC/s (1 MAC = 2 FLOP) and bandwidths in bit/s, without any other term. */
function oracleInfrastructure(oracle: TierOracle): Infrastructure {
  return plainInfrastructure(
    oracle.speeds.map((macsPerSecond) => ({ gflops: (2 * macsPerSecond) / 1e9 })),
    oracle.bw.map((bitsPerSecond) => ({ bandwidthMbps: bitsPerSecond / 1e6 })),
  );
}
