import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { earlierGeneratedFiles, generatedListFile, generatedListText } from '../../../src/app/split/ownFiles';
import { temporaryName } from '../../../src/files/leftovers';
import { makeWork, swapIn, waitingPlace } from '../../../src/files/swap';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dnnsplit-own-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that is no more. */
const { pid: nobody } = spawnSync(process.execPath, ['--version']);

it('knows its files again when a run was killed while its list had left', () => {
  const list = join(folder, generatedListFile);
  writeFileSync(list, generatedListText(['a.txt']));
  writeFileSync(join(folder, 'a.txt'), 'old');
  const work = join(folder, temporaryName().replace(`-${process.pid}-`, `-${nobody}-`));
  makeWork(work);
  writeFileSync(waitingPlace(work, generatedListFile), generatedListText(['a.txt']));
  writeFileSync(waitingPlace(work, 'a.txt'), 'new');
  const entries = [generatedListFile, 'a.txt'].map((path) => ({ path, isNew: true }));
  const stop = new Error('killed');
  let before = '';
  expect(() =>
    swapIn(work, entries, () => {
      // What a kill leaves after the first move; the swap undoes its moves when it fails in an orderly way.
      before = existsSync(list) ? 'there' : 'gone';
      throw stop;
    }),
  ).toThrow(stop);
  expect(before).toBe('gone');
  mkdirSync(join(work, 'old'), { recursive: true });
  writeFileSync(join(work, 'old/0'), readFileSync(list));
  rmSync(list);

  expect(earlierGeneratedFiles(folder)).toEqual([generatedListFile, 'a.txt']);
  expect(existsSync(work)).toBe(false);
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('old');
});
