import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { listFiles, PackageManager } from '@vscode/vsce';
import * as esbuild from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { messages } from '../../../src/shared/messages/messages';
import { withoutRelativeLinks } from '../../vscode/driver/packageExtension.mjs';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** What a package may weigh, minified and compressed, in bytes. */
const packageBudget = 1_500_000;
/** From so many JavaScript files on vsce warns that an extension is not bundled. */
const mostPrograms = 100;
/** What the extension host reads before anything was asked of it, minified, in bytes. */
const activationBudget = 100_000;

describe.skipIf(!existsSync(join(root, 'dist/extension.js')))('the package (needs a build)', () => {
  let packed: readonly string[] = [];

  // A copy of what is packed beside things that must not be: looking through node_modules would take a minute.
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-package-'));
    for (const name of ['dist', 'l10n', 'media', '.vscodeignore', ...readdirSync(root).filter(isTopFile)]) {
      if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    for (const stray of ['src/extension/main.ts', 'dist/extension.js.map', '.env', 'notes.md', 'dist/old/server.js']) {
      mkdirSync(join(folder, dirname(stray)), { recursive: true });
      writeFileSync(join(folder, stray), '');
    }
    packed = await listFiles({ cwd: folder, packageManager: PackageManager.None });
    rmSync(folder, { recursive: true });
  });

  it('holds the programs, the schemas, the texts and the pictures, and nothing else', () => {
    const unexpected = packed.filter(
      (file) =>
        !/^(package(\.nls)?\.json|README\.md|CHANGELOG\.md|LICENSE(\.txt)?)$|^dist\/\w+\.(js|css)$|^dist\/schemas\/\w+\.schema\.json$|^dist\/third-party-notices\.txt$|^l10n\/bundle\.l10n(\.[\w-]+)?\.json$|^media\/[\w-]+\.(png|svg)$|^media\/walkthrough\/\w+-(dark|light)\.webp$|^media\/sample\/(mobilenetv2\.onnx|dnnsplit\.json)$/.test(
          file,
        ),
    );
    expect(unexpected).toEqual([]);
  });

  it('leaves the command line out, which npm installs', () => {
    expect(packed.filter((file) => /\bcli/.test(file))).toEqual([]);
  });

  it('has pages without links into a repository where none is named', () => {
    for (const name of ['README.md', 'CHANGELOG.md']) {
      const page = withoutRelativeLinks(read(name));
      const links = [...page.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target);
      expect(links.filter((target) => !/^(https?:|mailto:|#)/.test(target ?? ''))).toEqual([]);
    }
    const text = '![a](docs/a.png)\n\nSee [the docs](docs/b.md), [here](#x) and [out](https://example.org).';
    expect(withoutRelativeLinks(text)).toBe('See the docs, [here](#x) and [out](https://example.org).');
  });

  it('lacks nothing that the manifest or the extension names', () => {
    const server = ['server', 'languageServer', 'worker', 'analysisWorker', 'layoutWorker'];
    const programs = ['extension', ...server, 'webview', 'relay', 'webExtension', 'webThread'];
    const named = [...read('package.json').matchAll(/"(?:\.\/)?((?:dist|media|l10n)\/[\w./-]+\.\w+)"/g)];
    const needed = [...programs.map((name) => `dist/${name}.js`), ...named.map(([, path]) => path)];
    const pieces = packed
      .filter((path) => path.endsWith('.js'))
      .flatMap((path) => [...read(path).matchAll(/require\("\.\/(\w+\.js)"\)/g)].map(([, name]) => `dist/${name}`));
    expect(pieces.length).toBeGreaterThan(20);
    for (const path of [...needed, ...pieces]) expect(packed).toContain(path);
  });

  it.skipIf(existsSync(join(root, 'dist/extension.js.map')))(
    'stays within its budget (needs a build for production)',
    () => {
      const bytes = packed.reduce((sum, file) => sum + deflateRawSync(readFileSync(join(root, file))).length, 0);
      console.info(`The package holds ${packed.length} files, ${(bytes / 1e6).toFixed(3)} MB packed.`);
      expect(packed.filter((file) => file.endsWith('.js')).length).toBeLessThan(mostPrograms);
      expect(bytes).toBeLessThan(packageBudget);
      expect(statSync(join(root, 'dist/extension.js')).size).toBeLessThan(activationBudget);
    },
  );
});

/** A file that a package's first page may be made of. */
function isTopFile(name: string): boolean {
  return /\.(md|json|mjs|ts)$|^LICENSE/.test(name);
}

describe.skipIf(!existsSync(join(root, 'dist/server.js')))(
  'programs with messages of their own (needs a build)',
  () => {
    it.each(['server', 'layoutWorker', 'relay', 'relayGrpc'])(
      '%s has every message that it names, and not all',
      (name) => {
        const program = read(`dist/${name}.js`);
        const named = Object.entries(messages).filter(([id]) => new RegExp(`["']${id}["']`).test(program));
        const missing = named.filter(([id]) => !new RegExp(`["']${id}["']: ?["'\`]`).test(program));
        expect(missing).toEqual([]);
        expect(named.length).toBeGreaterThan(2);
        expect(named.length).toBeLessThan(Object.keys(messages).length / 2);
      },
    );
  },
);

describe.skipIf(!existsSync(join(root, 'dist/server.js')))(
  'programs that only check what they read (needs a build)',
  () => {
    it.each(['languageServer', 'analysisWorker', 'relay'])('%s holds nothing that makes JSON schemas', (name) => {
      const program = read(`dist/${name}.js`);
      const pieces = [...program.matchAll(/require\("\.\/(\w+\.js)"\)/g)].map(([, piece]) => read(`dist/${piece}`));
      const text = [program, ...pieces].join('\n');
      // Comparing the whole text would print all of it where it fails.
      expect(text.includes('This program makes no JSON schemas.')).toBe(true);
      expect(text.includes('cannot be represented in JSON Schema')).toBe(false);
    });
  },
);

describe('activation', () => {
  it('loads little: no library of the language client, which comes with the first request', async () => {
    const { metafile } = await esbuild.build({
      absWorkingDir: root,
      entryPoints: ['src/extension/main.ts'],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      mainFields: ['module', 'main'],
      external: ['vscode'],
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { path, kind } of metafile.inputs[file]?.imports ?? []) {
        if (kind !== 'dynamic-import' && path in metafile.inputs) visit(path);
      }
    };
    visit('src/extension/main.ts');
    const packages = [...reached].flatMap((file) => file.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []);
    expect([...new Set(packages)]).toEqual(['jsonc-parser']);
    // It is there all the same: the test looks at the right graph.
    expect(Object.keys(metafile.inputs).join('\n')).toContain('vscode-languageclient');
  });
});

describe('the sample model', () => {
  it('is the one of the sample workspace, but for the values of its weights, which pack to nothing', () => {
    const [sample, original] = ['media/sample', 'test/workspace'].map((folder) =>
      analyzeFile(join(root, folder, 'mobilenetv2.onnx'), {}),
    );
    expect(sample?.structureHash).toBe(original?.structureHash);
    expect(deflateRawSync(readFileSync(join(root, 'media/sample/mobilenetv2.onnx'))).length).toBeLessThan(10_000);
  });
});
