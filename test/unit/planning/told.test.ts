import { describe, expect, test } from 'vitest';
import type { Infrastructure } from '../../../src/engine/planning/infrastructure';
import { type PlanOptions, planModel } from '../../../src/engine/planning/planModel';
import { followedReports, planReport } from '../../../src/engine/report/planReport';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { plainInfrastructure, syntheticGraph } from './support';

/** A chain whose bytes fall 1000, 400, 100, 20, 0; 1 MAC takes 2 ms on the first tier, 1 ms and 0.5 ms above. */
const chain = syntheticGraph({ x: 1000 }, [
  { name: 'a', reads: ['x'], bytes: 400, macs: 1 },
  { name: 'b', reads: ['a'], bytes: 100, macs: 2 },
  { name: 'c', reads: ['b'], bytes: 20, macs: 4 },
  { name: 'd', reads: ['c'], bytes: 4, macs: 8 },
]);
const tiers = [
  { id: 'device', gflops: 1e-6 },
  { id: 'edge', gflops: 2e-6, pricePerHour: 3600 },
  { id: 'cloud', gflops: 4e-6, pricePerHour: 36_000 },
];

function plan(rest: Partial<Infrastructure> = {}, options: Partial<PlanOptions> = {}, mbps = [1, 1]) {
  const links = mbps.map((bandwidthMbps) => ({ bandwidthMbps }));
  const infrastructure = plainInfrastructure(tiers, links, rest);
  return planModel(chain, findCandidates(chain), infrastructure, { strategy: 'dnnsplit', ...options });
}

describe('what a plan says of itself', () => {
  test('it is proven only without a gap, and otherwise within it', () => {
    expect(plan().advice).toContain('(proven optimal)');
    const moved = plan({}, { cuts: [3, null] });
    expect(moved.certificate.gapPercent).toBeGreaterThan(1);
    expect(moved.advice).not.toContain('proven');
    expect(moved.advice).toMatch(/within [\d.]+ % of the optimum\)/);
  });

  test('of candidates, what each gives, also while a cut is decided to lie elsewhere', () => {
    const figures = ({ candidates }: ReturnType<typeof plan>) =>
      candidates.map(({ position, latencyMs, link }) => [position, latencyMs, link]);
    const free = plan();
    expect(free.candidates.some(({ latencyMs }) => latencyMs !== null)).toBe(true);
    expect(figures(plan({}, { cuts: [3, null] }))).toEqual(figures(free));
    // A pin stays: it is a limit of the configuration, not a cut that can be moved.
    const pinned = plan({ constraints: { pin: { c: 'device' } } }, { cuts: [3, null] });
    expect(pinned.candidates.find(({ position }) => position === 2)?.latencyMs).toBeNull();
  });

  test('nothing is proven of layers and tiers whose times are not known', () => {
    const open = syntheticGraph({ x: 1000 }, [
      { name: 'a', reads: ['x'], bytes: 400, macs: 1 },
      { name: 'b', reads: ['a'], bytes: 4 },
    ]);
    const unknown = {
      ...open,
      nodes: open.nodes.map((node) =>
        node.name === 'b' ? { ...node, macs: undefined, trafficBytes: undefined } : node,
      ),
    };
    const infrastructure = plainInfrastructure(tiers, [{ bandwidthMbps: 1 }, { bandwidthMbps: 1 }]);
    const { advice } = planModel(unknown, findCandidates(unknown), infrastructure, { strategy: 'dnnsplit' });
    expect(advice).toContain('1 layer has no known cost');
    expect(advice).toContain('the best as far as it is known');
    expect(advice).not.toContain('proven');
    const bare = plainInfrastructure(
      [
        { id: 'device', gflops: 1e-6 },
        { id: 'edge', gflops: undefined },
      ],
      [{}],
    );
    const idle = planModel(chain, findCandidates(chain), bare, { strategy: 'dnnsplit' }).advice;
    expect(idle).toContain('`edge` has neither rates nor measured times');
    expect(idle).not.toContain('proven');
  });

  test('under limits the best plan within them is proven', () => {
    const cheap = plan({ constraints: { maxCostPerRequest: 0.02 } });
    expect(cheap.plan.evaluation.latencyMs).toBeGreaterThan(plan().plan.evaluation.latencyMs);
    expect(cheap.certificate).toMatchObject({ exactValue: cheap.plan.evaluation.objectiveValue, gapPercent: 0 });
    expect(cheap.advice).toContain('proven');
    expect(cheap.audit.consequence).toContain('All 5 cuts of the graph were searched.');
  });

  test('throughput is proven too', () => {
    const { certificate, advice } = plan({ objective: 'throughput' });
    expect(certificate).toMatchObject({ gapPercent: 0 });
    expect(certificate.unavailable).toBeUndefined();
    expect(advice).toContain('(proven optimal)');
    const exact = plan({ objective: 'throughput' }, { strategy: 'exact' });
    expect(exact.plan.evaluation.objectiveValue).toBe(certificate.exactValue);
  });

  test('blocks that were not searched whole are counted and explained', () => {
    expect(plan().audit.consequence).not.toContain('block');
    const bounded = plan({}, { boundedBlocks: 2 });
    expect(bounded.boundedBlocks).toBe(2);
    expect(bounded.audit.consequence).toContain('2 blocks have more cuts across branches');
    expect(planReport(bounded).boundedBlocks).toBe(2);
  });

  test('three tiers are listed as one does', () => {
    const { advice } = plan({ constraints: { pin: { a: 'device', b: 'edge', d: 'cloud' } } });
    expect(advice).toContain('Split between `device`, `edge` and `cloud`');
  });
});

