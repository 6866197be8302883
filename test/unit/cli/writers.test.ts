import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { sampleConfig } from '../../support/sampleConfig';

const root = resolve(import.meta.dirname, '../../..');
const isRoot = process.getuid?.() === 0;
/** An account that owns nothing. */
const nobody = 65534;

describe.skipIf(process.platform === 'win32')('what the command line writes', () => {
  let bundled: Bundled;
  let folder: string;
  const path = (name: string) => join(folder, name);
  const text = (name: string) => readFileSync(path(name), 'utf8');
  const runAs = (user: number | undefined, args: readonly string[], preloaded: readonly string[] = []) =>
    spawnSync(process.execPath, [...preloaded, bundled.program('cli'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 100_000,
      ...(user !== undefined && { uid: user, gid: user }),
    });
  const run = (...args: string[]) => runAs(undefined, args);
  const refusal = (...args: string[]) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^dnnsplit: [^\n]+\.\n$/);
    return stderr;
  };
  const plan = (...args: string[]) => ['plan', 'tiny.onnx', ...args];
  const graph = (...args: string[]) => ['graph', 'tiny.onnx', ...args];
  const report = (...args: string[]) => ['report', 'tiny.onnx', '--format', 'html', ...args];
  const profile = (...args: string[]) => [
    ...['profile', 'tiny.onnx', '--from-trace', 'trace.json', '--device', 'test'],
    ...args,
  ];

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    chmodSync(bundled.folder, 0o755);
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-written-'));
    chmodSync(folder, 0o755);
    copyFileSync(resolve(root, 'test/workspace/tiny-resnet.onnx'), path('tiny.onnx'));
    writeFileSync(path('dnnsplit.json'), sampleConfig);
    const { nodes } = JSON.parse(run('analyze', 'tiny.onnx', '--json', '--nodes').stdout);
    writeFileSync(path('trace.json'), traceOf(nodes));
    expect(run(...plan('-o', 'p.splitplan.json')).status).toBe(0);
  }, 60_000);
  afterAll(async () => {
    await bundled.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('replaces no file without --force', () => {
    for (const command of [plan, graph, report, profile]) {
      writeFileSync(path('mine'), 'mine', { mode: 0o600 });
      expect(refusal(...command('-o', 'mine'))).toMatch(/mine already exists\. Add --force/);
      expect(text('mine')).toBe('mine');
      expect(run(...command('-o', 'mine', '--force')).status).toBe(0);
      expect(text('mine')).not.toBe('mine');
      expect(statSync(path('mine')).mode & 0o777).toBe(0o600);
      rmSync(path('mine'));
    }
  });

  it('never replaces what it reads', () => {
    symlinkSync('tiny.onnx', path('link.onnx'));
    const model = readFileSync(path('tiny.onnx'));
    for (const command of [plan, graph, report, profile]) {
      for (const name of ['tiny.onnx', ...(command === plan ? ['link.onnx', 'dnnsplit.json'] : [])]) {
        expect(refusal(...command('-o', name, '--force'))).toMatch(/is an input of this command and would be lost/);
      }
    }
    expect(refusal(...profile('-o', 'trace.json', '--force'))).toMatch(/trace\.json is an input of this command/);
    expect(refusal('graph', 'p.splitplan.json', '-o', 'p.splitplan.json', '--force')).toMatch(
      /is an input of this command/,
    );
    expect(readFileSync(path('tiny.onnx'))).toEqual(model);
    expect(lstatSync(path('link.onnx')).isSymbolicLink()).toBe(true);
    expect(text('dnnsplit.json')).toBe(sampleConfig);
  });

  it('never replaces a device', () => {
    for (const command of [plan, graph, report, profile]) {
      expect(refusal(...command('-o', '/dev/null', '--force'))).toMatch(/\/dev\/null is a device/);
    }
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    // A link that leads to no path.
    const told = /\/dev\/stdout is a (pipe|socket) and is never replaced\. Use "-o -" for standard output/;
    expect(refusal(...plan('-o', '/dev/stdout'))).toMatch(told);
  });

  it('takes - for standard output, and says the rest elsewhere', () => {
    const planned = run(...plan('-o', '-'));
    expect(JSON.parse(planned.stdout).model.file).toBe('tiny.onnx');
    expect(planned.stdout).toBe(text('p.splitplan.json'));
    expect(planned.stderr).toMatch(/latency/);
    expect(run(...graph('-o', '-')).stdout).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    const profiled = run(...profile('-o', '-', '--json'));
    expect(JSON.parse(profiled.stdout).device).toBe('test');
    expect(JSON.parse(profiled.stderr).measuredNodes).toBeGreaterThan(0);
    expect(refusal('split', 'p.splitplan.json', '-o', '-')).toMatch(/standard output takes only one/);
    expect(refusal('deploy', 'p.splitplan.json', '-t', 'compose', '-o', '-')).toMatch(/Name a folder with -o/);
    expect(existsSync(path('-'))).toBe(false);
  });

  it('splits into its own folder without touching the model or other files', () => {
    mkdirSync(path('here/device'), { recursive: true });
    copyFileSync(path('tiny.onnx'), path('here/tiny.onnx'));
    writeFileSync(path('here/device/notes.txt'), 'mine');
    run('plan', 'here/tiny.onnx', '-o', 'here/p.splitplan.json');
    const split = ['split', 'here/p.splitplan.json', '-o', 'here', '--force'];
    expect(run(...split).status).toBe(0);
    expect(run(...split).status).toBe(0);
    expect(readFileSync(path('here/tiny.onnx'))).toEqual(readFileSync(path('tiny.onnx')));
    expect(text('here/device/notes.txt')).toBe('mine');
    expect(refusal('split', 'here/split.splitplan.json', '-o', 'here', '--force')).toMatch(
      /is an input of this command/,
    );
    // A model of someone else's where a sub-model would go.
    mkdirSync(path('taken/device'), { recursive: true });
    writeFileSync(path('taken/device/contract.json'), 'mine');
    expect(refusal('split', 'p.splitplan.json', '-o', 'taken', '--force')).toMatch(/was not written by an earlier run/);
    expect(readdirSync(path('taken/device'))).toEqual(['contract.json']);
  });

  it('makes nothing of a model that is rewritten meanwhile', () => {
    writeFileSync(path('rewrite.cjs'), rewriteAtFirstWrite);
    copyFileSync(path('tiny.onnx'), path('live.onnx'));
    run('plan', 'live.onnx', '-o', 'live.splitplan.json');
    const hook = ['--require', path('rewrite.cjs')];
    for (const args of [
      ['split', 'live.splitplan.json', '-o', 'rewritten'],
      ['deploy', 'live.splitplan.json', '-t', 'triton', '-o', 'rewritten'],
    ]) {
      const { status, stderr } = runAs(undefined, args, hook);
      expect([status, stderr]).toEqual([2, expect.stringMatching(/live\.onnx changed while it was used/)]);
      const left = readdirSync(folder).filter((name) => name === 'rewritten' || name.startsWith('.dnnsplit'));
      expect(left).toEqual([]);
    }
  });

  it.skipIf(!isRoot)('says in one sentence that a folder may not be written to, or a file', () => {
    mkdirSync(path('locked'));
    writeFileSync(path('locked/p.splitplan.json'), text('p.splitplan.json'));
    for (const args of [
      plan('-o', 'locked/a.splitplan.json'),
      graph('-o', 'locked/a.svg'),
      profile('-o', 'locked/a.profile.json'),
      ['split', 'p.splitplan.json', '-o', 'locked'],
      ['split', 'p.splitplan.json', '-o', 'locked/out'],
      ['deploy', 'p.splitplan.json', '-t', 'compose', '-o', 'locked/out'],
    ]) {
      const { status, stderr } = runAs(nobody, args);
      expect([status, stderr]).toEqual([
        2,
        expect.stringMatching(/^dnnsplit: There is no permission to write [^\n]+\n$/),
      ]);
    }
    expect(readdirSync(path('locked'))).toEqual(['p.splitplan.json']);
    // A file that is locked stays, though its folder is open.
    mkdirSync(path('open'));
    writeFileSync(path('open/a.splitplan.json'), 'mine', { mode: 0o444 });
    chownSync(path('open'), nobody, nobody);
    const { status, stderr } = runAs(nobody, plan('-o', 'open/a.splitplan.json', '--force'));
    expect([status, stderr]).toEqual([2, expect.stringMatching(/There is no permission to write/)]);
    expect(text('open/a.splitplan.json')).toBe('mine');
  });

  it.skipIf(!isRoot)('leaves nothing where an earlier split or a folder in it is read-only', () => {
    mkdirSync(path('owned'));
    chownSync(path('owned'), nobody, nobody);
    const split = ['split', 'p.splitplan.json', '-o', 'owned/out'];
    expect(runAs(nobody, split).status).toBe(0);
    const [tier = ''] = readdirSync(path('owned/out')).filter((name) => !name.includes('.'));
    for (const place of ['owned/out', `owned/out/${tier}`]) {
      const before = statSync(path(place)).mode;
      chmodSync(path(place), 0o555);
      const { status, stderr } = runAs(nobody, [...split, '--force']);
      // The folder itself changes its content; one in it changes its place with what is around it.
      if (place === 'owned/out') expect(stderr).toMatch(/^dnnsplit: There is no permission to write [^\n]+\n$/);
      expect([place, status]).toEqual([place, place === 'owned/out' ? 2 : 0]);
      expect(readdirSync(path('owned'))).toEqual(['out']);
      expect(readdirSync(path('owned/out')).sort()).toEqual([tier, 'split.splitplan.json'].sort());
      chmodSync(path(place), before);
    }
  });

  it.skipIf(!mayMount())('says in one sentence that a disk is full or read-only, and leaves nothing', () => {
    mkdirSync(path('disk'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path('disk')]);
    try {
      for (const args of [
        graph('-o', 'disk/new/a.svg', '--unfolded'),
        ['split', 'p.splitplan.json', '-o', 'disk/out'],
        ['deploy', 'p.splitplan.json', '-t', 'triton', '-o', 'disk/out'],
      ]) {
        writeFileSync(path('disk/filler'), new Uint8Array(60 * 1024));
        expect(refusal(...args)).toMatch(/The disk is full, so disk\/.* cannot be written\./);
        expect(readdirSync(path('disk'))).toEqual(['filler']);
      }
      execFileSync('mount', ['-o', 'remount,ro', path('disk')]);
      for (const args of [plan('-o', 'disk/a.json'), ['split', 'p.splitplan.json', '-o', 'disk/out']]) {
        expect(refusal(...args)).toMatch(/lies on a disk that is read-only/);
      }
    } finally {
      execFileSync('umount', [path('disk')]);
    }
  });
});

