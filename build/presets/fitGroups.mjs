/** Fits every group of published times, expecting the shares of time that other devices of the runtime show. */
import { median } from './publishedGroups.mjs';

/**
 * @typedef {import('../../src/engine/calibration/fitTimes').FittedRates} FittedRates
 * @typedef {import('../../src/engine/calibration/fitTimes').LeftOut} LeftOut
 * @typedef {import('./publishedGroups.mjs').PublishedGroup} PublishedGroup
 * @typedef {import('../../src/engine/calibration/fitTimes').TimedWork} TimedWork
 * @typedef {{ winograd?: boolean, weightsApart?: boolean }} Form what has a rate of its own
 * @typedef {{ group: PublishedGroup, fitted: FittedRates, leftOut: readonly LeftOut[],
 *   options: import('../../src/engine/calibration/fitTimes').FitOptions, form: Form,
 * }} FittedGroup
 */

/** Of a first fit, which only makes sure that there is one. */
const firstTrust = 0.02;
/** How much the shares of the other devices count: the best of 0 to 1 for leaving models out. */
const trust = 0.1;

/**
 * Bandwidth of the memory in GB/s by data sheet (`../shared/data/devices.json`; of the first two 32 bits of LPDDR2-900), for
 * devices whose caches are too small for weights.
 * @type {Readonly<Record<string, number>>}
 */
const sheetGBps = {
  'Raspberry Pi 3B+': 3.6,
  'Raspberry Pi Zero 2 W': 3.6,
  'Raspberry Pi 4B': 12.8,
  'Raspberry Pi 5': 17.1,
  'Jetson Orin Nano': 68,
  'Jetson AGX Orin': 204.8,
  'Snapdragon 8 Gen 2': 67,
  'Samsung Galaxy S25': 85,
};
/** Weights are counted in float32; stored in float16 they come twice as fast. */
const mostStored = 2;

/**
 * The form that predicts the models left out best, over all devices of a runtime: ncnn, PyTorch and TensorRT have kernels
 * after Winograd, neural processors fetch weights by themselves.
 * @type {Readonly<Record<string, Form>>}
 */
const forms = {
  'ncnn cpu float': { winograd: true, weightsApart: true },
  'ncnn cpu float on x86': { winograd: true },
  'ncnn Vulkan gpu float': { winograd: true },
  'PyTorch (eager, fp16) gpu float': { winograd: true },
  'TensorRT (torch2trt) gpu float': { winograd: true },
  'QNN DLC npu float': { weightsApart: true },
  'TFLite + QNN delegate npu float': { weightsApart: true },
  'ONNX Runtime QNN EP npu float': { weightsApart: true },
};

/** Work in the kinds that a form tells apart. @template {Omit<TimedWork, 'seconds'>} Work @param {Work} work @param {Form} form @returns {Work} */
export function workInForm(work, { winograd = false }) {
  const { winograd: own, dense, ...others } = work.macs;
  return winograd || own === undefined ? work : { ...work, macs: { ...others, dense: (dense ?? 0) + own } };
}

/** @param {any} product @param {readonly PublishedGroup[]} published @returns {FittedGroup[]} */
export function fitGroups(product, published) {
  const first = published.map((one) => {
    const form = forms[one.runtime] ?? {};
    const group = { ...one, samples: one.samples.map((sample) => workInForm(sample, form)) };
    const fitted = product.fitTimes(group.samples, { ...weightsIn(group, form), trust: firstTrust });
    return { group, form, shares: sharesOf(group.samples, fitted) };
  });
  return first.map(({ group, form }) => {
    const alike = first.filter((one) => one.group.runtime === group.runtime && one.group.device !== group.device);
    const like = alike.length > 0 ? alike : first.filter((one) => one.group.device !== group.device);
    const options = { ...weightsIn(group, form), shares: medianShares(like.map(({ shares }) => shares)), trust };
    return {
      ...{ group, options, form },
      fitted: product.fitTimes(group.samples, options),
      leftOut: product.leaveOneModelOut(group.samples, options),
    };
  });
}

/** @param {PublishedGroup} group @param {Form} form */
function weightsIn({ device }, { weightsApart = false }) {
  const sheet = sheetGBps[device];
  return { weightsApart, ...(sheet !== undefined && { peakGBps: mostStored * sheet }) };
}

/**
 * What share of a model's time each part takes, on average.
 * @param {PublishedGroup['samples']} samples @param {FittedRates} fitted @returns {Record<string, number>}
 */
function sharesOf(samples, { rates, memoryGBps, weightGBps, kernelOverheadUs }) {
  /** @type {Record<string, number>} */
  const shares = {};
  for (const { macs, trafficBytes, weightBytes = 0, kernels, seconds } of samples) {
    const weights = weightGBps === undefined ? 0 : weightBytes;
    const parts = {
      ...Object.fromEntries(
        Object.entries(macs).map(([name, count]) => {
          return [
            name,
            (2e-9 * (count ?? 0)) / (rates[/** @type {keyof typeof rates} */ (name)] ?? Number.POSITIVE_INFINITY),
          ];
        }),
      ),
      traffic: (1e-9 * (trafficBytes - weights)) / memoryGBps,
      ...(weightGBps !== undefined && { weights: (1e-9 * weights) / weightGBps }),
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
