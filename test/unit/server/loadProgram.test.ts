import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProgram } from '../../../src/server/programs/loadProgram';

describe('a program that is loaded', () => {
  let folder: string;
  let program: string;
  let codeFolder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dnnsplit-program-'));
    codeFolder = join(folder, 'code');
    program = join(folder, 'sum.js');
    await writeFile(
      program,
      'exports.sum = (a, b) => a + b;\nexports.from = [__filename, require("node:path").sep];\n',
    );
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const load = () => loadProgram(program, codeFolder, 1) as { sum(a: number, b: number): number; from: string[] };
  const kept = (): Promise<string[]> => readdir(codeFolder).catch(() => []);
  const bytes = async () => readFile(join(codeFolder, (await kept())[0] ?? ''));

  it('runs as it does by require, and keeps its compiled form once it has settled', async () => {
    const { sum, from } = load();
    expect(sum(2, 3)).toBe(5);
    expect(from[0]).toBe(program);
    await expect.poll(kept).toEqual([expect.stringMatching(/^sum-[0-9a-f]{16}\.code$/)]);
  });

  it('keeps nothing where no folder is named', async () => {
    expect(loadProgram(program, undefined, 1)).toMatchObject({ sum: expect.any(Function) });
    await new Promise((done) => setTimeout(done, 30));
    expect(await kept()).toEqual([]);
  });

  it('does not write again what it could use', async () => {
    load();
    await expect.poll(kept).toHaveLength(1);
    const before = await bytes();
    expect(load().sum(1, 1)).toBe(2);
    await new Promise((done) => setTimeout(done, 30));
    expect(await bytes()).toEqual(before);
  });

  it('has pieces, which run once and are kept with it, until it changes', async () => {
    const count = 'globalThis.dnnsplitPieces = (globalThis.dnnsplitPieces ?? 0) + 1;\n';
    await writeFile(join(folder, 'part_AB12.js'), `${count}exports.one = 1;\n`);
    const text = 'const { one } = require("./part_AB12.js");\nexports.two = one + require("./part_AB12.js").one;\n';
    await writeFile(program, text);
    expect(load()).toMatchObject({ two: 2 });
    expect(Reflect.get(globalThis, 'dnnsplitPieces')).toBe(1);
    Reflect.deleteProperty(globalThis, 'dnnsplitPieces');
    const names = [/^sum-[0-9a-f]{16}\.code$/, /^sum\.part_AB12-[0-9a-f]{16}\.code$/].map((name) =>
      expect.stringMatching(name),
    );
    await expect.poll(kept).toEqual(names);
    const before = await kept();
    await writeFile(join(folder, 'part_CD34.js'), 'exports.one = 2;\n');
    await writeFile(program, text.replaceAll('AB12', 'CD34'));
    expect(load()).toMatchObject({ two: 4 });
    await expect.poll(async () => (await kept()).filter((name) => name.includes('CD34'))).toHaveLength(1);
    expect((await kept()).filter((name) => before.includes(name))).toEqual([]);
  });

  it('passes over a damaged file and replaces it', async () => {
    load();
    await expect.poll(kept).toHaveLength(1);
    const whole = await bytes();
    const damaged = Buffer.from(whole);
    damaged[40] = (damaged[40] ?? 0) ^ 0xff;
    await writeFile(join(codeFolder, (await kept())[0] ?? ''), damaged);
    expect(load().sum(4, 4)).toBe(8);
    await expect.poll(async () => (await bytes()).equals(damaged)).toBe(false);
  });

  it('drops what an earlier version of the program has left, and nothing else', async () => {
    load();
    await expect.poll(kept).toHaveLength(1);
    const [before] = await kept();
    await writeFile(join(codeFolder, 'other-0.code'), '');
    await writeFile(program, 'exports.sum = (a, b) => a + b + 1;\n');
    expect(load().sum(1, 1)).toBe(3);
    await expect.poll(async () => (await kept()).includes(before ?? '')).toBe(false);
    await expect.poll(async () => (await kept()).length).toBe(2);
    expect(await kept()).toContain('other-0.code');
  });
});
