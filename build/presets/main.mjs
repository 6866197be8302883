/**
 * `node build/presets/main.mjs`: fits the device presets to the published times beside the checkout and writes
 * `src/engine/presets/fittedTimes.ts`, and beside it how well each model is predicted by the others (`leftOut.json`),
 * which the experiments print. What ncnn's networks compute was read by `readNcnn.mjs`.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadProduct, root } from '../bench/loadProduct.mjs';
import { fitGroups } from './fitGroups.mjs';
import { fittedPresets } from './fittedPresets.mjs';
import { predictedApart } from './keptApart.mjs';
import { median, publishedGroups } from './publishedGroups.mjs';
import { isNear, pairErrorPercent, presetRow } from './summary.mjs';

const product = await loadProduct();
const fits = fitGroups(product, publishedGroups(resolve(root, '../shared/data')));
const figure = (/** @type {number} */ value) => Number(value.toPrecision(3));

/** The rates as the file's `like` makes them: those of products are a pointwise convolution's where nothing else is known. @param {import('../../src/shared/vocabulary/rateClasses').Rates} rates */
function ratesText({ dense = 0, winograd = 0, pointwise = 0, depthwise = 0, ...others }) {
  const own = Object.entries(others).filter(([, rate]) => figure(rate ?? 0) !== figure(pointwise));
  const rest = own.map(([name, rate]) => `${name}: ${figure(rate ?? 0)}`).join(', ');
  return `like(${[dense, winograd, pointwise, depthwise].map(figure).join(', ')}${rest === '' ? '' : `, { ${rest} }`})`;
}

/** @param {string} key */
function fitOf(key) {
  const fit = fits.find(({ group }) => group.key === key);
  if (fit === undefined) throw new Error(`No published times of '${key}'.`);
  return fit;
}

/** @param {import('./fittedPresets.mjs').FittedPreset} preset */
function entry({ device, runtime, key }) {
  const fit = fitOf(key);
  const { models, within13, withinFactor, medianErrorPercent } = presetRow(product, fit);
  return [
    `  '${device}/${runtime}': {`,
    `    runtime: '${runtime}',`,
    `    rates: ${ratesText(fit.fitted.rates)},`,
    `    memoryGBps: ${figure(fit.fitted.memoryGBps)},`,
    ...(fit.fitted.weightGBps === undefined ? [] : [`    weightGBps: ${figure(fit.fitted.weightGBps)},`]),
    `    kernelOverheadUs: ${figure(fit.fitted.kernelOverheadUs)},`,
    `    models: ${models},`,
    `    within13: ${within13},`,
    `    withinFactor: ${Math.ceil(withinFactor * 20) / 20},`,
    `    medianErrorPercent: ${Math.round(medianErrorPercent)},`,
    `    source: '${fit.group.source} (${fit.group.setting})',`,
    "    date: '2026',",
    '  },',
  ].join('\n');
}

const text = `import type { Rates } from '../../shared/vocabulary/rateClasses';
import type { FittedTimes } from './preset';

/** Rates of convolutions; products run as pointwise ones do, where nothing else is known. */
const like = (dense: number, winograd: number, pointwise: number, depthwise: number, others: Rates = {}): Rates => ({
  ...{ dense, winograd, pointwise, depthwise, matmul: pointwise, thinMatmul: pointwise, attention: pointwise, recurrent: pointwise },
  ...others,
});

/**
 * Written by \`node build/presets/main.mjs\`, which says how. Rates hold for models as they are stored, in float32: a
 * runtime that computes in float16 moves half of the bytes, and its bandwidth looks twice as high. Kinds of work that no
 * published model has get the rate of the most similar one.
 */
export const fittedTimes: Readonly<Record<string, FittedTimes>> = {
${fittedPresets.map(entry).join('\n')}
};
`;
writeFileSync(join(root, 'src/engine/presets/fittedTimes.ts'), text);

const leftOut = {
  presets: fittedPresets.map(({ device, runtime, key }) => {
    const fit = fitOf(key);
    return {
      id: `${device}/${runtime}`,
      kind: key.split(' | ')[1],
      pairErrorPercent: Math.round(pairErrorPercent(product, fit)),
      covered: presetRow(product, fit).covered,
      models: fit.leftOut.map(({ model, ratio }) => modelRow(fit, model, ratio)),
      keptApart: predictedApart(product, fit).map(([model, ...times]) => [model, ...times.map(figure)]),
    };
  }),
  families: [...new Set(fits.map(({ group }) => group.runtime))].map((runtime) => {
    const own = fits.filter(({ group }) => group.runtime === runtime);
    const rows = own.flatMap((fit) => fit.leftOut.map(({ ratio }) => ratio));
    const covered = own.reduce((sum, fit) => sum + presetRow(product, fit).covered, 0);
    const near = rows.filter(isNear).length;
    const errorPercent = Math.round(100 * median(rows.map((ratio) => Math.abs(ratio - 1))));
    return { runtime, groups: own.length, rows: rows.length, errorPercent, near, covered };
  }),
};
writeFileSync(join(root, 'build/presets/leftOut.json'), `${JSON.stringify(leftOut, null, 1)}\n`);

/** Name, published and predicted milliseconds. @param {import('./fitGroups.mjs').FittedGroup} fit @param {string} model @param {number} ratio */
function modelRow(fit, model, ratio) {
  const seconds = fit.group.samples.find((one) => one.model === model)?.seconds ?? 0;
  return [model, figure(seconds * 1e3), figure(seconds * 1e3 * ratio)];
}
console.log(`Fitted ${fittedPresets.length} presets.`);
