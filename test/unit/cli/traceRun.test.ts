import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFunnel } from '../../relay/adaptiveChain';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { saidBy } from '../../support/saidBy';

const root = resolve(import.meta.dirname, '../../..');

describe('dnnsplit run --trace', () => {
  let bundled: Bundled;
  const split = exportFunnel();
  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
  });
  afterAll(async () => {
    split.remove();
    await bundled.remove();
  });

  async function run(...args: string[]) {
    const child = spawn(process.execPath, [bundled.program('cli'), 'run', ...args], {
      env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return await saidBy(child);
  }

  it('follows the trace, says what it did second by second, and ends with it', async () => {
    const trace = join(split.folder, 'trace.csv');
    writeFileSync(trace, 'seconds,mbps\n0,100\n3,10\n');
    const { code, said, logged } = await run(split.planPath, '--adaptive', '-p', '0', '--trace', trace, '--json');
    expect(code, logged).toBe(0);
    const report = JSON.parse(said);
    expect(report).toMatchObject({ link: 0, failed: 0 });
    expect(report.requests).toBeGreaterThan(0);
    expect(report.seconds[0]).toMatchObject({ emulatedMbps: 100 });
    expect(report.seconds.at(-1)).toMatchObject({ emulatedMbps: 10 });
    // The fastest regime of the funnel begins at about 12 Mbit/s: cut 4 above, cut 3 below.
    expect(report.seconds[0].cut).toBe(4);
    // At 10 Mbit/s the plan has the regime's own figures: fixedMs + 8 x bytes both ways / (1000 x 10).
    for (const { cut, predictedMs, emulatedMbps } of report.seconds) {
      if (cut === null) continue;
      const {
        fixedMs = 0,
        bytes = 0,
        answerBytes = 0,
      } = split.plan.regimes.filter(({ link }) => link === 0)[cut - 1] ?? {};
      expect(predictedMs).toBeCloseTo(fixedMs + (8 * (bytes + answerBytes)) / (1000 * emulatedMbps), 6);
    }
  });

  it('tells what it has come to when it is interrupted', async () => {
    const path = join(split.folder, 'long.csv');
    writeFileSync(path, 'seconds,mbps\n0,8\n600,8\n');
    const args = [bundled.program('cli'), 'run', split.planPath, '--adaptive', '-p', '0', '--trace', path];
    const child = spawn(process.execPath, args, { env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root } });
    let told = '';
    child.stdout.on('data', (text: Buffer) => {
      const before = told;
      told += text;
      const isThere = (all: string) => /link 8 Mbit\/s.*cut 3/.test(all);
      if (!isThere(before) && isThere(told)) child.kill('SIGINT');
    });
    const { code, said, logged } = await saidBy(child);
    expect(code, logged).toBe(0);
    expect(said).toMatch(/switches\s+\d+ +0 /);
  });

  it('refuses what is no trace before anything starts', async () => {
    const path = join(split.folder, 'none.csv');
    writeFileSync(path, 'time,speed\n0,1\n');
    const { code, logged } = await run(split.planPath, '--adaptive', '--trace', path);
    expect([code, logged]).toEqual([2, expect.stringMatching(/seconds,mbps/)]);
  });
});
