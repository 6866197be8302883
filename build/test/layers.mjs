import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findBrowser } from '../../test/vscode/driver/findBrowser.mjs';
import { obtainVscode } from '../../test/vscode/driver/obtainVscode.mjs';
import { packedExtension } from '../../test/vscode/driver/packageExtension.mjs';
import { artifacts, repository } from '../../test/vscode/driver/paths.mjs';
import { run } from '../../test/vscode/driver/run.mjs';
import { hasDesktop } from './desktopSuite.mjs';
import { hostSuite } from './hostSuite.mjs';
import { vitestRun } from './vitestRun.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {import('../../test/vscode/driver/obtainVscode.mjs').Release} Release */
/** @typedef {{ name: string, run: () => Promise<Counts>, inBrowser?: readonly Release[] }} Layer `inBrowser`: the releases of VS Code that it drives in a browser, or none in a browser alone */

const bin = (/** @type {string} */ name) => join(repository, 'node_modules/.bin', name);

/**
 * A check that either holds or does not; its output is shown when it does not.
 * @param {string} name
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Layer}
 */
function check(name, command, args) {
  return {
    name,
    run: async () => {
      const { code, output } = await run(command, args, { cwd: repository });
      if (code !== 0) process.stdout.write(`${output}\n`);
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
    },
  };
}

/** Bundles and packs the extension for the layers that follow. @returns {Promise<Counts>} */
async function packs() {
  await packedExtension();
  return { passed: 1, failed: 0, skipped: 0 };
}

/**
 * Fetches the browser and the releases of VS Code that layers drive, while others run that need neither. What fails here is
 * told by the layer that tries again.
 * @param {readonly Layer[]} chosen
 */
async function fetchAhead(chosen) {
  const driven = chosen.flatMap(({ inBrowser }) => (inBrowser === undefined ? [] : [inBrowser]));
  if (driven.length === 0) return;
  const say = (/** @type {string} */ text) => process.stdout.write(`   ahead: ${text}\n`);
  if ((await findBrowser(say)) === undefined) return;
  for (const release of new Set(driven.flat())) await obtainVscode(release, say);
}

const isDesktop = await hasDesktop();

/** A suite in the extension host, of a desktop VS Code where there is one. @param {string} name @param {Release} release @param {'suite' | 'virtual'} [suite] @returns {Layer} */
function host(name, release, suite) {
  return { name, run: () => hostSuite(release, suite), ...(!isDesktop && { inBrowser: [release] }) };
}

/** Every layer in the order in which a mistake is cheapest to find. @type {readonly Layer[]} */
const layers = [
  check('format and lint', bin('biome'), ['ci', '--error-on-warnings', '.']),
  check('types', bin('tsc'), ['-b']),
  check('unused code', bin('knip'), ['--no-progress']),
  { name: 'bundle', run: packs },
  { name: 'unit', run: () => vitestRun('unit', ['--config', 'vitest.config.mjs']) },
  {
    name: 'webview in a browser',
    run: () => vitestRun('webview', ['--config', 'test/webview/vitest.config.mjs']),
    inBrowser: [],
  },
  host('extension host', 'stable'),
  host('extension host, no disk', 'stable', 'virtual'),
  host('extension host, oldest VS Code', 'floor'),
  {
    name: 'user flow',
    run: () => vitestRun('flow', ['--config', 'test/vscode/flow/vitest.config.mjs']),
    inBrowser: ['stable'],
  },
];

/**
 * Runs the layers, or those whose name contains one of the words.
 * @param {readonly string[]} words
 * @returns {Promise<number>} exit code
 */
export async function runLayers(words) {
  // ONNX Runtime, the oracle of many tests, reports to its maker unless it is told not to.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  await rm(artifacts, { recursive: true, force: true });
  await mkdir(artifacts, { recursive: true });
  const chosen = layers.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  const fetched = fetchAhead(chosen).catch(() => undefined);
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const layer of chosen) {
    process.stdout.write(`\n== ${layer.name}\n`);
    const start = Date.now();
    if (layer.inBrowser) await fetched;
    const counts = await layer.run().catch((error) => {
      process.stdout.write(`${error instanceof Error ? error.stack : error}\n`);
      return { passed: 0, failed: 1, skipped: 0 };
    });
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    process.stdout.write(`   ${layer.name}: ${sentence(counts)} (${seconds} s)\n`);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  process.stdout.write(`\n${sentence(total)}\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** @param {Counts} counts */
function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
