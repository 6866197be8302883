import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure } from '../../../src/engine/planning/infrastructure/infrastructure';
import { defaultConfig, resolveConfig } from '../../../src/engine/planning/infrastructure/resolveConfig';
import { planModel } from '../../../src/engine/planning/planModel';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt } from '../../support/inferBuilt';
import {
  allAssignments,
  bestWithin,
  expectBestRegimes,
  expectNear,
  infrastructures,
  limitedBy,
  objectives,
  randomLimits,
  smallGraphs,
} from './randomGraphs';
import { plainInfrastructure, syntheticGraph } from './support';

const fast = { skipRegimes: true } as const;

/** Costs of one assignment, by name of the tier that each node runs on. */
function evaluated(graph: SplitGraph, infrastructure: Infrastructure, tiers: readonly number[]) {
  return evaluatePlan(createCostTables(graph, infrastructure), Uint8Array.from(tiers));
}

describe('an answer that is returned', () => {
  /** x -> a -> b -> c, with an output after b and after c. */
  const graph = syntheticGraph({ x: 1000 }, [
    { name: 'a', reads: ['x'], bytes: 500 },
    { name: 'b', reads: ['a'], bytes: 100, isOutput: true },
    { name: 'c', reads: ['b'], bytes: 250 },
  ]);
  const link = { bandwidthMbps: 1, latencyMs: 3, pricePerGB: 1e6, downPricePerGB: 2e6 };
  const down = { downBandwidthMbps: 0.5, downLatencyMs: 7 };
  const returned = plainInfrastructure([{}, {}, {}], [{ ...link, ...down }, link], { answer: 'returned' });

  test('comes back over every link below the tier that makes it, as fast as the link is downward', () => {
    // Up: a's 500 bytes take 4 ms and b's 100 bytes 0.8 ms, each after 3 ms. Down: c's 250 bytes take 2 ms over the upper
    // link, and with the 100 bytes of b at half the speed 5.6 ms over the lower one.
    const { latencyMs, links, throughputPerSecond, costPerRequest } = evaluated(graph, returned, [0, 1, 2]);
    expect(links.map(({ answerBytes }) => answerBytes)).toEqual([350, 250]);
    expect(links[0]?.answerMs).toBeCloseTo(7 + 5.6, 12);
    expect(links[1]?.answerMs).toBeCloseTo(3 + 2, 12);
    expect(latencyMs).toBeCloseTo(3 + 4 + 3 + 0.8 + 12.6 + 5, 12);
    // Up and down are stages of their own: the lower link is busy for 5.6 ms downward.
    expect(throughputPerSecond).toBeCloseTo(1000 / 5.6, 9);
    expect(costPerRequest).toBeCloseTo((500 + 100) * 1e-3 + (350 + 250) * 2e-3, 12);
  });

  test('of unknown size is told, and leaves the proof open', () => {
    const open = syntheticGraph({ x: 1000 }, [
      { name: 'a', reads: ['x'], bytes: 500, macs: 5 },
      { name: 'boxes', reads: ['a'], bytes: undefined, macs: 50 },
    ]);
    const tiers = [{ gflops: 1e-6 }, { gflops: 1e-3 }];
    const adviceOf = (answer: 'returned' | 'stays') => {
      const infrastructure = plainInfrastructure(tiers, [{ bandwidthMbps: 10 }], { answer });
      return planModel(open, findCandidates(open), infrastructure, { strategy: 'dnnsplit' }).advice.text;
    };
    const caveat = 'The size of `boxes` is known only once the model has run, so the way back counts nothing for it.';
    expect(adviceOf('returned')).toContain(caveat);
    expect(adviceOf('returned')).toContain('(optimal for the known costs)');
    expect(adviceOf('stays')).not.toContain('way back');
    expect(adviceOf('stays')).toContain('(proven optimal)');
  });

  test('whose size only a run decides counts the most that it can be, where the model tells', () => {
    const g = new GraphWriter();
    const boxes = g.input('boxes', 'float32', [1, 50, 4]);
    const scores = g.input('scores', 'float32', [1, 3, 50]);
    const picked = g.op('NonMaxSuppression', [boxes, scores, g.ints([20])]);
    const places = g.op('NonZero', [g.op('Relu', [scores])]);
    const few = g.op('Compress', [boxes, g.input('keep', 'bool', [50])], { axis: 1 });
    const outputs = [picked, places, few];
    const graph = buildSplitGraph(inferBuilt({ opset: 17, tensors: g.tensors, nodes: g.nodes, outputs }));
    const mostOf = (name: string) => graph.tensors.find((tensor) => tensor.name === name);
    // 3 classes of 20 boxes as three int64 each; three coordinates of all 150 scores; all boxes.
    expect(mostOf(picked)).toMatchObject({ bytes: undefined, mostBytes: 3 * 20 * 3 * 8 });
    expect(mostOf(places)).toMatchObject({ bytes: undefined, mostBytes: 3 * 150 * 8 });
    expect(mostOf(few)).toMatchObject({ bytes: undefined, mostBytes: 50 * 4 * 4 });
    const infrastructure = plainInfrastructure([{ gflops: 1 }, { gflops: 9 }], [{ bandwidthMbps: 10 }], {
      answer: 'returned',
    });
    const onTop = new Uint8Array(graph.nodes.length).fill(1);
    const { links } = evaluatePlan(createCostTables(graph, infrastructure), onTop);
    expect(links[0]?.answerBytes).toBe(1440 + 3600 + 800);
    const { advice } = planModel(graph, findCandidates(graph), infrastructure, { strategy: 'single:tier1' });
    expect(advice.text).toContain('so the way back counts the most that it can be');
  });

  test('is waited for on every link that anything was asked for over, even where nothing is left to carry', () => {
    const both = { ...returned, outputAnswers: { c: 'stays' as const } };
    const { links } = evaluated(graph, both, [0, 0, 2]);
    expect(links.map(({ answerBytes, answerMs }) => [answerBytes, answerMs])).toEqual([
      [0, 7],
      [0, 3],
    ]);
  });

  test('costs nothing where everything runs on the first tier, and nothing at all where it stays', () => {
    expect(evaluated(graph, returned, [0, 0, 0]).latencyMs).toBe(0);
    const stays = { ...returned, answer: 'stays' as const };
    const { links, latencyMs } = evaluated(graph, stays, [0, 1, 2]);
    expect(links.map(({ answerMs }) => answerMs)).toEqual([0, 0]);
    expect(latencyMs).toBeCloseTo(10.8, 12);
  });

  test('is one of the reasons to stay: a large answer keeps the work on the device', () => {
    const big = syntheticGraph({ image: 150_000 }, [
      { name: 'body', reads: ['image'], bytes: 600_000, macs: 4e9 },
      { name: 'mask', reads: ['body'], bytes: 20_000_000, macs: 4e9 },
    ]);
    const tiers = [
      { id: 'device', gflops: 40 },
      { id: 'server', gflops: 4000 },
    ];
    const links = [{ bandwidthMbps: 100 }];
    const planned = (answer: 'returned' | 'stays') =>
      planModel(big, findCandidates(big), plainInfrastructure(tiers, links, { answer }), { strategy: 'dnnsplit' }).plan;
    // 400 ms on the device; 12 ms up and 4 ms there; 1.6 s for the mask to come back.
    expect([...planned('stays').assignment]).toEqual([1, 1]);
    expect([...planned('returned').assignment]).toEqual([0, 0]);
  });
});

