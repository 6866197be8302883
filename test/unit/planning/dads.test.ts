import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePlan } from '../../../src/engine/planning/evaluate';
import { dadsHeavy, dadsLight, dnnSurgery } from '../../../src/engine/planning/strategies/dads';
import type { StrategyContext } from '../../../src/engine/planning/strategy';
import { DnnSplitError } from '../../../src/protocol/errors';
import { allAssignments, infrastructures, smallGraphs } from './randomGraphs';
import { strategyContext } from './support';

const stageS = (context: StrategyContext, assignment: Uint8Array) =>
  1 / evaluatePlan(context.costs, assignment).throughputPerSecond;

describe('the two-tier strategies on random small graphs', () => {
  it('dads-light finds the least latency of all two-tier assignments', () => {
    fc.assert(
      fc.property(smallGraphs(6), infrastructures(2, false), (graph, base) => {
        const context = strategyContext(graph, { ...base, objective: 'latency' });
        const best = Math.min(...[...allAssignments(graph, 2)].map((a) => evaluatePlan(context.costs, a).latencyMs));
        const found = evaluatePlan(context.costs, dadsLight(context).assignment).latencyMs;
        expect(found).toBeCloseTo(best, 9);
      }),
      { numRuns: 150 },
    );
  });

  it('dads-heavy stays within three times the best slowest stage, and never beats it', () => {
    fc.assert(
      fc.property(smallGraphs(6), infrastructures(2, false), (graph, base) => {
        const context = strategyContext(graph, { ...base, objective: 'throughput' });
        const best = Math.min(...[...allAssignments(graph, 2)].map((a) => stageS(context, a)));
        const found = stageS(context, dadsHeavy(context).assignment);
        expect(found).toBeGreaterThanOrEqual(best * (1 - 1e-9));
        expect(found).toBeLessThanOrEqual(best * 3 * (1 + 1e-9));
      }),
      { numRuns: 150 },
    );
  });

  it('dnn-surgery keeps its budget or says that no cut does', () => {
    fc.assert(
      fc.property(
        smallGraphs(6),
        infrastructures(2, false),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (graph, base, part) => {
          const free = strategyContext(graph, { ...base, objective: 'latency' });
          const upperCost = (a: Uint8Array) => evaluatePlan(free.costs, a).tiers[1]?.costPerRequest ?? 0;
          const budget = upperCost(dadsLight(free).assignment) * part + 1e-12;
          const context = strategyContext(graph, {
            ...base,
            objective: 'latency',
            constraints: { maxCostPerRequest: budget },
          });
          const allowed = [...allAssignments(graph, 2)].filter((a) => upperCost(a) <= budget);
          try {
            const { assignment } = dnnSurgery(context);
            expect(upperCost(assignment)).toBeLessThanOrEqual(budget);
            const best = Math.min(...allowed.map((a) => evaluatePlan(free.costs, a).latencyMs));
            expect(evaluatePlan(free.costs, assignment).latencyMs).toBeGreaterThanOrEqual(best - 1e-9);
          } catch (error) {
            expect(DnnSplitError.is(error, 'infeasible')).toBe(true);
            expect(allowed).toEqual([]);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
