import { describe, expect, test } from 'vitest';
import type { Infrastructure } from '../../../src/engine/planning/infrastructure/infrastructure';
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
    expect(plan().advice.text).toContain('(proven optimal)');
    const moved = plan({}, { cuts: [3, null] });
    expect(moved.certificate.gapPercent).toBeGreaterThan(1);
    expect(moved.advice.text).not.toContain('proven');
    expect(moved.advice.text).toMatch(/\([\d.]+ % worse than the optimum\)/);
  });

  test('not to split is said only where no split is better', () => {
    const fast = [1000, 1000];
    expect(plan({}, {}, fast).advice.text).toBe(
      'Do not split: run everything on `cloud`, 7.52 ms per request (proven optimal).',
    );
    const onDevice = plan({}, { strategy: 'single:device' }, fast);
    expect(onDevice.advice.text).toBe(
      'Everything runs on `device`, 30.0 ms per request. Another plan is 3.99x better.',
    );
    const unproven = { skipCertificate: true };
    const dragged = plan({}, { cuts: [4, 4], ...unproven }, fast);
    expect(dragged.advice.text).toMatch(
      /^Everything runs on `device`.*\. Running everything on `cloud` would be 3\.99x better\.$/,
    );
    expect(plan({}, { cuts: [0, 0], ...unproven }, fast).advice.text).toBe(
      'Everything runs on `cloud`, 7.52 ms per request.',
    );
  });

  test('a split that gains next to nothing is advised against, and the raw input is no reason against its own tier', () => {
    const borders = plan({}, {}, [1, 1000]).regimes[0]?.map(({ toMbps }) => toMbps) ?? [];
    const [afterDevice = 0, beforeOffload = 0] = [borders[0], borders.at(-2)];
    const [above, below] = [afterDevice * 1.001, beforeOffload * 0.999].map(
      (mbps) => plan({}, {}, [mbps, 1000]).advice.text,
    );
    expect(above).toMatch(
      /^Do not split: run everything on `device`, 30\.0 ms per request\. A split would gain only [\d.]+ %\.$/,
    );
    expect(below).toMatch(
      /^Do not split: .* A split would gain only .* %\. Split only if the raw input must stay on `device`\.$/,
    );
  });

  test('what has no price or energy is named, for objectives that count it', () => {
    expect(plan({ objective: 'cost' }).advice.text).toContain('. `device` has no price, so layers cost nothing there.');
    expect(plan().advice.text).not.toContain('price');
    const energy = plan({ objective: 'energy' }).advice.text;
    expect(energy).toBe(
      'No plan is better than another. `device` has no power and its link no energy, so every plan uses 0 J. Set `watts` and `joulesPerMB`.',
    );
    const mixed = plan({ objective: { latency: 1, energy: 1 } }).advice.text;
    expect(mixed).toContain('. `device` has no `watts`, so layers use no energy there.');
    expect(mixed).toContain('proven optimal');
  });

  test('sizes on the wire that are given for no input of the model are pointed out', () => {
    const misspelled = plan({ inputWireBytes: { X: 10 } });
    expect(misspelled.advice.text).toContain('. `inputs` names `X`, but this model reads `x`.');
    expect(plan({ inputWireBytes: { x: 10, other: 5 } }).advice.text).not.toContain('inputs');
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
    expect(advice.text).toContain('1 layer has no known cost');
    expect(advice.text).toContain('(optimal for the known costs)');
    expect(advice.text).not.toContain('proven');
    const bare = plainInfrastructure(
      [
        { id: 'device', gflops: 1e-6 },
        { id: 'edge', gflops: undefined },
      ],
      [{}],
    );
    const idle = planModel(chain, findCandidates(chain), bare, { strategy: 'dnnsplit' }).advice.text;
    expect(idle).toContain('`edge` has neither rates nor measured times');
    expect(idle).not.toContain('proven');
  });

  test('under limits the best plan within them is proven', () => {
    const cheap = plan({ constraints: { maxCostPerRequest: 0.02 } });
    expect(cheap.plan.evaluation.latencyMs).toBeGreaterThan(plan().plan.evaluation.latencyMs);
    expect(cheap.certificate).toMatchObject({ exactValue: cheap.plan.evaluation.objectiveValue, gapPercent: 0 });
    expect(cheap.advice.text).toContain('proven');
    expect(cheap.audit.consequence.text).toContain('All 5 cuts of the graph were searched instead.');
  });

  test('throughput is proven too', () => {
    const { certificate, advice } = plan({ objective: 'throughput' });
    expect(certificate).toMatchObject({ gapPercent: 0 });
    expect(certificate.unavailable).toBeUndefined();
    expect(advice.text).toContain('(proven optimal)');
    const exact = plan({ objective: 'throughput' }, { strategy: 'exact' });
    expect(exact.plan.evaluation.objectiveValue).toBe(certificate.exactValue);
  });

  test('the audit counts layers, however many tiers they are dearer on', () => {
    const falling = [{ gflops: 4e-6 }, { gflops: 2e-6 }, { gflops: 1e-6 }];
    const infrastructure = plainInfrastructure(falling, [{}, {}]);
    const { audit } = planModel(chain, findCandidates(chain), infrastructure, { strategy: 'dnnsplit' });
    expect(audit.exceptionCount).toBe(8);
    expect(audit.consequence.text).toBe(
      '4 layers are more expensive on a higher tier, so the candidates alone may miss the optimum. All 5 cuts of the graph were searched instead.',
    );
  });

  test('blocks that were not searched whole are counted and explained', () => {
    expect(plan().audit.consequence.text).not.toContain('block');
    const bounded = plan({}, { boundedBlocks: 2 });
    expect(bounded.boundedBlocks).toBe(2);
    expect(bounded.audit.consequence.text).toContain('2 blocks have more cuts across branches');
    expect(planReport(bounded).boundedBlocks).toBe(2);
  });

  test('three tiers are listed as one does', () => {
    const { advice } = plan({ constraints: { pin: { a: 'device', b: 'edge', d: 'cloud' } } });
    expect(advice.text).toContain('Split between `device`, `edge` and `cloud`');
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

  test('are not waited for where the plan would break a limit, nor where one keeps them again', () => {
    const result = plan({ constraints: { maxLatencyMs: 29.5 } });
    const [none, slowest] = result.regimes[0] ?? [];
    const border = none?.toMbps ?? 0;
    expect(none?.infeasible).toBeDefined();
    expect(slowest?.keepsLimitsFromMbps).toBeCloseTo(border, 12);
    const around = [border * 1.01, border * 0.99, border * 1.01];
    expect(followedReports(result, 0, around).map(({ regime }) => regime)).toEqual([1, 0, 1]);
    expect(planReport(result).regimes[1]?.keepsLimitsFromMbps).toBeCloseTo(border, 12);
    expect(planReport(plan()).regimes.some((regime) => 'keepsLimitsFromMbps' in regime)).toBe(false);
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
