import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installedRuntime } from '../../../src/runtime/runtimeFolders';

describe('where ONNX Runtime is looked for', () => {
  let folder: string;
  const install = (...place: string[]) => {
    const path = join(folder, ...place, 'node_modules', 'onnxruntime-node');
    mkdirSync(path, { recursive: true });
    return path;
  };
  const program = (...place: string[]) => {
    const path = join(folder, ...place, 'dist');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(folder, ...place, 'package.json'), '{}');
    return path;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-runtime-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is the named folder first, then the environment, then the program', () => {
    const [named, told, own] = [install('named'), install('told'), install('program')];
    const at = program('program');
    const environment = { DNNSPLIT_RUNTIME_FOLDER: join(folder, 'told') };
    expect(installedRuntime(join(folder, 'named'), at, environment)).toBe(named);
    expect(installedRuntime(undefined, at, environment)).toBe(told);
    expect(installedRuntime(join(folder, 'empty'), at, {})).toBe(own);
  });

  it('is beside the program where that is a package, and in no folder above it', () => {
    const at = program('node_modules', 'dnnsplit');
    install();
    const beside = join(folder, 'node_modules', 'onnxruntime-node');
    expect(installedRuntime(undefined, at, {})).toBe(beside);
    const elsewhere = program('tools', 'dnnsplit');
    expect(installedRuntime(undefined, elsewhere, {})).not.toBe(beside);
  });

  it('is the folder of a program without a package alone', () => {
    const own = join(folder, 'opt', 'relay');
    mkdirSync(own, { recursive: true });
    const above = install('opt');
    expect(installedRuntime(undefined, own, {})).not.toBe(above);
    const mine = install('opt', 'relay');
    expect(installedRuntime(undefined, own, {})).toBe(mine);
  });

  it.skipIf(process.platform === 'win32')('is in no folder that everybody may write to, whatever lies there', () => {
    const own = join(folder, 'shared', 'relay');
    mkdirSync(own, { recursive: true });
    const above = install('shared');
    writeFileSync(join(folder, 'shared', 'package.json'), '{}');
    expect(installedRuntime(undefined, own, {})).toBe(above);
    chmodSync(join(folder, 'shared'), 0o1777);
    expect(installedRuntime(undefined, own, {})).not.toBe(above);
    const mine = install('shared', 'relay');
    expect(installedRuntime(undefined, own, {})).toBe(mine);
  });
});
