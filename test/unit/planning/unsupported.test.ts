import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import { planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { DnnSplitError } from '../../../src/shared/errors';
import { allAssignments, infrastructures, smallGraphs } from './randomGraphs';
import { plainInfrastructure, syntheticGraph } from './support';

/** The same graph with one operator on the nodes that a number picks. */
function withOperators(graph: SplitGraph, picks: number): SplitGraph {
  const nodes = graph.nodes.map((node, index) => ({ ...node, op: (picks >> index) & 1 ? 'LSTM' : 'Conv' }));
  return { ...graph, nodes };
}

const plan = (graph: SplitGraph, infrastructure: Parameters<typeof planModel>[2]) =>
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

  it('are not placed on a tier between two others either', () => {
    fc.assert(
      fc.property(smallGraphs(7), infrastructures(3, false), fc.nat(255), (drawn, base, picks) => {
        const graph = withOperators(drawn, picks);
        const tiers = base.tiers.map((tier, k) => (k === 1 ? { ...tier, unsupportedOperators: ['LSTM'] } : tier));
        try {
          const { plan: found, certificate, costs } = plan(graph, { ...base, tiers });
          const { assignment } = found;
          expect(assignment.some((tier, node) => tier === 1 && graph.nodes[node]?.op === 'LSTM')).toBe(false);
          const best = Math.min(
            ...allAssignments(graph, 3)
              .filter((one) => one.every((tier, node) => tier !== 1 || graph.nodes[node]?.op !== 'LSTM'))
              .map((one) => evaluatePlan(costs, one).objectiveValue),
          );
          // What was not searched is not said to be proven.
          const isOptimum = found.evaluation.objectiveValue <= best * (1 + 1e-9);
          expect(isOptimum || Number.isNaN(certificate.exactValue)).toBe(true);
        } catch (error) {
          // Two nodes whose sides contradict each other.
          if (!DnnSplitError.is(error, 'infeasible')) throw error;
        }
      }),
      { numRuns: 100, seed: 5 },
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
