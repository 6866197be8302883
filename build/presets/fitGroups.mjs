/** Fits every group of published times, expecting the shares of time that other devices of the runtime show. */
import { median } from './publishedGroups.mjs';

/**
 * @typedef {import('../../src/engine/calibration/fitTimes').FittedRates} FittedRates
 * @typedef {import('../../src/engine/calibration/fitTimes').LeftOut} LeftOut
 * @typedef {import('./publishedGroups.mjs').PublishedGroup} PublishedGroup
 * @typedef {{ group: PublishedGroup, fitted: FittedRates, leftOut: readonly LeftOut[],
 *   options: import('../../src/engine/calibration/fitTimes').FitOptions,
 * }} FittedGroup
 */

/** Of a first fit, which only makes sure that there is one. */
const firstTrust = 0.02;
/** How much the shares of the other devices count: the best of 0 to 1 for leaving models out. */
const trust = 0.1;

/** @param {any} product @param {readonly PublishedGroup[]} groups @returns {FittedGroup[]} */
export function fitGroups(product, groups) {
  const first = groups.map((group) => ({
    group,
    shares: sharesOf(group.samples, product.fitTimes(group.samples, { trust: firstTrust })),
  }));
  return groups.map((group) => {
    const alike = first.filter((one) => one.group.runtime === group.runtime && one.group.device !== group.device);
    const like = alike.length > 0 ? alike : first.filter((one) => one.group.device !== group.device);
    const options = { shares: medianShares(like.map(({ shares }) => shares)), trust };
    return {
      ...{ group, options },
      fitted: product.fitTimes(group.samples, options),
      leftOut: product.leaveOneModelOut(group.samples, options),
    };
  });
}

/**
 * What share of a model's time each part takes, on average.
 * @param {PublishedGroup['samples']} samples @param {FittedRates} fitted @returns {Record<string, number>}
 */
function sharesOf(samples, { rates, memoryGBps, kernelOverheadUs }) {
  /** @type {Record<string, number>} */
  const shares = {};
  for (const { macs, trafficBytes, kernels, seconds } of samples) {
    const parts = {
      ...Object.fromEntries(
        Object.entries(macs).map(([name, count]) => {
          return [
            name,
            (2e-9 * (count ?? 0)) / (rates[/** @type {keyof typeof rates} */ (name)] ?? Number.POSITIVE_INFINITY),
          ];
        }),
      ),
      traffic: (1e-9 * trafficBytes) / memoryGBps,
      kernels: 1e-6 * kernels * kernelOverheadUs,
    };
    for (const [name, part] of Object.entries(parts))
      shares[name] = (shares[name] ?? 0) + part / seconds / samples.length;
  }
  return shares;
}

/** @param {readonly Record<string, number>[]} shares */
function medianShares(shares) {
  const names = [...new Set(shares.flatMap((one) => Object.keys(one)))];
  return Object.fromEntries(names.map((name) => [name, median(shares.flatMap((one) => one[name] ?? []))]));
}
