import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Margin } from '../../../src/engine/planning/bandwidths/margins';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { evaluatePlan } from '../../../src/engine/planning/costs/evaluate';
import type { Infrastructure, Objective } from '../../../src/engine/planning/infrastructure/infrastructure';
import { brokenConstraints } from '../../../src/engine/planning/plan/constraints';
import type { Evaluation } from '../../../src/engine/planning/plan/plan';
import { type PlanOptions, planModel } from '../../../src/engine/planning/planModel';
import { membersBelow } from '../../../src/engine/split/cuts';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { kernelGraphs, kernelTiers, priceOfSeparation, withoutPrice, withTraffic } from './kernelGraphs';
import { allAssignments, expectBestRegimes, expectNear, limitedBy, objectives, randomLimits } from './randomGraphs';
import { plainInfrastructure, type SyntheticNode, syntheticGraph } from './support';

/** More cases with the variable set. */
const isLong = process.env['DNNSPLIT_LONG'] !== undefined;
const runs = (lean: number) => ({ numRuns: isLong ? 40 * lean : lean, ...(!isLong && { seed: 11 }) });

/** Nodes of a graph at most, by number of tiers: all assignments are tried. */
const mostNodes = [0, 0, 7, 6, 5, 5, 5];

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
        // On other links, what may be merged is known from before.
        const links = infrastructure.links.map((link) => ({ ...link, bandwidthMbps: link.bandwidthMbps * 7 }));
        const faster = { ...infrastructure, links };
        const options = { strategy: 'exact', previousCosts: costs, ...fast } as const;
        const again = planModel(graph, findCandidates(graph), faster, options);
        expectNear(again.certificate.exactValue, Math.min(...allValues(graph, faster).map(({ value }) => value)));
      }),
      runs(tierCount > 3 ? 10 : 25),
    );
    expect(split).toBeGreaterThan(0);
    expect(priced).toBeGreaterThan(3);
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
      runs(12),
    );
    expect(held).toBeGreaterThan(8);
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
      runs(5),
    );
  });
});

/** Tiers that run so many times as long, and links that transfer so. */
function scaled(base: Infrastructure, { of }: Margin, factor: number): Infrastructure {
  const isOf = (kind: Margin['of']['kind'], index: number) => of.kind === kind && of.index === index;
  return {
    ...base,
    tiers: base.tiers.map((tier, k) =>
      isOf('tier', k) ? { ...tier, profile: undefined, speed: (tier.speed ?? 1) / factor } : tier,
    ),
    links: base.links.map((link, l) =>
      isOf('link', l) ? { ...link, bandwidthMbps: link.bandwidthMbps / factor } : link,
    ),
  };
}

describe('a kernel that hands on less than it reads', () => {
  /** Branches of a convolution and its activation each, and a layer that reads them all. */
  const graph = withTraffic(
    syntheticGraph({ x: 4000 }, [
      ...['a', 'b'].flatMap((branch): SyntheticNode[] => [
        { name: `${branch}1`, reads: ['x'], op: 'Conv', rateClass: 'dense', bytes: 400, macs: 1000 },
        { name: `${branch}2`, reads: [`${branch}1`], op: 'Relu', bytes: 400 },
      ]),
      { name: 'last', reads: ['a2', 'b2'], op: 'Gemm', rateClass: 'matmul', bytes: 40, macs: 1e6 },
    ]),
  );
  const tier = { rates: {}, memoryGBps: 1, kernelOverheadUs: 10 };
  const tiers = [
    { ...tier, gflops: 0.1 },
    { ...tier, gflops: 1 },
  ];
  const infrastructure = plainInfrastructure(tiers, [{ bandwidthMbps: 5 }]);

  it('is cut at its end, though no more crosses inside of it', () => {
    const candidates = findCandidates(graph);
    expect(candidates.map(({ downset }) => downset)).toContainEqual([0, 2]);
    for (const options of [{ candidatesOnly: true }, {}]) {
      const { plan, audit } = planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit', ...options });
      expect(audit.holds).toBe(true);
      expect([...plan.assignment]).toEqual([0, 0, 0, 0, 1]);
    }
    const { candidates: outcomes, runnerUp } = planModel(graph, candidates, infrastructure, { strategy: 'dnnsplit' });
    const inKernel = candidates.findIndex(({ downset }) => downset?.join() === '0,2');
    expect(outcomes.map(({ chosen }) => chosen)).toEqual(candidates.map((_, rank) => rank === inKernel));
    expect(runnerUp?.assignment).toEqual(new Uint8Array(5).fill(1));
  });

  it('is cut where it is when somebody wants that, at its price', () => {
    const at = (...ranges: readonly string[][]) => {
      const options = { strategy: 'dnnsplit', placement: ranges, ...fast } as const;
      return planModel(graph, findCandidates(graph), infrastructure, options).plan.evaluation;
    };
    const [inside, whole] = [at(['0', '2'], ['1', '3', '4']), at(['0..3'], ['4'])];
    // Two kernels are separated: 800 bytes written and read at 1 GB/s, and two launches.
    expect(inside.latencyMs - whole.latencyMs).toBeCloseTo(2 * 800e-6 + 2 * 0.01, 9);
    expect((inside.tiers[1]?.busyS ?? 0) - (whole.tiers[1]?.busyS ?? 0)).toBeCloseTo(800e-9 + 20e-6, 12);
  });
});

