import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure/infrastructure';
import type { Evaluation } from '../../../src/engine/planning/plan/plan';
import { planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { type Advice, adviceIn, follow } from './advice';
import { allAssignments, allWithin, infrastructures, limitedBy, randomLimits, smallGraphs } from './randomGraphs';
import { wideGraphs } from './wideGraphs';

/** What a plan takes of a bound, where it is said that less is better, and the bound. */
interface Taken {
  readonly name: string;
  readonly of: (evaluation: Evaluation) => number;
  readonly most: number;
}

/** Every limit and every memory, written down again for this test: what counts is taken as less being better. */
function boundsOf({ tiers, constraints }: Infrastructure): Taken[] {
  const { maxLatencyMs, maxCostPerRequest, maxEnergyJ, minThroughputPerSecond, respectMemory } = constraints;
  const limit = (name: string, of: Taken['of'], most: number | undefined) =>
    most === undefined ? [] : [{ name, of, most }];
  return [
    ...limit('maxLatencyMs', ({ latencyMs }) => latencyMs, maxLatencyMs),
    ...limit('maxCostPerRequest', ({ costPerRequest }) => costPerRequest, maxCostPerRequest),
    ...limit('maxEnergyJ', ({ energyJ }) => energyJ, maxEnergyJ),
    ...limit(
      'minThroughputPerSecond',
      ({ throughputPerSecond }) => 1 / throughputPerSecond,
      minThroughputPerSecond && 1 / minThroughputPerSecond,
    ),
    ...tiers.flatMap(({ memoryGB }, k): Taken[] => {
      const of = ({ tiers: loads }: Evaluation) =>
        ((loads[k]?.weightBytes ?? 0) + (loads[k]?.peakActivationBytes ?? 0)) / 1e9;
      return respectMemory ? limit(`tier${k}`, of, memoryGB) : [];
    }),
  ];
}

const keeps = ({ of, most }: Taken, evaluation: Evaluation) => of(evaluation) <= most * (1 + 1e-9);
const nameOf = ({ constraint, tier }: Advice) => tier ?? constraint;
const figureOf = ({ constraint, to }: Advice) => (constraint === 'minThroughputPerSecond' ? 1 / to : to);

/** What planning says where it finds no plan; nothing where it finds one. */
function refusal(graph: SplitGraph, infrastructure: Infrastructure, deadlineMs = 0): string | undefined {
  try {
    const options = { strategy: 'dnnsplit', skipCertificate: true, skipRegimes: true, deadlineMs } as const;
    planModel(graph, findCandidates(graph), infrastructure, options);
    return undefined;
  } catch (error) {
    if (DnnSplitError.is(error, 'infeasible')) return error.message;
    throw error;
  }
}

/** @returns how many changes were asked for; nothing where there is a plan */
function check(graph: SplitGraph, infrastructure: Infrastructure): number | undefined {
  const message = refusal(graph, infrastructure);
  if (message === undefined) return undefined;
  expect(message).not.toMatch(/may be enough|has to be/);
  const costs = createCostTables(graph, infrastructure);
  const all = allAssignments(graph, infrastructure.tiers.length).map((one) => evaluatePlan(costs, one));
  const bounds = boundsOf(infrastructure);
  const leastAlone = new Map(
    bounds.flatMap((bound): [string, number][] => {
      const others = bounds.filter((one) => one !== bound);
      const values = all.filter((one) => others.every((other) => keeps(other, one))).map(bound.of);
      const least = Math.min(...values);
      return Number.isFinite(least) ? [[bound.name, least]] : [];
    }),
  );
  const [main = '', ...others] = message.split('; or ');
  const told = adviceIn(main);
  if (leastAlone.size > 0) {
    expect(told).toHaveLength(1);
    const instead = others
      .join()
      .split(', or ')
      .flatMap(adviceIn)
      .filter(({ from }) => from === undefined);
    const values = new Map([...told, ...instead].map((one) => [nameOf(one), figureOf(one)]));
    expect([...values.keys()].sort(), message).toEqual([...leastAlone.keys()].sort());
    for (const [name, least] of leastAlone) {
      expect(values.get(name), message).toBeGreaterThanOrEqual(least * (1 - 1e-8));
      expect(values.get(name), message).toBeLessThanOrEqual(least * 1.0011);
    }
    return 1;
  }
  // No plan is possible with less of one change and no more of the others.
  expect(told.length, message).toBeGreaterThan(1);
  const raised = bounds.map((bound) => {
    const advice = told.find((one) => nameOf(one) === bound.name);
    return advice === undefined ? bound : { ...bound, most: figureOf(advice) };
  });
  expect(all.filter((one) => raised.every((bound) => keeps(bound, one))).length, message).toBeGreaterThan(0);
  const names = new Set(told.map(nameOf));
  for (const bound of raised.filter(({ name }) => names.has(name))) {
    // What is told is rounded up to four digits, so that another change may be less than told by as much.
    const others = raised
      .filter((one) => one !== bound)
      .map((one) => (names.has(one.name) ? { ...one, most: one.most * (1 - 1e-3) } : one));
    const possible = all.filter((one) => others.every((other) => keeps(other, one)));
    for (const plan of possible) expect(bound.of(plan), message).toBeGreaterThanOrEqual(bound.most * (1 - 1.1e-3));
  }
  return told.length;
}

/** Checks what links are to be raised to. @returns how many links that is said of */
function checkLinks(graph: SplitGraph, infrastructure: Infrastructure): number {
  const message = refusal(graph, infrastructure) ?? '';
  const links = message
    .split(/; or |, or /)
    .flatMap(adviceIn)
    .filter(({ from }) => from !== undefined);
  for (const one of links) {
    const isPossible = (part: number) => {
      const changed = follow(infrastructure, [{ ...one, to: one.to * part }]);
      return allWithin(graph, changed).length > 0;
    };
    expect(isPossible(1), message).toBe(true);
    expect(isPossible(1 - 1.2e-3), message).toBe(false);
  }
  return links.length;
}

const objectives: Objective[] = ['latency', 'cost', 'energy', 'throughput', { latency: 1, cost: 500 }];

describe('what is to be relaxed where no plan is possible', () => {
  test('is told for each limit and memory that is enough alone, and is the least', () => {
    let [single, several] = [0, 0];
    fc.assert(
      fc.property(
        smallGraphs(6),
        fc.integer({ min: 1, max: 3 }).chain((tierCount) => infrastructures(tierCount, false)),
        fc.constantFrom(...objectives),
        randomLimits,
        (graph, base, objective, limits) => {
          const count = check(graph, limitedBy(graph, { ...base, objective }, limits)) ?? 0;
          if (count === 1) single++;
          if (count > 1) several++;
        },
      ),
      { numRuns: 400 },
    );
    expect(single).toBeGreaterThan(30);
    expect(several).toBeGreaterThan(5);
  });

  test('is so too where the graph has more cuts than are searched', () => {
    let [single, several] = [0, 0];
    const tight = randomLimits.map((limits) => ({
      ...limits,
      tightness: limits.tightness.map((part) => part && part / 2),
    }));
    const cases = fc.tuple(wideGraphs, infrastructures(2, false), fc.constantFrom(...objectives), tight);
    fc.assert(
      fc.property(cases, ([graph, base, objective, limits]) => {
        const count = check(graph, limitedBy(graph, { ...base, objective }, limits)) ?? 0;
        if (count === 1) single++;
        if (count > 1) several++;
      }),
      { numRuns: 40 },
    );
    expect(single).toBeGreaterThan(5);
    expect(several).toBeGreaterThan(2);
  });

  test('is a bandwidth too, and no more of it than is needed', () => {
    let told = 0;
    const cases = fc.tuple(wideGraphs, infrastructures(2, false), fc.constantFrom(...objectives), randomLimits);
    fc.assert(
      fc.property(cases, ([graph, base, objective, limits]) => {
        // What is possible on fast links is asked of ten times slower ones.
        const { links, ...limited } = limitedBy(graph, { ...base, objective }, limits);
        const slower = links.map((link) => ({ ...link, bandwidthMbps: link.bandwidthMbps / 10 }));
        told += checkLinks(graph, { ...limited, links: slower });
      }),
      { numRuns: 40 },
    );
    expect(told).toBeGreaterThan(2);
  });

  test('is told with what is not enough where there is no time for a proof', () => {
    const tight = randomLimits.map((limits) => ({
      ...limits,
      tightness: limits.tightness.map((part) => part && part / 2),
    }));
    const cases = fc.tuple(wideGraphs, infrastructures(2, false), fc.constantFrom(...objectives), tight);
    let open = 0;
    for (const [graph, base, objective, limits] of fc.sample(cases, { numRuns: 80, seed: 3 })) {
      const infrastructure = limitedBy(graph, { ...base, objective }, limits);
      const message = refusal(graph, infrastructure, 1e-6) ?? '';
      const costs = createCostTables(graph, infrastructure);
      const bounds = boundsOf(infrastructure);
      for (const part of message.split(/; or |, or /)) {
        const [advice] = adviceIn(part);
        const than = / \(it has to be (?:more|less) than ([\d.e+-]*\d)\)/.exec(part)?.[1];
        const bound = advice && bounds.find(({ name }) => name === nameOf(advice));
        if (than === undefined || advice === undefined || bound === undefined) continue;
        open++;
        const others = bounds.filter((one) => one !== bound);
        const values = allAssignments(graph, 2)
          .map((one) => evaluatePlan(costs, one))
          .filter((one) => others.every((other) => keeps(other, one)))
          .map(bound.of);
        expect(Math.min(...values), part).toBeGreaterThanOrEqual(
          figureOf({ ...advice, to: Number(than) }) * (1 - 1e-8),
        );
        expect(Math.min(...values), part).toBeLessThanOrEqual(figureOf(advice) * (1 + 1e-8));
      }
    }
    expect(open).toBeGreaterThan(0);
  });
});
