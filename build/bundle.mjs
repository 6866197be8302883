/**
 * Bundles every program of the product into dist/. `--production` minifies and leaves source maps out; `--watch` builds
 * again whenever a source changes.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { writeMessages, writeSchemas } from './bundle/documents.mjs';
import { thirdPartyNotices } from './bundle/notices.mjs';
import { programs, root } from './bundle/programs.mjs';
import { watch } from './bundle/watch.mjs';

const { values } = parseArgs({
  options: { production: { type: 'boolean', default: false }, watch: { type: 'boolean', default: false } },
});
const dist = resolve(root, 'dist');
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
if (values.watch) await watch();
else await buildOnce();

async function buildOnce() {
  const builds = programs(values.production).map((program) => esbuild.build({ ...program, logLevel: 'warning' }));
  const [results] = await Promise.all([
    Promise.all(builds),
    writeSchemas({ isSmall: values.production }),
    writeMessages(),
  ]);
  const metafiles = results.flatMap(({ metafile }) => (metafile === undefined ? [] : [metafile]));
  await writeFile(resolve(dist, 'third-party-notices.txt'), await thirdPartyNotices(root, metafiles));
}
