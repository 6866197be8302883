import { describe, expect, it } from 'vitest';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import type { OnnxModel } from '../../../src/engine/onnx/model';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import { sessionFigures, tierStates } from '../../../src/engine/planning/findings/sessionFigures';
import type { Infrastructure } from '../../../src/engine/planning/infrastructure/infrastructure';
import { planModel } from '../../../src/engine/planning/planModel';
import { inferSized } from '../../../src/engine/shapes/assumed/assumeSizes';
import type { DimensionBindings } from '../../../src/engine/shapes/facts/inferred';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { sessionCalls } from '../../../src/engine/split/sessionCalls';
import { sessionGraph } from '../../../src/engine/split/sessionGraph';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import type { Session } from '../../../src/shared/vocabulary/session';
import type { StatePair } from '../../../src/shared/vocabulary/statePairs';
import { unwatched } from '../../../src/shared/work/work';
import { decoderModel } from '../../support/decoderModel';
import { model, node, value, weight } from '../../support/modelObjects';
import { type BuiltModel, buildModel } from '../../support/onnxBuilder';
import { gptLike, llamaLike, recurrentStream } from '../../support/rememberingModels';
import { allAssignments } from './randomGraphs';
import { plainInfrastructure } from './support';

const session: Session = { prefillTokens: 12, generatedTokens: 13 };

function read(built: OnnxModel) {
  const { inferred, state, assumed } = inferSized(built, {}, unwatched);
  const sizes = Object.fromEntries(assumed.map(({ symbol, size }) => [symbol, size]));
  return { model: built, state, sizes, graph: buildSplitGraph(inferred, state) };
}

/** Both kinds of tiers: a roofline that bends while caches grow, and kernels with rates of their own that are fused. */
const infrastructure = plainInfrastructure(
  [
    { gflops: 0.5, memoryGBps: 0.14, overheadUs: 20, watts: 5, pricePerHour: 1, idleWatts: 1 },
    { gflops: 20, memoryGBps: 10, rates: { thinMatmul: 3 }, kernelOverheadUs: 9, pricePerHour: 9, memoryGB: 0.002 },
    { gflops: 200, memoryGBps: 90, pricePerHour: 99 },
  ],
  [
    { bandwidthMbps: 8, latencyMs: 2, hopMs: 1, pricePerGB: 1e3, txWatts: 2, downBandwidthMbps: 5 },
    { bandwidthMbps: 100, latencyMs: 7, downLatencyMs: 3, pricePerGB: 10 },
  ],
  { answer: 'returned', constraints: { respectMemory: false } },
);

/** A model and the sizes of each call of its session. */
interface Kind {
  readonly name: string;
  readonly built: OnnxModel;
  readonly calls: readonly DimensionBindings[];
  readonly pairs?: number;
}

const modelOf = (spec: BuiltModel): OnnxModel => readModel(bufferSource(buildModel(spec)), unwatched);

/** Tier of each node, from the place of its name in the model. */
type Placed = (id: string, place: number, count: number) => number;
const placements: readonly Placed[] = [
  () => 0,
  () => 2,
  (_, place, count) => (place < count / 2 ? 0 : 1),
  (_, place, count) => Math.floor((3 * place) / count),
  (_, place, count) => (place < 3 ? 0 : place < count - 1 ? 1 : 2),
];

/** A graph for each call, with the sizes of that call written out, as models of their own. */
function writtenOut(built: OnnxModel, state: readonly StatePair[], calls: readonly DimensionBindings[]): SplitGraph[] {
  return calls.map((sizes) => buildSplitGraph(inferModel(built, sizes), state));
}

/** Figures of one call after another. */
function explicitSum(graphs: readonly SplitGraph[], tierOf: ReadonlyMap<string, number>, on = infrastructure) {
  const sums = { latencyMs: 0, costPerRequest: 0, energyJ: 0 };
  for (const graph of graphs) {
    const tiers = Uint8Array.from(graph.nodes, ({ id }) => tierOf.get(id) ?? 0);
    const { latencyMs, costPerRequest, energyJ } = evaluatePlan(createCostTables(graph, on), tiers);
    sums.latencyMs += latencyMs;
    sums.costPerRequest += costPerRequest;
    sums.energyJ += energyJ;
  }
  return sums;
}

const tiersOf = ({ nodes }: SplitGraph, placed: Placed) =>
  new Map(nodes.map(({ id }, place) => [id, placed(id, place, nodes.length)]));

function expectNear(actual: object, expected: object) {
  for (const [name, sum] of Object.entries(expected)) {
    const own = (actual as Record<string, number>)[name];
    expect(own, name).toBeCloseTo(sum, 9 - Math.ceil(Math.log10(Math.max(1e-9, Math.abs(sum)))));
  }
}

