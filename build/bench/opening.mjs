/** From the command to the tree and to the first picture of the graph, in a real VS Code driven as a person does. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserAdvice, findBrowser } from '../../test/vscode/driver/findBrowser.mjs';
import { obtainVscode } from '../../test/vscode/driver/obtainVscode.mjs';
import { openBrowser } from '../../test/vscode/driver/openBrowser.mjs';
import { copyWorkspace, installExtension, packageExtension } from '../../test/vscode/driver/packageExtension.mjs';
import { startServer } from '../../test/vscode/driver/startServer.mjs';
import { usageOfNode } from './childUsage.mjs';
import { root } from './loadProduct.mjs';
import { netronSource, netronVariable, openInNetron } from './netron.mjs';
import { sayTarget } from './sections.mjs';
import { sharedModel } from './sharedModel.mjs';
import { figure, spread, spreadText } from './statistics.mjs';
import { writeResidualNetwork } from './writeModels.mjs';

/** @typedef {{ tree: number, graph: number }} Opening milliseconds from the command to each of both */
/** @typedef {{ vscode: import('../../test/vscode/driver/obtainVscode.mjs').VscodeServer, program: string, extensionsFolder: string }} Stage */

/** Files of the workspace to open, with commas between them; all where it is not set. */
const modelsVariable = 'DNNSPLIT_OPENING';
/** Long enough for the workbench to have nothing left to do; in shorter times it is the workbench that is measured. */
const quietMs = 4000;
/** Longer than the server takes until it keeps its compiled programs. */
const keptAfterMs = 6000;

/** Models that lie beside the checkout, by the name under which they are opened. */
const sharedFiles = /** @type {const} */ ([
  ['swin_t.onnx', 'tv_swin_t'],
  ['densenet121.onnx', 't113_densenet121'],
]);

/** The window's own part of an opening is that of the smaller one, and what the graph adds to it that of the larger one. */
const [smallFile, largeFile] = ['mobilenetv2.onnx', 'nodes20k.onnx'];

/**
 * Opens models as the first thing in a window, where no server runs yet: in the very first window after the extension was
 * installed, and in one after it, for which compiled programs are kept; then after another model (warm).
 * @param {import('./sections.mjs').Bench} bench
 */
