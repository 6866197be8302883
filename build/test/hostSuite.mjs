import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as esbuild from 'esbuild';
import { browserAdvice, findBrowser } from '../../test/vscode/driver/findBrowser.mjs';
import { obtainVscode } from '../../test/vscode/driver/obtainVscode.mjs';
import { openBrowser } from '../../test/vscode/driver/openBrowser.mjs';
import { copyWorkspace } from '../../test/vscode/driver/packageExtension.mjs';
import { artifacts, cache, repository } from '../../test/vscode/driver/paths.mjs';
import { startServer } from '../../test/vscode/driver/startServer.mjs';
import { desktopSuite } from './desktopSuite.mjs';

const say = (/** @type {string} */ text) => process.stdout.write(`   ${text}\n`);

/**
 * Runs the mocha suite inside the extension host of a real VS Code: the desktop one where it can be had, otherwise the
 * one from npm in a browser.
 * @param {import('../../test/vscode/driver/obtainVscode.mjs').Release} release
 * @returns {Promise<import('./layers.mjs').Counts>}
 */
export async function hostSuite(release) {
  const suite = await bundleSuite();
  const workspace = await copyWorkspace();
  const report = join(artifacts, `host-${release}.json`);
  process.env['DNNSPLIT_MOCHA_REPORT'] = report;
  try {
    const ran = (await desktopSuite(release, suite, workspace, say)) || (await browserSuite(release, suite, workspace));
    if (!ran) return { passed: 0, failed: 0, skipped: 1 };
    return await countReport(report);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

/** @returns {Promise<string>} path of the bundle that exports `run` */
async function bundleSuite() {
  const outfile = join(cache, 'suite/index.js');
  await mkdir(join(cache, 'suite'), { recursive: true });
  await esbuild.build({
    absWorkingDir: repository,
    entryPoints: ['test/vscode/suite/index.ts'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    outfile,
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}

/**
 * @param {import('../../test/vscode/driver/obtainVscode.mjs').Release} release
 * @param {string} suite
 * @param {string} workspace
 * @returns {Promise<boolean>} false where there is no browser to run it in
 */
async function browserSuite(release, suite, workspace) {
  const program = await findBrowser(say);
  if (program === undefined) {
    say(`skipped: ${browserAdvice}`);
    return false;
  }
  const vscode = await obtainVscode(release, say);
  const server = await startServer(vscode, { args: ['--enable-smoke-test-driver'] });
  const { browser, page } = await openBrowser(program);
  try {
    /** @type {Promise<number>} */
    const exited = new Promise((done) => page.exposeFunction('codeAutomationExit', done));
    await page.exposeFunction('codeAutomationLog', () => undefined);
    const remote = (/** @type {string} */ path) => `vscode-remote://127.0.0.1:${server.port}${path}`;
    const payload = [
      ['extensionDevelopmentPath', remote(repository)],
      ['extensionTestsPath', remote(suite)],
    ];
    const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
    await page.goto(`http://127.0.0.1:${server.port}/?${query}`);
    const code = await Promise.race([exited, delay(240_000, undefined, { ref: false })]);
    if (code === undefined) {
      await page.screenshot({ path: join(artifacts, `host-${release}-timeout.png`) });
      throw new Error(`The suite did not end within four minutes.\n${server.log().slice(-2000)}`);
    }
    return true;
  } finally {
    await browser.close();
    await server.stop();
  }
}

/**
 * @param {string} path mocha's JSON report
 * @returns {Promise<import('./layers.mjs').Counts>}
 */
async function countReport(path) {
  const report = JSON.parse(await readFile(path, 'utf8'));
  for (const test of report.failures) {
    process.stdout.write(`   failed: ${test.fullTitle}\n${test.err.stack ?? test.err.message}\n`);
  }
  for (const test of report.passes) {
    if (test.currentRetry > 0) process.stdout.write(`   passed at the second try only: ${test.fullTitle}\n`);
  }
  for (const test of report.pending) process.stdout.write(`   skipped: ${test.fullTitle}\n`);
  return { passed: report.stats.passes, failed: report.stats.failures, skipped: report.stats.pending };
}
