import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkPresets } from '../../../src/engine/presets/linkPresets';
import { tierPresets } from '../../../src/engine/presets/tierPresets';
import { documentSchemas } from '../../../src/shared/documents/schemas';
import { planAt, tinyResnet } from '../../relay/splitChain';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { saidBy } from '../../support/saidBy';

const root = resolve(import.meta.dirname, '../../..');

describe('dnnsplit run --report', () => {
  let bundled: Bundled;
  let folder: string;
  const plan = planAt(tinyResnet, [0.4, 0.7]);
  const path = (name: string) => join(folder, name);
  const environment = () => ({ ...process.env, DNNSPLIT_RUNTIME_FOLDER: root, TMPDIR: path('temporary') });
  const start = (...args: string[]) =>
    spawn(process.execPath, [bundled.program('cli'), 'run', ...args], { cwd: folder, env: environment() });

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-trial-'));
    mkdirSync(path('temporary'));
    // Slow enough that the links show, each direction in its own way.
    const links = plan.links.map((link) => ({ ...link, latencyMs: 10, downLatencyMs: 30, downBandwidthMbps: 50 }));
    const document = { ...plan, links, model: { ...plan.model, file: tinyResnet } };
    writeFileSync(path('p.splitplan.json'), JSON.stringify(document));
  });
  afterAll(async () => {
    await bundled.remove();
    rmSync(folder, { recursive: true });
  });

  it('sets every tier and link of the plan beside what they took, over links that are slow both ways', async () => {
    const child = start('p.splitplan.json', '--report', '--requests', '5', '--rate', '20', '--json');
    const { code, said, logged } = await saidBy(child);
    expect(code, logged).toBe(0);
    const report = JSON.parse(said);
    const isValid = new Ajv({ strict: true }).compile(documentSchemas({ tierPresets, linkPresets }).run as object);
    expect([isValid(report), isValid.errors]).toEqual([true, null]);
    expect(report).toMatchObject({ model: 'tiny-resnet', requests: 5, threads: 1, shaped: true });
    expect(report.latency.predictedMs).toBe(plan.prediction.latencyMs);
    for (const [k, tier] of plan.tiers.entries()) {
      expect(report.tiers[k]).toMatchObject({ tier: tier.id, predictedMs: tier.computeMs, drift: null });
      expect(report.tiers[k].measuredMs).toBeGreaterThan(0);
    }
    for (const [k, { bytes, transferMs, answerMs = 0 }] of plan.links.entries()) {
      const { measuredMs, predictedMs, bandwidthMbps, hopMs } = report.links[k];
      expect([report.links[k].bytes, predictedMs]).toEqual([bytes, transferMs + answerMs]);
      // 10 ms up and 30 ms down at the least; timers may be a little early.
      expect(measuredMs).toBeGreaterThan(38 + (8 * bytes) / (bandwidthMbps * 1e3) - 4);
      expect(hopMs).toBeGreaterThan(0);
    }
    expect(report.yardstick.runs).toBe(4);
    expect(report.rate).toMatchObject({ perSecond: 20, failed: 0 });
    expect(report.rate.answeredPerSecond).toBeLessThanOrEqual(20 * 1.3);
    // The tiers are described by figures, not by times of this machine.
    expect(report.warnings).toContainEqual(expect.stringMatching(/^The times of device, edge, cloud are/));
    expect(readdirSync(path('temporary'))).toEqual([]);
  });

  it.skipIf(!existsSync('/proc/self/cmdline'))('leaves no process and no file behind when it is stopped', async () => {
    const child = start('p.splitplan.json', '--report', '--requests', '100000');
    const relays = () => processesWith(path('temporary'));
    while (relays().length < 3) {
      expect(child.exitCode).toBeNull();
      await new Promise((done) => setTimeout(done, 50));
    }
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).not.toBe(0);
    expect(relays()).toEqual([]);
    expect(readdirSync(path('temporary'))).toEqual([]);
  });

  it.each([['--exact'], ['--adaptive']])('is not made with %s', (option) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [bundled.program('cli'), 'run', 'p.splitplan.json', '--report', option],
      { cwd: folder, encoding: 'utf8', env: environment() },
    );
    expect([status, stderr]).toEqual([2, expect.stringMatching(/A report is made of the plan as it is/)]);
  });
});

/** Processes with a text in their arguments, where the system lists them as files. */
function processesWith(text: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}
