import { afterAll, describe, expect, it } from 'vitest';
import { planReport } from '../../../src/engine/report/planReport';
import type { PlanParts, PlanReport } from '../../../src/shared/reports/reports';
import { byHand, handFolder, planByHand } from '../../support/handModel';

const folder = handFolder();
afterAll(folder.remove);

const reportWith = (cuts: readonly number[], recommended?: readonly number[]): PlanReport => {
  const { result, analyzed } = planByHand(folder, {}, cuts);
  return planReport(result, analyzed, recommended && planByHand(folder, {}, recommended).result);
};

const sum = ({ computeMs, transferMs }: PlanParts) => [...computeMs, ...transferMs].reduce((all, one) => all + one, 0);

describe('the verdict', () => {
  it('names the places of the cuts, the figure, and what it is better or worse than', () => {
    const report = reportWith([3, 5]);
    const device = byHand.singles['single:device'].latencyMs;
    const times = (byHand.plan.latencyMs / device).toPrecision(3);
    const figure = `${byHand.plan.latencyMs.toPrecision(3)} ms`;
    expect(report.verdict).toBe(
      `Split after \`widen\` and \`body\`: ${figure}, ${times} times slower than everything on \`device\`.`,
    );
  });

  it('names the tier that runs everything, and how much faster that is than the best split', () => {
    const report = reportWith([6, 6]);
    const device = byHand.singles['single:device'].latencyMs;
    const split = report.runnerUp?.latencyMs ?? Number.NaN;
    expect(report.verdict).toBe(
      `Do not split. Run everything on \`device\`: ${Math.round(device * 1e3)} µs, ${(split / device).toPrecision(3)} times faster than the best split.`,
    );
  });
});

describe('the alternatives of a plan', () => {
  it('say what their figures add up from', () => {
    const report = reportWith([3, 5]);
    for (const { parts, latencyMs } of report.baselines) {
      expect(parts && sum(parts)).toBeCloseTo(latencyMs, 9);
    }
    const edge = report.baselines.find(({ strategy }) => strategy === 'single:edge')?.parts;
    const onEdge = Object.values(byHand.nodes).map(({ ms }) => ms[1] ?? 0);
    expect(edge?.computeMs[1]).toBeCloseTo(
      onEdge.reduce((all, one) => all + one, 0),
      9,
    );
    expect([edge?.computeMs[0], edge?.computeMs[2]]).toEqual([0, 0]);
    expect(edge?.transferMs[0]).toBeGreaterThan(0);
  });

  it('hold the best plan with one cut at another candidate', () => {
    for (const shown of [
      [3, 5],
      [6, 6],
    ]) {
      const report = reportWith(shown);
      const positions = report.candidates.filter(({ chosen }) => !chosen).map(({ position }) => position);
      const once = positions.flatMap((position) => [
        [position, 6],
        [0, position],
      ]);
      const latencies = once.map((cuts) => reportWith(cuts).latencyMs);
      expect(report.runnerUp?.latencyMs).toBeCloseTo(Math.min(...latencies), 9);
      expect(report.runnerUp && sum(report.runnerUp.parts)).toBeCloseTo(Math.min(...latencies), 9);
      expect(reportWith((report.runnerUp?.cuts ?? []).map((cut) => cut ?? 0)).latencyMs).toBeCloseTo(
        Math.min(...latencies),
        9,
      );
    }
  });

  it('measure the recommended plan against the one that is shown', () => {
    const report = reportWith([3, 5], [6, 6]);
    const device = byHand.singles['single:device'].latencyMs;
    expect(report.withoutTried).toMatchObject({ cuts: [6, 6], nodesPerTier: [6, 0, 0], after: null });
    expect(report.withoutTried?.relative).toBeCloseTo(device / byHand.plan.latencyMs, 5);
    expect(reportWith([3, 5]).withoutTried).toBeUndefined();
  });
});
