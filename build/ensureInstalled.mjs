/** Installs the npm dependencies when they are missing or older than the lock file. Uses nothing that needs installing. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const modules = resolve(root, 'node_modules');

/** Ends the process with one sentence when the installation fails, or would replace what is not this checkout's own. */
export function ensureInstalled() {
  const stamp = resolve(modules, '.dnnsplit-installed');
  const lock = resolve(root, 'package-lock.json');
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const isComplete = isInstalled(lock);
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    if (isComplete) return;
    // `npm ci` would empty the folder that it leads to.
    stop(
      `${modules} is a link to a folder that does not hold just what package-lock.json says. Remove the link, or install there.`,
    );
  }
  if (!isComplete) install();
  mkdirSync(modules, { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Whether a person's own `npm ci` or `npm install` has left just what the lock file says. @param {string} lock */
function isInstalled(lock) {
  const installed = resolve(modules, '.package-lock.json');
  if (!existsSync(installed)) return false;
  const [wanted, present] = [lock, installed].map((path) => JSON.parse(readFileSync(path, 'utf8')).packages);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}

function install() {
  process.stdout.write('Installing dependencies (once, about 700 MB) ...\n');
  // What an npm that runs this was told (`--global`) is not meant for the one that it starts.
  const own = Object.entries(process.env).filter(([name]) => !/^npm_config_(global|prefix|location)$/i.test(name));
  const { status } = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: Object.fromEntries(own),
  });
  if (status !== 0) stop('npm ci failed: see above. Check that the npm registry can be reached, then run this again.');
}

/** @param {string} sentence @returns {never} */
function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