describe('what is told beside a plan counts the price too', () => {
  it('over bandwidths, where each regime is of a best plan and states its figures', () => {
    fc.assert(
      fc.property(cases(2), ([graph, infrastructure]) => expectBestRegimes(graph, infrastructure)),
      runs(8),
    );
  });

  it('on the map of two links', () => {
    let looked = 0;
    fc.assert(
      fc.property(cases(3), fc.double({ min: 0, max: 1, noNaN: true }), ([graph, infrastructure], part) => {
        const regions = { links: [0, 1], fromMbps: 0.5, toMbps: 200 } as const;
        const { regionMap } = planModel(graph, findCandidates(graph), infrastructure, {
          strategy: 'dnnsplit',
          regions,
        });
        const mbps = [0.5 * 400 ** part, 0.5 * 400 ** (1 - part * part)];
        const links = infrastructure.links.map((link, l) => ({ ...link, bandwidthMbps: mbps[l] ?? 1 }));
        const there = { ...infrastructure, links };
        const best = Math.min(...allValues(graph, there).map(({ value }) => value));
        const values = (regionMap?.plans ?? []).map(({ terms }) =>
          Math.max(
            ...terms.map(({ constant, slopes }) => constant + slopes[0] / (mbps[0] ?? 1) + slopes[1] / (mbps[1] ?? 1)),
          ),
        );
        expectNear(Math.min(...values), best, 1e-6);
        looked++;
      }),
      runs(8),
    );
    expect(looked).toBeGreaterThan(6);
  });

  it('in the margins of tiers and links, which end where another plan is better', () => {
    let ended = 0;
    fc.assert(
      fc.property(cases(3), ([graph, base]) => {
        // A factor of a tier is one of its speed, which no measured time is left out of.
        const infrastructure = { ...base, tiers: base.tiers.map((tier) => ({ ...tier, profile: undefined })) };
        const { plan, margins } = planModel(graph, findCandidates(graph), infrastructure, { strategy: 'dnnsplit' });
        for (const margin of margins?.margins ?? []) {
          const gainAt = (factor: number) => {
            const values = allValues(graph, scaled(infrastructure, margin, factor));
            const own = values.find(({ assignment }) =>
              assignment.every((tier, node) => tier === plan.assignment[node]),
            );
            const best = Math.min(...values.map(({ value }) => value));
            return own === undefined || own.value === best ? 0 : own.value / best - 1;
          };
          for (const inside of [margin.fromFactor * 1.0001, Math.min(1e3, margin.toFactor) * 0.9999]) {
            if (inside > margin.fromFactor && inside < margin.toFactor) expect(gainAt(inside)).toBeLessThan(1e-7);
          }
          if (margin.toFactor < 1e6) {
            expect(gainAt(margin.toFactor * 1.001)).toBeGreaterThan(0);
            ended++;
          }
        }
      }),
      runs(5),
    );
    expect(ended).toBeGreaterThan(3);
  });

  it('in what is chosen by hand and what each candidate alone would be', () => {
    fc.assert(
      fc.property(cases(2), fc.nat(), ([graph, infrastructure], pick) => {
        const position = 1 + (pick % Math.max(1, graph.nodes.length - 1));
        const placement = [[`0..${position - 1}`], [`${position}..${graph.nodes.length - 1}`]];
        const all = allValues(graph, infrastructure);
        const valueOfMembers = (isBelow: (node: number) => boolean) =>
          all.find(({ assignment }) => assignment.every((tier, node) => (tier === 0) === isBelow(node)))?.value ?? 0;
        const candidates = findCandidates(graph);
        const strategy = 'dnnsplit';
        const given = planModel(graph, candidates, infrastructure, { strategy, placement, ...fast });
        expectNear(
          given.plan.evaluation.objectiveValue,
          valueOfMembers((node) => node < position),
        );
        for (const [rank, { objectiveValue }] of given.candidates.entries()) {
          const candidate = candidates[rank];
          if (candidate === undefined || objectiveValue === null || objectiveValue === undefined) continue;
          const members = membersBelow(graph, candidate);
          expectNear(
            objectiveValue,
            valueOfMembers((node) => members[node] === 1),
          );
        }
      }),
      runs(8),
    );
  });
});
