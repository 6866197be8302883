import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure/infrastructure';
import { brokenConstraints } from '../../../src/engine/planning/plan/constraints';
import type { Evaluation } from '../../../src/engine/planning/plan/plan';
import { type PlanOptions, planModel } from '../../../src/engine/planning/planModel';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { kernelGraphs, kernelTiers, priceOfSeparation, withoutPrice } from './kernelGraphs';
import { allAssignments, expectNear, limitedBy, objectives, randomLimits } from './randomGraphs';
import { plainInfrastructure } from './support';

/** More cases with the variable set. */
const isLong = process.env['DNNSPLIT_LONG'] !== undefined;
const runs = (lean: number) => ({ numRuns: isLong ? 20 * lean : lean, ...(!isLong && { seed: 5 }) });

/** Nodes of a graph at most, by number of tiers: all assignments are tried. */
const mostNodes = [0, 0, 8, 7, 6, 5, 5];

/** A graph with kernels on so many tiers, of which some fuse. */
function cases(tierCount: number, rising = false): fc.Arbitrary<readonly [SplitGraph, Infrastructure]> {
  return fc
    .tuple(
      kernelGraphs(mostNodes[tierCount] ?? 5, !rising),
      kernelTiers(tierCount, rising),
      fc.constantFrom(0.5, 5, 50),
      fc.constantFrom<Objective>(...(rising ? (['latency'] as const) : objectives)),
      fc.constantFrom('returned' as const, 'stays' as const),
      fc.constantFrom('original' as const, 'original' as const, 'float16' as const),
    )
    .map(([graph, tiers, bandwidthMbps, objective, answer, wireDtype]) => {
      const links = tiers.slice(1).map((_, l) => {
        const radio = { joulesPerMB: 1, txWatts: 0, rxWatts: 1, pricePerGB: 1, downPricePerGB: 1 };
        return { bandwidthMbps: bandwidthMbps * (l + 1), latencyMs: 0.01 * l, wireDtype, ...radio };
      });
      return [graph, plainInfrastructure(tiers, links, { objective, answer: rising ? 'stays' : answer })] as const;
    });
}

/** The objective of a plan whose kernels cost nothing to cut, with the price put on top figure by figure. */
function objectiveWith(evaluation: Evaluation, extra: readonly number[], { tiers, objective, answer }: Infrastructure) {
  const { latencyMs, costPerRequest, energyJ, throughputPerSecond } = evaluation;
  const sumOf = (priceOf: (seconds: number, k: number) => number) =>
    extra.reduce((sum, seconds, k) => sum + priceOf(seconds, k), 0);
  const waits = answer === 'returned' ? (tiers[0]?.idleWatts ?? 0) : 0;
  const own = {
    latency: latencyMs * 1e-3 + sumOf((seconds) => seconds),
    cost:
      costPerRequest +
      sumOf((seconds, k) => {
        const { pricePerHour = 0, watts = 0, electricityPerKWh = 0 } = tiers[k] ?? {};
        return seconds * (pricePerHour / 3600 + (watts * electricityPerKWh) / 3.6e6);
      }),
    energy: energyJ + sumOf((seconds, k) => seconds * (k === 0 ? (tiers[0]?.watts ?? 0) : waits)),
    throughput: Math.max(
      1 / throughputPerSecond,
      ...evaluation.tiers.map(({ busyS }, k) => (busyS + (extra[k] ?? 0)) / (tiers[k]?.replicas ?? 1)),
    ),
  };
  if (typeof objective === 'string') return own[objective];
  const { latency = 0, cost = 0, energy = 0 } = objective;
  return latency * own.latency + cost * own.cost + energy * own.energy;
}

/** The objective of every assignment, the price of cut kernels counted apart. */
function allValues(graph: SplitGraph, infrastructure: Infrastructure): { assignment: Uint8Array; value: number }[] {
  const costs = createCostTables(graph, infrastructure);
  const measured = costs.tiers.map((table) => table.measured);
  return allAssignments(graph, infrastructure.tiers.length).map((assignment) => {
    const extra = priceOfSeparation(graph, infrastructure, measured, assignment);
    const whole = evaluatePlan(withoutPrice(costs), assignment);
    return { assignment, value: objectiveWith(whole, extra, infrastructure) };
  });
}

function planned(graph: SplitGraph, infrastructure: Infrastructure, options: PlanOptions) {
  try {
    return planModel(graph, findCandidates(graph), infrastructure, options);
  } catch (error) {
    if (DnnSplitError.is(error, 'infeasible')) return undefined;
    throw error;
  }
}

const fast = { skipRegimes: true } as const;

describe.each([2, 3, 5, 6])('the price of a cut inside of a kernel, on %i tiers', (tierCount) => {
  it('is in the figures of every plan, and the plans that are proven are the best with it', () => {
    let [split, priced] = [0, 0];
    fc.assert(
      fc.property(cases(tierCount), ([graph, infrastructure]) => {
        const costs = createCostTables(graph, infrastructure);
        const all = allValues(graph, infrastructure);
        for (const { assignment, value } of all) {
          expectNear(evaluatePlan(costs, assignment).objectiveValue, value);
        }
        const best = Math.min(...all.map(({ value }) => value));
        for (const strategy of ['exact', 'dnnsplit'] as const) {
          const { plan, certificate } = planModel(graph, findCandidates(graph), infrastructure, { strategy, ...fast });
          expectNear(certificate.exactValue, best);
          expectNear(plan.evaluation.objectiveValue, best);
          if (new Set(plan.assignment).size > 1) split++;
        }
        if (costs.bonds.length > 0) priced++;
      }),
      runs(40),
    );
    expect(split).toBeGreaterThan(3);
    expect(priced).toBeGreaterThan(15);
  });

  it('leaves a best plan among the candidates where no layer is dearer above', () => {
    let held = 0;
    fc.assert(
      fc.property(cases(tierCount, true), ([graph, infrastructure]) => {
        const best = Math.min(...allValues(graph, infrastructure).map(({ value }) => value));
        const options = { strategy: 'dnnsplit', candidatesOnly: true, ...fast } as const;
        const { plan, audit } = planModel(graph, findCandidates(graph), infrastructure, options);
        if (!audit.holds) return;
        held++;
        expectNear(plan.evaluation.objectiveValue, best);
      }),
      runs(40),
    );
    expect(held).toBeGreaterThan(20);
  });

  it('counts against limits, for plans that keep them', () => {
    fc.assert(
      fc.property(cases(tierCount), randomLimits, ([graph, base], limits) => {
        const infrastructure = limitedBy(graph, base, limits);
        const costs = createCostTables(graph, infrastructure);
        const kept = allAssignments(graph, tierCount)
          .map((one) => evaluatePlan(costs, one))
          .filter((one) => brokenConstraints(infrastructure, one).length === 0)
          .map((one) => one.objectiveValue);
        const result = planned(graph, infrastructure, { strategy: 'exact', ...fast });
        expect(result === undefined).toBe(kept.length === 0);
        if (result !== undefined) expectNear(result.plan.evaluation.objectiveValue, Math.min(...kept));
      }),
      runs(15),
    );
  });
});
