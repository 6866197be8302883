/** Work per frame of the graph view while it is panned and zoomed, with the product's own renderer in a browser. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { browserAdvice, findBrowser } from '../../test/vscode/driver/findBrowser.mjs';
import { openBrowser } from '../../test/vscode/driver/openBrowser.mjs';
import { bundlePage, openPage } from './graphPage.mjs';
import { sharedModel } from './sharedModel.mjs';
import { figure } from './statistics.mjs';
import { writeMaskedTransformer, writeParallelBranches } from './writeModels.mjs';

const mostMs = 16;
/** Whole cycles of both gestures, so that they end where they began. */
const framesPerGesture = 40;
/** The first frames compile what they run. */
const skippedFrames = 10;
/** A machine that does something else meanwhile makes frames longer: of some runs the one with the shortest counts. */
const runs = 2;
/** Beside the zoom at which all of the graph is in sight: the limits at which more is drawn, and the largest there is. */
const zooms = [0.03, 0.06, 0.12, 0.2, 0.38, 0.55, 1, 2, 4];
const canvas = { width: 1040, height: 860 };

/** @typedef {{ work: number[], painted: number[] }} Frames milliseconds per frame: drawing, and drawing until all is painted */

/** @param {import('./sections.mjs').Bench} bench */
export async function frames(bench) {
  const { product, folder, say } = bench;
  const program = await findBrowser(say);
  if (program === undefined) return say(`  left out: ${browserAdvice}`);
  const transformer = join(folder, 'transformer-20000.onnx');
  if (!existsSync(transformer)) writeMaskedTransformer(transformer, 20_000);
  const branches = join(folder, 'branches-20000.onnx');
  writeParallelBranches(branches, 64, 312);
  const models = [
    { name: '20,000-node transformer', path: transformer },
    { name: '64 branches of 312 nodes', path: branches },
    { name: 'swin_t', path: sharedModel(bench, 'tv_swin_t') },
  ];
  const files = await bundlePage();
  const elk = product.createElkEngine();
  const functions = product.createAnalysisFunctions(folder, () => 'anywhere');
  for (const { name, path } of models) {
    if (path === undefined) continue;
    const { graph } = product.analyzeFile(path, {});
    // All three tiers run something, so that bands and boundaries are drawn too.
    const cuts = [0.4, 0.7].map((share) => Math.floor(share * graph.nodes.length));
    const request = { modelPath: path, overrides: { cuts }, compare: false };
    const { analysis, plan } = functions.state(request, product.unwatched);
    const overlay = functions.overlay(request, product.unwatched);
    for (const folded of [null, []]) {
      const scene = await product.buildScene(graph, { folded }, elk);
      const shown = { scene, plan: { analysis, plan, overlay } };
      say(
        `  ${name}, ${folded === null ? 'folded' : 'unfolded'}: ${scene.nodes.length} boxes, ${scene.edges.length} edges`,
      );
      for (const scale of [1, 2]) await measureScene(bench, program, files, shown, scale);
    }
  }
}

/**
 * @param {import('./sections.mjs').Bench} bench @param {string} program @param {{ script: string, style: string }} files
 * @param {{ scene: any, plan: any }} shown @param {number} scale device pixels per CSS pixel
 */
