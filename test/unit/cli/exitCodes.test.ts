import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundled, bundlePrograms } from '../../support/bundled';

const workspace = resolve(import.meta.dirname, '../../workspace');
const model = join(workspace, 'resnet152.onnx');

describe('the exit code of the command line', () => {
  let bundled: Bundled;
  beforeAll(async () => {
    bundled = await bundlePrograms({ cli: 'src/cli/main.ts' });
  });
  afterAll(() => bundled.remove());

  /** Runs the program after a script that changes what it runs in. */
  function runAfter(script: string, ...args: readonly string[]) {
    const path = join(bundled.folder, 'before.cjs');
    writeFileSync(path, script);
    return spawnSync(process.execPath, ['--require', path, bundled.program('cli'), ...args], { encoding: 'utf8' });
  }

  it('stays what it is where a reader stops early', async () => {
    const args = ['analyze', model, '--json', '--nodes', '--tensors'];
    expect(spawnSync(process.execPath, [bundled.program('cli'), ...args]).stdout.length).toBeGreaterThan(100_000);
    const child = spawn(process.execPath, [bundled.program('cli'), ...args]);
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(stderr).toBe('');
  });

  it.skipIf(!existsSync('/dev/full'))('is 2 where standard output is full', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [bundled.program('cli'), 'analyze', model], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/^dnnsplit: Could not write to standard output: .*no space left.*\n$/);
    expect(status).toBe(2);
  });

  it('is 3 for a fault of the program, in a command and outside of one', () => {
    const inCommand = runAfter(
      'JSON.stringify = () => { throw new TypeError("broken"); };',
      'analyze',
      model,
      '--json',
    );
    expect(inCommand.stderr).toMatch(
      /^dnnsplit: DNNSplit hit an unexpected error\. Please report it .*\nTypeError: broken\n +at /,
    );
    expect(inCommand.status).toBe(3);
    const outside = runAfter('setTimeout(() => { throw new TypeError("late"); }, 0);', 'analyze', model);
    expect(outside.stderr).toMatch(
      /^dnnsplit: DNNSplit hit an unexpected error\. Please report it .*\nTypeError: late\n/,
    );
    expect(outside.status).toBe(3);
  });

  it.each([[], ['plan'], ['verify']])('is listed in the help of dnnsplit %s', (...command) => {
    const { stdout } = spawnSync(process.execPath, [bundled.program('cli'), ...command, '--help'], {
      encoding: 'utf8',
    });
    for (const code of [0, 1, 2, 3]) expect(stdout).toMatch(new RegExp(`Exit codes:[^]*\\b${code} \\w`));
  });

  it('is 2 for a port that there is not', () => {
    const args = ['run', 'none.splitplan.json', '-p', '70000'];
    const { status, stderr } = spawnSync(process.execPath, [bundled.program('cli'), ...args], { encoding: 'utf8' });
    expect(stderr).toContain('from 0 (a free one) to 65535');
    expect(status).toBe(2);
  });
});
