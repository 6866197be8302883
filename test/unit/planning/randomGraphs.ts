import fc from 'fast-check';
import { expect } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type {
  Constraints,
  Infrastructure,
  Objective,
} from '../../../src/engine/planning/infrastructure/infrastructure';
import { brokenConstraints } from '../../../src/engine/planning/plan/constraints';
import type { Evaluation } from '../../../src/engine/planning/plan/plan';
import { planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { namesOf, recordOf } from '../../../src/shared/recordOf';
import { linkRates, tierRates } from '../../../src/shared/vocabulary/metrics';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { plainInfrastructure, type SyntheticNode, syntheticGraph } from './support';

/** One of each metric, and a weighted sum. */
export const objectives: readonly Objective[] = [
  ...(['latency', 'cost', 'energy', 'throughput'] as const),
  { latency: 1, cost: 500, energy: 0.1 },
];

/** Two ways to compute the same value. @param part of the expected value that rounding may take */
export function expectNear(value: number, expected: number, part = 1e-9): void {
  // Asked hundreds of thousands of times, of which an expectation each would take longer than some of the planning.
  const isNear = Math.abs(value - expected) <= part * Math.abs(expected) + 1e-18;
  if (!isNear) expect.fail(`${value} is not ${expected}`);
}

/** Small random DAGs: up to `most` nodes, each reading one to three earlier tensors, two inputs at most. */
export function smallGraphs(most: number): fc.Arbitrary<SplitGraph> {
  const node = fc.record({
    picks: fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 3 }),
    bytes: fc.integer({ min: 1, max: 60 }),
    macs: fc.integer({ min: 0, max: 40 }),
    weightBytes: fc.integer({ min: 0, max: 200 }),
    isOutput: fc.boolean(),
  });
  const inputs = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 2 });
  return fc.tuple(inputs, fc.array(node, { minLength: 1, maxLength: most })).map(([sizes, drafts]) => {
    const names = sizes.map((_, index) => `in${index}`);
    const nodes = drafts.map(({ picks, bytes, macs, weightBytes, isOutput }, index): SyntheticNode => {
      const known = [...names, ...drafts.slice(0, index).map((_, earlier) => `n${earlier}`)];
      const reads = new Set(picks.map((pick) => known[known.length - 1 - (pick % Math.min(known.length, 4))] ?? 'in0'));
      return { name: `n${index}`, reads: [...reads], bytes: bytes * 4, macs, weightBytes, isOutput };
    });
    return syntheticGraph(Object.fromEntries(sizes.map((bytes, index) => [`in${index}`, bytes * 4])), nodes);
  });
}

/** Random tiers and links in a range where splits pay; `rising` speeds make the audit hold for latency. */
export function infrastructures(tierCount: number, rising: boolean): fc.Arbitrary<Infrastructure> {
  const tier = fc.record({
    speed: fc.integer({ min: 1, max: 20 }),
    overheadUs: fc.integer({ min: 0, max: 3 }),
    rates: fc.record(recordOf(namesOf(tierRates), () => fc.integer({ min: 0, max: 9 }))),
    replicas: fc.integer({ min: 1, max: 2 }),
  });
  const link = fc.record({
    bandwidthMbps: fc.integer({ min: 3, max: 11 }).map((exponent) => 2 ** exponent),
    latencyMs: fc.constantFrom(0, 0.001, 0.01),
    ...recordOf(namesOf(linkRates), () => fc.integer({ min: 0, max: 9 })),
    wireDtype: fc.constantFrom('original' as const, 'float16' as const, 'int8' as const),
    downBandwidthMbps: fc.option(
      fc.integer({ min: 3, max: 11 }).map((exponent) => 2 ** exponent),
      { nil: undefined },
    ),
    hopMs: fc.option(fc.constantFrom(0.004, 0.03), { nil: undefined }),
    downLatencyMs: fc.option(fc.constantFrom(0, 0.002, 0.02), { nil: undefined }),
  });
  const tiers = fc.array(tier, { minLength: tierCount, maxLength: tierCount });
  const links = fc.array(link, { minLength: tierCount - 1, maxLength: tierCount - 1 });
  const inputWireBytes = fc.constantFrom({}, { in0: 3 }, { in0: 500 });
  const answer = fc.constantFrom('returned' as const, 'stays' as const);
  const outputAnswers = fc.dictionary(fc.constantFrom('n0', 'n1', 'n2', 'n3', 'n5'), answer, { maxKeys: 2 });
  return fc.tuple(tiers, links, inputWireBytes, answer, outputAnswers).map(([drafts, chosen, given, ...answers]) => {
    const speeds = drafts.map(({ speed }) => speed);
    const overheads = drafts.map(({ overheadUs }) => overheadUs);
    if (rising) {
      speeds.sort((a, b) => a - b);
      overheads.sort((a, b) => b - a);
    }
    const resolved = drafts.map(({ rates, replicas }, k) => ({
      gflops: (speeds[k] ?? 1) * 1e-3,
      overheadUs: overheads[k] ?? 0,
      ...rates,
      replicas,
    }));
    const [answer, outputAnswers] = answers;
    return plainInfrastructure(resolved, chosen, { inputWireBytes: given, answer, outputAnswers });
  });
}

