import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { cache, repository } from '../../test/vscode/driver/paths.mjs';

const versions = /** @type {const} */ ({ stable: 'stable', floor: '1.100.3' });

/**
 * Runs the suite in a desktop VS Code where its download can be reached and a window can be shown.
 * @param {import('../../test/vscode/driver/obtainVscode.mjs').Release} release
 * @param {string} suite
 * @param {string} workspace
 * @param {(text: string) => void} say
 * @returns {Promise<boolean>} false where there is no desktop VS Code to be had: the caller takes the one from npm
 */
export async function desktopSuite(release, suite, workspace, say) {
  if (!(await hasDesktop())) return false;
  say(`desktop VS Code ${versions[release]}`);
  const vscodeExecutablePath = await downloadAndUnzipVSCode({
    version: versions[release],
    cachePath: join(cache, 'desktop'),
  });
  // A failing suite rejects; its report says what failed, so that the counts come from there either way.
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: repository,
    extensionTestsPath: suite,
    launchArgs: [workspace, '--disable-extensions'],
  }).catch((error) => say(String(error)));
  return true;
}

/** Whether the download of a desktop VS Code can be reached and a window of it be shown. */
export async function hasDesktop() {
  const hasScreen = process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (!hasScreen) return false;
  return lookup('update.code.visualstudio.com').then(
    () => true,
    () => false,
  );
}
