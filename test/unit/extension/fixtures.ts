import type { ModelSnapshot } from '../../../src/shared/protocol/requests';
import type { AnalysisReport, CandidateReport, PlanReport, StrategyReport } from '../../../src/shared/reports/reports';
import { figures } from '../../../src/shared/vocabulary/metrics';

/** A candidate after `after`, crossing one float32 tensor of `bytes`. */
function candidate(position: number, after: string | null, bytes: number): CandidateReport {
  return {
    position,
    after,
    afterNodeId: after === null ? null : `n:${after}`,
    tensors: [{ name: `${after ?? 'input'}:0`, dtype: 'float32', shape: [1, bytes / 4], bytes }],
    bytes,
    macsBefore: position * 1_000_000,
    macsAfter: (10 - position) * 1_000_000,
    weightBytesBefore: position * 1000,
    weightBytesAfter: (10 - position) * 1000,
    peakActivationBytesBefore: 4000,
    peakActivationBytesAfter: 8000,
    singleTensor: true,
    rulesOut: `Positions up to ${position + 1} carry more bytes.`,
  };
}

export const analysis: AnalysisReport = {
  model: {
    path: '/models/net.onnx',
    fileBytes: 5000,
    irVersion: 8,
    opsets: { '': 17 },
    producer: 'test',
    nodes: 10,
    inputs: [{ name: 'input', dtype: 'float32', shape: [1, 3, 224, 224], bytes: 602_112 }],
    outputs: [{ name: 'output', dtype: 'float32', shape: [1, 1000], bytes: 4000 }],
    parameters: 1000,
    weightBytes: 4000,
    macs: 10_000_000,
    elementwiseOps: 0,
    peakActivationBytes: 700_000,
  },
  graph: { nodes: 10, dataTensors: 11, unknownTensors: 0, singleTensorCuts: 5 },
  candidates: [candidate(0, null, 602_112), candidate(4, 'pool', 200_704), candidate(8, 'avg_pool', 8192)],
  openDimensions: [],
  diagnostics: [],
};

function strategy(name: string, relative: number, unavailable?: string): StrategyReport {
  return {
    ...figures(() => 0),
    strategy: name,
    latencyMs: 100 * relative,
    costPerRequest: 0.00002,
    throughputPerSecond: 9.3,
    energyJ: 1.2,
    evaluatedPlans: 3,
    relative,
    ...(unavailable !== undefined && { unavailable }),
  };
}

export const plan: PlanReport = {
  ...figures(() => 0),
  objective: 'latency',
  strategy: 'dnnsplit',
  tiers: (['device', 'edge', 'cloud'] as const).map((id, tier) => ({
    id,
    nodes: [4, 0, 6][tier] ?? 0,
    macs: 1_000_000,
    computeMs: 12.5,
    weightBytes: 2000,
    peakActivationBytes: 1000,
    costPerRequest: 0.0000123,
    energyJ: 0.5,
    measuredNodes: 0,
  })),
  links: [
    {
      from: 'device',
      to: 'edge',
      tensors: analysis.candidates[1]?.tensors ?? [],
      bytes: 200_704,
      bandwidthMbps: 20,
      transferMs: 85.3,
      costPerRequest: 0,
    },
    { from: 'edge', to: 'cloud', tensors: [], bytes: 0, bandwidthMbps: 200, transferMs: 0, costPerRequest: 0 },
  ],
  latencyMs: 107.4,
  costPerRequest: 0.0000201,
  throughputPerSecond: 9.3,
  energyJ: 1.2,
  objectiveValue: 0.1074,
  evaluatedPlans: 12,
  exact: { latencyMs: 107.4, objectiveValue: 0.1074, gapPercent: 0, proven: true },
  baselines: [strategy('single:device', 3.2), strategy('single:cloud', 1.02)],
  strategies: [strategy('neurosurgeon', 1), strategy('exhaustive', 1, 'Too many plans to try.')],
  regimes: [
    {
      link: 0,
      fromMbps: 0.1,
      toMbps: 5,
      latencyMs: 320,
      fixedMs: 320,
      bytes: 0,
      summary: 'all on device',
      nodesPerTier: [10, 0, 0],
    },
    {
      link: 0,
      fromMbps: 5,
      toMbps: null,
      latencyMs: 107,
      fixedMs: 27,
      bytes: 200_000,
      summary: 'split after pool',
      nodesPerTier: [4, 0, 6],
    },
  ],
  linkRegimes: [],
  audit: { metric: 'latency', holds: true, exceptionCount: 0, exceptions: [], consequence: 'The candidates suffice.' },
  verdict: 'Split after `block`: 107 ms, 3.20 times faster than everything on `device`.',
  advice: 'Cut after pool.',
  candidates: [
    { position: 0, latencyMs: 300, costPerRequest: 0.00003, throughputPerSecond: 4, link: 0, chosen: false },
    { position: 4, latencyMs: 107.4, costPerRequest: 0.0000201, throughputPerSecond: 9.3, link: 0, chosen: true },
    { position: 8, latencyMs: null, costPerRequest: null, throughputPerSecond: null, link: null, chosen: false },
  ],
};

export const modelUri = 'file:///models/net.onnx';

/** A complete snapshot of the fixture model. */
export function readySnapshot(revision: number, changes: Partial<ModelSnapshot> = {}): ModelSnapshot {
  return { modelUri, revision, state: 'ready', analysis, plan, ...changes };
}
