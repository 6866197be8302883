import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportBuilt } from '../../relay/rememberingChain';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { freePort } from '../../support/freePort';
import { llamaLike } from '../../support/rememberingModels';

const root = resolve(import.meta.dirname, '../../..');
const environment = { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root };
const asShell = promisify(execFile);

describe('the commands for a model that remembers', () => {
  let bundled: Bundled;
  let split: ReturnType<typeof exportBuilt>;
  let child: ChildProcess | undefined;
  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    split = exportBuilt(llamaLike(), [0.5]);
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    split.remove();
    await bundled.remove();
  });
  const cli = (...args: string[]) =>
    asShell(process.execPath, [bundled.program('cli'), ...args], { cwd: root, env: environment });

  it('run it, show a request that works, and verify what runs over a whole session', async () => {
    const port = await freePort();
    child = spawn(
      process.execPath,
      [bundled.program('cli'), 'run', split.directory, '--port', String(port), '--no-shaping', '--exact'],
      { cwd: root, env: environment },
    );
    let said = '';
    for await (const text of child.stdout?.setEncoding('utf8') ?? []) {
      said += text;
      if (said.includes('/infer')) break;
    }
    const shown = said.split('\n').find((line) => line.includes('/infer')) ?? '';
    expect(shown).toContain('sequence_start');
    const { stdout } = await asShell('sh', ['-c', shown]);
    expect(JSON.parse(stdout).outputs).toEqual([expect.objectContaining({ name: 'logits', shape: [1, 1, 37] })]);
    const verified = await cli('verify', split.directory, '--runs', '1', '--url', `http://127.0.0.1:${port}`);
    expect(verified.stdout).toMatch(/bit-identical to the unsplit model remembers: 1 random session with 17 requests/);
  });

  it('verify it over whole sessions', async () => {
    const { stdout } = await cli('verify', split.directory, '--runs', '2', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ identical: true, runs: 2, steps: 34 });
  });

  it('say that it cannot follow a bandwidth', async () => {
    const trace = join(split.directory, 'trace.csv');
    writeFileSync(trace, 'seconds,mbps\n0,10\n1,10\n');
    await expect(cli('run', split.directory, '--trace', trace)).rejects.toMatchObject({
      stderr: expect.stringContaining('Run it without --trace and ask it session by session'),
    });
  });
});
