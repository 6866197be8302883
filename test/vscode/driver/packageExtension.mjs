import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cache, repository } from './paths.mjs';
import { runOrThrow } from './run.mjs';

/** What a package is made from; `.vscodeignore` chooses among it. */
const packaged = ['dist', 'l10n', 'media', 'package.nls.json', 'README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore'];

/**
 * Packs the extension as a .vsix, the way it would be published, but from a copy of what goes in: looking through the
 * whole repository with its caches takes vsce a minute.
 * @returns {Promise<string>} its path
 */
export async function packageExtension() {
  await runOrThrow(process.execPath, [join(repository, 'build/bundle.mjs'), '--production'], { cwd: repository });
  const vsix = join(cache, 'dnnsplit.vsix');
  const staging = await mkdtemp(join(tmpdir(), 'dnnsplit-package-'));
  for (const name of packaged) await cp(join(repository, name), join(staging, name), { recursive: true });
  const { scripts: _, ...manifest } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'));
  await writeFile(join(staging, 'package.json'), JSON.stringify(manifest, null, 2));
  await mkdir(cache, { recursive: true });
  const vsce = join(repository, 'node_modules/@vscode/vsce/vsce');
  const choices = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--no-rewrite-relative-links'];
  await runOrThrow(process.execPath, [vsce, 'package', ...choices, '--out', vsix], { cwd: staging });
  await rm(staging, { recursive: true, force: true });
  return vsix;
}

/**
 * Installs a .vsix into a folder of its own.
 * @param {import('./obtainVscode.mjs').VscodeServer} vscode
 * @param {string} vsix
 * @returns {Promise<string>} the folder, for `--extensions-dir`
 */
export async function installExtension(vscode, vsix) {
  const folder = join(cache, 'extensions', vscode.version);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const serverData = await mkdtemp(join(tmpdir(), 'dnnsplit-install-'));
  const args = ['--install-extension', vsix, '--extensions-dir', folder, '--server-data-dir', serverData];
  await runOrThrow(vscode.node, [vscode.serverMain, '--accept-server-license-terms', '--force', ...args]);
  await rm(serverData, { recursive: true, force: true });
  return folder;
}

/** A fresh copy of the sample workspace. @returns {Promise<string>} */
export async function copyWorkspace() {
  const folder = await mkdtemp(join(tmpdir(), 'dnnsplit-workspace-'));
  await cp(join(repository, 'test/workspace'), folder, { recursive: true });
  return folder;
}
