import { describe, expect, test } from 'vitest';
import type { RegimeReport } from '../../../src/shared/reports/bandwidthReports';
import { latencyEnds } from '../../../src/shared/wording/regimeLatency';
import { latencyCurve } from '../../../webview/charts/bandwidthChart';
import { barColumns } from '../../../webview/charts/profileChart';
import { nearestIndex } from '../../../webview/charts/readout';
import { decades, fittingScale, linearScale, logScale } from '../../../webview/charts/scale';
import { nearestCutLine, previewCut } from '../../../webview/control/cutDrag';
import { createSceneModel } from '../../../webview/model/sceneModel';
import { bandwidthDial, latencyDial, sliderPosition, sliderValue } from '../../../webview/panels/conditionSliders';
import { setStrings, text } from '../../../webview/text/strings';
import { planOf, residualNetwork, sceneOf } from '../../webview/harness/residualNet';

describe('scales', () => {
  test('linear ticks are round and inside', () => {
    const scale = linearScale(0, 517, 0, 300, 5);
    expect(scale.ticks).toEqual([0, 200, 400]);
    expect(scale(517)).toBe(300);
  });

  test('logarithmic ticks are powers of ten', () => {
    const scale = logScale(0.1, 10_000, 0, 500, 6);
    expect(scale.ticks.map((tick) => Math.round(Math.log10(tick)))).toEqual([-1, 0, 1, 2, 3, 4]);
    expect(scale(1)).toBeCloseTo(100);
    expect(scale(0)).toBe(0);
  });

  test('decades have an extent, also around one power of ten', () => {
    expect(decades([100, 100])).toEqual([100, 1000]);
    expect(decades([97, 1000])).toEqual([10, 1000]);
  });

  test('values within less than a decade spread over the whole axis', () => {
    const near = fittingScale([55, 120], 0, 300, 4);
    expect(near(120) - near(55)).toBeGreaterThan(250);
    expect(near.ticks.length).toBeGreaterThan(2);
    expect(fittingScale([5, 120], 0, 300, 4).ticks.map(Math.round)).toEqual([1, 10, 100, 1000]);
    expect(Number.isFinite(fittingScale([7, 7], 0, 300, 4)(7))).toBe(true);
  });
});

describe('the latency of a regime', () => {
  test('is told at its slow end and at its fast one', () => {
    const work = { fixedMs: 30, bytes: 125_000 };
    expect(latencyEnds({ fromMbps: 5, toMbps: 20, ...work })).toEqual(['230 ms', '80.0 ms']);
    expect(latencyEnds({ fromMbps: 0, toMbps: null, ...work })).toEqual(['≥ 30.0 ms']);
    expect(latencyEnds({ fromMbps: 0, toMbps: 5, fixedMs: 30, bytes: 0 })).toEqual(['30.0 ms']);
  });
});

describe('latency against bandwidth', () => {
  const regime = (fromMbps: number, toMbps: number | null, fixedMs: number, bytes: number): RegimeReport => ({
    link: 0,
    fromMbps,
    toMbps,
    latencyMs: 0,
    fixedMs,
    bytes,
    summary: '',
    nodesPerTier: [],
  });

  test('is exact on both sides of a border', () => {
    // 20 ms of work and 100 kB on the wire up to 100 Mbit/s, from there 8 ms and 250 kB: both are 28 ms at the border.
    const below = (mbps: number) => 20 + 800 / mbps;
    const above = (mbps: number) => 8 + 2000 / mbps;
    const curve = latencyCurve([regime(0, 100, 20, 100_000), regime(100, null, 8, 250_000)]);
    expect(curve[0]?.latencyMs).toBeCloseTo(below(0.1), 6);
    expect(curve.at(-1)?.latencyMs).toBeCloseTo(above(10_000), 6);
    for (const { mbps, latencyMs } of curve) {
      const isAtBorder = Math.abs(mbps - 100) < 1e-6;
      expect(latencyMs).toBeCloseTo(isAtBorder ? 28 : mbps < 100 ? below(mbps) : above(mbps), 6);
    }
  });

  test('is flat where nothing crosses', () => {
    const curve = latencyCurve([regime(0, null, 300, 0)]);
    expect(new Set(curve.map(({ latencyMs }) => latencyMs))).toEqual(new Set([300]));
  });

  test('has no points where no plan keeps the limits', () => {
    const none = { ...regime(0, 5, 300, 0), infeasible: { reason: 'No plan keeps the limits.', relax: [] } };
    const curve = latencyCurve([none, regime(5, null, 20, 100_000)]);
    expect(Math.min(...curve.map(({ mbps }) => mbps))).toBe(5);
  });
});

