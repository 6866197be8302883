import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keptIn } from '../../../src/programs/keptIn';
import { loadProgram } from '../../../src/programs/loadProgram';

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

  type Sum = { sum(a: number, b: number): number; from: string[] };
  const load = () => loadProgram(program, keptIn(codeFolder, 1)) as Sum;
  /** Loads it and keeps it as it is then. */
  const loadAndKeep = (use?: string) => {
    const settled: (() => void)[] = [];
    const keeping = { folder: codeFolder, ...(use !== undefined && { use }) };
    const exports = loadProgram(program, { ...keeping, whenSettled: (keep) => void settled.push(keep) }) as Sum;
    for (const keep of settled) keep();
    return { exports, wasKept: settled.length > 0 };
  };
  const kept = (): Promise<string[]> => readdir(codeFolder).catch(() => []);
  const bytes = async () => readFile(join(codeFolder, (await kept())[0] ?? ''));

  it('runs as it does by require, and keeps its compiled form once it has settled', async () => {
    const { sum, from } = load();
    expect(sum(2, 3)).toBe(5);
    expect(from[0]).toBe(program);
    await expect.poll(kept).toEqual([expect.stringMatching(/^sum-[0-9a-f]+\.code$/)]);
  });

  it('keeps nothing where no folder is named', async () => {
    expect(loadProgram(program, keptIn(undefined, 1))).toMatchObject({ sum: expect.any(Function) });
    await new Promise((done) => setTimeout(done, 30));
    expect(await kept()).toEqual([]);
  });

  it('adds what the first runs compile, and does not write again what it could use', async () => {
    expect([1, 2, 3].map(() => loadAndKeep().wasKept)).toEqual([true, true, true]);
    const before = await bytes();
    const { exports, wasKept } = loadAndKeep();
    expect(exports.sum(1, 1)).toBe(2);
    expect(wasKept).toBe(false);
    expect(await bytes()).toEqual(before);
  });

  it('keeps what it compiled when a function ran, which makes it larger', async () => {
    await writeFile(program, 'exports.sum = (a, b) => { let s = a; for (const one of [b]) s += one; return s; };\n');
    loadAndKeep();
    const without = (await bytes()).length;
    const settled: (() => void)[] = [];
    const keeping = { folder: codeFolder, whenSettled: (keep: () => void) => void settled.push(keep) };
    (loadProgram(program, keeping) as Sum).sum(1, 2);
    for (const keep of settled) keep();
    expect((await bytes()).length).toBeGreaterThan(without);
  });

  it('keeps a file for each thing that it runs for', async () => {
    for (const use of ['add', 'take']) loadAndKeep(use);
    expect((await kept()).map((name) => name.replace(/-.*/, '')).sort()).toEqual(['sum.add', 'sum.take']);
  });

  it('loads costly parts of Node.js when it first uses them', async () => {
    await writeFile(
      program,
      'const crypto = require("node:crypto");\nexports.sum = (a, b) => crypto.createHash("md5").update(a + b).digest("hex");\n',
    );
    const loading = vi.spyOn(Module as unknown as { _load(name: string): unknown }, '_load');
    const loaded = () => loading.mock.calls.filter(([name]) => name === 'node:crypto').length;
    const { sum } = loadProgram(program) as { sum(a: string, b: string): string };
    expect(loaded()).toBe(0);
    // RFC 1321, A.5
    expect([sum('ab', 'c'), sum('message ', 'digest')]).toEqual([
      '900150983cd24fb0d6963f7d28e17f72',
      'f96b697d7cb7938d525a2f31aaf161d0',
    ]);
    expect(loaded()).toBe(1);
    loading.mockRestore();
  });

  it('has pieces, which run once and are kept with it, until one changes', async () => {
    const count = 'globalThis.dnnsplitPieces = (globalThis.dnnsplitPieces ?? 0) + 1;\n';
    await writeFile(join(folder, 'part_AB12.js'), `${count}exports.one = 1;\n`);
    const text = 'const { one } = require("./part_AB12.js");\nexports.two = one + require("./part_AB12.js").one;\n';
    await writeFile(program, text);
    for (let run = 0; run < 4; run++) {
      expect(loadAndKeep()).toMatchObject({ exports: { two: 2 }, wasKept: run < 3 });
      expect(Reflect.get(globalThis, 'dnnsplitPieces')).toBe(1);
      Reflect.deleteProperty(globalThis, 'dnnsplitPieces');
    }
    expect(await kept()).toHaveLength(1);
    await writeFile(join(folder, 'part_AB12.js'), 'exports.one = 20;\n');
    expect(loadAndKeep()).toMatchObject({ exports: { two: 40 }, wasKept: true });
    expect(loadAndKeep()).toMatchObject({ exports: { two: 40 }, wasKept: false });
  });

  it('finds pieces that a file adds for it, for pieces in other files too', async () => {
    await writeFile(
      program,
      'require.add("part_1.js", (function (exports) { exports.one = 1; }));\n' +
        'exports.three = require("./part_1.js").one + require("./part_2.js").two;\n',
    );
    await writeFile(join(folder, 'part_2.js'), 'exports.two = 2 * require("./part_1.js").one;\n');
    expect(loadProgram(program)).toMatchObject({ three: 3 });
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

  it('keeps the last few versions of the program, and touches nothing else', async () => {
    await mkdir(codeFolder);
    await writeFile(join(codeFolder, 'other-0.code'), '');
    for (let version = 1; version <= 5; version++) {
      await writeFile(program, `exports.sum = (a, b) => a + b + ${'1'.repeat(version)};\n`);
      loadAndKeep();
    }
    expect((await kept()).filter((name) => name.startsWith('sum-'))).toHaveLength(3);
    expect(await kept()).toContain('other-0.code');
    expect(loadAndKeep().exports.sum(0, 0)).toBe(11_111);
  });
});
