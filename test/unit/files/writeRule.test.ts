import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAtomicFile, writeFileAtomically } from '../../../src/files/atomicFile';
import { fileIdentities, requireUnchanged } from '../../../src/files/fileIdentity';
import { removeLeftovers, temporaryName } from '../../../src/files/leftovers';

let folder = '';
const path = (name: string) => join(folder, name);
const write = (name: string, overwrite: boolean, inputs: readonly string[] = []) =>
  writeFileAtomically(path(name), 'new', { overwrite, inputs: fileIdentities(inputs.map(path)) });
const text = (name: string) => readFileSync(path(name), 'utf8');
const onLinux = process.platform === 'linux';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dnnsplit-rule-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('what exists', () => {
  it('stays unless it may be replaced, and the sentence says how', () => {
    writeFileSync(path('a'), 'old');
    expect(() => write('a', false)).toThrow(/a already exists\. Add --force/);
    expect(text('a')).toBe('old');
    write('a', true);
    expect(text('a')).toBe('new');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('stays when it appears while the file is written', () => {
    const file = createAtomicFile(path('a'), { overwrite: false, inputs: [] });
    writeFileSync(path('a'), 'someone else');
    expect(() => file.commit()).toThrow(expect.objectContaining({ code: 'file-exists' }));
    file.abandon();
    expect(text('a')).toBe('someone else');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it.skipIf(process.platform === 'win32')('keeps its mode', () => {
    writeFileSync(path('a'), 'old', { mode: 0o600 });
    chmodSync(path('a'), 0o640);
    write('a', true);
    expect(statSync(path('a')).mode & 0o777).toBe(0o640);
  });

  it.skipIf(process.platform === 'win32')('is never replaced when it is no regular file', () => {
    execFileSync('mkfifo', [path('pipe')]);
    mkdirSync(path('folder'));
    symlinkSync('/dev/null', path('link'));
    for (const [name, nature] of [
      ['pipe', /is a pipe/],
      ['folder', /is a folder/],
      ['folder/', /is a folder/],
      ['link', /is a device/],
    ] as const) {
      expect(() => write(name, true)).toThrow(nature);
    }
    expect(() => writeFileAtomically('/dev/null', 'new', { overwrite: true, inputs: [] })).toThrow(/is a device/);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(lstatSync(path('pipe')).isFIFO()).toBe(true);
  });
});

describe('a file that is read for the run', () => {
  it('is never replaced, under whichever name', () => {
    writeFileSync(path('model.onnx'), 'weights');
    symlinkSync('model.onnx', path('link'));
    linkSync(path('model.onnx'), path('hard'));
    mkdirSync(path('sub'));
    symlinkSync('..', path('sub/up'));
    for (const name of ['model.onnx', './sub/../model.onnx', 'link', 'hard', 'sub/up/model.onnx']) {
      expect(() => write(name, true, ['model.onnx'])).toThrow(/is an input of this command and would be lost/);
    }
    expect(text('model.onnx')).toBe('weights');
  });

  it('is missed when it changes meanwhile, whatever its time says', () => {
    writeFileSync(path('model.onnx'), 'weights');
    const before = fileIdentities([path('model.onnx')]);
    requireUnchanged(before);
    const { atime, mtime } = statSync(path('model.onnx'));
    writeFileSync(path('model.onnx'), 'WEIGHTS');
    utimesSync(path('model.onnx'), atime, mtime);
    expect(() => requireUnchanged(before)).toThrow(/model\.onnx changed while it was used/);
    rmSync(path('model.onnx'));
    expect(() => requireUnchanged(before)).toThrow(/changed/);
  });
});

describe('symbolic links', () => {
  it('are written through, also to a file that is not there yet', () => {
    mkdirSync(path('elsewhere'));
    writeFileSync(path('elsewhere/a'), 'old');
    symlinkSync('elsewhere/a', path('link'));
    symlinkSync('elsewhere/b', path('dangling'));
    expect(() => write('link', false)).toThrow(/already exists/);
    write('link', true);
    write('dangling', false);
    expect([text('elsewhere/a'), text('elsewhere/b')]).toEqual(['new', 'new']);
    for (const name of ['link', 'dangling']) expect(lstatSync(path(name)).isSymbolicLink()).toBe(true);
    symlinkSync('round', path('round'));
    expect(() => write('round', true)).toThrow(/loop of symbolic links/);
  });
});

describe('what cannot be written', () => {
  it('is told in one sentence, and leaves nothing', () => {
    writeFileSync(path('file'), '');
    expect(() => write('file/below/a', false)).toThrow(/under something that is not a folder/);
    expect(() => write('n'.repeat(300), false)).toThrow(/too long for the file system/);
    if (onLinux) {
      expect(() => writeFileAtomically('/proc/dnnsplit/a', 'new', { overwrite: false, inputs: [] })).toThrow(
        /cannot be created there\. Choose another folder\./,
      );
    }
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('leaves no folders that were made for it', () => {
    const file = createAtomicFile(path('x/y/a'), { overwrite: false, inputs: [] });
    file.write(new Uint8Array(10));
    file.abandon();
    expect(existsSync(path('x'))).toBe(false);
    write('x/y/a', false);
    expect(text('x/y/a')).toBe('new');
  });
});

describe('what killed runs leave', () => {
  it('is removed once their process is gone, and only then', async () => {
    const alive = temporaryName();
    const [, machine, pid = '', began] = /^\.dnnsplit-(\w+)-(\d+)-(\d+)-/.exec(alive) ?? [];
    const dead = `.dnnsplit-${machine}-${await deadProcessId()}-1-aaaaaaaaaaaa.part`;
    // The same id, given to another process since.
    const reused = `.dnnsplit-${machine}-${pid}-${Number(began) - 1}-aaaaaaaaaaaa.part`;
    const others = ['.dnnsplit-mine.part', '.a.onnx.abcdef.part', '.dnnsplit-00000000-1-1-aaaaaaaaaaaa.part'];
    for (const name of [alive, dead, ...others]) writeFileSync(path(name), '');
    if (onLinux) writeFileSync(path(reused), '');
    write('a', false);
    expect(readdirSync(folder).sort()).toEqual([alive, ...others, 'a'].sort());
  });

  it('is removed a day later where another machine has left it', () => {
    const foreign = '.dnnsplit-00000000-1-1-aaaaaaaaaaaa.part';
    writeFileSync(path(foreign), '');
    removeLeftovers(folder);
    expect(readdirSync(folder)).toEqual([foreign]);
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
    utimesSync(path(foreign), yesterday, yesterday);
    removeLeftovers(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not believed where its journal leads out of its folder', async () => {
    const [, machine] = /^\.dnnsplit-(\w+)-/.exec(temporaryName()) ?? [];
    const work = `sub/.dnnsplit-${machine}-${await deadProcessId()}-1-aaaaaaaaaaaa.part`;
    mkdirSync(path(`${work}/old`), { recursive: true });
    mkdirSync(path(`${work}/new/x`), { recursive: true });
    writeFileSync(path('mine'), 'mine');
    writeFileSync(path(`${work}/old/0`), 'theirs');
    const entries = [
      { path: '../mine', isNew: true },
      { path: 'x', isNew: true },
    ];
    writeFileSync(path(`${work}/journal.json`), JSON.stringify(entries));
    removeLeftovers(path('sub'));
    expect(text('mine')).toBe('mine');
  });
});

async function deadProcessId(): Promise<number> {
  const { spawnSync } = await import('node:child_process');
  return spawnSync(process.execPath, ['-e', '']).pid;
}