export async function opening(bench) {
  const { rounds, say } = bench;
  const program = await findBrowser(say);
  if (program === undefined) return say(`  left out: ${browserAdvice}`);
  const vscode = await obtainVscode('stable', say);
  const stage = { vscode, program, extensionsFolder: await installExtension(vscode, await packageExtension()) };
  const workspace = await copyWorkspace();
  const files = [smallFile, 'resnet152.onnx'];
  for (const [file, name] of sharedFiles) {
    const path = sharedModel(bench, name);
    if (path === undefined) continue;
    await cp(path, join(workspace, file));
    files.push(file);
  }
  writeResidualNetwork(join(workspace, largeFile), 20_000);
  files.push(largeFile);
  const chosen = process.env[modelsVariable]?.split(',');
  const opened = files.filter((file) => chosen?.includes(file) ?? true);
  const netron = netronSource();
  if (netron === undefined) say(`  Netron: left out, ${netronVariable} names no folder of a checkout of it`);
  const after = (/** @type {string} */ file) => opened[(opened.indexOf(file) + 1) % opened.length] ?? file;
  try {
    /** @type {Map<string, Opening[]>} */
    const openings = new Map();
    /** @type {Map<string, { first: number, warm: number }[]>} */
    const peers = new Map();
    const add = (/** @type {string} */ name, /** @type {Opening} */ opened) =>
      openings.set(name, [...(openings.get(name) ?? []), opened]);
    for (let round = 0; round < rounds; round++) {
      for (const file of opened) {
        const dataFolder = await mkdtemp(join(tmpdir(), 'dnnsplit-opening-'));
        await inWindow(stage, workspace, dataFolder, async (page) => {
          add(`${file}, first window ever`, await openOne(page, file));
          await page.waitForTimeout(keptAfterMs);
        });
        await inWindow(stage, workspace, dataFolder, async (page) => {
          add(`${file}, first in a window`, await openOne(page, file));
          const other = after(file);
          add(`${other}, after another`, await openOne(page, other));
        });
        await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
        if (netron === undefined) continue;
        const shown = await inNetron(program, netron, join(workspace, file), join(workspace, after(file)));
        peers.set(file, [...(peers.get(file) ?? []), shown]);
      }
    }
    for (const [name, samples] of [...openings].sort(([a], [b]) => a.localeCompare(b))) {
      const text = (/** @type {keyof Opening} */ part) => spreadText(spread(samples.map((sample) => sample[part])));
      say(`  ${name.padEnd(36)} tree ${text('tree').padEnd(24)} graph ${text('graph')} ms`);
    }
    sayLargeTree(say, openings, join(workspace, largeFile), rounds);
    for (const [file, samples] of peers) sayPeer(say, file, openings, samples);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

/**
 * What 20,000 nodes add to the tree, beside the command line that analyses them from its start to its end.
 * @param {(line: string) => void} say @param {ReadonlyMap<string, readonly Opening[]>} openings @param {string} path @param {number} rounds
 */
function sayLargeTree(say, openings, path, rounds) {
  for (const way of ['first in a window', 'after another']) {
    const [small, large] = [smallFile, largeFile].map((file) => openings.get(`${file}, ${way}`));
    if (small === undefined || large === undefined) continue;
    const treeMs = (/** @type {readonly Opening[]} */ of) => spread(of.map(({ tree }) => tree)).median;
    const runs = Array.from({ length: rounds }, () => usageOfNode([join(root, 'dist/cli.js'), 'analyze', path]).wallMs);
    const times = (treeMs(large) - treeMs(small)) / spread(runs).median;
    sayTarget({ say }, `tree of 20,000 nodes, ${way}, over that of a small model, per analyze`, times, 1, 'times');
  }
}

/** Both ways in which Netron opens a file, beside ours. @param {(line: string) => void} say @param {string} file @param {ReadonlyMap<string, readonly Opening[]>} openings @param {readonly { first: number, warm: number }[]} samples */
function sayPeer(say, file, openings, samples) {
  for (const [name, way] of /** @type {const} */ ([
    ['first in a window', 'first'],
    ['after another', 'warm'],
  ])) {
    const own = openings.get(`${file}, ${name}`)?.map(({ graph }) => graph);
    const netron = spread(samples.map((sample) => sample[way]));
    say(`  ${`${file}, ${name}, Netron`.padEnd(36)} graph ${spreadText(netron)} ms`);
    if (own === undefined) continue;
    const times = spread(own).median / netron.median;
    say(`  target ${times <= 1 ? 'kept' : 'MISSED'}: ${file}, ${name}, ${figure(times)} times Netron, at most 1.00`);
  }
}

/** @param {string} program @param {string} source @param {string} model @param {string} other */
async function inNetron(program, source, model, other) {
  const { browser } = await openBrowser(program);
  try {
    return await openInNetron(browser, source, model, other);
  } finally {
    await browser.close();
  }
}

/**
 * @param {Stage} stage @param {string} workspace @param {string} dataFolder
 * @param {(page: import('playwright-core').Page) => Promise<void>} use
 */
async function inWindow(stage, workspace, dataFolder, use) {
  const server = await startServer(stage.vscode, { extensionsFolder: stage.extensionsFolder, dataFolder });
  const { browser, context, page } = await openBrowser(stage.program);
  try {
    await context.addInitScript(watchOpenings);
    await page.goto(`http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(workspace)}`);
    await page.locator('.activitybar').getByRole('tab', { name: 'DNNSplit' }).first().waitFor({ timeout: 90_000 });
    await use(page);
  } finally {
    await browser.close();
    await server.stop();
  }
}

/**
 * Analyzes one file from the explorer's menu and closes it again.
 * @param {import('playwright-core').Page} page
 * @param {string} file
 * @returns {Promise<Opening>}
 */
async function openOne(page, file) {
  await page.keyboard.press('Control+Shift+E');
  const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: file }).first();
  await row.waitFor();
  await page.waitForTimeout(quietMs);
  await row.click({ button: 'right' });
  const entry = page.getByRole('menuitem', { name: 'Analyze DNN splits' }).first();
  await entry.waitFor({ timeout: 20_000 });
  // Menus ignore a click that comes at once.
  await page.waitForTimeout(300);
  await page.evaluate(() => performance.clearMarks());
  await entry.click();
  const [command, tree] = await page
    .waitForFunction(
      () => {
        const at = (/** @type {string} */ name) => performance.getEntriesByName(name).at(-1)?.startTime;
        const [clicked, shown] = [at('command'), at('tree')];
        return clicked !== undefined && shown !== undefined && shown > clicked
          ? [performance.timeOrigin + clicked, performance.timeOrigin + shown]
          : undefined;
      },
      undefined,
      { timeout: 60_000 },
    )
    .then((handle) => /** @type {Promise<[number, number]>} */ (handle.jsonValue()));
  const graph = await firstPicture(page, command);
  await page.waitForTimeout(quietMs);
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input');
  await input.fill('>DNNSplit: Close Model');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Close Model' }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.locator('iframe.webview').first().waitFor({ state: 'detached' });
  return { tree: tree - command, graph: graph - command };
}

/** When the first picture with text stood on the screen. @param {import('playwright-core').Page} page @param {number} since @returns {Promise<number>} */
async function firstPicture(page, since) {
  for (const end = Date.now() + 60_000; Date.now() < end; await page.waitForTimeout(20)) {
    for (const frame of page.frames()) {
      const at = await frame
        .evaluate(() => {
          const drawn = performance.getEntriesByName('picture').at(0)?.startTime;
          return drawn === undefined ? 0 : performance.timeOrigin + drawn;
        })
        .catch(() => 0);
      if (at > since) return at;
    }
  }
  throw new Error('There was no picture within a minute.');
}

/** Runs in every frame: marks the click on a menu's entry, rows of candidates, and the first frame with text on a canvas. */
function watchOpenings() {
  addEventListener(
    'mouseup',
    ({ target }) => {
      if (target instanceof Element && target.closest('.monaco-menu') !== null) performance.mark('command');
    },
    true,
  );
  let hasRows = false;
  new MutationObserver(() => {
    const rows = document.querySelectorAll('.split-view-view .monaco-list-row');
    const shown = [...rows].some((row) => row.textContent?.includes('Candidate points'));
    if (shown && !hasRows) performance.mark('tree');
    hasRows = shown;
  }).observe(document, { childList: true, subtree: true });
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (...text) {
    CanvasRenderingContext2D.prototype.fillText = fillText;
    fillText.apply(this, text);
    // The frame after the one that was drawn begins when that one is on its way to the screen.
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('picture')));
  };
}
