import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../../../build/ensureInstalled.mjs');
const lock = (version: string) => JSON.stringify({ packages: { '': {}, 'node_modules/a': { version } } });

/** A checkout with an `npm` of its own that only leaves a mark. */
describe.skipIf(process.platform === 'win32')('what installs the dependencies', () => {
  let folder = '';
  const path = (name: string) => join(folder, name);
  const ensure = () => {
    const call = `import { ensureInstalled } from ${JSON.stringify(path('checkout/build/ensureInstalled.mjs'))}; ensureInstalled();`;
    const env = { ...process.env, PATH: `${path('bin')}${delimiter}${process.env['PATH']}` };
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', call], {
      encoding: 'utf8',
      env,
    });
    return { status, stderr, hasInstalled: existsSync(path('installed')) };
  };
  const put = (version: string, at: string) => {
    mkdirSync(path(at), { recursive: true });
    writeFileSync(path(`${at}/.package-lock.json`), lock(version));
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-installed-'));
    mkdirSync(path('checkout/build'), { recursive: true });
    mkdirSync(path('bin'));
    writeFileSync(path('bin/npm'), `#!/bin/sh\n: > '${path('installed')}'\n`, { mode: 0o755 });
    copyFileSync(script, path('checkout/build/ensureInstalled.mjs'));
    writeFileSync(path('checkout/package-lock.json'), lock('2.0.0'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('installs what is missing or older, once', () => {
    expect(ensure()).toEqual({ status: 0, stderr: '', hasInstalled: true });
    rmSync(path('installed'));
    expect(ensure()).toEqual({ status: 0, stderr: '', hasInstalled: false });
    rmSync(path('checkout/node_modules'), { recursive: true });
    put('1.0.0', 'checkout/node_modules');
    expect(ensure().hasInstalled).toBe(true);
  });

  it("leaves a person's own complete installation alone", () => {
    put('2.0.0', 'checkout/node_modules');
    expect(ensure()).toEqual({ status: 0, stderr: '', hasInstalled: false });
  });

  it('uses a complete folder that a link leads to, and writes nothing there', () => {
    put('2.0.0', 'shared');
    symlinkSync('../shared', path('checkout/node_modules'));
    expect(ensure()).toEqual({ status: 0, stderr: '', hasInstalled: false });
    expect(existsSync(path('shared/.dnnsplit-installed'))).toBe(false);
  });

  it.each([
    ['an older folder', () => put('1.0.0', 'shared')],
    ['an empty folder', () => mkdirSync(path('shared'))],
    ['nothing', () => undefined],
  ])('never installs through a link to %s', (_, prepare) => {
    prepare();
    const before = existsSync(path('shared/.package-lock.json')) && readFileSync(path('shared/.package-lock.json'));
    symlinkSync('../shared', path('checkout/node_modules'));
    const { status, stderr, hasInstalled } = ensure();
    expect([status, hasInstalled]).toEqual([1, false]);
    expect(stderr).toMatch(/node_modules is a link to a folder that .*\. Remove the link, or install there\.\n$/);
    expect(existsSync(path('shared/.package-lock.json')) && readFileSync(path('shared/.package-lock.json'))).toEqual(
      before,
    );
  });
});