async function measureScene({ say }, program, files, shown, scale) {
  const { browser, context } = await openBrowser(program, { scale });
  try {
    const { width, height } = shown.scene;
    const whole = Math.min(1, canvas.width / width, canvas.height / height);
    const camera = { x: width / 2 - canvas.width / whole / 2, y: height / 2 - canvas.height / whole / 2, zoom: whole };
    const remembered = { camera, panel: { open: false, tab: 'details', size: 420 } };
    const page = await openPage(context, files, { ...shown, remembered });
    /** @type {string[]} */
    const lines = [];
    let [worst, last] = [0, whole];
    for (const zoom of [whole, ...zooms.filter((one) => one > whole * 1.2)]) {
      /** @type {{ work: Spread, painted: Spread }[]} */
      const spreads = [];
      for (let run = 0; run < runs; run++) {
        // At the largest zoom there is only a way out.
        const gestures = { factor: zoom / last, direction: zoom > 2 ? 9 : -9, framesPerGesture, skippedFrames };
        last = zoom;
        /** @type {Frames} */
        const measured = await page.evaluate(measureGestures, gestures);
        spreads.push({ work: spreadOf(measured.work), painted: spreadOf(measured.painted) });
      }
      const [{ work, painted } = { work: noTime, painted: noTime }] = spreads.sort((a, b) => a.work.high - b.work.high);
      worst = Math.max(worst, work.high);
      lines.push(`${figure(zoom).padEnd(6)} ${text(work).padEnd(14)} painted ${text(painted)}`);
    }
    say(`    at ${scale}x; zoom, median / 95th percentile in ms`);
    for (const line of lines) say(`      ${line}`);
    say(
      `    target ${worst <= mostMs ? 'kept' : 'MISSED'}: work of the 95th percentile ${figure(worst)}, at most ${mostMs} ms`,
    );
  } finally {
    await browser.close();
  }
}

/** @typedef {{ median: number, high: number }} Spread */
const noTime = { median: 0, high: 0 };

/** @param {readonly number[]} values @returns {Spread} */
function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), high: at(0.95) };
}

/** @param {Spread} spread */
function text({ median, high }) {
  return `${figure(median)} / ${figure(high)}`;
}

/**
 * Runs in the page: zooms by `factor`, pans by the wheel, then zooms to and fro around the middle, a step a frame.
 * @param {{ factor: number, direction: number, framesPerGesture: number, skippedFrames: number }} gestures
 * @returns {Promise<Frames>}
 */
async function measureGestures({ factor, direction, framesPerGesture, skippedFrames }) {
  const surface = document.querySelector('canvas');
  if (surface === null) throw new Error('The page has no canvas.');
  const drawing = surface.getContext('2d');
  const { left, top, width, height } = surface.getBoundingClientRect();
  const middle = { clientX: left + width / 2, clientY: top + height / 2, cancelable: true, bubbles: true };
  const wheel = (/** @type {WheelEventInit} */ init) =>
    surface.dispatchEvent(new WheelEvent('wheel', { ...middle, ...init }));
  // A notch of 60 zooms by e to the power of 0.48.
  for (let rest = -Math.log(factor) / 0.008; Math.abs(rest) > 1e-6; rest -= Math.max(-60, Math.min(60, rest))) {
    wheel({ deltaY: Math.max(-60, Math.min(60, rest)), ctrlKey: true });
  }
  /** @type {Frames} */
  const measured = { work: [], painted: [] };
  let isMeasured = false;
  const request = requestAnimationFrame;
  globalThis.requestAnimationFrame = (draw) =>
    request.call(globalThis, (now) => {
      const start = performance.now();
      draw(now);
      const drawn = performance.now();
      // Reading a pixel back waits until all commands have been carried out.
      drawing?.getImageData(0, 0, 1, 1);
      if (!isMeasured) return;
      measured.work.push(drawn - start);
      measured.painted.push(performance.now() - start);
    });
  const steps = [
    (/** @type {number} */ frame) => ({ deltaY: frame % 40 < 20 ? 37 : -37, deltaX: frame % 20 < 10 ? 9 : -9 }),
    (/** @type {number} */ frame) => ({ deltaY: frame % 20 < 10 ? direction : -direction, ctrlKey: true }),
  ];
  for (const step of steps) {
    for (let frame = 0; frame < framesPerGesture; frame++) {
      isMeasured = frame >= skippedFrames;
      wheel(step(frame));
      await new Promise((resolve) => request.call(globalThis, resolve));
    }
  }
  globalThis.requestAnimationFrame = request;
  return measured;
}