describe('the price of a session', () => {
  const tokens = (past: number, step: number) => ({ past_sequence_length: past, sequence_length: step });
  const generated = Array.from({ length: session.generatedTokens }, (_, t) => session.prefillTokens + t);
  const whole = (past: number, step: number) => ({ batch: 1, past, sequence: step, total: past + step });
  const streamed = Array.from({ length: session.generatedTokens }, () => ({ batch: 1, frames: 1 }));
  const kinds: readonly Kind[] = [
    {
      name: 'a decoder whose mask covers the past too',
      built: modelOf(gptLike()),
      calls: [whole(0, session.prefillTokens), ...generated.map((past) => whole(past, 1))],
    },
    {
      name: 'a decoder that is told the length of all tokens',
      built: modelOf(llamaLike()),
      calls: [whole(0, session.prefillTokens), ...generated.map((past) => whole(past, 1))],
    },
    {
      name: 'recurrent layers',
      built: modelOf(recurrentStream()),
      calls: [{ batch: 1, frames: session.prefillTokens }, ...streamed],
      pairs: 3,
    },
    {
      name: 'a decoder that takes all given tokens at once',
      built: decoderModel(),
      calls: [tokens(0, session.prefillTokens), ...generated.map((past) => tokens(past, 1))],
    },
    {
      name: 'a decoder that takes one token at a time',
      built: decoderModel({ step: 1 }),
      calls: [
        ...Array.from({ length: session.prefillTokens }, (_, past) => ({ past_sequence_length: past })),
        ...generated.map((past) => ({ past_sequence_length: past })),
      ],
    },
  ];

  for (const { name, built, calls, pairs = 4 } of kinds) {
    it(`is the sum of its calls with the sizes of their caches written out: ${name}`, () => {
      const whole = read(built);
      expect(whole.state).toHaveLength(pairs);
      const graph = sessionGraph(whole.graph, sessionCalls(whole, session, unwatched));
      const costs = createCostTables(graph, infrastructure);
      const graphs = writtenOut(built, whole.state, calls);
      for (const placed of placements) {
        const tierOf = tiersOf(graph, placed);
        const own = evaluatePlan(costs, Uint8Array.from(tierOf.values()));
        expectNear(own, explicitSum(graphs, tierOf));
      }
    });
  }

  it('is not that of its middle call times their number, where a roofline bends', () => {
    const whole = read(decoderModel());
    const calls = sessionCalls(whole, { prefillTokens: 1, generatedTokens: 400 }, unwatched);
    const [costs, middle] = [sessionGraph(whole.graph, { ...calls, prefill: [] }), calls.middle].map((graph) =>
      createCostTables(graph, infrastructure),
    );
    const [sum = 0, one = 0] = [costs, middle].map((tables) => tables?.tiers[0]?.prefixSeconds.at(-1));
    expect(sum / (400 * one)).toBeGreaterThan(1.001);
  });

  it('is what is planned: the exact plan is the best sum of all that cut once, and of single tiers', () => {
    const whole = read(decoderModel({ layers: 1, vocabulary: 50 }));
    const graph = sessionGraph(whole.graph, sessionCalls(whole, session, unwatched));
    const costs = createCostTables(graph, infrastructure);
    const { plan, certificate } = planModel(graph, findCandidates(graph), infrastructure, {
      strategy: 'dnnsplit',
      skipRegimes: true,
    });
    let best = Number.POSITIVE_INFINITY;
    for (let first = 0; first <= graph.nodes.length; first += 1) {
      for (let second = first; second <= graph.nodes.length; second += 1) {
        const tiers = Uint8Array.from(graph.nodes, (_, at) => Number(at >= first) + Number(at >= second));
        best = Math.min(best, evaluatePlan(costs, tiers).latencyMs);
      }
    }
    expect(plan.evaluation.latencyMs).toBeLessThanOrEqual(best * (1 + 1e-9));
    expect(certificate.exactValue * 1e3).toBeCloseTo(plan.evaluation.latencyMs, 6);
  });

  it('is planned within limits on its first token and on each further one, or refused with what they take', () => {
    const whole = read(decoderModel({ layers: 1, vocabulary: 300 }));
    const graph = sessionGraph(whole.graph, sessionCalls(whole, session, unwatched));
    const [device, edge] = infrastructure.tiers.map((tier) => ({ ...tier, pricePerHour: tier.pricePerHour / 100 }));
    const slow = device === undefined || edge === undefined ? [] : [{ ...device, gflops: 0.002 }, edge];
    const two = { ...infrastructure, tiers: slow, links: infrastructure.links.slice(0, 1) };
    const calls = [tokens(0, 12), tokens(18, 1)].map((sizes) => writtenOut(whole.model, whole.state, [sizes]));
    const all = allAssignments(graph, 2).map((tiers) => {
      const tierOf = new Map(graph.nodes.map(({ id }, at) => [id, tiers[at] ?? 0]));
      const [first = 0, token = 0] = calls.map((graphs) => explicitSum(graphs, tierOf, two).latencyMs);
      return { first, token, cost: evaluatePlan(createCostTables(graph, two), tiers).costPerRequest };
    });
    const sorted = (key: 'first' | 'token') => all.map((one) => one[key]).sort((a, b) => a - b);
    const planned = (constraints: Infrastructure['constraints'], strategy: 'dnnsplit' | 'exact') =>
      planModel(
        graph,
        findCandidates(graph),
        { ...two, objective: 'cost', constraints },
        { strategy, skipRegimes: true },
      );
    let binding = 0;
    for (const part of [0, 0.1, 0.4, 0.8]) {
      const at = (key: 'first' | 'token') => sorted(key)[Math.floor(part * (all.length - 1))] ?? 0;
      for (const limit of [{ maxFirstTokenMs: at('first') }, { maxPerTokenMs: at('token') }]) {
        const { maxFirstTokenMs: mostFirst = 1e9, maxPerTokenMs: mostToken = 1e9 } = limit as Record<string, number>;
        const kept = all.filter(
          ({ first, token }) => first <= mostFirst * (1 + 1e-9) && token <= mostToken * (1 + 1e-9),
        );
        const best = Math.min(...kept.map(({ cost }) => cost));
        if (best > Math.min(...all.map(({ cost }) => cost)) * (1 + 1e-9)) binding += 1;
        for (const strategy of ['dnnsplit', 'exact'] as const) {
          const { plan } = planned({ respectMemory: false, ...limit }, strategy);
          expect(plan.evaluation.costPerRequest / best, JSON.stringify([limit, strategy])).toBeCloseTo(1, 8);
          expect(plan.evaluation.calls?.firstTokenMs).toBeLessThanOrEqual(mostFirst * (1 + 1e-8));
          expect(plan.evaluation.calls?.perTokenMs).toBeLessThanOrEqual(mostToken * (1 + 1e-8));
        }
      }
    }
    expect(binding).toBeGreaterThan(2);
    expect(() => planned({ respectMemory: false, maxPerTokenMs: 1e-6 }, 'dnnsplit')).toThrow(
      /No plan keeps `maxPerTokenMs` 0.000001 together.* each further one \S+ \S+\. Raise/,
    );
  });

  it('tells time to first token and per token, and how many sessions fit beside the weights', () => {
    const whole = read(decoderModel());
    const graph = sessionGraph(whole.graph, sessionCalls(whole, session, unwatched));
    const costs = createCostTables(graph, infrastructure);
    const tierOf = tiersOf(graph, () => 1);
    const assignment = Uint8Array.from(tierOf.values());
    const plan = {
      strategy: 'exact',
      assignment,
      evaluation: evaluatePlan(costs, assignment),
      evaluatedPlans: 1,
    } as const;
    const first = explicitSum(writtenOut(whole.model, whole.state, [tokens(0, 12)]), tierOf);
    const middle = explicitSum(writtenOut(whole.model, whole.state, [tokens(18, 1)]), tierOf);
    const figures = sessionFigures(costs, plan);
    expect(figures).toMatchObject(session);
    expect(figures?.firstTokenMs).toBeCloseTo(first.latencyMs, 9);
    expect(figures?.perTokenMs).toBeCloseTo(middle.latencyMs, 9);
    expect(figures?.tokensPerSecond).toBeCloseTo(13 * plan.evaluation.throughputPerSecond, 9);
    // Four caches of 25 tokens with 64 floats each; 2 MB without 0.64 MB of weights and what is at work.
    const stateBytes = 4 * 25 * 64 * 4;
    const { weightBytes = 0, peakActivationBytes = 0 } = plan.evaluation.tiers[1] ?? {};
    expect(weightBytes).toBe(4 * (2 * 1000 * 64 + 8 * 64 * 64));
    const sessions = Math.floor((2e6 - weightBytes - peakActivationBytes) / stateBytes);
    expect(sessions).toBeGreaterThan(5);
    expect(tierStates(costs, plan)).toEqual([{ tier: 1, stateBytes, sessions }]);
  });
});

it('a stream without a growing cache takes one step after the other', () => {
  const built = model({
    inputs: [value('frame', 'float32', [1, 80]), value('state', 'float32', [1, 80])],
    weights: [weight('w', [80, 80])],
    nodes: [
      node('Add', ['frame', 'state'], ['sum']),
      node('MatMul', ['sum', 'w'], ['stateN']),
      node('Relu', ['stateN'], ['y']),
    ],
    outputs: [value('stateN', 'float32', [1, 80]), value('y', 'float32', [1, 80])],
  });
  const whole = read(built);
  const graph = sessionGraph(whole.graph, sessionCalls(whole, { prefillTokens: 3, generatedTokens: 50 }, unwatched));
  const [one, all] = [whole.graph, graph].map((each) => createCostTables(each, infrastructure));
  for (const tiers of [
    [0, 0, 0],
    [0, 1, 1],
    [0, 0, 2],
  ]) {
    const [single, sum] = [one, all].map((costs) => costs && evaluatePlan(costs, Uint8Array.from(tiers)));
    expect(sum?.latencyMs).toBeCloseTo(53 * (single?.latencyMs ?? 0), 6);
    expect(sum?.links[0]?.bytes).toBe(53 * (single?.links[0]?.bytes ?? 0));
  }
});
