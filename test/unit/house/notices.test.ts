import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const load = (path: string) => import(pathToFileURL(join(root, path)).href);

interface Package {
  readonly name: string;
  readonly version: string;
}

/** What esbuild put into a bundle, by its own account. */
function packagesIn(metafile: esbuild.Metafile): Package[] {
  const manifests = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const parts = path.split('/');
      const at = parts.lastIndexOf('node_modules');
      if (at < 0 || bytesInOutput === 0) continue;
      manifests.add([...parts.slice(0, at + (parts[at + 1]?.startsWith('@') ? 3 : 2)), 'package.json'].join('/'));
    }
  }
  return [...manifests].map((path) => JSON.parse(readFileSync(join(root, path), 'utf8')));
}

describe('what the programs contain of others', () => {
  const metafiles = new Map<string, esbuild.Metafile>();
  let notices = '';
  let folder = '';

  beforeAll(async () => {
    const { programs } = await load('build/bundle/programs.mjs');
    for (const program of programs(true)) {
      const { metafile } = await esbuild.build({ ...program, plugins: [], write: false, metafile: true });
      if (metafile !== undefined) metafiles.set(Object.keys(program.entryPoints)[0] ?? '', metafile);
    }
    const { thirdPartyNotices } = await load('build/bundle/notices.mjs');
    notices = await thirdPartyNotices(root, [...metafiles.values()]);
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-notices-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is named with its license, whole', () => {
    const sections = notices.split(`${'-'.repeat(80)}\n\n`).slice(1);
    const packages = [...metafiles.values()].flatMap(packagesIn);
    expect(packages.length).toBeGreaterThan(30);
    for (const { name, version } of packages) {
      const section = sections.find((text) => `\n${text}`.includes(`\n${name} ${version}\n`));
      expect(section, `${name} ${version}`).toBeDefined();
      expect(section, name).toMatch(
        /Permission (is hereby granted|to use)|Redistribution and use|Each contributor licenses you|Eclipse Public/i,
      );
      expect(section, name).toMatch(/copyright|contributors/i);
    }
  });

  it('comes in one version each', () => {
    const versions = new Map<string, Set<string>>();
    for (const { name, version } of [...metafiles.values()].flatMap(packagesIn)) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
    expect([...versions].filter(([, found]) => found.size > 1).map(([name, found]) => [name, [...found]])).toEqual([]);
  });

  it('is said inside of the relay, which is copied into deployments alone and still runs', async () => {
    const { appendNotices } = await load('build/bundle/notices.mjs');
    const relay = metafiles.get('relay');
    if (relay === undefined) throw new Error('the relay is no program any more');
    const path = join(folder, 'relay.js');
    writeFileSync(path, 'process.stdout.write("still runs");\n');
    await appendNotices(root, path, relay);
    const text = readFileSync(path, 'utf8');
    for (const { name, version } of packagesIn(relay)) expect(text).toContain(` * ${name} ${version}\n`);
    expect(text).toContain(readFileSync(join(root, 'LICENSE'), 'utf8').split('\n')[2]);
    expect(execFileSync(process.execPath, [path], { encoding: 'utf8' })).toBe('still runs');
  });
});
