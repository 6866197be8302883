import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import type {
  Constraints,
  Infrastructure,
  Link,
  Tier,
} from '../../../src/engine/planning/infrastructure/infrastructure';
import { tierBounds } from '../../../src/engine/planning/infrastructure/tierBounds';
import { OptimumSearch } from '../../../src/engine/planning/optimum/optimumSearch';
import { PlanSearch } from '../../../src/engine/planning/search/planSearch';
import type { StrategyContext } from '../../../src/engine/planning/strategies/strategy';
import type { Candidate, DataTensor, SplitGraph, SplitNode } from '../../../src/engine/split/splitGraph';
import { namesOf, recordOf } from '../../../src/shared/recordOf';
import { linkRates, tierRates } from '../../../src/shared/vocabulary/metrics';
import type { RateClass } from '../../../src/shared/vocabulary/rateClasses';
import { unwatched } from '../../../src/shared/work/work';

/** What a strategy is given, with a search over the candidates alone. */
export function strategyContext(
  graph: SplitGraph,
  infrastructure: Infrastructure,
  candidates: readonly Candidate[] = [],
): StrategyContext {
  const costs = createCostTables(graph, infrastructure);
  const bounds = tierBounds(graph, infrastructure);
  const search = new PlanSearch(costs, bounds, candidates, true, unwatched);
  const cuts = candidates;
  const patience = { deadlineMs: Number.POSITIVE_INFINITY, isExact: true };
  const optimum = new OptimumSearch(costs, bounds, search, patience, unwatched);
  return {
    costs,
    candidates,
    cuts,
    bounds,
    fixedCuts: [],
    search,
    optimum,
    prefersSearch: true,
    requestsPerSecond: undefined,
    work: unwatched,
  };
}

/** The same infrastructure with other bandwidths on some links. */
export function withBandwidths(
  infrastructure: Infrastructure,
  mbps: Readonly<Record<number, number>>,
  constraints: Constraints = infrastructure.constraints,
): Infrastructure {
  const links = infrastructure.links.map((link, l) => ({ ...link, bandwidthMbps: mbps[l] ?? link.bandwidthMbps }));
  return { ...infrastructure, links, constraints };
}

/** Tiers and links with nothing but what is given. */
export function plainInfrastructure(
  tiers: readonly Partial<Tier>[],
  links: readonly Partial<Link>[],
  rest: Partial<Infrastructure> = {},
): Infrastructure {
  return {
    tiers: tiers.map((tier, k) => ({
      id: `tier${k}`,
      gflops: undefined,
      memoryGBps: undefined,
      overheadUs: 0,
      memoryGB: undefined,
      ...recordOf(namesOf(tierRates), () => 0),
      replicas: 1,
      profile: undefined,
      ...tier,
    })),
    links: links.map((link) => ({
      bandwidthMbps: 1,
      latencyMs: 0,
      ...recordOf(namesOf(linkRates), () => 0),
      wireDtype: 'original',
      ...link,
    })),
    objective: 'latency',
    constraints: {},
    inputWireBytes: {},
    answer: 'stays',
    outputAnswers: {},
    ...rest,
  };
}

/** A node of a synthetic graph: what it reads (tensor names), the bytes of its one output, its cost. */
export interface SyntheticNode {
  readonly name: string;
  readonly reads: readonly string[];
  /** Bytes of the output, which has the node's name; `undefined` for an unknown size. */
  readonly bytes: number | undefined;
  readonly macs?: number;
  readonly weightBytes?: number;
  /** An output of the graph although other nodes read it. */
  readonly isOutput?: boolean;
  /** What it is; an operator that nobody knows where absent. */
  readonly op?: string;
  readonly rateClass?: RateClass;
}

/** A split graph from a list of nodes in topological order. */
export function syntheticGraph(
  inputs: Readonly<Record<string, number | undefined>>,
  list: readonly SyntheticNode[],
): SplitGraph {
  const names = [...Object.keys(inputs), ...list.map((node) => node.name)];
  const index = new Map(names.map((name, place) => [name, place]));
  const at = (name: string) => index.get(name) ?? -1;
  const tensors = names.map((name, place): DataTensor => {
    const producer = place - Object.keys(inputs).length;
    const bytes = producer < 0 ? inputs[name] : list[producer]?.bytes;
    const consumers = list.flatMap((node, reader) => (node.reads.includes(name) ? [reader] : []));
    return {
      name,
      dtype: 'float32',
      shape: bytes === undefined ? undefined : [bytes / 4],
      bytes,
      producer: Math.max(-1, producer),
      consumers,
      isGraphOutput: consumers.length === 0 || list[producer]?.isOutput === true,
    };
  });
  const nodes = list.map(
    (node, place): SplitNode => ({
      id: `${place}`,
      name: node.name,
      label: node.name,
      op: node.op ?? 'Op',
      domain: '',
      modulePath: '',
      reads: node.reads.map(at),
      writes: [at(node.name)],
      macs: node.macs ?? 0,
      elementwiseOps: 0,
      trafficBytes: 0,
      weightBytes: node.weightBytes ?? 0,
      viewOnly: false,
      ...(node.rateClass && { rateClass: node.rateClass }),
    }),
  );
  return {
    nodes,
    tensors,
    inputs: Object.keys(inputs).map(at),
    outputs: tensors.flatMap((tensor, place) => (tensor.isGraphOutput ? [place] : [])),
  };
}

/** Many parallel branches, so that there are too many cuts to search them all. */
export const wide = syntheticGraph({ x: 4000 }, [
  { name: 'stem', reads: ['x'], bytes: 4000, macs: 10 },
  ...Array.from({ length: 12 }, (_, branch) => ({ name: `b${branch}`, reads: ['stem'], bytes: 400, macs: 5 + branch })),
  { name: 'join', reads: Array.from({ length: 12 }, (_, branch) => `b${branch}`), bytes: 40, macs: 20 },
  { name: 'end', reads: ['join'], bytes: 4, macs: 30 },
]);
/** Three tiers that suit it. */
export const wideTiers = plainInfrastructure(
  [{ gflops: 0.01 }, { gflops: 0.02, pricePerHour: 1 }, { gflops: 0.1, pricePerHour: 9 }],
  [{ bandwidthMbps: 4000 }, { bandwidthMbps: 9000 }],
);
