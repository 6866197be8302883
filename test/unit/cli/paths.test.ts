import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { sampleConfig } from '../../support/sampleConfig';

const isRoot = process.getuid?.() === 0;
/** An account that owns nothing. */
const nobody = 65534;
const long = 'n'.repeat(5000);

/** What each command reads and writes, with `AT` in the place of a path. */
const commands = [
  ['analyze', 'AT'],
  ['analyze', 'tiny.onnx', '-c', 'AT'],
  ['plan', 'AT'],
  ['plan', 'tiny.onnx', '-c', 'AT'],
  ['plan', 'tiny.onnx', '-o', 'AT'],
  ['graph', 'AT', '-o', '-'],
  ['graph', 'tiny.onnx', '-o', 'AT'],
  ['split', 'AT', '-o', 'out'],
  ['split', 'p.splitplan.json', '-o', 'AT'],
  ['deploy', 'AT', '-t', 'compose', '-o', 'out'],
  ['deploy', 'p.splitplan.json', '-t', 'compose', '-o', 'AT'],
  ['verify', 'AT'],
  ['serve', 'AT'],
  ['profile', 'AT', '--from-trace', 'trace.json', '--device', 'd', '-o', '-'],
  ['profile', 'tiny.onnx', '--from-trace', 'AT', '--device', 'd', '-o', '-'],
  ['profile', 'tiny.onnx', '--from-trace', 'trace.json', '--device', 'd', '-o', 'AT'],
] as const;

describe.skipIf(process.platform === 'win32')('paths that lead nowhere', () => {
  let bundled: Bundled;
  let folder: string;
  const path = (name: string) => join(folder, name);
  const runAs = (user: number | undefined, args: readonly string[]) =>
    spawnSync(process.execPath, [bundled.program('cli'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      ...(user !== undefined && { uid: user, gid: user }),
    });

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    chmodSync(bundled.folder, 0o755);
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-nowhere-'));
    chmodSync(folder, 0o755);
    copyFileSync(resolve(import.meta.dirname, '../../workspace/tiny-resnet.onnx'), path('tiny.onnx'));
    writeFileSync(path('dnnsplit.json'), sampleConfig);
    writeFileSync(path('trace.json'), '[]');
    symlinkSync('loop', path('loop'));
    mkdirSync(path('closed'), { mode: 0o700 });
    expect(runAs(undefined, ['plan', 'tiny.onnx', '-o', 'p.splitplan.json']).status).toBe(0);
  }, 60_000);
  afterAll(async () => {
    await bundled.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const refuses = (user: number | undefined, at: string, sentence: RegExp) => {
    const before = readdirSync(folder);
    for (const command of commands) {
      const args = command.map((arg) => (arg === 'AT' ? at : arg));
      const { status, stdout, stderr } = runAs(user, args);
      expect([command, status, stdout, stderr]).toEqual([command, 2, '', expect.stringMatching(sentence)]);
      expect(stderr).toMatch(/^dnnsplit: [^\n]+\.\n$/);
    }
    expect(readdirSync(folder)).toEqual(before);
  };

  it('are told in one sentence where they are loops of links', () => {
    refuses(undefined, 'loop', /loop( is a loop of symbolic links|\/compose )/);
  });

  it('are told in one sentence where their names are too long', () => {
    refuses(undefined, long, /The name n+\.\.\. is too long for the file system/);
  });

  it.skipIf(!isRoot)('are told in one sentence where a folder on the way is closed', () => {
    refuses(nobody, 'closed/it', /There is no permission to (open|read|write) closed\/it/);
  });

  it('are told in one sentence where the working folder is gone', () => {
    mkdirSync(path('gone'));
    const script = `cd gone && rmdir ../gone && exec "$0" "$@"`;
    const args = ['-c', script, process.execPath, bundled.program('cli'), 'plan', 'tiny.onnx'];
    const { status, stderr } = spawnSync('/bin/sh', args, { cwd: folder, encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      2,
      'dnnsplit: The working folder does not exist any more. Change to another folder.\n',
    ]);
  });

  it('are told in one sentence where a configuration names them', () => {
    for (const profile of ['loop', long]) {
      writeFileSync(path('c.json'), JSON.stringify({ tiers: [{ id: 'a', gflops: 1, profile }] }));
      const { status, stderr } = runAs(undefined, ['plan', 'tiny.onnx', '-c', 'c.json']);
      expect([status, stderr]).toEqual([2, expect.stringMatching(/^dnnsplit: [^\n]+\.\n$/)]);
    }
  });
});
