import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { measuredDevices } from '../../../src/app/profile/measuredModels';
import { findCalibration, offeredCalibration } from '../../../src/app/profile/offeredCalibration';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import { resolveConfig } from '../../../src/engine/planning/infrastructure/resolveConfig';
import { createAnalysisFunctions } from '../../../src/server/workers/analysisFunctions';
import { configSchema } from '../../../src/shared/documents/config';
import { parseConfig } from '../../../src/shared/documents/parseConfig';
import { unwatched } from '../../../src/shared/work/work';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { unpackedPath } from '../../support/packedFiles.mjs';
import { timesOf } from './devices';

const names = [
  ...['keras_MobileNet', 'light_shufflenet', 'tv_googlenet', 't113_mnasnet1_0', 'light_bvlc_alexnet', 'tv_alexnet'],
].map((name) => `${name}.onnx`);
const [first = '', , , , , last = ''] = names;
const configText = `{
  // mine
  "tiers": [{ "id": "device", "preset": "raspberry-pi-4", "pricePerHour": 1 }, { "id": "edge", "gflops": 1 }]
}
`;

describe('models that were measured on one device', () => {
  let folder = '';
  const at = (...parts: string[]) => join(folder, ...parts);
  const graphOf = (name: string) => analyzeFile(at('models', name), {}).graph;
  const write = (path: string, name: string, facts: object = {}) => {
    const model = { name, structureHash: analyzeFile(at('models', name), {}).structureHash };
    const microseconds = Object.fromEntries(timesOf(graphOf(name), true));
    const recorded = { device: 'pi', runtime: 'onnxruntime 1, 1 thread', recorded: '2026-01-01', threads: 1 };
    writeFileSync(path, JSON.stringify({ ...recorded, model, microseconds, ...facts }));
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-offer-'));
    for (const name of ['models', 'profiles', 'again']) mkdirSync(at(name));
    for (const name of names) {
      copyFileSync(unpackedPath(name), at('models', name));
      write(at('profiles', `${name}.device.profile.json`), name);
    }
    writeFileSync(at('dnnsplit.json'), configText);
    // Nothing of these counts: too few of a kind, older, of a model that is not here, no profile.
    write(at('profiles', 'other.profile.json'), first, { device: 'nano' });
    write(at('profiles', 'threads.profile.json'), first, { threads: 2 });
    write(at('first.profile.json'), first, { recorded: '2025-01-01', microseconds: {} });
    write(at('gone.profile.json'), last, { model: { name: 'gone.onnx', structureHash: 'sha256:0' } });
    writeFileSync(at('broken.profile.json'), '{');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are found below a configuration, without the one that they shall serve', () => {
    const sorted = [...names].sort();
    expect(measuredDevices(at('dnnsplit.json'))).toMatchObject([{ device: 'pi', models: sorted }]);
    const [measured] = measuredDevices(at('dnnsplit.json'), at('models', last));
    expect(measured?.models).toEqual(sorted.filter((name) => name !== last));
    expect(measured?.profiled[0]).toMatchObject({ profilePath: expect.stringContaining('profiles') });
  });

  it('do not count where it is not known which of two they are', () => {
    copyFileSync(at('models', first), at('again', first));
    expect(measuredDevices(at('dnnsplit.json'))[0]?.models).not.toContain(first);
    copyFileSync(at('models', last), at('again', last));
    expect(measuredDevices(at('dnnsplit.json'))).toEqual([]);
    const offer = { configPath: at('dnnsplit.json'), tier: 'device' };
    expect(() => offeredCalibration(offer)).toThrow('Fewer than 5 models');
    expect(findCalibration(offer)).toBeUndefined();
    rmSync(at('again', first));
    rmSync(at('again', last));
  });

  it('describe a tier for the one that was not, with the error that they have for each other', () => {
    const offer = { configPath: at('dnnsplit.json'), tier: 'device', device: 'pi', except: at('models', last) };
    const { values, medianErrorPercent, models } = offeredCalibration(offer);
    expect(models).toHaveLength(5);
    expect(medianErrorPercent).toBeLessThan(15);
    const config = configSchema.parse({ tiers: [{ id: 'device', ...values }] });
    const { infrastructure } = resolveConfig(config, last, new Map());
    const graph = graphOf(last);
    const truth = [...timesOf(graph, true).values()].reduce((sum, time) => sum + time, 0);
    const predicted = (createCostTables(graph, infrastructure).tiers[0]?.prefixSeconds.at(-1) ?? 0) * 1e6;
    expect(predicted / truth).toBeGreaterThan(0.8);
    expect(predicted / truth).toBeLessThan(1.2);
  });

  it('are what the language server tells of', () => {
    const functions = createAnalysisFunctions(folder, () => 'anywhere');
    const [modelPath, sorted] = [at('models', last), names.filter((name) => name !== last).sort()];
    const facts = { device: 'pi', runtime: 'onnxruntime 1, 1 thread', models: sorted };
    expect(functions.measuredDevices({ modelPath }, unwatched)).toEqual([facts]);
    const offered = functions.calibrate({ modelPath, tier: 'edge', device: 'pi' }, unwatched);
    expect(offered).toMatchObject({ ...facts, values: { fusion: true }, warnings: [] });
    expect(Object.keys(offered.values)).not.toContain('id');
  });

  describe('in a terminal', () => {
    let bundled: Bundled;
    beforeAll(async () => {
      bundled = await bundlePrograms(commandLine);
    });
    afterAll(() => bundled.remove());
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [bundled.program('cli'), ...args], { cwd: at('models'), encoding: 'utf8' });

    it('are written into a tier, of which what stood there before is told', () => {
      const { status, stdout, stderr } = run('calibrate', '--tier', 'device', '--device', 'pi');
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toContain('measured  6 models');
      expect(stdout).toContain('{"id":"device","preset":"raspberry-pi-4","pricePerHour":1}');
      const text = readFileSync(at('dnnsplit.json'), 'utf8');
      expect(text).toContain('// mine');
      const { tiers } = parseConfig(text).document ?? { tiers: [] };
      expect(tiers[0]).toMatchObject({ id: 'device', preset: 'raspberry-pi-4', pricePerHour: 1, fusion: true });
      expect(tiers[0]?.rates?.dense).toBeCloseTo(30, -0.7);
      expect(tiers[1]).toEqual({ id: 'edge', gflops: 1 });
    });

    it('are offered once one more is measured', () => {
      const graph = graphOf(last);
      const times = timesOf(graph, true);
      const rows = graph.nodes.map(({ id, name }) => `${name},${times.get(id)}`);
      writeFileSync(at('times.csv'), ['node,microseconds', ...rows].join('\n'));
      const from = ['--from-trace', at('times.csv'), '--device', 'pi', '-o', at('new.profile.json')];
      const { status, stdout, stderr } = run('profile', last, ...from);
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/5 other models are measured on pi: use them for models that are not, within [\d.]+ %/);
      expect(stdout).toContain(`dnnsplit calibrate -c ${at('dnnsplit.json')} --device pi`);
    });

    it.each([
      [['--tier', 'moon'], 'no tier `moon`'],
      [['--device', 'moon'], 'Fewer than 5 models'],
      [['-c', 'none.json'], 'none.json'],
    ])('are refused with %j', (args, words) => {
      const { status, stderr } = run('calibrate', ...args);
      expect(status).not.toBe(0);
      expect(stderr).toContain(words);
    });
  });
});
