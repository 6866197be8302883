import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashInThread } from '../../../src/app/split/hashInThread';
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
  const begin = () => hashInThread(['before', openFileSource(path), 'after'], bundled.program('hashThread'));

  it('is that of all texts and files in their order', () => {
    const expected = createHash('sha256').update(`before${bytes.length}:`).update(bytes).update('after').digest('hex');
    expect(begin()?.(unwatched)).toBe(expected);
  });

  it('is left to its caller where a file is not what it was', () => {
    const source = openFileSource(path);
    truncateSync(path, 32_999_999);
    expect(hashInThread([source], bundled.program('hashThread'))?.(unwatched)).toBeUndefined();
    writeFileSync(path, bytes);
  });

  it('is not waited for by whoever cancels, nor begun for little or without its program', () => {
    const slow = join(bundled.folder, 'slow.js');
    writeFileSync(slow, 'setTimeout(() => undefined, 100);');
    const canceled = { ...unwatched, canceled: () => true };
    expect(() => hashInThread([openFileSource(path)], slow)?.(canceled)).toThrow(/cancel/i);
    expect(hashInThread(['little'], bundled.program('hashThread'))).toBeUndefined();
    expect(hashInThread([openFileSource(path)], join(folder, 'none.js'))).toBeUndefined();
  });
});
