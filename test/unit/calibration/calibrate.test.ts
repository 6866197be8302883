import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrateTier } from '../../../src/app/profile/calibrateTier';
import { calibrate } from '../../../src/engine/calibration/calibrate';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { resolveConfig } from '../../../src/engine/planning/infrastructure/resolveConfig';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { configSchema } from '../../../src/shared/documents/config';
import { sharedModels } from '../../support/shared';
import { inferFile } from '../split/loadGraph';
import { timesOf } from './devices';

const names = ['keras_MobileNetV2', 'keras_ResNet152', 's_resnet_op21'];
const files = names.flatMap((name) => sharedModels().filter((model) => model.name === name));
const graphs = files.map(({ name, path }) => ({ name, graph: buildSplitGraph(inferFile(path)) }));

describe('calibration', () => {
  it.each([true, false])('finds a device that fuses its nodes: %s', (fuses) => {
    const measured = graphs.map(({ name, graph }) => ({ name, graph, microseconds: timesOf(graph, fuses) }));
    const { fusion, rates, memoryGBps, kernelOverheadUs, leftOut, medianErrorPercent } = calibrate(measured);
    expect(fusion).toBe(fuses);
    expect(rates.dense).toBeCloseTo(30, -0.5);
    expect(rates.pointwise).toBeCloseTo(12, -0.5);
    expect(memoryGBps).toBeCloseTo(4, 0);
    expect(kernelOverheadUs).toBeCloseTo(20, -1);
    expect(leftOut.map(({ model }) => model)).toEqual(names);
    expect(medianErrorPercent).toBeLessThan(10);
  });

  it('states no error from one model', () => {
    const [{ name, graph } = { name: '', graph: { nodes: [], tensors: [], inputs: [], outputs: [] } }] = graphs;
    const { withinFactor, leftOut } = calibrate([{ name, graph, microseconds: timesOf(graph, false) }]);
    expect(withinFactor).toBeUndefined();
    expect(leftOut).toEqual([]);
  });
});

describe('a calibrated tier', () => {
  let folder = '';
  const profile = (name: string) => join(folder, `${name}.profile.json`);
  const pairs = () => files.flatMap(({ name, path }) => [path, profile(name)]);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-calibrate-'));
    for (const { name, graph } of graphs) {
      const microseconds = Object.fromEntries(timesOf(graph, true));
      writeFileSync(profile(name), JSON.stringify({ device: 'd', runtime: 'r', recorded: '2026-01-01', microseconds }));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('goes into a configuration as it is and predicts what was measured', () => {
    const { tier, warnings, models } = calibrateTier(pairs(), 'board', {});
    expect(models).toHaveLength(3);
    expect(warnings.join()).toContain('3 models are few');
    const { infrastructure } = resolveConfig(configSchema.parse({ tiers: [tier] }), 'm.onnx', new Map());
    expect(infrastructure.tiers[0]).toMatchObject({ id: 'board', estimate: { basis: 'fitted' } });
    for (const { graph, name } of graphs) {
      const measured = [...timesOf(graph, true).values()].reduce((sum, time) => sum + time, 0);
      const predicted = (createCostTables(graph, infrastructure).tiers[0]?.prefixSeconds.at(-1) ?? 0) * 1e6;
      expect(Math.abs(predicted / measured - 1), name).toBeLessThan(0.1);
    }
  });

  it.each([
    [(all: string[]) => all.slice(1), 'bad-usage', 'Name each model followed by its profile'],
    [(all: string[]) => [all[1] ?? '', all[0] ?? ''], 'bad-usage', 'Name each model followed by its profile'],
    [() => [], 'bad-usage', 'Name each model followed by its profile'],
    [(all: string[]) => [all[0] ?? '', resolve(folder, 'none.profile.json')], 'file-system', 'none.profile.json'],
  ])('is refused for other files: %#', (change, code, words) => {
    expect(() => calibrateTier(change(pairs()), 'a', {})).toThrow(expect.objectContaining({ code }));
    expect(() => calibrateTier(change(pairs()), 'a', {})).toThrow(words);
  });

  it('is refused for a profile of a small part of the work, and told what is left out of one that lacks little', () => {
    const [{ name, graph } = { name: '', graph: undefined }] = graphs;
    const byWork = [...(graph?.nodes ?? [])].sort((a, b) => (b.macs ?? 0) - (a.macs ?? 0));
    const write = (kept: readonly { readonly id: string }[]) => {
      const microseconds = Object.fromEntries(kept.map(({ id }) => [id, 100]));
      writeFileSync(
        profile('part'),
        JSON.stringify({ device: 'd', runtime: 'r', recorded: '2026-01-01', microseconds }),
      );
    };
    const model = files.find((file) => file.name === name)?.path ?? '';
    write(byWork.slice(-3));
    expect(() => calibrateTier([model, profile('part')], 'a', {})).toThrow('has times for 0 % of the work');
    write(byWork.slice(2));
    const total = byWork.reduce((sum, { macs }) => sum + (macs ?? 0), 0);
    const lacking = byWork.slice(0, 2).reduce((sum, { macs }) => sum + (macs ?? 0), 0);
    const percent = Math.round(100 * (1 - lacking / total));
    expect(calibrateTier([model, profile('part')], 'a', {}).warnings.join()).toContain(
      `has times for ${percent} % of the work`,
    );
  });

  it('is refused for a profile without one of the nodes, and warned of for one of another model', () => {
    const foreign = { device: 'd', runtime: 'r', recorded: '2026-01-01', microseconds: { nobody: 1 } };
    writeFileSync(profile('foreign'), JSON.stringify(foreign));
    expect(() => calibrateTier([files[0]?.path ?? '', profile('foreign')], 'a', {})).toThrow('has no time of a node');
    const own = JSON.parse(readFileSync(profile(names[0] ?? ''), 'utf8'));
    writeFileSync(profile('other'), JSON.stringify({ ...own, model: { name: 'x', structureHash: 'sha256:0' } }));
    const { warnings } = calibrateTier([files[0]?.path ?? '', profile('other')], 'a', {});
    expect(warnings.join()).toContain('recorded with another model');
  });
});
