import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure/infrastructure';
import { tierBounds } from '../../../src/engine/planning/infrastructure/tierBounds';
import { limitedProblemOf } from '../../../src/engine/planning/optimum/limitedPlan';
import { type PlanOptions, planModel } from '../../../src/engine/planning/planModel';
import { branchAndBound } from '../../../src/engine/solver/limited/branchAndBound';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import type { Strategy } from '../../../src/shared/vocabulary/strategies';
import { DnnSplitError } from '../../../src/shared/work/errors';
import {
  allAssignments,
  allWithin,
  infrastructures,
  limitedBy,
  pinnedBy,
  randomLimits,
  randomPins,
  smallGraphs,
} from './randomGraphs';
import { plainInfrastructure, syntheticGraph } from './support';

/** The same graph with one operator on the nodes that a number picks. */
function withOperators(graph: SplitGraph, picks: number): SplitGraph {
  const nodes = graph.nodes.map((node, index) => ({ ...node, op: (picks >> index) & 1 ? 'LSTM' : 'Conv' }));
  return { ...graph, nodes };
}

/** What the planner, the exact strategy and branch and bound alone find; nothing where no plan is possible. */
function tryAll(graph: SplitGraph, infrastructure: Infrastructure): (Uint8Array | undefined)[] {
  const found = (search: () => Uint8Array | undefined) => {
    try {
      return search();
    } catch (error) {
      if (!DnnSplitError.is(error, 'infeasible')) throw error;
      return undefined;
    }
  };
  const planned = (strategy: Strategy) => {
    const { plan: own, certificate } = planModel(graph, findCandidates(graph), infrastructure, { strategy });
    expect(certificate.gapPercent).toBeLessThan(1e-6);
    expect(certificate.isBound).toBeUndefined();
    return own.assignment;
  };
  const costs = createCostTables(graph, infrastructure);
  return [
    found(() => planned('dnnsplit')),
    found(() => planned('exact')),
    found(() => branchAndBound(limitedProblemOf(costs, tierBounds(graph, infrastructure))).best?.tierOfNode),
  ];
}

function keepsOperators(graph: SplitGraph, assignment: Uint8Array, refusing: readonly number[]): boolean {
  return assignment.every((tier, node) => !refusing.includes(tier) || graph.nodes[node]?.op !== 'LSTM');
}

function keepsPins(graph: SplitGraph, assignment: Uint8Array, { tiers, constraints }: Infrastructure): boolean {
  const { pin = {}, excludeTiers = [], keepInputOnFirstTier } = constraints;
  const isPinned = Object.entries(pin).every(([node, id]) => tiers[assignment[Number(node)] ?? -1]?.id === id);
  const isAllowed = assignment.every((tier) => !excludeTiers.includes(tiers[tier]?.id ?? ''));
  const readers = graph.inputs.flatMap((input) => graph.tensors[input]?.consumers ?? []);
  return isPinned && isAllowed && (!keepInputOnFirstTier || readers.every((node) => assignment[node] === 0));
}

const plan = (graph: SplitGraph, infrastructure: Infrastructure) =>
  planModel(graph, findCandidates(graph), infrastructure, { strategy: 'dnnsplit' });

