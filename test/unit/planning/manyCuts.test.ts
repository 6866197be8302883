import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure/infrastructure';
import { type PlanOptions, planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { metricTable } from '../../../src/shared/vocabulary/metrics';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { allWithin, infrastructures, limitedBy, randomLimits } from './randomGraphs';
import { wideGraphs } from './wideGraphs';

const objectives: Objective[] = ['latency', 'cost', 'energy', 'throughput', { latency: 1, cost: 500 }];
const options = { strategy: 'dnnsplit', skipRegimes: true, skipCertificate: true, deadlineMs: 0 } as const;

/** The value of the plan, or what is said where there is none. */
function planned(graph: SplitGraph, infrastructure: Infrastructure, rest: Partial<PlanOptions> = {}): number | string {
  try {
    const result = planModel(graph, findCandidates(graph), infrastructure, { ...options, ...rest });
    return result.plan.evaluation.objectiveValue;
  } catch (error) {
    if (DnnSplitError.is(error, 'infeasible')) return error.message;
    throw error;
  }
}

function leastWithin(graph: SplitGraph, infrastructure: Infrastructure): number {
  return Math.min(...allWithin(graph, infrastructure).map(({ evaluation }) => evaluation.objectiveValue));
}

const cases = fc.tuple(wideGraphs, infrastructures(2, false), fc.constantFrom(...objectives), randomLimits);

describe('where there are too many cuts to look at them all', () => {
  test('the plan is the best of all, and is refused only where there is none', () => {
    let [possible, impossible] = [0, 0];
    fc.assert(
      fc.property(cases, fc.constantFrom('dnnsplit', 'exact'), ([graph, base, objective, limits], strategy) => {
        const infrastructure = limitedBy(graph, { ...base, objective }, limits);
        const least = leastWithin(graph, infrastructure);
        const value = planned(graph, infrastructure, { strategy });
        if (least === Number.POSITIVE_INFINITY) {
          expect(value).toMatch(/^No plan /);
          impossible++;
          return;
        }
        // Without a limit the candidates and positions are what `dnnsplit` looks at.
        const hasLimits = Object.values(infrastructure.constraints).some((limit) => limit !== false);
        possible++;
        if (strategy === 'dnnsplit' && !hasLimits && objective !== 'throughput') return;
        expect(Math.abs(Number(value) - least)).toBeLessThanOrEqual(1.001e-4 * least + 1e-18);
        if (strategy === 'exact') expect(Math.abs(Number(value) - least)).toBeLessThanOrEqual(3e-9 * least + 1e-18);
      }),
      { numRuns: 80 },
    );
    expect(possible).toBeGreaterThan(20);
    expect(impossible).toBeGreaterThan(2);
  });

  test('what one limit is relaxed to is the least that leaves a plan', () => {
    let told = 0;
    fc.assert(
      fc.property(cases, ([graph, base, objective, limits]) => {
        const infrastructure = limitedBy(graph, { ...base, objective }, limits);
        const message = planned(graph, infrastructure);
        if (typeof message !== 'string') return;
        const [, name = '', to = ''] =
          /^No plan keeps `(\w+)` .*?: (?:raise|lower) it to ([\d.e+-]*\d)/.exec(message) ?? [];
        const metric = Object.values(metricTable).find(({ limit }) => limit === name);
        if (metric === undefined) return;
        told++;
        const change = (part: number): Infrastructure => ({
          ...infrastructure,
          constraints: { ...infrastructure.constraints, [name]: Number(to) * part },
        });
        expect(leastWithin(graph, change(1)), message).toBeLessThan(Number.POSITIVE_INFINITY);
        const tighter = metric.better === 'more' ? 1.002 : 0.998;
        expect(leastWithin(graph, change(tighter)), message).toBe(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 80 },
    );
    expect(told).toBeGreaterThan(2);
  });

  test('without time for a proof it is said that none was found, and how good one could be at best', () => {
    const messages = fc.sample(cases, { numRuns: 120, seed: 7 }).flatMap(([graph, base, objective, limits]) => {
      const infrastructure = limitedBy(graph, { ...base, objective }, limits);
      const message = planned(graph, infrastructure, { deadlineMs: 1e-6 });
      if (typeof message !== 'string') return [];
      if (message.startsWith('No plan keeps'))
        expect(leastWithin(graph, infrastructure)).toBe(Number.POSITIVE_INFINITY);
      return [message];
    });
    expect(messages.length).toBeGreaterThan(2);
    const open = messages.filter((message) => message.includes('was found in'));
    for (const message of open)
      expect(message).toMatch(/^No plan that keeps the constraints was found in [^ ]+ s.*: allow more time/);
    expect(open.some((message) => message.includes('; none can be better than '))).toBe(true);
  });
});
