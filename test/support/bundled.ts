import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');

export interface Bundled {
  readonly folder: string;
  /** Path of the program of that name. */
  readonly program: (name: string) => string;
  readonly remove: () => Promise<void>;
}

/** Bundles programs into a new temporary folder, by name and source path relative to the repository. */
export async function bundlePrograms(entryPoints: Readonly<Record<string, string>>): Promise<Bundled> {
  const folder = await mkdtemp(join(tmpdir(), 'dnnsplit-test-'));
  await build({
    absWorkingDir: root,
    entryPoints: { ...entryPoints },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return {
    folder,
    program: (name) => join(folder, `${name}.js`),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
