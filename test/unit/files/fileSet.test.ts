import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileIdentities } from '../../../src/files/fileIdentity';
import { commitSets, FileSet } from '../../../src/files/fileSet';
import { makeWork, swapIn, undoSwap, waitingPlace } from '../../../src/files/swap';

let folder = '';
const path = (...names: string[]) => join(folder, ...names);
const put = (name: string, text: string) => {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), text);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dnnsplit-sets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Everything below the folder: text by path. */
function tree(at = folder, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
      const name = `${prefix}${entry.name}`;
      return entry.isDirectory()
        ? Object.entries(tree(join(at, entry.name), `${name}/`))
        : [[name, readFileSync(join(at, entry.name), 'utf8')]];
    }),
  );
}

/** Names of files below the folder that this process holds open; none where the system does not say. */
function heldOpen(): string[] {
  if (!existsSync('/proc/self/fd')) return [];
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${descriptor}`);
      return file.startsWith(folder) ? [file] : [];
    } catch {
      return [];
    }
  });
}

function openSet(own: readonly string[], options: { overwrite?: boolean; inputs?: readonly string[] } = {}) {
  const { overwrite = true, inputs = [] } = options;
  const identities = fileIdentities(inputs.map((name) => path(name)));
  return new FileSet(path('out'), { overwrite, inputs: identities, own, expected: ['seal'], seal: 'seal' });
}

function write(set: FileSet, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) set.create(name).write(new TextEncoder().encode(text));
}

describe('a set of files', () => {
  it('writes many files as a whole, holding no more than some open and none afterwards', () => {
    const names = Array.from({ length: 40 }, (_, index) => `part-${index}`);
    const set = openSet([]);
    for (const name of [...names, 'seal']) {
      const file = set.create(name);
      for (let piece = 0; piece < 3; piece += 1) file.write(Buffer.from(`${name} ${piece};`));
      expect(heldOpen().length).toBeLessThanOrEqual(16);
    }
    commitSets([set]);
    const text = (name: string) => [0, 1, 2].map((piece) => `${name} ${piece};`).join('');
    expect(tree(path('out'))).toEqual(Object.fromEntries([...names, 'seal'].map((name) => [name, text(name)])));
    expect(heldOpen()).toEqual([]);
  });

  it('appears as one, and only when it is committed', () => {
    const set = openSet([], { overwrite: false });
    write(set, { 'a/x': '1', seal: '2' });
    expect(existsSync(path('out'))).toBe(false);
    commitSets([set]);
    set.abandon();
    expect(tree()).toEqual({ 'out/a/x': '1', 'out/seal': '2' });
  });

  it('leaves nothing when it is given up', () => {
    const set = new FileSet(path('deep/out'), { overwrite: false, inputs: [], own: [], expected: [], seal: '' });
    write(set, { 'a/x': '1' });
    set.abandon();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes the place of an earlier one, with its rights, and leaves no file of it behind', () => {
    put('out/a/x', 'old');
    put('out/b/y', 'old');
    put('out/seal', 'old');
    chmodSync(path('out/a/x'), 0o600);
    chmodSync(path('out'), 0o750);
    const set = openSet(['seal', 'a/x', 'b/y']);
    write(set, { 'a/x': 'new', seal: 'new' });
    commitSets([set]);
    expect(tree()).toEqual({ 'out/a/x': 'new', 'out/seal': 'new' });
    expect([statSync(path('out')).mode & 0o777, statSync(path('out/a/x')).mode & 0o777]).toEqual([0o750, 0o600]);
  });

  it('leaves the files of others, and refuses where one is in the way', () => {
    put('out/a/x', 'old');
    put('out/seal', 'old');
    put('out/a/notes', 'mine');
    put('out/b/y', 'mine');
    const set = openSet(['seal', 'a/x']);
    write(set, { 'c/z': 'new', seal: 'new' });
    commitSets([set]);
    const after = { 'out/a/notes': 'mine', 'out/b/y': 'mine', 'out/c/z': 'new', 'out/seal': 'new' };
    expect(tree()).toEqual(after);
    const refused = openSet(['seal', 'c/z']);
    expect(() => write(refused, { 'b/y': 'new' })).toThrow(/out\/b\/y was not written by an earlier run/);
    refused.abandon();
    expect(tree()).toEqual(after);
  });

  it('never replaces what is read for it, a link, or anything without leave', () => {
    put('out/seal', 'old');
    put('out/a/x', 'model');
    expect(() => openSet(['seal', 'a/x'], { inputs: ['out/a/x'] })).toThrow(
      /is an input of this command and would be lost/,
    );
    expect(() => openSet(['seal'], { overwrite: false })).toThrow(expect.objectContaining({ code: 'file-exists' }));
    symlinkSync(path('out/a'), path('out/link'));
    const set = openSet(['seal', 'a/x']);
    expect(() => set.create('link/y')).toThrow(/out\/link is a link, which is not replaced/);
    set.abandon();
    put('file', '');
    expect(() => new FileSet(path('file'), { overwrite: true, inputs: [], own: [], expected: [], seal: '' })).toThrow(
      /is a file\. Choose a folder/,
    );
  });

  it('goes into the folder that a link leads to', () => {
    mkdirSync(path('real'));
    symlinkSync('real', path('out'));
    const set = openSet([]);
    write(set, { seal: 'new' });
    commitSets([set]);
    expect(tree(path('real'))).toEqual({ seal: 'new' });
    expect(readdirSync(folder).sort()).toEqual(['out', 'real']);
  });

  it('is undone as a whole where one of several cannot take its place', () => {
    const [first, second] = ['one', 'two'].map(
      (name) => new FileSet(path(name), { overwrite: false, inputs: [], own: [], expected: [], seal: '' }),
    );
    if (!first || !second) throw new Error('no sets');
    write(first, { x: '1' });
    write(second, { x: '2' });
    put('two/x', 'someone else, meanwhile');
    expect(() => commitSets([first, second])).toThrow(expect.objectContaining({ code: 'file-exists' }));
    for (const set of [first, second]) set.abandon();
    expect(tree()).toEqual({ 'two/x': 'someone else, meanwhile' });
  });
});

describe('a swap that is broken off', () => {
  const before = { 'a/x': 'old', 'b/y': 'old', seal: 'old' };
  const after = { 'a/x': 'new', 'c/z': 'new', seal: 'new' };
  const entries = [
    { path: 'seal', isNew: true },
    { path: 'a/x', isNew: true },
    { path: 'b/y', isNew: false },
    { path: 'c/z', isNew: true },
  ];

  /** The folder after each of the moves of a swap, as a killed run would leave it. */
  function moments(): string[] {
    const kept: string[] = [];
    const work = path('live/.work');
    for (const [name, text] of Object.entries(before)) put(`live/${name}`, text);
    makeWork(work);
    for (const [name, text] of Object.entries(after)) {
      mkdirSync(dirname(waitingPlace(work, name)), { recursive: true });
      writeFileSync(waitingPlace(work, name), text);
    }
    const keep = () => {
      kept.push(path(`moment${kept.length}`));
      cpSync(path('live'), kept.at(-1) ?? '', { recursive: true });
    };
    keep();
    swapIn(work, entries, keep);
    return kept;
  }

  it('goes back to what was there, or is complete, whenever it was', () => {
    const kept = moments();
    expect(kept.length).toBeGreaterThan(6);
    const results = kept.map((moment) => {
      expect(undoSwap(join(moment, '.work'))).toBe(true);
      return JSON.stringify(tree(moment));
    });
    const sorted = (files: object) => JSON.stringify(Object.fromEntries(Object.entries(files).sort()));
    const last = results.pop();
    expect([...new Set(results)]).toEqual([sorted(before)]);
    expect(last).toBe(sorted(after));
  });

  it('keeps what was there where someone else has taken its place', () => {
    const [, , , moment = ''] = moments();
    mkdirSync(join(moment, 'a'), { recursive: true });
    writeFileSync(join(moment, 'seal'), 'someone else');
    expect(undoSwap(join(moment, '.work'))).toBe(false);
    expect(tree(moment)).toMatchObject({ seal: 'someone else', '.work/old/0': 'old' });
  });
});
