import { readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as esbuild from 'esbuild';
import { appendNotices } from './notices.mjs';
import { onlyDecoding } from './onlyDecoding.mjs';
import { ownMessages } from './ownMessages.mjs';
import { withoutJsonSchemas } from './withoutJsonSchemas.mjs';

export const root = resolve(import.meta.dirname, '../..');

/** @typedef {esbuild.BuildOptions & { entryPoints: Record<string, string> }} Program */

/**
 * What esbuild makes each program from.
 * @param {boolean} production minifies and leaves source maps out
 * @returns {Program[]}
 */
export function programs(production) {
  /** @type {esbuild.BuildOptions} */
  const common = {
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    minify: production,
    sourcemap: production ? false : 'linked',
    legalComments: 'eof',
    logLevel: 'silent',
    metafile: true,
    tsconfigRaw: { compilerOptions: { target: 'ES2022' } },
  };
  /** @type {esbuild.BuildOptions} */
  const node = {
    ...common,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // jsonc-parser's UMD build requires its parts in a way that no bundler can follow; its ES modules are fine.
    mainFields: ['module', 'main'],
    // What it gives Node is one module of CommonJS, of which nothing can be left out: its reader alone is twice its writer.
    alias: { yaml: resolve(root, 'node_modules/yaml/browser/dist/index.js') },
  };
  // While sources change, all messages stay: which ones a program says is only looked up when it is built whole.
  const ownMessagesOf = (/** @type {string} */ path) => (production ? [ownMessages(root, path)] : []);
  return [
    { ...node, entryPoints: { worker: 'src/server/workers/worker.ts' } },
    { ...node, entryPoints: { pageThread: 'src/extension/virtual/pageThread.ts' } },
    { ...node, entryPoints: { hashThread: 'src/app/split/hashThread.ts' } },
    inPieces(
      {
        ...node,
        entryPoints: {
          languageServer: 'src/server/languageServer.ts',
          analysisWorker: 'src/server/workers/analysisWorker.ts',
        },
        plugins: [withoutJsonSchemas(), onlyDecoding()],
      },
      production,
    ),
    ...Object.entries({
      server: 'src/server/main.ts',
      layoutWorker: 'src/server/workers/layoutWorker.ts',
    }).map(([name, path]) => ({
      ...node,
      entryPoints: { [name]: path },
      plugins: ownMessagesOf(path),
      // In a thread of a browser ELK would take every message for its own.
      ...(name === 'layoutWorker' && { define: { self: 'undefined' } }),
    })),
    {
      ...node,
      entryPoints: { relayGrpc: 'src/relay/grpc/main.ts' },
      // gRPC reads .proto files with it, for services that no relay has.
      external: ['@grpc/proto-loader'],
      plugins: [noticesInside('relayGrpc.js'), ...ownMessagesOf('src/relay/grpc/main.ts')],
    },
    {
      ...node,
      entryPoints: { relay: 'src/relay/main.ts' },
      banner: { js: '#!/usr/bin/env node' },
      plugins: [withoutJsonSchemas(), noticesInside('relay.js'), ...ownMessagesOf('src/relay/main.ts')],
    },
    {
      ...common,
      platform: 'browser',
      format: 'iife',
      target: 'chrome128',
      entryPoints: { webview: 'webview/main.ts' },
    },
    {
      ...common,
      platform: 'browser',
      format: 'cjs',
      target: 'chrome128',
      entryPoints: { webExtension: 'src/web/extension.ts' },
      external: ['vscode'],
    },
    {
      ...common,
      platform: 'browser',
      format: 'iife',
      target: 'chrome128',
      entryPoints: { webThread: 'src/web/thread.ts' },
    },
    inPieces(
      { ...node, entryPoints: { cli: 'src/cli/main.ts' }, plugins: [onlyDecoding()] },
      production,
      '#!/usr/bin/env node',
    ),
    inPieces({ ...node, entryPoints: { extension: 'src/extension/main.ts' }, external: ['vscode'] }, production),
  ];
}

/**
 * Some programs come in pieces, so that what one run does not use is neither read nor compiled: a command of the command
 * line needs little of the others, and the extension needs the language client with its first request only. Several
 * programs have in pieces what they share. esbuild splits ES modules alone, so each piece becomes a CommonJS module afterwards.
 * @param {Program} program its pieces are called after its first entry point
 * @param {boolean} production
 * @param {string} [banner] of the piece that is started
 * @returns {Program}
 */
function inPieces(program, production, banner) {
  const [name = ''] = Object.keys(program.entryPoints);
  const toCommonJs = async (/** @type {esbuild.OutputFile} */ { path, text }) => {
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
  };
  return {
    ...program,
    format: 'esm',
    splitting: true,
    chunkNames: `${name}_[hash]`,
    sourcemap: production ? false : 'inline',
    write: false,
    plugins: [
      ...(program.plugins ?? []),
      {
        name: 'pieces',
        setup: (build) =>
          build.onEnd(async ({ outputFiles = [] }) => {
            await Promise.all(outputFiles.map(toCommonJs));
            await removeOldPieces(name, outputFiles);
          }),
      },
    ],
  };
}

/** A piece whose content changed has another name. @param {string} name @param {readonly esbuild.OutputFile[]} pieces */
async function removeOldPieces(name, pieces) {
  if (pieces.length === 0) return;
  const folder = dirname(pieces[0]?.path ?? '');
  const current = new Set(pieces.map(({ path }) => basename(path)));
  const old = readdirSync(folder).filter(
    (file) => new RegExp(`^${name}_\\w+\\.js(\\.map)?$`).test(file) && !current.has(file.replace(/\.map$/, '')),
  );
  await Promise.all(old.map((file) => rm(join(folder, file), { force: true })));
}

/**
 * The relay is copied into deployments by itself, so that what it must say about its parts is inside of it.
 * @param {string} file of the program
 * @returns {esbuild.Plugin}
 */
function noticesInside(file) {
  return {
    name: 'notices-inside',
    setup: (build) =>
      build.onEnd(async ({ metafile }) => {
        if (metafile !== undefined) await appendNotices(root, join(root, 'dist', file), metafile);
      }),
  };
}