describe('what cutting at each candidate alone gives', () => {
  test('the end is no cut, however fast the first tier is', () => {
    const fast = plainInfrastructure([{ id: 'device', gflops: 1 }, ...tiers.slice(1)], [{}, {}]);
    const { plan: best, candidates } = planModel(chain, findCandidates(chain), fast, { strategy: 'dnnsplit' });
    expect(Array.from(best.assignment)).toEqual([0, 0, 0, 0]);
    expect(candidates.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4]);
    expect(candidates.at(-1)).toMatchObject({ latencyMs: null, link: null, chosen: false });
    expect(candidates.some(({ chosen }) => chosen)).toBe(false);
  });

  test('a plan that crosses two links at two candidates chooses both', () => {
    const { plan: best, candidates } = plan({ constraints: { pin: { a: 'device', b: 'edge', c: 'cloud' } } });
    expect(Array.from(best.assignment)).toEqual([0, 1, 2, 2]);
    expect(candidates.filter(({ chosen }) => chosen).map(({ position }) => position)).toEqual([1, 2]);
  });
});

describe('bandwidths that change', () => {
  test('are followed with hysteresis: the cut stays near a border and moves beyond it', () => {
    const result = plan();
    const border = result.regimes[0]?.[0]?.toMbps ?? 0;
    const followed = followedReports(result, 0, [border / 2, border * 1.05, border * 1.5, border * 0.95, border / 2]);
    expect(followed.map(({ regime }) => regime)).toEqual([0, 0, 1, 1, 0]);
    expect(followed.map(({ moves }) => moves)).toEqual([false, false, true, false, true]);
  });

  test('are mapped for two links in the report, for throughput too', () => {
    const regions = { links: [0, 1], fromMbps: 0.001, toMbps: 1000 } as const;
    const map = planReport(plan({}, { regions })).regionMap;
    expect(map?.regions.length).toBeGreaterThan(3);
    expect(map?.regions[0]?.summary).toContain('all on cloud');
    expect(map?.regions.at(-1)?.summary).toContain('all on device');
    const pipelined = planReport(plan({ objective: 'throughput' }, { regions })).regionMap;
    expect(pipelined?.regions.length).toBeGreaterThan(3);
  });
});