describe('with answers that are returned, on random graphs with several outputs', () => {
  const cases = fc.tuple(
    smallGraphs(6),
    fc.integer({ min: 1, max: 4 }).chain((count) => infrastructures(count, false)),
    fc.constantFrom(...objectives),
  );

  test('the exact plan and its certificate are the best of all assignments', () => {
    fc.assert(
      fc.property(cases, ([graph, base, objective]) => {
        const infrastructure = { ...base, objective, answer: 'returned' as const };
        const costs = createCostTables(graph, infrastructure);
        const values = allAssignments(graph, base.tiers.length).map((one) => evaluatePlan(costs, one).objectiveValue);
        const best = Math.min(...values);
        for (const strategy of ['exact', 'dnnsplit'] as const) {
          const { plan, certificate } = planModel(graph, findCandidates(graph), infrastructure, { strategy, ...fast });
          expectNear(plan.evaluation.objectiveValue, best);
          expectNear(certificate.exactValue, best);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('so they are under limits', () => {
    fc.assert(
      fc.property(cases, randomLimits, ([graph, base, objective], limits) => {
        const infrastructure = limitedBy(graph, { ...base, objective, answer: 'returned' }, limits);
        const best = bestWithin(graph, infrastructure);
        if (best === undefined) return;
        const { plan } = planModel(graph, findCandidates(graph), infrastructure, { strategy: 'exact', ...fast });
        expectNear(plan.evaluation.objectiveValue, best, 1e-8);
      }),
      { numRuns: 150 },
    );
  });

  test('candidates hold an optimum: one rules another out only where no output is made between', () => {
    let beyond = 0;
    fc.assert(
      fc.property(smallGraphs(7), infrastructures(3, true), (graph, base) => {
        const links = base.links.map((one) => ({ ...one, wireDtype: 'original' as const }));
        const infrastructure = { ...base, links, answer: 'returned' as const, outputAnswers: {} };
        const costs = createCostTables(graph, infrastructure);
        const own = findCandidates(graph);
        const options = { strategy: 'dnnsplit', candidatesOnly: true, ...fast } as const;
        const { plan } = planModel(graph, own, infrastructure, options);
        const values = allAssignments(graph, 3).map((one) => evaluatePlan(costs, one).latencyMs);
        expectNear(plan.evaluation.latencyMs, Math.min(...values));
        const cuts = [0, 1].map((link) => plan.assignment.filter((tier) => tier <= link).length);
        if (cuts.some((cut) => cut > 0 && cut < graph.nodes.length && !own.some((one) => one.position === cut)))
          beyond++;
      }),
      { numRuns: 300 },
    );
    // The model's own candidates would have missed some of these.
    expect(beyond).toBeGreaterThan(0);
  });

  test('a cut that sends no less counts where it keeps an answer from coming back', () => {
    // Two branches read the input: only what the second one makes comes back, and only the first is slow on the device.
    const graph = syntheticGraph({ x: 4 }, [
      { name: 'stays', reads: ['x'], bytes: 4, macs: 1000 },
      { name: 'returned', reads: ['x'], bytes: 4000, macs: 1 },
    ]);
    const infrastructure = plainInfrastructure([{ gflops: 1e-6 }, { gflops: 1e-3 }], [{ bandwidthMbps: 1 }], {
      answer: 'returned',
      outputAnswers: { stays: 'stays' },
    });
    const { plan, audit } = planModel(graph, findCandidates(graph), infrastructure, { strategy: 'dnnsplit' });
    expect(audit.holds).toBe(true);
    expect([...plan.assignment]).toEqual([1, 0]);
  });

  test('every regime is the best plan at its bandwidths, with both directions where none is stated downward', () => {
    fc.assert(
      fc.property(smallGraphs(5), infrastructures(2, false), fc.constantFrom(...objectives), (graph, base, objective) =>
        expectBestRegimes(graph, { ...base, objective, answer: 'returned' }),
      ),
      { numRuns: 150 },
    );
  });
});

test('a configuration returns answers unless it says otherwise, for all outputs, a model or one output', () => {
  const resolved = (more: object) =>
    resolveConfig({ ...defaultConfig, ...more }, 'a/net.onnx', new Map()).infrastructure;
  expect(resolved({})).toMatchObject({ answer: 'returned', outputAnswers: {} });
  expect(resolved({ answer: 'stays' }).answer).toBe('stays');
  const outputs = { mask: { answer: 'stays' } };
  expect(resolved({ models: { 'net.onnx': { answer: 'stays', outputs } } })).toMatchObject({
    answer: 'stays',
    outputAnswers: { mask: 'stays' },
  });
});
