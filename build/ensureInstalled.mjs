/** Installs the npm dependencies when they are missing or older than the lock file. Uses nothing that needs installing. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Ends the process with one sentence when the installation fails. */
export function ensureInstalled() {
  const stamp = resolve(root, 'node_modules/.dnnsplit-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(resolve(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stdout.write('Installing dependencies (once) ...\n');
  const { status } = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    // onnxruntime-node would download a CUDA library of several hundred MB that nothing here uses.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (status !== 0) {
    process.stderr.write(
      'npm ci failed: see above. Check that the npm registry can be reached, then run this again.\n',
    );
    process.exit(1);
  }
  mkdirSync(resolve(root, 'node_modules'), { recursive: true });
  writeFileSync(stamp, wanted);
}
