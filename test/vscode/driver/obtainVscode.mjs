import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cache } from './paths.mjs';
import { runOrThrow } from './run.mjs';

/**
 * VS Code as the npm package code-server carries it: its own server and workbench, no desktop program.
 * `floor` is the version of `engines.vscode`; it runs on the Node that is already here.
 */
const releases = /** @type {const} */ ({
  stable: { codeServer: '4.139.1', vscode: '1.139.1', node: '24' },
  floor: { codeServer: '4.100.3', vscode: '1.100.3', node: undefined },
});

/** @typedef {keyof typeof releases} Release */
/** @typedef {{ readonly node: string, readonly serverMain: string, readonly version: string }} VscodeServer */

const npmQuiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/**
 * Fetches VS Code (and the Node that it needs) from npm into the cache; a second call finds it there.
 * @param {Release} release
 * @param {(text: string) => void} say
 * @returns {Promise<VscodeServer>}
 */
export async function obtainVscode(release, say) {
  const { codeServer, vscode, node } = releases[release];
  const folder = join(cache, 'vscode', codeServer);
  const nodeBinary = node === undefined ? process.execPath : await obtainNode(node, say);
  if (!existsSync(join(folder, 'complete'))) {
    say(`Fetching VS Code ${vscode} from npm (about 0.6 GB unpacked, once) ...`);
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await writeFile(join(partial, 'package.json'), '{"private":true}\n');
    await runOrThrow('npm', ['install', `code-server@${codeServer}`, ...npmQuiet], { cwd: partial });
    const server = join(partial, 'node_modules/code-server/lib/vscode');
    await runOrThrow('npm', ['install', '--omit=dev', ...npmQuiet], { cwd: server });
    await runOrThrow('npm', ['install', '--omit=dev', ...npmQuiet], { cwd: join(server, 'extensions') });
    await writeFile(join(partial, 'complete'), '');
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  }
  const serverMain = join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js');
  return { node: nodeBinary, serverMain, version: vscode };
}

/**
 * @param {string} major
 * @param {(text: string) => void} say
 */
async function obtainNode(major, say) {
  const own = Number(process.versions.node.split('.')[0]);
  if (own === Number(major)) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = join(cache, 'node', major);
  const binary = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    say(`Fetching Node ${major} from npm ...`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private":true}\n');
    await runOrThrow('npm', ['install', `${name}@${major}`, ...npmQuiet], { cwd: folder });
  }
  return binary;
}
