/**
 * `node build/calibration/main.mjs`: calibrates this machine on five models and predicts others from them, with and without
 * graph optimization. It measures for `--seconds` at the most and goes on where it was when it is called again; `--again`
 * measures once more and keeps the faster. Beside each error stands that of many other choices of five models.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadProduct, root } from '../bench/loadProduct.mjs';
import { spread } from '../bench/statistics.mjs';
import { levels, measureModels } from './measure.mjs';
import { fitted, predicted } from './models.mjs';
import { measuredModels, predictOthers } from './predict.mjs';

/** The design's bound on the median error. */
const mostPercent = 15;
/** Other choices of five models, drawn by the same seed each time. */
const choices = 40;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '200' },
    folder: { type: 'string', default: join(root, '.cache/calibration') },
    again: { type: 'boolean', default: false },
  },
});
const say = (/** @type {string} */ line) => console.log(line);
const product = await loadProduct();
const names = [...fitted, ...predicted];
const options = { seconds: Number(values.seconds), again: values.again, say };
if (!(await measureModels(product, values.folder, names, options))) {
  say('The time is over. Call it again to go on.');
  process.exit(0);
}
for (const level of levels) {
  const models = measuredModels(product, values.folder, level, names);
  const isFitted = (/** @type {{ name: string }} */ { name }) => fitted.includes(name);
  const { predictions, calibration } = predictOthers(
    product,
    models.filter(isFitted),
    models.filter((model) => !isFitted(model)),
  );
  say(`\nGraph optimization: ${level}; nodes ${calibration.fusion ? 'ran as one with others' : 'ran one by one'}.`);
  for (const { model, measuredMs, predictedMs, ratio } of predictions) {
    const times = [measuredMs, predictedMs].map((ms) => ms.toPrecision(3).padStart(6)).join(' -> ');
    say(`  ${model.padEnd(28)} ${times} ms  ${ratio.toFixed(2)}x`);
  }
  const error = medianErrorPercent(predictions);
  const others = otherChoices(models).map(({ fit, rest }) => {
    return medianErrorPercent(predictOthers(product, fit, rest).predictions);
  });
  const { least, median, most } = spread(others);
  say(`  median error ${error.toFixed(1)} %, of ${choices} other choices of five ${median.toFixed(1)} %`);
  say(`  (from ${least.toFixed(1)} to ${most.toFixed(1)} %)`);
  if (error > mostPercent) process.exitCode = 1;
}

/** @param {readonly import('./predict.mjs').Prediction[]} predictions */
function medianErrorPercent(predictions) {
  return 100 * spread(predictions.map(({ ratio }) => Math.abs(ratio - 1))).median;
}

/** @param {readonly import('./predict.mjs').Measured[]} models */
function otherChoices(models) {
  const random = product.randomNumbers(1);
  return Array.from({ length: choices }, () => {
    const drawn = models.map((model) => ({ model, place: random() })).sort((a, b) => a.place - b.place);
    const ordered = drawn.map(({ model }) => model);
    return { fit: ordered.slice(0, fitted.length), rest: ordered.slice(fitted.length) };
  });
}
