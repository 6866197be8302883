/** The relay and other programs that listen, as processes of their own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './loadProduct.mjs';

/** @typedef {{ base: string, port: number, stop: () => void }} Server */

/** Bundles the relay from the sources. @param {string} folder @returns {Promise<string>} path of its program */
export async function bundleRelay(folder) {
  await build({
    absWorkingDir: root,
    entryPoints: { relay: 'src/relay/main.ts' },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return join(folder, 'relay.js');
}

/** Starts a program of Node.js that says where it listens. @param {readonly string[]} args @returns {Promise<Server>} */
export async function startProgram(args) {
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await new Promise((done, fail) => {
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part) => {
      text += part;
      const found = / listens on \S+:(\d+)/.exec(text)?.[1];
      if (found !== undefined) done(found);
    });
    child.once('exit', () => fail(new Error(`The server ended: ${text}`)));
  });
  return { base: `http://127.0.0.1:${port}`, port: Number(port), stop: () => void child.kill() };
}
