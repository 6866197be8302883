import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fittedTimes } from '../../../src/engine/presets/fittedTimes';

const load = (path: string) => import(pathToFileURL(join(import.meta.dirname, '../../../build', path)).href);
const { svgPlot, ticksOf } = await load('experiments/svgPlot.mjs');
const { experimentsReport, isGenuineSplit } = await load('experiments/report.mjs');
const study = await load('experiments/study.mjs');
const { ladders, modernUplinksMbps } = await load('experiments/tierCounts.mjs');
const { accuracySection } = await load('experiments/accuracy.mjs');
const { measuredSection, storedRuns, summaryOf } = await load('experiments/measured.mjs');
const { spearman } = await load('presets/summary.mjs');
const { workOf } = await load('presets/architectures.mjs');

describe('plots', () => {
  it('puts ticks around the values', () => {
    expect(ticksOf([0.3, 250], true)).toEqual([0.1, 1, 10, 100, 1000]);
    expect(ticksOf([0.1, 1000], true)).toEqual([0.1, 1, 10, 100, 1000]);
    expect(ticksOf([3, 12], false)).toEqual([0, 5, 10, 15]);
    expect(ticksOf([0, 0], false)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  });

  it('places points on their axes and writes names safely', () => {
    const svg = svgPlot({
      title: 'a < b & "c"',
      x: { label: 'x', log: true },
      y: { label: 'y', log: false },
      series: [
        {
          name: 's',
          kind: 'line',
          points: [
            [1, 0],
            [100, 10],
          ],
        },
      ],
    });
    expect(svg).toContain('aria-label="a &lt; b &amp; &quot;c&quot;"');
    // The corners of the drawing area: left and bottom, right and top.
    expect(svg).toContain('<polyline points="72,364 696,64"');
  });

  it('refuses to draw nothing', () => {
    const axis = { label: '', log: false };
    expect(() => svgPlot({ title: '', x: axis, y: axis, series: [] })).toThrow(RangeError);
  });
});

describe('predicted beside measured', () => {
  const plan = (computeMs: number, linksMs: number, drift: number, measuredMs: number, tiersUsed = 3) => {
    return { tiersUsed, drift, computeMs, linksMs, measuredComputeMs: computeMs * drift, measuredMs };
  };

  it('takes the drift of the machine out of computing, and out of nothing else', () => {
    // Twice as slow a machine: 2 x 10 + 4 is what was to be expected.
    const exact = summaryOf([plan(10, 4, 2, 24), plan(20, 4, 1, 24), plan(5, 4, 2, 14)]);
    expect(exact).toMatchObject({ errorPercent: 0, worstPercent: 0, bias: 1 });
    expect(exact.rawPercent).toBeCloseTo(100 * (1 - 9 / 14), 9);
    expect(summaryOf([plan(10, 0, 1, 8), plan(10, 0, 1, 10), plan(10, 0, 1, 20)])).toMatchObject({
      errorPercent: 25,
      worstPercent: 50,
    });
  });

  it('ranks, and says what the plan that seemed best costs over the one that was', () => {
    const plans = [plan(10, 0, 1, 12), plan(11, 0, 1, 11), plan(12, 0, 1, 13), plan(1, 0, 1, 1, 1)];
    const { bestPercent, bestSplitPercent, rankCorrelation } = summaryOf(plans);
    expect([bestPercent, bestSplitPercent]).toEqual([0, 100 * (12 / 11 - 1)]);
    expect(rankCorrelation).toBeCloseTo(0.8, 9);
  });

  it('is told of every model that was run', () => {
    const lines: string[] = measuredSection(storedRuns());
    for (const { name, plans } of Object.values<{ name: string; plans: readonly unknown[] }>(storedRuns())) {
      expect(lines.find((line) => line.startsWith(`| ${name} |`))).toContain(` | ${plans.length} of `);
    }
    expect(measuredSection({})).toEqual([]);
  });
});

describe('the accuracy of presets', () => {
  it('is told for each that published times were fitted to, as the preset states it', () => {
    const lines: string[] = accuracySection();
    for (const [id, { models, within13, medianErrorPercent }] of Object.entries(fittedTimes)) {
      const [, count = '', error = '', within = ''] =
        lines.find((line) => line.startsWith(`| ${id} |`))?.split(' | ') ?? [];
      expect([id, Number(count)]).toEqual([id, models]);
      // Milliseconds are kept with three digits.
      expect(Math.abs(Number(error) - medianErrorPercent), id).toBeLessThanOrEqual(1);
      expect(Math.abs(Number(within) - within13), id).toBeLessThanOrEqual(1);
    }
  });

  it('ranks', () => {
    expect(spearman([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
    expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
    // 1 - 6 x (1 + 1) / (4 x 15)
    expect(spearman([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(0.8, 12);
  });

  it.each([
    // GMACs as torchvision 0.29 states them, and as the papers do for the last three.
    ['resnet50', 4.089],
    ['resnet152', 11.514],
    ['resnext101', 16.414],
    ['densenet161', 7.728],
    ['vgg16_bn', 15.47],
    ['alexnet', 0.714],
    ['qai/vit', 17.564],
    ['qai/convnext_tiny', 4.456],
    ['mobilenet-v1-1.0-224', 0.569],
    ['mobilenet-v1-0.25-224', 0.041],
    ['mobilenet-v2-1.4-224', 0.582],
  ])('counts the work of %s', (model, gmacs) => {
    const macs = Object.values<number>(workOf(model).macs).reduce((sum, one) => sum + one, 0);
    expect(macs / 1e9).toBeCloseTo(gmacs, 2.5);
  });
});

describe('the study', () => {
  it('counts a split only when it uses two tiers and beats every single one', () => {
    expect(isGenuineSplit({ tiersUsed: 2, overBest: 1.2 })).toBe(true);
    expect(isGenuineSplit({ tiersUsed: 2, overBest: 1.005 }, 0.01)).toBe(false);
    expect(isGenuineSplit({ tiersUsed: 2, overBest: 1 })).toBe(false);
    expect(isGenuineSplit({ tiersUsed: 1, overBest: 1.2 })).toBe(false);
  });

  it('covers every combination of its grid once', () => {
    const keys = study.scenarios().map((one: object) => JSON.stringify(one));
    const { devices, edges, clouds, uplinksMbps, backhaulsMbps } = study;
    expect(keys).toHaveLength(
      devices.length * edges.length * clouds.length * uplinksMbps.length * backhaulsMbps.length,
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('reports what the outcomes say', () => {
    const [model] = results(1.5);
    const { markdown, plots } = experimentsReport([model]);
    expect(markdown).toContain('| One | 100 | 4 | 25 |');
    expect(markdown).toContain('| One | 20 | 5151 | 258 |');
    expect(markdown).toContain('| lower latency | 216 | 216 | 216 | 100.0 | 1.50x | 1.50x |');
    expect(markdown).toContain(
      '| lower latency | 15x | 2.00x (2.00x) | 1.50x (1.50x) | 4.00x (4.00x) | 1.50x (1.50x) |',
    );
    expect(Object.keys(plots)).toEqual(['candidates.svg', 'plans.svg', 'gain.svg', 'splits.svg']);
    expect(experimentsReport(results(1.5))).toEqual({ markdown, plots });
  });

  it('tells models on two to five tiers, and strategies beside the best of them', () => {
    const counts = ladders.flatMap((places: number[]) =>
      modernUplinksMbps.flatMap((uplinkMbps: number) =>
        ['latency', 'throughput'].map((objective) => ({
          ...{ model: 'One', layers: 9, tiers: places.length, uplinkMbps, objective, latencyMs: 12.34, rate: 81 },
          ...(places.length === 2
            ? { tiersUsed: 1, overBest: 1, single: 't4' }
            : { tiersUsed: 2, overBest: 1.5, single: 't4' }),
        })),
      ),
    );
    const strategies = [1, 1, 1.2, undefined].map((relative) => ({ strategy: 'dpso', objective: 'latency', relative }));
    const { markdown } = experimentsReport(results(1.5), { counts, strategies });
    const split = '12.3 ms, 2 tiers, 1.50x';
    expect(markdown).toContain(`| One | 9 | 10 | 12.3 ms, t4 | ${split} | ${split} | ${split} |`);
    expect(markdown).toContain('| dpso | latency | 4 | 2 | 1.00x | 1.20x |');
  });
});

function results(overBest: number) {
  const outcomes = study.scenarios().flatMap((scenario: object) =>
    study.objectives.map((objective: string) => ({
      model: 'One',
      scenario,
      objective,
      tiersUsed: 2,
      overBest,
      overTier: [2, overBest, 4],
      gapPercent: 0,
      candidatesOver: 1,
      evaluatedPlans: 20,
    })),
  );
  return [{ name: 'One', layers: 100, candidates: 4, plans: 20, allPlans: 5151, outcomes }];
}
