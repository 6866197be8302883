import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepingFor } from '../../../src/cli/start/keeping';

describe('where the command line keeps its compiled form', () => {
  let home: string;
  let caches: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'dnnsplit-home-'));
    caches = join(home, 'caches');
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const keeping = (args: string[], environment: NodeJS.ProcessEnv = {}) =>
    keepingFor(args, { XDG_CACHE_HOME: caches, LOCALAPPDATA: caches, ...environment }, home);

  it.runIf(process.platform === 'linux')('is a folder of the person, for each command', () => {
    expect(keeping(['analyze', 'm.onnx'])).toMatchObject({ folder: join(caches, 'dnnsplit/code'), use: 'analyze' });
    expect(keepingFor(['plan'], {}, home)?.folder).toBe(join(home, '.cache/dnnsplit/code'));
    expect(keeping(['plan'], { XDG_CACHE_HOME: 'here' })?.folder).toBe(join(home, '.cache/dnnsplit/code'));
  });

  it('is its own for the overview of all commands, which loads every one', () => {
    for (const flag of ['--help', '-h']) expect(keeping([flag])).toMatchObject({ use: 'help' });
    expect(keeping(['help'])).toMatchObject({ use: 'help' });
  });

  it('is nowhere for a run that does nothing, or for something that is no command', () => {
    for (const args of [[], ['--version'], ['analyze', '--help'], ['plan', '-h'], ['../code'], ['A/B']]) {
      expect(keeping(args)).toBeUndefined();
    }
  });

  it('is nowhere where the person wants no compiled code kept', () => {
    expect(keeping(['analyze'], { NODE_DISABLE_COMPILE_CACHE: '1' })).toBeUndefined();
  });

  it.runIf(process.getuid !== undefined)('is nowhere where somebody else may write', async () => {
    const folder = keeping(['analyze'])?.folder ?? '';
    await mkdir(folder, { recursive: true, mode: 0o700 });
    expect(keeping(['analyze'])).toBeDefined();
    for (const mode of [0o720, 0o702]) {
      await chmod(folder, mode);
      expect(keeping(['analyze'])).toBeUndefined();
    }
  });

  it('is written at the end of a run that did what it was for', () => {
    const before = new Set(process.listeners('exit'));
    let times = 0;
    keeping(['analyze'])?.whenSettled(() => times++);
    const added = process.listeners('exit').filter((listener) => !before.has(listener));
    for (const listener of added) process.removeListener('exit', listener);
    expect(added).toHaveLength(1);
    added[0]?.(2);
    expect(times).toBe(0);
    added[0]?.(0);
    expect(times).toBe(1);
  });
});
