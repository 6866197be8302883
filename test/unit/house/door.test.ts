import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const { scripts } = JSON.parse(textOf('package.json'));
const tasks: readonly Record<string, unknown>[] = parse(textOf('.vscode/tasks.json')).tasks;

describe('what newcomers read', () => {
  it.each(['CONTRIBUTING.md', 'docs/architecture.md', 'docs/theory.md', 'docs/releasing.md'])(
    '%s names files that there are',
    (page) => {
      const paths = [...textOf(page).matchAll(/`((?:src|webview|test|build|docs)\/[\w./-]*)`/g)];
      const links = [...textOf(page).matchAll(/\]\((?!http)([^)#]+)/g)].map(([, path = '']) => join(page, '..', path));
      for (const path of [...paths.map(([, path = '']) => path), ...links]) {
        expect(existsSync(join(root, path)), path).toBe(true);
      }
    },
  );

  it('docs/theory.md has every section that a comment cites', () => {
    const sections = new Set([...textOf('docs/theory.md').matchAll(/^## (\d+)\. /gm)].map(([, number]) => number));
    const cited = ['src', 'webview', 'test/unit'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .flatMap((file) => [...textOf(join(folder, file)).matchAll(/(\w+)\.md`? section (\d+)/g)]),
    );
    expect(cited.length).toBeGreaterThan(8);
    for (const [text, page, section] of cited) {
      expect(page, text).toBe('theory');
      expect([...sections], text).toContain(section);
    }
  });
});

describe('what runs in a fresh clone', () => {
  it('installs what it needs first', () => {
    for (const [name, command] of Object.entries<string>(scripts)) {
      const begins = name === 'start' || name === 'test' ? `node build/${name}.mjs` : 'node build/ready.mjs && ';
      expect(command.startsWith(begins), name).toBe(true);
    }
    for (const program of ['ready', 'start', 'test']) {
      const imports = [...textOf(`build/${program}.mjs`).matchAll(/^import .*'(.*)';$/gm)].map(([, path]) => path);
      expect(imports[0], program).toBe('./checkNode.mjs');
      expect(
        imports.filter((path) => !/^(node:|\.\/(checkNode|ensureInstalled|startOptions)\.mjs$)/.test(path ?? '')),
      ).toEqual([]);
    }
  });
});

describe.skipIf(!existsSync(join(root, 'dist/cli.js')))('the command (needs a build)', () => {
  it('is what npm links, and runs from anywhere', () => {
    const { bin, version } = JSON.parse(textOf('package.json'));
    const program = join(root, bin.dnnsplit);
    expect(textOf(bin.dnnsplit)).toMatch(/^#!\/usr\/bin\/env node\n/);
    const { stdout, stderr } = spawnSync(process.execPath, [program, '--version'], { cwd: tmpdir(), encoding: 'utf8' });
    expect([stdout, stderr]).toEqual([`${version}\n`, '']);
  });
});

describe('.vscode', () => {
  const { configurations, compounds } = parse(textOf('.vscode/launch.json'));

  it('starts what there is', () => {
    for (const { script } of tasks.filter(({ type }) => type === 'npm')) expect(scripts).toHaveProperty(String(script));
    const labels = tasks.map(({ label }) => label);
    const names = configurations.map(({ name }: { name: string }) => name);
    for (const { preLaunchTask } of configurations)
      if (preLaunchTask !== undefined) expect(labels).toContain(preLaunchTask);
    for (const { configurations: started } of compounds) for (const name of started) expect(names).toContain(name);
  });

  it('attaches to the server where the extension starts it for a debugger', () => {
    const { port } = configurations.find(({ request }: { request: string }) => request === 'attach');
    expect(textOf('src/extension/client/serverProcess.ts')).toContain(`--inspect=${port}`);
  });

  it('finds the problems of a build by what the build prints', async () => {
    const { messageLine } = await import(pathToFileURL(join(root, 'build/bundle/watch.mjs')).href);
    const watching = tasks.find(({ label }) => label === 'watch')?.['problemMatcher'] as {
      pattern: { regexp: string };
      background: { beginsPattern: string; endsPattern: string };
    };
    const line = messageLine(
      { text: 'Unexpected: ";"', location: { file: 'src/a b.ts', line: 5, column: 17 } },
      'error',
    );
    const match = new RegExp(watching.pattern.regexp).exec(line);
    expect(match?.slice(1)).toEqual(['src/a b.ts', '5', '18', 'error', 'Unexpected: ";"']);
    const printed = [...textOf('build/bundle/watch.mjs').matchAll(/console\.log\('(.*)'\)/g)].map(
      ([, text = '']) => text,
    );
    for (const pattern of [watching.background.beginsPattern, watching.background.endsPattern]) {
      expect(printed.some((text) => new RegExp(pattern).test(text))).toBe(true);
    }
  });
});
