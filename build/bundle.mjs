/** Bundles every program of the product into dist/. `--production` minifies and leaves source maps out. */

import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { listMessages } from './listMessages.mjs';
import { thirdPartyNotices } from './notices.mjs';

const root = resolve(import.meta.dirname, '..');
const production = process.argv.includes('--production');

/** @type {esbuild.BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'eof',
  logLevel: 'warning',
  metafile: true,
  tsconfigRaw: { compilerOptions: { target: 'ES2022' } },
};

/** @type {esbuild.BuildOptions & { outdir: string }} */
const node = {
  ...common,
  outdir: 'dist',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // jsonc-parser's UMD build requires its parts in a way that no bundler can follow; its ES modules are fine.
  mainFields: ['module', 'main'],
};

/** Writes the JSON schemas that editors use, from the same definitions that parse the documents. */
async function writeSchemas() {
  const outfile = resolve(root, '.cache/schemas.mjs');
  await esbuild.build({
    ...common,
    sourcemap: false,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    stdin: {
      contents: `
        export { documentSchemas } from './src/shared/documents/schemas';
        export { tierPresets } from './src/engine/presets/tierPresets';
        export { linkPresets } from './src/engine/presets/linkPresets';
      `,
      resolveDir: root,
      loader: 'ts',
    },
    outfile,
  });
  const { documentSchemas, tierPresets, linkPresets } = await import(`${pathToFileURL(outfile).href}?${Date.now()}`);
  await mkdir(resolve(root, 'dist/schemas'), { recursive: true });
  for (const [name, schema] of Object.entries(documentSchemas({ tierPresets, linkPresets }))) {
    await writeFile(resolve(root, 'dist/schemas', `${name}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`);
  }
}

/** Writes the list of messages that translators start from. */
async function writeMessages() {
  await mkdir(resolve(root, 'l10n'), { recursive: true });
  await writeFile(resolve(root, 'l10n/bundle.l10n.json'), `${JSON.stringify(listMessages(), null, 2)}\n`);
}

/**
 * Some programs come in pieces, so that what one run does not use is neither read nor compiled: a command of the command
 * line needs little of the others, and the extension needs the language client with its first request only. esbuild
 * splits ES modules alone, so each piece becomes a CommonJS module afterwards.
 * @param {string} name of the program; its pieces are called after it
 * @param {string} entryPoint
 * @param {{ external?: string[], banner?: string }} [options]
 */
async function buildInPieces(name, entryPoint, { external = [], banner } = {}) {
  const { outputFiles, metafile } = await esbuild.build({
    ...node,
    external,
    format: 'esm',
    splitting: true,
    chunkNames: `${name}_[hash]`,
    entryPoints: { [name]: entryPoint },
    sourcemap: production ? false : 'inline',
    write: false,
  });
  await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const { code, map } = await esbuild.transform(text, {
        platform: 'node',
        format: 'cjs',
        target: 'node20',
        minify: production,
        legalComments: 'inline',
        sourcemap: production ? false : 'external',
        sourcefile: basename(path),
        supported: { 'dynamic-import': false },
        ...(banner !== undefined && basename(path) === `${name}.js` && { banner }),
      });
      await writeFile(path, production ? code : `${code}//# sourceMappingURL=${basename(path)}.map\n`);
      if (map !== '') await writeFile(`${path}.map`, map);
    }),
  );
  return { metafile };
}

const pieces = [
  () => buildInPieces('cli', 'src/cli/main.ts', { banner: '#!/usr/bin/env node' }),
  () => buildInPieces('extension', 'src/extension/main.ts', { external: ['vscode'] }),
];

const entries = [
  {
    ...node,
    entryPoints: {
      server: 'src/server/main.ts',
      languageServer: 'src/server/languageServer.ts',
      worker: 'src/server/workers/worker.ts',
      analysisWorker: 'src/server/workers/analysisWorker.ts',
      layoutWorker: 'src/server/workers/layoutWorker.ts',
    },
  },
  { ...node, entryPoints: { relay: 'src/relay/main.ts' }, banner: { js: '#!/usr/bin/env node' } },
  { ...node, entryPoints: { relayGrpc: 'src/relay/grpc/main.ts' } },
  {
    ...common,
    outdir: 'dist',
    platform: /** @type {const} */ ('browser'),
    format: /** @type {const} */ ('iife'),
    target: 'chrome128',
    entryPoints: { webview: 'webview/main.ts' },
  },
];

await rm(resolve(root, 'dist'), { recursive: true, force: true });
await mkdir(resolve(root, 'dist'), { recursive: true });
for (const entry of entries) {
  const missing = Object.values(entry.entryPoints).filter((file) => !existsSync(resolve(root, file)));
  if (missing.length > 0) throw new Error(`bundle: ${missing.join(', ')} does not exist`);
}
const [results] = await Promise.all([
  Promise.all([...entries.map((entry) => esbuild.build(entry)), ...pieces.map((build) => build())]),
  writeSchemas(),
  writeMessages(),
]);
const metafiles = results.flatMap(({ metafile }) => (metafile === undefined ? [] : [metafile]));
await writeFile(resolve(root, 'dist/third-party-notices.txt'), await thirdPartyNotices(root, metafiles));