/** Every assignment of nodes to tiers that never falls along an edge. */
export function allAssignments(graph: SplitGraph, tierCount: number): Uint8Array[] {
  let found: Uint8Array[] = [new Uint8Array(graph.nodes.length)];
  for (const [index, node] of graph.nodes.entries()) {
    const makers = node.reads.map((tensor) => graph.tensors[tensor]?.producer ?? -1).filter((maker) => maker >= 0);
    found = found.flatMap((assignment) => {
      const lowest = Math.max(0, ...makers.map((maker) => assignment[maker] ?? 0));
      return Array.from({ length: tierCount - lowest }, (_, offset) => {
        const grown = assignment.slice();
        grown[index] = lowest + offset;
        return grown;
      });
    });
  }
  return found;
}

/** The nodes of a graph one after the other, each reading what the one before makes. */
export function chainOf({ nodes, tensors }: SplitGraph): SplitGraph {
  const list = nodes.map(({ name, macs, weightBytes, writes }, index): SyntheticNode => {
    const bytes = tensors[writes[0] ?? 0]?.bytes;
    return { name, reads: [nodes[index - 1]?.name ?? 'in0'], bytes, macs: macs ?? 0, weightBytes };
  });
  return syntheticGraph({ in0: tensors[0]?.bytes }, list);
}

/** Which limits to put on a plan, how tight, and around which plan. */
interface RandomLimits {
  readonly tightness: readonly (number | null)[];
  readonly picks: readonly number[];
}

const tightness = fc.option(fc.constantFrom(0.7, 0.9, 1, 1.1, 1.5, 4), { freq: 2 });
export const randomLimits: fc.Arbitrary<RandomLimits> = fc.record({
  tightness: fc.array(tightness, { minLength: 5, maxLength: 5 }),
  picks: fc.array(fc.nat({ max: 7 }), { minLength: 20, maxLength: 20 }),
});

/** Limits on latency, cost, energy, throughput and memory around the figures of some plan, each its own part of them. */
export function limitedBy(graph: SplitGraph, base: Infrastructure, { tightness, picks }: RandomLimits): Infrastructure {
  const assignment = new Uint8Array(graph.nodes.length);
  for (const [index, node] of graph.nodes.entries()) {
    const makers = node.reads.map((tensor) => graph.tensors[tensor]?.producer ?? -1);
    const lowest = Math.max(0, ...makers.map((maker) => (maker < 0 ? 0 : (assignment[maker] ?? 0))));
    assignment[index] = lowest + ((picks[index] ?? 0) % (base.tiers.length - lowest));
  }
  const { latencyMs, costPerRequest, energyJ, throughputPerSecond, tiers } = evaluatePlan(
    createCostTables(graph, base),
    assignment,
  );
  const [latency, cost, energy, throughput, memory] = tightness;
  const limit = (figure: number, part: number | null | undefined) =>
    part === null || part === undefined || !(figure > 0) || figure === Number.POSITIVE_INFINITY
      ? undefined
      : figure * part;
  const bounds: { [Key in keyof Constraints]?: Constraints[Key] | undefined } = {
    maxLatencyMs: limit(latencyMs, latency),
    maxCostPerRequest: limit(costPerRequest, cost),
    maxEnergyJ: limit(energyJ, energy),
    minThroughputPerSecond: limit(throughputPerSecond, throughput && 1 / throughput),
    respectMemory: typeof memory === 'number',
  };
  const constraints: Constraints = Object.fromEntries(
    Object.entries(bounds).filter(([, value]) => value !== undefined),
  );
  const sized = base.tiers.map((tier, k) => {
    const load = tiers[k];
    const needed = (load?.weightBytes ?? 0) + (load?.peakActivationBytes ?? 0);
    return typeof memory === 'number' ? { ...tier, memoryGB: Math.max(1e-7, (needed * memory) / 1e9) } : tier;
  });
  return { ...base, tiers: sized, constraints };
}