test('a chart of many positions keeps the least and the most of each column', () => {
  const positions = Array.from({ length: 5000 }, (_, position) => ({
    position,
    bytes: position === 2345 ? 8 : position % 7 === 0 ? 5000 : 1000,
    macsBefore: 0,
  }));
  const columns = barColumns(positions, linearScale(0, 4999, 50, 350, 5));
  expect(columns.size).toBe(301);
  expect(new Set([...columns.values()].map(({ most }) => most))).toEqual(new Set([5000]));
  expect([...columns.values()].filter(({ least }) => least === 8)).toHaveLength(1);
});

test('a chart is read at the nearest of its values', () => {
  const values = Array.from({ length: 40 }, (_, at) => 0.1 * 1.4 ** at);
  for (const value of [-1, 0.1, 0.12, 3, 77.7, 1e9]) {
    const distances = values.map((one) => Math.abs(one - value));
    expect(distances[nearestIndex(values, value)]).toBe(Math.min(...distances));
  }
  expect(nearestIndex([5], 3)).toBe(0);
});

test('slider positions and their values are inverse, and a latency can be 0', () => {
  for (const mbps of [0.1, 1, 20, 200, 10_000]) {
    expect(sliderValue(sliderPosition(mbps, bandwidthDial), bandwidthDial)).toBeCloseTo(mbps, 1);
  }
  expect(sliderPosition(1e9, bandwidthDial)).toBe(400);
  for (const ms of [0, 0.5, 20, 1000]) {
    expect(sliderValue(sliderPosition(ms, latencyDial), latencyDial)).toBeCloseTo(ms, 1);
  }
});

test('dragging a boundary finds the nearest cut line and says what it would give', () => {
  const network = residualNetwork(4);
  const model = createSceneModel(sceneOf(network, []));
  const { plan, analysis } = planOf(network, {});
  const line = model.scene.cutLines.find(({ position }) => position === 3);
  expect(nearestCutLine(model, (line?.y ?? 0) + 5)).toEqual(line);
  expect(previewCut({ link: 0, position: 3 }, { plan, analysis, preview: null }, model)).toMatch(
    /^Cut after layer0\.maxpool_2: [\d.]+ m?s, \$[\d.]+\/M/,
  );
  const ruledOut = { link: 0, position: 11 };
  expect(previewCut(ruledOut, { plan, analysis, preview: null }, model)).toContain('never better');
  const preview = { latencyMs: 81.2, costPerRequest: 3e-8, bytes: [200_704, 0], tensors: [1, 0] };
  const answered = { plan, analysis, preview: { cut: ruledOut, answer: { preview } } };
  expect(previewCut(ruledOut, answered, model)).toMatch(/: 81\.2 ms, \$0\.0300\/M, sends 201 kB$/);
  expect(previewCut({ link: 1, position: 11 }, answered, model)).toContain('never better');
  const refused = { code: 'infeasible', message: 'A pin is in the way.' } as const;
  const impossible = { plan, analysis, preview: { cut: ruledOut, answer: { refused } } };
  expect(previewCut(ruledOut, impossible, model)).toContain('ruled out by a pin, a limit or a tensor of unknown size');
});

test('strings take values and the host may replace them', () => {
  expect(text('graph.label', 'net.onnx')).toBe('Graph of net.onnx');
  setStrings({ 'graph.label': 'Graph von {0}' });
  expect(text('graph.label', 'net.onnx')).toBe('Graph von net.onnx');
  expect(text('toolbar.fit')).toBe('Fit');
  setStrings({});
});
