import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';

const model = resolve(import.meta.dirname, '../../workspace/mobilenetv2.onnx');

describe('the start of the command line', () => {
  let bundled: Bundled;
  let caches: string;
  beforeAll(async () => {
    bundled = await bundlePrograms(commandLine);
    caches = join(bundled.folder, 'caches');
  });
  afterEach(() => rmSync(caches, { recursive: true, force: true }));
  afterAll(() => bundled.remove());

  const run = (args: readonly string[], environment: NodeJS.ProcessEnv = {}, options: readonly string[] = []) =>
    spawnSync(process.execPath, [...options, bundled.program('cli'), ...args], {
      encoding: 'utf8',
      // A person's own folder, wherever the system has it.
      env: { ...process.env, HOME: bundled.folder, XDG_CACHE_HOME: caches, LOCALAPPDATA: caches, ...environment },
    });
  const analyze = ['analyze', model, '--json'];
  const kept = () => {
    const folder = join(caches, 'dnnsplit/code');
    return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  };

  it.skipIf(process.platform === 'darwin')('answers the same from what an earlier run has compiled', () => {
    const first = run(analyze);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(first.stdout)).toMatchObject({ format: 'dnnsplit.analysis' });
    const [file = ''] = kept();
    expect(file).toMatch(/cliProgram\.analyze-[0-9a-f]+\.code$/);
    expect(run(analyze)).toMatchObject({ status: 0, stderr: '', stdout: first.stdout });
    writeFileSync(file, readFileSync(file).fill(0, 1000, 2000));
    expect(run(analyze)).toMatchObject({ status: 0, stderr: '', stdout: first.stdout });
  });

  it('keeps nothing of a run that failed, or where nothing is to be kept', () => {
    expect(run(['analyze', 'none.onnx'])).toMatchObject({ status: 2, stdout: '' });
    expect(run(analyze, { NODE_DISABLE_COMPILE_CACHE: '1' })).toMatchObject({ status: 0, stderr: '' });
    expect(kept()).toEqual([]);
  });

  it('ends with 2 and one sentence on a Node that is too old', () => {
    const path = join(bundled.folder, 'before.cjs');
    writeFileSync(path, 'Object.defineProperty(process.versions, "node", { value: "18.20.4" });');
    const { status, stderr } = run([], {}, ['--require', path]);
    expect(stderr).toBe('dnnsplit: Node.js 20 or later is required; this is 18.20.4.\n');
    expect(status).toBe(2);
  });
});
