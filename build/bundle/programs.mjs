import { join, resolve } from 'node:path';
import { appendNotices } from './notices.mjs';
import { onlyEncoding } from './onlyEncoding.mjs';
import { allMessages, ownMessages } from './ownMessages.mjs';
import { inPieces } from './pieces.mjs';
import { startsNoPrograms } from './startsNoPrograms.mjs';
import { withoutJsonSchemas } from './withoutJsonSchemas.mjs';

export const root = resolve(import.meta.dirname, '../..');

/** @typedef {import('esbuild').BuildOptions & { entryPoints: Record<string, string> }} Program */

/** What a run of `dnnsplit analyze` loads one after the other. */
const quickestCommand = [
  'src/cli/main.ts',
  'src/cli/commands/analyze.ts',
  'src/app/model/analyzeFile.ts',
  'src/engine/report/analysisReport.ts',
  'src/app/plan/statedPlan.ts',
];

/**
 * What esbuild makes each program from.
 * @param {boolean} production minifies and leaves source maps out
 * @returns {Program[]}
 */
export function programs(production) {
  /** @type {import('esbuild').BuildOptions} */
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
  /** @type {import('esbuild').BuildOptions} */
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
  const allMessagesInOne = production ? [allMessages()] : [];
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
        plugins: [withoutJsonSchemas(), onlyEncoding(), ...allMessagesInOne],
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
    { ...node, entryPoints: { cli: 'src/cli/start/main.ts' }, banner: { js: '#!/usr/bin/env node' } },
    inPieces(
      {
        ...node,
        entryPoints: { cliProgram: 'src/cli/main.ts' },
        plugins: [onlyEncoding(), startsNoPrograms(), ...allMessagesInOne],
      },
      production,
      quickestCommand,
    ),
    inPieces({ ...node, entryPoints: { extension: 'src/extension/main.ts' }, external: ['vscode'] }, production),
  ];
}

/**
 * The relay is copied into deployments by itself, so that what it must say about its parts is inside of it.
 * @param {string} file of the program
 * @returns {import('esbuild').Plugin}
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
