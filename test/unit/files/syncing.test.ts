import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commitSets, FileSet } from '../../../src/files/fileSet';

/** What was asked of the disk, in order; syncs whose turn is in `failing` fail. */
const disk = vi.hoisted(() => ({ events: [] as string[], failing: new Set<number>(), underWay: 0 }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  return {
    ...real,
    fsyncSync(descriptor: number) {
      const turn = disk.events.push('sync');
      if (disk.failing.has(turn)) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
      real.fsyncSync(descriptor);
    },
    fdatasync(descriptor: number, done: () => void) {
      disk.underWay += 1;
      real.fdatasync(descriptor, () => {
        done();
        // A descriptor that is closed can be asked nothing.
        expect(() => real.fstatSync(descriptor)).toThrow('EBADF');
        disk.underWay -= 1;
      });
    },
    renameSync(from: string, to: string) {
      if (!to.endsWith('journal.json')) disk.events.push('move');
      real.renameSync(from, to);
    },
  };
});

describe('files that go to the disk while others are written', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-syncing-'));
    disk.events.length = 0;
    disk.failing.clear();
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const written = () => {
    const set = new FileSet(join(folder, 'out'), { overwrite: false, inputs: [], own: [], expected: [], seal: 'seal' });
    for (const name of ['a', 'b', 'seal']) set.create(name).write(Buffer.alloc(2 ** 20, name));
    return set;
  };

  it('are all there before the first of them moves', () => {
    commitSets([written()]);
    expect(disk.events).toEqual(['sync', 'sync', 'sync', 'move']);
  });

  it.runIf(process.platform === 'linux')(
    'begin before they are waited for, with files of their own that close',
    async () => {
      const set = written();
      expect(disk.underWay).toBe(2);
      set.abandon();
      expect(readdirSync(folder)).toEqual([]);
      await vi.waitFor(() => expect(disk.underWay).toBe(0));
    },
  );

  it('are named where one of them cannot be written, and nothing has moved', () => {
    disk.failing.add(2);
    const set = written();
    expect(() => commitSets([set])).toThrow(join(folder, 'out', 'b'));
    expect(existsSync(join(folder, 'out'))).toBe(false);
    set.abandon();
    expect(readdirSync(folder)).toEqual([]);
  });
});
