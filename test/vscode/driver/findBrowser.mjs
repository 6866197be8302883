import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';

const names = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge-stable',
  'microsoft-edge',
];
const fixedPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** What a person can do where no browser is found. */
export const browserAdvice =
  'No Chrome, Chromium or Edge was found: install one (on Debian: apt-get install chromium), or set DNNSPLIT_BROWSER to its program.';

/** The path of a Chrome, Chromium or Edge on this machine, or nothing. */
function installedBrowser() {
  const chosen = process.env['DNNSPLIT_BROWSER'];
  if (chosen !== undefined) return existsSync(chosen) ? chosen : undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...fixedPlaces].find((place) => existsSync(place));
}

/**
 * Finds a browser; on Debian, where this user may install packages, installs Chromium when there is none.
 * @param {(text: string) => void} say
 * @returns {Promise<string | undefined>} the program's path, or nothing where there is no browser
 */
export async function findBrowser(say) {
  const found = installedBrowser();
  if (found !== undefined || process.env['DNNSPLIT_BROWSER'] !== undefined) return found;
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!mayInstall) return undefined;
  say('Installing Debian packages chromium and fonts-dejavu-core ...');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], { env });
  return installedBrowser();
}