/** Nodes and the tiers that they are pinned to, whether the raw input stays, and a tier to leave out, all by number. */
interface RandomPins {
  readonly nodes: readonly (readonly [number, number])[];
  readonly keepsInput: boolean;
  readonly leftOut: number | null;
}

export const randomPins: fc.Arbitrary<RandomPins> = fc.record({
  nodes: fc.array(fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 3 })), { maxLength: 2 }),
  keepsInput: fc.boolean(),
  leftOut: fc.option(fc.nat({ max: 3 }), { freq: 2 }),
});

/** The same tiers and links within random pins, which may well contradict each other. */
export function pinnedBy(
  graph: SplitGraph,
  base: Infrastructure,
  { nodes, keepsInput, leftOut }: RandomPins,
): Infrastructure {
  const idOf = (k: number) => base.tiers[k % base.tiers.length]?.id ?? '';
  const pin = Object.fromEntries(nodes.map(([node, k]) => [`${node % graph.nodes.length}`, idOf(k)]));
  const excludeTiers = leftOut === null ? [] : [idOf(leftOut)];
  return { ...base, constraints: { ...base.constraints, pin, keepInputOnFirstTier: keepsInput, excludeTiers } };
}

/** All assignments that keep the limits and fit. */
export function allWithin(
  graph: SplitGraph,
  infrastructure: Infrastructure,
): { readonly assignment: Uint8Array; readonly evaluation: Evaluation }[] {
  const costs = createCostTables(graph, infrastructure);
  return allAssignments(graph, infrastructure.tiers.length).flatMap((assignment) => {
    const evaluation = evaluatePlan(costs, assignment);
    return brokenConstraints(infrastructure, evaluation).length > 0 ? [] : [{ assignment, evaluation }];
  });
}

/** The least objective value of all assignments that keep the limits and fit; nothing where none does. */
export function bestWithin(graph: SplitGraph, infrastructure: Infrastructure): number | undefined {
  const values = allWithin(graph, infrastructure).map(({ evaluation }) => evaluation.objectiveValue);
  return values.length === 0 ? undefined : Math.min(...values);
}

/** Holds every regime of a link between two tiers against every way to place the nodes at a bandwidth inside of it. */
export function expectBestRegimes(graph: SplitGraph, infrastructure: Infrastructure): void {
  const { regimes } = planModel(graph, findCandidates(graph), infrastructure, { strategy: 'dnnsplit' });
  for (const regime of regimes[0] ?? []) {
    const mbps = Math.sqrt(Math.max(regime.fromMbps, 1e-3) * Math.min(regime.toMbps, 1e5));
    if (!(mbps > regime.fromMbps && mbps < regime.toMbps)) continue;
    const links = infrastructure.links.map((one) => ({ ...one, bandwidthMbps: mbps }));
    const costs = createCostTables(graph, { ...infrastructure, links });
    const values = allAssignments(graph, 2).map((one) => evaluatePlan(costs, one).objectiveValue);
    const own = evaluatePlan(costs, regime.assignment);
    // Regimes that are thinner than a thousandth give way to a neighbor that is as good but for that.
    expect(own.objectiveValue).toBeLessThanOrEqual(Math.min(...values) * (1 + 2e-3));
    expectNear(regime.fixedMs + (8 * (regime.bytes + regime.answerBytes)) / (mbps * 1000), own.latencyMs);
  }
}

/** The best value at a bandwidth, planned from scratch by the candidates alone; nothing where no plan keeps the constraints. */
export function replanned(
  graph: SplitGraph,
  infrastructure: Infrastructure,
  candidates = findCandidates(graph),
): number | undefined {
  const fast = { strategy: 'dnnsplit', skipCertificate: true, skipRegimes: true } as const;
  try {
    return planModel(graph, candidates, infrastructure, fast).plan.evaluation.objectiveValue;
  } catch (error) {
    if (DnnSplitError.is(error, 'infeasible')) return undefined;
    throw error;
  }
}
