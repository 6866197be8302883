import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cache, repository } from './paths.mjs';
import { runOrThrow } from './run.mjs';

/** Packs the extension as a .vsix, the way it would be published. @returns {Promise<string>} its path */
export async function packageExtension() {
  const vsix = join(cache, 'dnnsplit.vsix');
  await mkdir(cache, { recursive: true });
  const vsce = join(repository, 'node_modules/@vscode/vsce/vsce');
  const args = [
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--skip-license',
    '--no-rewrite-relative-links',
    '--out',
    vsix,
  ];
  await runOrThrow(process.execPath, [vsce, ...args], { cwd: repository });
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
