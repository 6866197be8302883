import fc from 'fast-check';
import type { CostTables } from '../../../src/engine/planning/costs/costTables';
import type { Infrastructure, Tier } from '../../../src/engine/planning/infrastructure/infrastructure';
import { fusedGroups } from '../../../src/engine/split/fusedGroups';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import type { RateClass } from '../../../src/shared/vocabulary/rateClasses';
import { type SyntheticNode, syntheticGraph } from './support';

/** What traffic a real graph has: every tensor and the weights. */
export function withTraffic(graph: SplitGraph): SplitGraph {
  const bytesOf = (tensors: readonly number[]) =>
    tensors.reduce((sum, one) => sum + (graph.tensors[one]?.bytes ?? 0), 0);
  const nodes = graph.nodes.map((node) => {
    return { ...node, trafficBytes: bytesOf(node.reads) + bytesOf(node.writes) + node.weightBytes };
  });
  return { ...graph, nodes };
}

type Kind = readonly [op: string, rateClass: RateClass | undefined];

const kinds: readonly Kind[] = [
  ...(['dense', 'depthwise', 'matmul'] as const).map((name): Kind => ['Conv', name]),
  ...['Relu', 'Add', 'Mul', 'Sub', 'ReduceMean', 'Cast', 'DequantizeLinear', 'Pad', 'MaxPool'].map(
    (op): Kind => [op, undefined],
  ),
];

/** Small graphs of kernels, of what is fused into them and what is not: with branches inside and outside of kernels. */
export function kernelGraphs(most: number, outputs: boolean): fc.Arbitrary<SplitGraph> {
  const node = fc.record({
    kind: fc.constantFrom(...kinds),
    picks: fc.array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: 1, maxLength: 2 }),
    bytes: fc.constantFrom(400, 400, 400, 40, 1600),
    macs: fc.integer({ min: 1, max: 50 }),
    isOutput: fc.boolean(),
  });
  return fc.array(node, { minLength: most - 2, maxLength: most }).map((drafts) => {
    const nodes = drafts.map(({ kind: [op, rateClass], picks, bytes, macs, isOutput }, index): SyntheticNode => {
      const known = ['in0', ...drafts.slice(0, index).map((_, earlier) => `n${earlier}`)];
      const reads = [...new Set(picks.map((pick) => known[known.length - 1 - (pick % known.length)] ?? 'in0'))];
      const kernel = rateClass === undefined ? {} : { rateClass, macs: macs * 1000, weightBytes: macs * 4 };
      return { name: `n${index}`, reads, bytes, op, isOutput: outputs && isOutput && index % 3 === 0, ...kernel };
    });
    return withTraffic(syntheticGraph({ in0: 400 }, nodes));
  });
}

/** Tiers that fuse and tiers that do not; `rising` ones are never slower than those below. */
export function kernelTiers(count: number, rising: boolean): fc.Arbitrary<Partial<Tier>[]> {
  const tier = fc.record({
    gflops: fc.constantFrom(0.01, 0.1, 1),
    memoryGBps: fc.constantFrom(0.001, 0.01, undefined),
    overheadUs: fc.constantFrom(0, 20),
    rates: fc.constantFrom({}, { dense: 0.5, depthwise: 0.01 }, { matmul: 2, attention: 0.2 }, undefined),
    kernelOverheadUs: fc.constantFrom(0, 50, 200),
    fusion: fc.constantFrom(true, false, undefined),
    profile: fc.constantFrom(undefined, undefined, undefined, new Map([['n1', 40]])),
    speed: fc.constantFrom(1, 1, 4),
    pricePerHour: fc.constantFrom(0, 1, 5),
    watts: fc.constantFrom(0, 3),
    electricityPerKWh: fc.constantFrom(0, 2),
    idleWatts: fc.constantFrom(0, 2),
    replicas: fc.constantFrom(1, 2),
  });
  const plain = { profile: undefined, fusion: true, kernelOverheadUs: 50, rates: {} };
  return fc.array(tier, { minLength: count, maxLength: count }).map((drafts) =>
    rising
      ? drafts.map((draft, k) => ({
          ...{ ...draft, ...plain, gflops: 0.02 * 4 ** k, memoryGBps: 0.002 * 2 ** k, speed: 1 },
        }))
      : drafts,
  );
}

/** What cuts inside of kernels take on each tier, counted group by group and link by link as `docs/theory.md` says it. */
export function priceOfSeparation(
  graph: SplitGraph,
  { tiers }: Pick<Infrastructure, 'tiers'>,
  measured: readonly Uint8Array[],
  assignment: Uint8Array,
): number[] {
  const { mainOf } = fusedGroups(graph);
  const seconds = tiers.map(() => 0);
  for (const main of new Set(mainOf)) {
    const group = [...mainOf.keys()].filter((node) => mainOf[node] === main);
    for (const link of tiers.slice(1).keys()) {
      const below = group.filter((node) => (assignment[node] ?? 0) <= link);
      const above = group.filter((node) => (assignment[node] ?? 0) > link);
      if (below.length === 0 || above.length === 0) continue;
      const bytes = bytesBetween(graph, below, above);
      // Where the kernel itself is above, what prepares its inputs is broken off, each node by itself.
      const launches = above.includes(main) ? below.length : 1;
      for (const [k, times] of [
        [link, 0],
        [link + 1, launches],
      ] as const) {
        const isMeasured = measured[k]?.[main] === 1;
        seconds[k] = (seconds[k] ?? 0) + (isMeasured ? 0 : secondsOf(tiers[k], bytes, times));
      }
    }
  }
  return seconds;
}

function bytesBetween({ tensors }: SplitGraph, below: readonly number[], above: readonly number[]): number {
  return tensors
    .filter(({ producer, consumers }) => below.includes(producer) && consumers.some((one) => above.includes(one)))
    .reduce((sum, { bytes = 0 }) => sum + bytes, 0);
}

function secondsOf(tier: Tier | undefined, bytes: number, launches: number): number {
  const { rates, kernelOverheadUs, overheadUs = 0, fusion, memoryGBps, speed = 1 } = tier ?? {};
  if (!(fusion ?? (rates !== undefined || kernelOverheadUs !== undefined))) return 0;
  const moving = memoryGBps === undefined ? 0 : bytes / memoryGBps / 1e9;
  return (moving + launches * (kernelOverheadUs ?? overheadUs) * 1e-6) / speed;
}

/** Costs that know nothing of kernels that are cut, to count the price by other means. */
export function withoutPrice(costs: CostTables): CostTables {
  return { ...costs, bonds: [] };
}
