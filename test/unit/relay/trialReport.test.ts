import { describe, expect, it } from 'vitest';
import { trialReport } from '../../../src/relay/trial/trialReport';
import type { TrialTask } from '../../../src/shared/reports/trial';
import { median, quantile, quartileDistance } from '../../../src/shared/statistics';

const task: TrialTask = {
  modelPath: 'm.onnx',
  contractPaths: ['a', 'b'],
  dimensions: {},
  tiers: [
    { id: 'device', predictedMs: 10, referenceMs: 20 },
    { id: 'cloud', predictedMs: 4 },
  ],
  links: [
    {
      ...{ from: 'device', to: 'cloud', bandwidthMbps: 8, latencyMs: 1, downBandwidthMbps: 8, downLatencyMs: 1 },
      ...{ bytes: 1000, predictedMs: 5, countedHopMs: 2 },
    },
  ],
  predictedMs: 19,
  predictedPerSecond: 100,
  ...{ requests: 3, threads: 1, shaping: true, seed: 1 },
};

const request = (latencyMs: number, tiersMs: number[], linkMs: number) => {
  return { latencyMs, tiersMs, linksMs: [linkMs], callerMs: 1 };
};

describe('predicted beside measured', () => {
  const report = trialReport(task, {
    model: 'm',
    open: [request(0, [0, 0], 3), request(0, [0, 0], 1), request(0, [0, 0], 2)],
    shaped: [request(30, [16, 5], 8), request(28, [14, 5], 7), request(26, [15, 5], 6)],
    yardstickMs: [30, 30, 32, 28, 30],
  });

  it('takes medians, and expects of a tier its time at the speed that the machine has now', () => {
    // The whole model takes 30 ms instead of 20: everything measured then takes 1.5 times as long.
    expect(report.tiers[0]).toMatchObject({
      predictedMs: 10,
      expectedMs: 15,
      measuredMs: 15,
      errorPercent: 50,
      drift: 1.5,
    });
    expect(report.tiers[1]).toMatchObject({ predictedMs: 4, expectedMs: 4, measuredMs: 5, drift: null });
  });

  it('expects of a link its prediction with the measured time of a hop in place of the counted one', () => {
    expect(report.links[0]).toMatchObject({ predictedMs: 5, hopMs: 2, expectedMs: 5, measuredMs: 7 });
    const { links } = trialReport(
      { ...task, shaping: false },
      { model: 'm', open: [request(0, [], 2)], shaped: [], yardstickMs: [1] },
    );
    expect(links[0]?.expectedMs).toBe(0);
  });

  it('adds up to the total with the way from the caller', () => {
    expect(report.latency).toMatchObject({ predictedMs: 19, measuredMs: 28, expectedMs: 1 + 15 + 4 + 5 });
    expect(report.latency.expectedErrorPercent).toBeCloseTo(12);
  });

  it('says which tiers were measured elsewhere, and when the machine wavers', () => {
    expect(report.yardstick).toMatchObject({ runs: 5, medianMs: 30, spreadPercent: 0 });
    expect(report.warnings).toEqual([expect.stringMatching(/^The times of cloud are of another device/)]);
    const restless = trialReport(task, { model: 'm', open: [], shaped: [], yardstickMs: [10, 20, 30, 40, 50] });
    expect(restless.warnings).toContainEqual(expect.stringMatching(/^The machine was busy/));
  });
});

describe('quantiles', () => {
  // NumPy: np.quantile([1, 2, 4, 8, 16], p) for p = 0.25, 0.5, 0.9.
  it.each([
    [0.25, 2],
    [0.5, 4],
    [0.9, 12.8],
  ])('of part %s', (part, expected) => {
    expect(quantile([16, 1, 8, 2, 4], part)).toBeCloseTo(expected, 12);
  });

  it('of nothing are 0', () => {
    expect([median([]), quartileDistance([]), quantile([7], 0.3)]).toEqual([0, 0, 7]);
  });
});
