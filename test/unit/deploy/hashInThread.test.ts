import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HashThread, hashBeside, startHashThread } from '../../../src/app/split/hashInThread';
import { type FileSource, openFileSource } from '../../../src/files/fileSource';
import { unwatched } from '../../../src/shared/work/work';
import { type Bundled, bundlePrograms } from '../../support/bundled';

/** Enough to be worth a thread. */
const bytes = Buffer.alloc(33_000_001, 'weights');

/** The same file, whose closing is heard of. */
function closing(file: FileSource, closed: () => void): FileSource {
  const close = () => {
    closed();
    file.close();
  };
  return { ...file, close };
}

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
    expect(hashBeside(open, new HashThread(program()), unwatched)()).toBe(expected);
  });

  it('is made by its caller where a file is not what it was, and without a thread', () => {
    const shrinking = () => {
      const parts = open();
      truncateSync(path, 32_999_999);
      return parts;
    };
    expect(hashBeside(shrinking, new HashThread(program()), unwatched)()).toBe(hashOf(bytes.subarray(0, 32_999_999)));
    writeFileSync(path, bytes);
    expect(hashBeside(open, undefined, unwatched)()).toBe(expected);
  });

  it('has a thread where it is much and the program is there', async () => {
    expect(startHashThread(1e6, program())).toBeUndefined();
    expect(startHashThread(1e8, join(folder, 'none.js'))).toBeUndefined();
    const thread = startHashThread(1e8, program());
    expect(thread).toBeInstanceOf(HashThread);
    await thread?.end();
  });

  it('is made by its caller where the thread was ended before it began', async () => {
    const thread = new HashThread(program());
    await thread.end();
    const closed = vi.fn();
    const watched = () => open().map((part) => (typeof part === 'string' ? part : closing(part, closed)));
    const hash = hashBeside(watched, thread, unwatched);
    expect(closed).toHaveBeenCalledTimes(1);
    expect(hash()).toBe(expected);
  });

  it.each(['process.exit();', 'throw new Error("lost");'])(
    'is made by its caller where the thread ends before its time, after its files are closed: %s',
    async (text) => {
      const closed = vi.fn();
      const watched = () => open().map((part) => (typeof part === 'string' ? part : closing(part, closed)));
      const canceled = vi.fn(() => false);
      const hash = hashBeside(watched, new HashThread(written('lost.js', text)), { ...unwatched, canceled });
      await vi.waitFor(() => expect(closed).toHaveBeenCalled());
      expect(hash()).toBe(expected);
      // Asked before each piece that is read, and never while the thread is waited for.
      expect(canceled).toHaveBeenCalledTimes(Math.ceil(bytes.length / 2 ** 20));
    },
  );

  it('is not waited for by whoever cancels', () => {
    const slow = written('slow.js', 'setTimeout(() => undefined, 100);');
    const canceled = { ...unwatched, canceled: () => true };
    expect(() => hashBeside(open, new HashThread(slow), canceled)()).toThrow(/cancel/i);
  });
});
