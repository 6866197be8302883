/** Calibrates on some of the measured models and predicts others, as `dnnsplit calibrate` and planning do. */
import { existsSync, readFileSync } from 'node:fs';
import { modelPath, profilePath } from './measure.mjs';

/**
 * @typedef {{
 *   name: string, graph: import('../../src/engine/split/splitGraph').SplitGraph, microseconds: ReadonlyMap<string, number>,
 *   seconds: number,
 * }} Measured
 * @typedef {{ model: string, measuredMs: number, predictedMs: number, ratio: number }} Prediction
 */

/** @param {any} product @param {string} folder @param {string} level @param {readonly string[]} names @returns {Measured[]} those that were measured */
export function measuredModels(product, folder, level, names) {
  return names.flatMap((name) => {
    const path = profilePath(folder, name, level);
    const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : 'null';
    if (text === 'null') return [];
    const { microseconds, runMicroseconds } = JSON.parse(text);
    const { graph } = product.analyzeFile(modelPath(folder, name), {});
    return [{ name, graph, microseconds: new Map(Object.entries(microseconds)), seconds: runMicroseconds * 1e-6 }];
  });
}

/** @param {any} product @param {readonly Measured[]} fitted @param {readonly Measured[]} others @returns {{ predictions: Prediction[], calibration: any }} */
export function predictOthers(product, fitted, others) {
  const calibration = product.calibrate(fitted);
  const { rates, gflops, memoryGBps, kernelOverheadUs, fusion } = calibration;
  const tier = { id: 'here', rates, gflops, memoryGBps, kernelOverheadUs, overheadUs: 0, fusion };
  const predictions = others.map(({ name, graph, seconds }) => {
    const predicted = product
      .estimatedSeconds(graph, tier)
      .reduce((/** @type {number} */ sum, /** @type {number} */ one) => sum + one, 0);
    return { model: name, measuredMs: seconds * 1e3, predictedMs: predicted * 1e3, ratio: predicted / seconds };
  });
  return { predictions, calibration };
}
