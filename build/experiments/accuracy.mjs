/** How well the presets predict published times: a part of docs/experiments.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bench/loadProduct.mjs';
import { spread } from '../bench/statistics.mjs';
import { isNear, spearman } from '../presets/summary.mjs';

/**
 * @typedef {readonly [model: string, publishedMs: number, predictedMs: number]} PredictedModel
 * @typedef {{
 *   id: string, kind: string, pairErrorPercent: number, covered: number, models: readonly PredictedModel[], keptApart: readonly PredictedModel[],
 * }} Preset
 * @typedef {{ runtime: string, groups: number, rows: number, errorPercent: number, near: number, covered: number }} Family
 */

const { presets, families } = /** @type {{
 *   presets: readonly Preset[], families: readonly Family[],
 * }} */ (JSON.parse(readFileSync(join(root, 'build/presets/leftOut.json'), 'utf8')));

/** The lines of the part. @returns {string[]} */
export function accuracySection() {
  return [
    '## Predicted against published',
    '',
    'Each preset of a device with a runtime is fitted to published times of that runtime on that device (`build/presets`). Every model here is predicted by the fit of the others, so that no figure is one that the fit has seen. A ratio is the predicted time over the published one. The last columns are how many models lie within the factor that the fits of the others state for nine of ten, the median error where each two models are left out together, and whether the preset is as good as it should be: a median error of at most 20 % on processors and 40 % on others, of processors at least 80 % of the models within 0.7 to 1.4, and a rank correlation of at least 0.9.',
    '',
    '| preset | models | median error in percent | within 1.3x | 0.7 to 1.4 | smallest ratio | largest ratio | rank correlation | inside the interval | error with two left out | good |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|',
    ...presets.map(presetLine),
    '',
    ...metLines(),
    ...keptApartSection(),
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

/** @param {readonly PredictedModel[]} models */
function figuresOf(models) {
  const ratios = models.map(ratioOf);
  const correlation = spearman(
    models.map(([, publishedMs]) => publishedMs),
    models.map(([, , predictedMs]) => predictedMs),
  );
  const error = spread(ratios.map((ratio) => Math.abs(ratio - 1))).median;
  return { ratios, error, correlation, near: ratios.filter(isNear).length };
}

/** Design goal of the presets. @param {Preset} preset */
function isGood({ kind, models }) {
  const { error, correlation, near } = figuresOf(models);
  if (correlation < 0.9) return false;
  return kind === 'cpu' ? error <= 0.2 && near >= 0.8 * models.length : error <= 0.4;
}

/** @returns {string[]} */
function metLines() {
  const rows = presets.reduce((sum, { models }) => sum + models.length, 0);
  const covered = presets.reduce((sum, preset) => sum + preset.covered, 0);
  return [
    `${presets.filter(isGood).length} of ${presets.length} presets are as good as that, and ${percent(covered, rows)} % of their ${rows} models lie inside the intervals.`,
    '',
  ];
}

/** How well the fits predict models that none of them has seen. @returns {string[]} */
function keptApartSection() {
  const held = presets.filter(({ keptApart }) => keptApart.length > 0);
  const all = held.flatMap(({ keptApart }) => keptApart.map(ratioOf));
  return [
    'Other models that were published for the same devices are kept apart: no fit has seen them (`build/presets/keptApart.mjs`).',
    '',
    '| preset | models kept apart | median error in percent | 0.7 to 1.4 | smallest ratio | largest ratio |',
    '|---|---:|---:|---:|---:|---:|',
    ...held.map(({ id, keptApart }) => {
      const { ratios, error, near } = figuresOf(keptApart);
      const { least, most } = spread(ratios);
      return line(id, ratios.length, Math.round(100 * error), near, least.toFixed(2), most.toFixed(2));
    }),
    '',
    `Of all ${all.length} times ${percent(all.filter(isNear).length, all.length)} % lie within 0.7 to 1.4.`,
    '',
  ];
}

/** @param {Preset} preset */
function presetLine(preset) {
  const { id, pairErrorPercent, covered, models } = preset;
  const { ratios, error, correlation, near } = figuresOf(models);
  const { least, most } = spread(ratios);
  const within13 = ratios.filter((ratio) => Math.abs(Math.log(ratio)) <= Math.log(1.3)).length;
  return line(
    id,
    models.length,
    Math.round(100 * error),
    within13,
    near,
    least.toFixed(2),
    most.toFixed(2),
    correlation.toFixed(2),
    covered,
    pairErrorPercent,
    isGood(preset) ? 'yes' : 'no',
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
    `Worst over the presets, by the median ratio: ${told}. What the layers of a model do not say is not described: the runs of yolov4-tiny compare all of its boxes with each other, on one thread, since its weights are zeros; ncnn runs the groups of regnety_400m one after the other; and what ncnn has no Vulkan kernel for runs on the processor.`,
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