/** True where this process may mount a small disk. */
function mayMount(): boolean {
  if (!isRoot || process.platform !== 'linux') return false;
  const at = mkdtempSync(join(tmpdir(), 'dnnsplit-mount-'));
  try {
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at]);
    if (status === 0) execFileSync('umount', [at]);
    return status === 0;
  } finally {
    rmSync(at, { recursive: true });
  }
}

/** A profile of ONNX Runtime in which every node takes a millisecond. */
function traceOf(nodes: readonly { readonly id: string; readonly name: string; readonly op: string }[]): string {
  const events = nodes.map(({ id, name, op }, index) => ({
    ...{ cat: 'Node', name: `${name}_kernel_time`, ts: index * 1000, dur: 1000, tid: 1 },
    args: { op_name: op, node_index: id, provider: 'CPUExecutionProvider' },
  }));
  const session = { cat: 'Session', name: 'model_run', ts: 0, dur: nodes.length * 1000, tid: 1, args: {} };
  return `[${[...events, session].map((event) => JSON.stringify(event)).join(',\n')}\n]\n`;
}

/** Loaded before the program: rewrites the model, at the same size, when the first bytes of a part are written. */
const rewriteAtFirstWrite = `
const fs = require('node:fs');
const { writeSync, readFileSync, writeFileSync } = fs;
let isDone = false;
fs.writeSync = (...args) => {
  if (!isDone) {
    isDone = true;
    const bytes = readFileSync('live.onnx');
    writeFileSync('live.onnx', bytes);
  }
  return writeSync(...args);
};
`;
