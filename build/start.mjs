/** `npm start`: installs what is missing, builds, and opens a real VS Code with the extension and the sample workspace. */
import './checkNode.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ensureInstalled } from './ensureInstalled.mjs';
import { refuse, startOptions } from './startOptions.mjs';

const root = resolve(import.meta.dirname, '..');
const values = startOptions(process.argv.slice(2));

const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);

ensureInstalled();
say('Building ...');
const workspace = join(root, '.cache/start/workspace');
if (!existsSync(workspace)) await cp(join(root, 'test/workspace'), workspace, { recursive: true });

const desktop = values.web ? undefined : desktopVscode();
if (desktop === undefined) await startWeb();
else startDesktop(desktop);

/** The `code` program of a desktop VS Code that can show a window here. */
function desktopVscode() {
  const hasScreen = process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (!hasScreen) return undefined;
  const fixed = ['/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code'];
  const answered = spawnSync('code', ['--version'], { shell: process.platform === 'win32' });
  return answered.status === 0 ? 'code' : fixed.find((place) => existsSync(place));
}

/** @param {string} program */
function startDesktop(program) {
  const bundle = spawnSync(process.execPath, [join(root, 'build/bundle.mjs')], { stdio: 'inherit' });
  if (bundle.status !== 0) process.exit(1);
  const args = [`--extensionDevelopmentPath=${root}`, '--new-window', workspace];
  spawn(program, args, { stdio: 'ignore', detached: true, shell: process.platform === 'win32' }).unref();
  say('VS Code opens with the sample workspace. Right-click mobilenetv2.onnx and choose "Analyze DNN splits".');
}

async function startWeb() {
  const { obtainVscode } = await import('../test/vscode/driver/obtainVscode.mjs');
  const { isTaken, startServer } = await import('../test/vscode/driver/startServer.mjs');
  const { packageExtension, installExtension } = await import('../test/vscode/driver/packageExtension.mjs');
  if (await isTaken(values.port)) {
    refuse(
      `Port ${values.port} is in use by another program. Choose one with: npm start -- --web --port ${values.port + 1}`,
    );
  }
  const vscode = await obtainVscode('stable', say);
  const extensionsFolder = await installExtension(vscode, await packageExtension());
  const token = randomBytes(12).toString('hex');
  const server = await startServer(vscode, {
    extensionsFolder,
    token,
    port: values.port,
    dataFolder: join(root, '.cache/start/vscode'),
  });
  const address = `http://127.0.0.1:${server.port}/?tkn=${token}&folder=${encodeURIComponent(workspace)}`;
  say(`\nVS Code ${vscode.version} is up. Open it in a browser:\n\n  ${address}\n`);
  say('Right-click mobilenetv2.onnx and choose "Analyze DNN splits". Ctrl+C ends it.');
  if (!values.noOpen) openAddress(address);
  const end = () => server.stop().then(() => process.exit(0));
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

/** Opens the address in the person's browser where there is a screen; otherwise the printed line must do. @param {string} address */
function openAddress(address) {
  /** @type {Partial<Record<NodeJS.Platform, [string, string[]]>>} */
  const openers = {
    darwin: ['open', [address]],
    win32: ['cmd', ['/c', 'start', '', address.replaceAll('&', '^&')]],
    linux: ['xdg-open', [address]],
  };
  const opener = openers[process.platform];
  const hasScreen = process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (opener === undefined || !hasScreen) return;
  spawn(opener[0], opener[1], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
