import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { inject } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** The command line as it is installed: what starts it, and the program, whose compiled form its runs share. */
export const commandLine = { cli: 'src/cli/start/main.ts', cliProgram: 'src/cli/main.ts' } as const;

export interface Bundled {
  readonly folder: string;
  /** Path of the program of that name. */
  readonly program: (name: string) => string;
  readonly remove: () => Promise<void>;
}

/**
 * Puts programs into a new temporary folder, by name and source path relative to the repository. Each is bundled once in a
 * run, and a file of its own folder is a link to that: tests may add files and remove them, and change none.
 */
export async function bundlePrograms(entryPoints: Readonly<Record<string, string>>): Promise<Bundled> {
  const folder = await mkdtemp(join(tmpdir(), 'dnnsplit-test-'));
  const program = (name: string) => join(folder, `${name}.js`);
  await Promise.all(
    Object.entries(entryPoints).map(async ([name, source]) => link(await built(source), program(name))),
  );
  return { folder, program, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Path of the bundle of a source; two threads that want it first both make it, and one of the two stays. */
async function built(source: string): Promise<string> {
  const programs = join(inject('builtPrograms'), 'programs');
  const path = join(programs, source.replace(/\.ts$/, '.js'));
  if (existsSync(path)) return path;
  const unfinished = await mkdtemp(`${programs}-`);
  const outfile = join(unfinished, 'program.js');
  await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  await mkdir(join(path, '..'), { recursive: true });
  await rename(outfile, path);
  await rm(unfinished, { recursive: true });
  return path;
}
