import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { listMessages } from './listMessages.mjs';
import { root } from './programs.mjs';

/**
 * Writes the JSON schemas that editors use, from the same definitions that parse the documents.
 * @param {{ readonly isSmall: boolean }} form without line breaks where it is small
 */
export async function writeSchemas({ isSmall }) {
  const outfile = resolve(root, '.cache/schemas.mjs');
  await esbuild.build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
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
    const text = JSON.stringify(schema, null, isSmall ? 0 : 2);
    await writeFile(resolve(root, 'dist/schemas', `${name}.schema.json`), `${text}\n`);
  }
}

/** Writes the list of messages that translators start from. */
export async function writeMessages() {
  await mkdir(resolve(root, 'l10n'), { recursive: true });
  await writeFile(resolve(root, 'l10n/bundle.l10n.json'), `${JSON.stringify(listMessages(), null, 2)}\n`);
}
