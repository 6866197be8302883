/** What a fit says of itself, from predicting each model by the others. */
import { median } from './publishedGroups.mjs';

/** Ratio of predicted to measured up to which, either way, a time counts as predicted. */
const near = 1.3;

/** The band that predictions are held to. @param {number} ratio */
export const isNear = (ratio) => ratio >= 0.7 && ratio <= 1.4;

/**
 * @param {any} product @param {Pick<import('./fitGroups.mjs').FittedGroup, 'group' | 'leftOut'>} fit
 * @returns {{
 *   models: number, within13: number, withinFactor: number, medianErrorPercent: number, near: number, covered: number,
 *   rankCorrelation: number,
 * }}
 */
export function presetRow(product, { group, leftOut }) {
  const ratios = leftOut.map(({ ratio }) => ratio);
  const seconds = leftOut.map(({ model }) => group.samples.find((one) => one.model === model)?.seconds ?? 0);
  // A left-out model is also left out of the interval that it is held against.
  const covered = leftOut.filter((one) => {
    const factor = product.withinFactorOf(leftOut.filter((other) => other !== one));
    return Math.abs(Math.log(one.ratio)) <= Math.log(factor);
  });
  return {
    models: ratios.length,
    within13: ratios.filter((ratio) => Math.abs(Math.log(ratio)) <= Math.log(near)).length,
    withinFactor: product.withinFactorOf(leftOut),
    medianErrorPercent: 100 * median(ratios.map((ratio) => Math.abs(ratio - 1))),
    near: ratios.filter(isNear).length,
    covered: covered.length,
    rankCorrelation: spearman(
      seconds,
      seconds.map((measured, index) => measured * (ratios[index] ?? 1)),
    ),
  };
}

/**
 * Median error in percent where each two models are predicted by the fit of the others: a fit that follows its models too
 * closely loses more by the second one.
 * @param {any} product @param {Pick<import('./fitGroups.mjs').FittedGroup, 'group' | 'options'>} fit
 */
export function pairErrorPercent(product, { group: { samples }, options }) {
  const errors = samples.flatMap((one, i) => {
    return samples.slice(i + 1).flatMap((other) => {
      const fitted = product.fitTimes(
        samples.filter((sample) => sample !== one && sample !== other),
        options,
      );
      return [one, other].map((sample) => Math.abs(product.predictedSeconds(sample, fitted) / sample.seconds - 1));
    });
  });
  return 100 * median(errors);
}

/** Spearman's rank correlation. @param {readonly number[]} a @param {readonly number[]} b */
export function spearman(a, b) {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (x.length - 1) / 2;
  const covariance = x.reduce((sum, rank, index) => sum + (rank - mean) * ((y[index] ?? 0) - mean), 0);
  return covariance / x.reduce((sum, rank) => sum + (rank - mean) ** 2, 0);
}

/** Places in ascending order; equal values in the order in which they stand. @param {readonly number[]} values */
function ranks(values) {
  const order = [...values.keys()].sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  /** @type {number[]} */
  const result = new Array(values.length);
  for (const [rank, index] of order.entries()) result[index] = rank;
  return result;
}
