import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hashBeside } from '../../../src/app/split/hashInThread';
import { openFileSource } from '../../../src/files/fileSource';
import { unwatched } from '../../../src/shared/work/work';
import { type Bundled, bundlePrograms } from '../../support/bundled';

/** Enough to be worth a thread. */
const bytes = Buffer.alloc(33_000_001, 'weights');

describe('a hash that is made in a thread', () => {
  let bundled: Bundled;
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-hash-'));
  const path = join(folder, 'weights');
  beforeAll(async () => {
    writeFileSync(path, bytes);
    bundled = await bundlePrograms({ hashThread: 'src/app/split/hashThread.ts' });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await bundled.remove();
  });
  const open = () => ['before', openFileSource(path), 'after'];
  const program = () => bundled.program('hashThread');
  const written = (name: string, text: string) => {
    const place = join(bundled.folder, name);
    writeFileSync(place, text);
    return place;
  };
  const hashOf = (content: Buffer) =>
    createHash('sha256').update(`before${content.length}:`).update(content).update('after').digest('hex');
  const expected = hashOf(bytes);

  it('is that of all texts and files in their order', () => {
    expect(hashBeside(open, unwatched, program())()).toBe(expected);
  });

  it('is made by its caller where a file is not what it was, where it is little, and where there is no program', () => {
    const shrinking = () => {
      const parts = open();
      truncateSync(path, 32_999_999);
      return parts;
    };
    expect(hashBeside(shrinking, unwatched, program())()).toBe(hashOf(bytes.subarray(0, 32_999_999)));
    writeFileSync(path, bytes);
    expect(hashBeside(open, unwatched, join(folder, 'none.js'))()).toBe(expected);
    const little = () => ['little'];
    expect(hashBeside(little, unwatched, program())()).toBe(createHash('sha256').update('little').digest('hex'));
  });

  it.each(['process.exit();', 'throw new Error("lost");'])(
    'is made by its caller where the thread ends before its time, after its files are closed: %s',
    async (text) => {
      const closed: string[] = [];
      const watched = () =>
        open().map((part) => {
          if (typeof part === 'string') return part;
          const close = () => {
            closed.push('file');
            part.close();
          };
          return { ...part, close };
        });
      const canceled = vi.fn(() => false);
      const hash = hashBeside(watched, { ...unwatched, canceled }, written('lost.js', text));
      await vi.waitFor(() => expect(closed).not.toEqual([]));
      expect(hash()).toBe(expected);
      // Asked before each piece that is read, and never while the thread is waited for.
      expect(canceled).toHaveBeenCalledTimes(Math.ceil(bytes.length / 2 ** 20));
    },
  );

  it('is not waited for by whoever cancels', () => {
    const slow = written('slow.js', 'setTimeout(() => undefined, 100);');
    const canceled = { ...unwatched, canceled: () => true };
    expect(() => hashBeside(open, canceled, slow)()).toThrow(/cancel/i);
  });
});