describe('operators that a tier cannot run', () => {
  it.each([
    ['first', 0, 3],
    ['last', 2, 3],
    ['first', 0, 2],
  ])('are never placed on the %s tier, and the plan is the best of those that keep to that', (_, refusing, count) => {
    let [planned, refused] = [0, 0];
    fc.assert(
      fc.property(smallGraphs(7), infrastructures(count, false), fc.nat(255), (drawn, base, picks) => {
        const graph = withOperators(drawn, picks);
        const tiers = base.tiers.map((tier, k) =>
          k === refusing ? { ...tier, unsupportedOperators: ['LSTM'] } : tier,
        );
        const allowed = allAssignments(graph, count).filter((one) => {
          return one.every((tier, node) => tier !== refusing || graph.nodes[node]?.op !== 'LSTM');
        });
        const { plan: found, costs, certificate } = plan(graph, { ...base, tiers });
        expect(found.assignment.some((tier, node) => tier === refusing && graph.nodes[node]?.op === 'LSTM')).toBe(
          false,
        );
        const best = Math.min(...allowed.map((one) => evaluatePlan(costs, one).objectiveValue));
        expect(Math.abs(certificate.exactValue - best)).toBeLessThanOrEqual(1e-9 * best + 1e-18);
        planned++;
        if (allowed.length < allAssignments(graph, count).length) refused++;
      }),
      { numRuns: 150, seed: 5 },
    );
    expect(planned).toBe(150);
    expect(refused).toBeGreaterThan(100);
  });

  it.each([
    ['one tier between two others', 3, [1]],
    ['two tiers between others', 4, [1, 2]],
    ['the second and the last of four tiers', 4, [1, 3]],
  ])('are not placed on %s, and the plan within all limits is proven to be the best', (_, count, refusing) => {
    let [planned, impossible, above] = [0, 0, 0];
    const objectives = fc.constantFrom<Objective>('latency', 'cost', 'energy', 'throughput', { latency: 1, cost: 2 });
    fc.assert(
      fc.property(
        ...[smallGraphs(6), infrastructures(count, false), fc.nat(255), objectives],
        ...[randomLimits, fc.option(randomPins, { freq: 1 })],
        (drawn, base, picks, objective, limits, pins) => {
          const graph = withOperators(drawn, picks);
          const tiers = base.tiers.map((tier, k) =>
            refusing.includes(k) ? { ...tier, unsupportedOperators: ['LSTM'] } : tier,
          );
          const limited = limitedBy(graph, { ...base, tiers, objective }, limits);
          const infrastructure = pins === null ? limited : pinnedBy(graph, limited, pins);
          const may = (one: Uint8Array) =>
            keepsOperators(graph, one, refusing) && keepsPins(graph, one, infrastructure);
          const values = allWithin(graph, infrastructure).flatMap(({ assignment, evaluation }) =>
            may(assignment) ? [evaluation.objectiveValue] : [],
          );
          const best = Math.min(...values);
          const results = tryAll(graph, infrastructure);
          if (values.length === 0) {
            expect(results).toEqual([undefined, undefined, undefined]);
            impossible++;
            return;
          }
          planned++;
          for (const result of results) {
            const found = result ?? new Uint8Array(0);
            expect(may(found)).toBe(true);
            const { objectiveValue } = evaluatePlan(createCostTables(graph, infrastructure), found);
            expect(Math.abs(objectiveValue - best)).toBeLessThanOrEqual(1e-9 * best + 1e-18);
          }
          const refused = (results[0] ?? new Uint8Array(0)).filter((_, node) => graph.nodes[node]?.op === 'LSTM');
          if (refused.some((tier) => refusing.some((k) => tier > k))) above++;
        },
      ),
      { numRuns: 70, seed: 5 },
    );
    expect(planned).toBeGreaterThan(30);
    expect(impossible).toBeGreaterThan(5);
    expect(above).toBeGreaterThan(5);
  });

  it('keep every strategy away from the tier, and its plans are no better than the best', () => {
    fc.assert(
      fc.property(smallGraphs(7), infrastructures(3, false), fc.nat(255), (drawn, base, picks) => {
        const graph = withOperators(drawn, picks);
        const tiers = base.tiers.map((tier, k) => (k === 1 ? { ...tier, unsupportedOperators: ['LSTM'] } : tier));
        const options: PlanOptions = { strategy: 'dnnsplit', compare: true, requestsPerSecond: 1, pareto: true };
        const result = planModel(graph, findCandidates(graph), { ...base, tiers }, options);
        const plans = result.strategies.flatMap(({ plan: one, unavailable }) => (unavailable || !one ? [] : [one]));
        expect(plans.length).toBeGreaterThan(4);
        const assignments = [...plans, ...(result.pareto?.plans ?? [])].map(({ assignment }) => assignment);
        for (const one of assignments) expect(keepsOperators(graph, one, [1])).toBe(true);
      }),
      { numRuns: 40, seed: 5 },
    );
  });

  const chain = syntheticGraph({ x: 40 }, [
    { name: 'a', reads: ['x'], bytes: 4, macs: 5 },
    { name: 'b', reads: ['a'], bytes: 4, macs: 5, op: 'LSTM' },
  ]);
  const infrastructure = (constraints = {}, cloud: readonly string[] = []) =>
    plainInfrastructure(
      [
        { id: 'npu', gflops: 1, unsupportedOperators: ['ai.onnx:LSTM', 'Foo'] },
        { id: 'cloud', gflops: 2, unsupportedOperators: cloud },
      ],
      [{ bandwidthMbps: 0.001 }],
      { constraints },
    );

  it('are told with the reason', () => {
    const { plan: found, advice } = plan(chain, infrastructure());
    expect(found.assignment).toEqual(new Uint8Array([0, 1]));
    expect(advice.text).toContain('`npu` cannot run 1 layer (LSTM), so these are placed elsewhere.');
  });

  it.each([
    [{}, ['LSTM'], 'No tier can run `b`: `npu` and `cloud` cannot run LSTM'],
    [{ excludeTiers: ['cloud'] }, [], 'No tier can run `b`: `npu` cannot run LSTM'],
    [{ pin: { b: 'npu' } }, [], '`b` is pinned to tier `npu`, which cannot run LSTM'],
    [{ pin: { a: 'cloud' }, keepInputOnFirstTier: true }, [], '`a` is pinned to `cloud`, but `keepInputOnFirstTier`'],
  ])('make a plan impossible in words: %j', (constraints, cloud, words) => {
    expect(() => plan(chain, infrastructure(constraints, cloud))).toThrow(words);
  });

  it('contradict a pin above in words', () => {
    const after = syntheticGraph({ x: 4 }, [
      { name: 'b', reads: ['x'], bytes: 4, macs: 5, op: 'LSTM' },
      { name: 'c', reads: ['b'], bytes: 4, macs: 5 },
    ]);
    expect(() => plan(after, infrastructure({ pin: { c: 'npu' } }))).toThrow(
      '`npu`, which cannot run LSTM, requires `cloud` or higher, and the pin of `c` requires `npu` or lower',
    );
  });
});
