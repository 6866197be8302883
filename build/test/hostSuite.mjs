import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as esbuild from 'esbuild';
import { browserAdvice, findBrowser } from '../../test/vscode/driver/findBrowser.mjs';
import { obtainVscode } from '../../test/vscode/driver/obtainVscode.mjs';
import { openBrowser } from '../../test/vscode/driver/openBrowser.mjs';
import { copyWorkspace, installExtension, packedExtension } from '../../test/vscode/driver/packageExtension.mjs';
import { artifacts, cache, repository } from '../../test/vscode/driver/paths.mjs';
import { startServer } from '../../test/vscode/driver/startServer.mjs';
import { desktopSuite } from './desktopSuite.mjs';

const say = (/** @type {string} */ text) => process.stdout.write(`   ${text}\n`);

/**
 * Runs a mocha suite inside the extension host of a real VS Code: the desktop one where it can be had, otherwise the
 * one from npm in a browser. In the oldest one from npm the extension is its package, installed.
 * @param {import('../../test/vscode/driver/obtainVscode.mjs').Release} release
 * @param {'suite' | 'virtual'} [name] of the suite, `virtual` in a window whose only folder is on no disk
 * @returns {Promise<import('./layers.mjs').Counts>}
 */
export async function hostSuite(release, name = 'suite') {
  const suite = await bundleSuite(name);
  const folder = await copyWorkspace();
  const workspace = name === 'virtual' ? await virtualWorkspace(folder) : folder;
  const report = join(artifacts, `host-${release}-${name}.json`);
  process.env['DNNSPLIT_MOCHA_REPORT'] = report;
  process.env['DNNSPLIT_REPOSITORY'] = repository;
  try {
    const ran = (await desktopSuite(release, suite, workspace, say)) || (await browserSuite(release, suite, workspace));
    if (!ran) return { passed: 0, failed: 0, skipped: 1 };
    return await countReport(report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder @returns {Promise<string>} a file there that describes a window over a file system of a test's */
async function virtualWorkspace(folder) {
  const path = join(folder, 'virtual.code-workspace');
  await writeFile(path, JSON.stringify({ folders: [{ uri: 'memfs:/models', name: 'models' }] }));
  return path;
}

/** @param {string} name @returns {Promise<string>} path of the bundle that exports `run` */
async function bundleSuite(name) {
  const outfile = join(cache, name, 'index.js');
  await mkdir(join(cache, name), { recursive: true });
  await esbuild.build({
    absWorkingDir: repository,
    entryPoints: [`test/vscode/${name}/index.ts`],
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
  const installed = release === 'floor' ? await installExtension(vscode, await packedExtension()) : undefined;
  // Tests want some extension to be under development, even where the one that they test is installed.
  const developed = installed === undefined ? repository : join(repository, 'test/vscode/driver/testExtension');
  const server = await startServer(vscode, { args: ['--enable-smoke-test-driver'], extensionsFolder: installed });
  const { browser, page } = await openBrowser(program);
  try {
    /** @type {Promise<number>} */
    const exited = new Promise((done) => page.exposeFunction('codeAutomationExit', done));
    await page.exposeFunction('codeAutomationLog', () => undefined);
    const remote = (/** @type {string} */ path) => `vscode-remote://127.0.0.1:${server.port}${path}`;
    const payload = [
      ['extensionDevelopmentPath', remote(developed)],
      ['extensionTestsPath', remote(suite)],
    ];
    const kind = workspace.endsWith('.code-workspace') ? 'workspace' : 'folder';
    const query = new URLSearchParams({ [kind]: workspace, payload: JSON.stringify(payload) });
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
