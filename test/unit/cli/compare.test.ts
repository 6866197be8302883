import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLimits } from '../../../src/cli/commands/compare';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { sampleConfig } from '../../support/sampleConfig';

const workspace = resolve(import.meta.dirname, '../../workspace');

describe('dnnsplit compare', () => {
  let bundled: Bundled;
  let folder: string;
  const path = (name: string) => join(folder, name);
  const run = (args: readonly string[], input?: Buffer) =>
    spawnSync(process.execPath, [bundled.program('cli'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      ...(input && { input }),
    });
  const document = (name: string) => JSON.parse(readFileSync(path(name), 'utf8'));

  beforeAll(async () => {
    bundled = await bundlePrograms(commandLine);
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-compare-'));
    copyFileSync(join(workspace, 'tiny-resnet.onnx'), path('tiny.onnx'));
    writeFileSync(path('dnnsplit.json'), sampleConfig);
    const whole = ['plan', 'tiny.onnx', '--link', '0=20', '--strategy', 'single:edge', '-o', 'old.splitplan.json'];
    const slower = ['plan', 'tiny.onnx', '--link', '0=18', '--strategy', 'single:edge', '-o', 'slow.splitplan.json'];
    const moved = ['plan', 'tiny.onnx', '--strategy', 'single:device', '-o', 'moved.splitplan.json'];
    for (const args of [whole, slower, moved]) expect(run(args).stderr).toBe('');
  });
  afterAll(async () => {
    await bundled.remove();
    rmSync(folder, { recursive: true });
  });

  it('says by how much a plan is worse, and fails beyond what is allowed', () => {
    const [old, slow] = [document('old.splitplan.json'), document('slow.splitplan.json')];
    const percent = 100 * (slow.prediction.latencyMs / old.prediction.latencyMs - 1);
    expect(percent).toBeGreaterThan(1);
    const compare = (limit: string) =>
      run(['compare', 'old.splitplan.json', 'slow.splitplan.json', '--json', '--fail-on', limit]);
    const strict = compare(`latency=${(percent - 0.1).toFixed(3)}%,split`);
    const report = JSON.parse(strict.stdout);
    expect(strict.status).toBe(1);
    expect(report.failures.map(({ limit }: { limit: string }) => limit)).toEqual(['latency']);
    const [latency] = report.metrics;
    expect(latency).toMatchObject({
      metric: 'latency',
      old: old.prediction.latencyMs,
      new: slow.prediction.latencyMs,
      isWorse: true,
    });
    expect(latency.worsePercent).toBeCloseTo(percent, 9);
    expect(report.split.changed).toBe(false);
    expect(compare(`latency=${(percent + 0.1).toFixed(3)}%,split`).status).toBe(0);
    expect(compare('throughput').status).toBe(1);
  });

  it('knows better from worse, and tells where the split has moved', () => {
    const faster = run([
      'compare',
      'old.splitplan.json',
      'moved.splitplan.json',
      '--json',
      '--fail-on',
      'latency=0,throughput=0',
    ]);
    const { metrics, split } = JSON.parse(faster.stdout);
    expect([faster.status, metrics[0].isWorse, split.changed]).toEqual([0, false, true]);
    expect(metrics[0].worsePercent).toBeLessThan(0);
    const [first] = split.links;
    expect([first.new, first.newBytes]).toEqual([[], 0]);
    expect(first.old).toHaveLength(1);
    const text = run(['compare', 'old.splitplan.json', 'moved.splitplan.json', '--fail-on', 'split']);
    expect([text.status, text.stdout]).toEqual([
      1,
      expect.stringMatching(/^The split has moved\.\n\nmetric +old +new +change\nlatency .* % better\n/),
    ]);
    expect(text.stdout).toMatch(/^device to edge: .* kB\)\n {2}now nothing$/m);
  });

  it('plans models, and takes a plan from standard input', () => {
    const same = run(['compare', 'tiny.onnx', 'tiny.onnx', '--fail-on', 'latency,cost,throughput,energy,split']);
    expect([same.status, same.stdout]).toEqual([0, expect.stringMatching(/^The split is the same\.\n/)]);
    const input = readFileSync(path('moved.splitplan.json'));
    const given = run(['compare', '-', 'tiny.onnx', '--json'], input);
    expect(JSON.parse(given.stdout).metrics[0].old).toBe(document('moved.splitplan.json').prediction.latencyMs);
    const other = run(['compare', 'old.splitplan.json', 'tiny.onnx', '--tiers', 'cloud', '--json']);
    expect(JSON.parse(other.stdout)).toMatchObject({
      tiersChanged: true,
      modelChanged: false,
      split: { changed: true },
    });
  });

  it('reads limits', () => {
    expect(parseLimits('latency=5%, cost=2.5,split')).toEqual({
      percent: new Map([
        ['latency', 5],
        ['cost', 2.5],
      ]),
      split: false,
    });
    for (const wrong of ['speed=5%', 'latency=-1%', 'latency=five', 'split=1', ''])
      expect(() => parseLimits(wrong)).toThrow(/is not split or a metric/);
  });
});
