import { afterAll, describe, expect, test } from 'vitest';
import { planReport } from '../../../src/engine/report/planReport';
import { byHand, handCuts, handFolder, planByHand } from '../../support/handModel';

const folder = handFolder();
afterAll(() => folder.remove());

const reportOf = (conditions: Parameters<typeof planByHand>[3]) =>
  planReport(planByHand(folder, {}, handCuts, conditions).result);

describe('conditions that are tried', () => {
  test('a speed divides the times of its tier, measured and estimated ones, and nothing else', () => {
    const plan = reportOf({ tierSpeed: [2, 0.25, null] });
    const speeds = [2, 0.25, 1];
    for (const [k, tier] of byHand.tiers.entries()) {
      expect(plan.tiers[k]?.computeMs).toBeCloseTo(tier.computeMs / (speeds[k] ?? 1), 9);
      expect(plan.tiers[k]?.measuredNodes).toBe(k === 0 ? 2 : 0);
    }
    expect(plan.tiers.map(({ speed }) => speed)).toEqual([2, 0.25, undefined]);
    for (const [l, link] of byHand.links.entries()) expect(plan.links[l]?.transferMs).toBeCloseTo(link.transferMs, 9);
    const more = byHand.tiers.reduce((sum, { computeMs }, k) => sum + computeMs / (speeds[k] ?? 1) - computeMs, 0);
    expect(plan.latencyMs).toBeCloseTo(byHand.plan.latencyMs + more, 9);
  });

  test('a latency takes the place of that of its link, 0 too', () => {
    const before = reportOf({}).links.map(({ latencyMs = Number.NaN }) => latencyMs);
    const plan = reportOf({ latencyMs: [0, 70] });
    expect(plan.links.map(({ latencyMs }) => latencyMs)).toEqual([0, 70]);
    for (const [l, link] of byHand.links.entries()) {
      expect(plan.links[l]?.transferMs).toBeCloseTo(link.transferMs - (before[l] ?? 0) + (l === 0 ? 0 : 70), 9);
    }
  });

  test.each([
    [{ tierSpeed: [0, null, null] }, 'The speed of `device` must be above 0.'],
    [{ latencyMs: [null, -1] }, 'The latency from `edge` to `cloud` must be 0 ms or more.'],
  ])('%j means nothing', (conditions, message) => {
    expect(() => reportOf(conditions)).toThrow(message);
  });
});
