import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cache, repository } from './paths.mjs';
import { runOrThrow } from './run.mjs';

/** What a package is made from; `.vscodeignore` chooses among it. */
const packaged = ['dist', 'l10n', 'media', 'package.nls.json', 'README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore'];

/**
 * Packs the extension as a .vsix, the way it would be published, but from a copy of what goes in: looking through the
 * whole repository with its caches takes vsce a minute.
 * @param {{ repository?: string | undefined, output?: string | undefined, say?: (line: string) => void }} [options] the
 *   address of the repository, which relative links of the pages lead to; without one these links are left out
 * @returns {Promise<string>} its path
 */
export async function packageExtension({ repository: address, output, say = () => undefined } = {}) {
  await runOrThrow(process.execPath, [join(repository, 'build/bundle.mjs'), '--production'], { cwd: repository });
  const vsix = output ?? join(cache, 'dnnsplit.vsix');
  const staging = await mkdtemp(join(tmpdir(), 'dnnsplit-package-'));
  for (const name of packaged) await cp(join(repository, name), join(staging, name), { recursive: true });
  const { scripts: _, ...manifest } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'));
  const own = address === undefined ? manifest : { ...manifest, repository: { type: 'git', url: address } };
  await writeFile(join(staging, 'package.json'), JSON.stringify(own, null, 2));
  if (address === undefined) {
    for (const page of ['README.md', 'CHANGELOG.md']) {
      const text = await readFile(join(staging, page), 'utf8');
      await writeFile(join(staging, page), withoutRelativeLinks(text));
    }
  }
  await mkdir(dirname(vsix), { recursive: true });
  const vsce = join(repository, 'node_modules/@vscode/vsce/vsce');
  const missing = address === undefined ? ['--allow-missing-repository'] : [];
  say(
    await runOrThrow(process.execPath, [vsce, 'package', '--no-dependencies', ...missing, '--out', vsix], {
      cwd: staging,
    }),
  );
  await rm(staging, { recursive: true, force: true });
  return vsix;
}

const packedVariable = 'DNNSPLIT_PACKED';

/**
 * The package as tests install it, made once for all of their layers: the programs that this one starts are told where it is.
 * @returns {Promise<string>} its path
 */
export async function packedExtension() {
  process.env[packedVariable] ??= await packageExtension();
  return process.env[packedVariable];
}

/**
 * A Markdown page for where no repository is: pictures of it are left out, and the words of links to it stay.
 * @param {string} text
 */
export function withoutRelativeLinks(text) {
  return text
    .replace(/!\[[^\]]*\]\((?!https?:|data:|#)[^)]*\)\n*/g, '')
    .replace(/(?<!!)\[([^\]]*)\]\((?!https?:|mailto:|#)[^)]*\)/g, '$1');
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
