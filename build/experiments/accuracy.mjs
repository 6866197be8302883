/** How well the presets predict published times: a part of docs/experiments.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bench/loadProduct.mjs';
import { spread } from '../bench/statistics.mjs';
import { isNear, spearman } from '../presets/summary.mjs';

/**
 * @typedef {readonly [model: string, publishedMs: number, predictedMs: number]} PredictedModel
 * @typedef {{ runtime: string, groups: number, rows: number, errorPercent: number, near: number, covered: number }} Family
 */

const { presets, families } = /** @type {{
 *   presets: readonly { id: string, pairErrorPercent: number, models: readonly PredictedModel[] }[], families: readonly Family[],
 * }} */ (JSON.parse(readFileSync(join(root, 'build/presets/leftOut.json'), 'utf8')));

/** The lines of the part. @returns {string[]} */
export function accuracySection() {
  return [
    '## Predicted against published',
    '',
    'Each preset of a device with a runtime is fitted to published times of that runtime on that device (`build/presets`). Every model here is predicted by the fit of the others, so that no figure is one that the fit has seen. A ratio is the predicted time over the published one. The last column is the median error where each two models are left out together.',
    '',
    '| preset | models | median error in percent | within 1.3x | 0.7 to 1.4 | smallest ratio | largest ratio | rank correlation | error with two left out |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...presets.map(presetLine),
    '',
    'All published groups of at least five models whose work is known, by runtime, presets or not. Inside the interval are the models that lie within the factor that the others of their group state for nine of ten.',
    '',
    '| runtime | groups | times | median error in percent | 0.7 to 1.4, in percent | inside the interval, in percent |',
    '|---|---:|---:|---:|---:|---:|',
    ...families.map(({ runtime, groups, rows, errorPercent, near, covered }) => {
      return line(runtime, groups, rows, errorPercent, percent(near, rows), percent(covered, rows));
    }),
    '',
    ...worstModels(),
  ];
}

/** @param {{ id: string, pairErrorPercent: number, models: readonly PredictedModel[] }} preset */
function presetLine({ id, pairErrorPercent, models }) {
  const ratios = models.map(ratioOf);
  const { least, most } = spread(ratios);
  const error = spread(ratios.map((ratio) => Math.abs(ratio - 1))).median;
  const correlation = spearman(
    models.map(([, publishedMs]) => publishedMs),
    models.map(([, , predictedMs]) => predictedMs),
  );
  const within13 = ratios.filter((ratio) => Math.abs(Math.log(ratio)) <= Math.log(1.3)).length;
  return line(
    id,
    models.length,
    Math.round(100 * error),
    within13,
    ratios.filter(isNear).length,
    least.toFixed(2),
    most.toFixed(2),
    correlation.toFixed(2),
    pairErrorPercent,
  );
}

/** What the form of the estimate does not describe, by the ratio over the presets. @returns {string[]} */
function worstModels() {
  const byModel = new Map();
  for (const one of presets.flatMap(({ models }) => models)) {
    byModel.set(one[0], [...(byModel.get(one[0]) ?? []), ratioOf(one)]);
  }
  const medians = [...byModel]
    .filter(([, ratios]) => ratios.length >= 5)
    .map(([model, ratios]) => ({ model, ratio: spread(ratios).median }));
  const worst = medians.sort((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio))).slice(0, 5);
  const told = worst.map(({ model, ratio }) => `${model} (${ratio.toFixed(2)})`).join(', ');
  return [
    `Worst over the presets, by the median ratio: ${told}. Convolutions that a runtime computes by another algorithm (Winograd) and unusual groups are what rates by kind of work do not describe.`,
    '',
  ];
}

/** @param {PredictedModel} model */
function ratioOf([, publishedMs, predictedMs]) {
  return predictedMs / publishedMs;
}

/** @param {number} part @param {number} whole */
function percent(part, whole) {
  return Math.round((100 * part) / whole);
}

/** @param {readonly (string | number)[]} cells */
function line(...cells) {
  return `| ${cells.join(' | ')} |`;
}
