import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Settings that keep the workbench quiet and free of things that are not this extension's. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
};

/**
 * @typedef {object} RunningServer
 * @property {number} port
 * @property {string} folder everything the server writes
 * @property {() => string} log
 * @property {() => Promise<void>} stop ends the server and removes its folder
 */

/**
 * Starts VS Code's own server on a loopback port and waits until it answers.
 * @param {import('./obtainVscode.mjs').VscodeServer} vscode
 * @param {object} [options]
 * @param {string | undefined} [options.extensionsFolder] installed extensions; empty otherwise
 * @param {string} [options.dataFolder] kept between runs; a temporary one otherwise
 * @param {Record<string, unknown>} [options.settings] user settings on top of the quiet ones
 * @param {readonly string[]} [options.args] further arguments of the server
 * @param {boolean} [options.asksForTrust] folders are not trusted from the start
 * @param {string} [options.token] connection token; none is asked for otherwise
 * @param {number} [options.port] a free one otherwise
 * @returns {Promise<RunningServer>}
 */
export async function startServer(vscode, options = {}) {
  const folder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'dnnsplit-vscode-')));
  const user = join(folder, 'data/User');
  await mkdir(user, { recursive: true });
  await mkdir(join(folder, 'home'), { recursive: true });
  await writeFile(join(user, 'settings.json'), JSON.stringify({ ...quietSettings, ...options.settings }, null, 2));
  const port = options.port ?? (await freePort());
  const access = options.token === undefined ? ['--without-connection-token'] : ['--connection-token', options.token];
  const child = spawn(
    vscode.node,
    [
      vscode.serverMain,
      ...['--host', '127.0.0.1', '--port', String(port), ...access, '--accept-server-license-terms'],
      ...['--server-data-dir', join(folder, 'server'), '--user-data-dir', join(folder, 'data')],
      ...['--extensions-dir', options.extensionsFolder ?? join(folder, 'extensions')],
      '--disable-telemetry',
      ...(options.asksForTrust ? [] : ['--disable-workspace-trust']),
      ...(options.args ?? []),
    ],
    { env: cleanEnvironment(join(folder, 'home')), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    if (child.exitCode === null) {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await Promise.race([ended, delay(5000).then(kill)]);
    }
    if (options.dataFolder === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await answers(port, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw new Error(
      `VS Code's server did not start: ${error instanceof Error ? error.message : error}\n${log.slice(-2000)}`,
    );
  }
  return { port, folder, log: () => log, stop };
}

/**
 * @param {number} port
 * @param {() => boolean} ended
 */
async function answers(port, ended) {
  for (const start = Date.now(); Date.now() - start < 60_000; await delay(100)) {
    if (ended()) throw new Error('it ended at once');
    const response = await fetch(`http://127.0.0.1:${port}/version`).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error('it did not answer within a minute');
}

/**
 * The environment without what a surrounding VS Code terminal leaves in it.
 * @param {string} home
 */
function cleanEnvironment(home) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('VSCODE_') && name !== 'NODE_OPTIONS');
  return {
    ...Object.fromEntries(own),
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
  };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object' ? done(address.port) : fail(new Error('no port')),
      );
    });
  });
}

/**
 * Whether another program listens on a loopback port.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export function isTaken(port) {
  return new Promise((done) => {
    const probe = createServer().once('error', () => done(true));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(false)));
  });
}
