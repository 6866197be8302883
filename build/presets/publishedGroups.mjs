/** Published times as the fit takes them: by device, runtime and setting, one time and its work per model. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workOf } from './architectures.mjs';

/**
 * @typedef {import('../../src/engine/calibration/fitTimes').TimedWork} TimedWork
 * @typedef {{
 *   device: string, accelerator: string, runtime: string, precision: string, threads?: number, powerMode?: string, batch?: number,
 *   model: string, milliseconds: number, source: { repo: string, path: string, row: string, date?: string },
 * }} PublishedRow
 * @typedef {{ key: string, device: string, runtime: string, setting: string, source: string, samples: readonly TimedWork[] }} PublishedGroup
 * @typedef {{
 *   macs: Record<'dense' | 'pointwise' | 'depthwise' | 'grouped' | 'matmul', number>,
 *   weightBytes: number, activationBytes: number, elementwiseBytes: number, layers: number, convolutions: number,
 * }} LayerFeatures
 */

/** Fewer models than this make no fit. */
export const fewestModels = 5;

/** Every group of rows with enough models whose work is known. @param {string} folder @returns {PublishedGroup[]} */
export function publishedGroups(folder) {
  const rows = /** @type {PublishedRow[]} */ (
    JSON.parse(readFileSync(join(folder, 'published-latencies.json'), 'utf8'))
  );
  const features = /** @type {Record<string, LayerFeatures>} */ (
    JSON.parse(readFileSync(join(folder, 'model-features.json'), 'utf8'))
  );
  /** @type {Map<string, { row: PublishedRow, times: Map<string, { work: Omit<TimedWork, 'seconds'>, ms: number[] }> }>} */
  const groups = new Map();
  for (const row of rows) {
    const work = (row.batch ?? 1) === 1 ? workOfRow(row, features) : undefined;
    if (work === undefined) continue;
    const setting = settingOf(row);
    const key = `${row.device} | ${row.accelerator} | ${row.runtime} | ${setting}`;
    const group = groups.get(key) ?? { row, times: new Map() };
    groups.set(key, group);
    const name = work.model;
    const times = group.times.get(name) ?? { work, ms: [] };
    times.ms.push(row.milliseconds);
    group.times.set(name, times);
  }
  return [...groups].flatMap(([key, { row, times }]) => {
    if (times.size < fewestModels) return [];
    const samples = [...times.values()].map(({ work, ms }) => ({ ...work, seconds: median(ms) * 1e-3 }));
    const { device, runtime, accelerator, source } = row;
    return [
      {
        key,
        device,
        runtime: `${runtime} ${accelerator} ${/^int8|w8a/.test(row.precision) ? 'int8' : 'float'}`,
        setting: settingOf(row),
        source: `${source.repo}, ${source.path}`,
        samples,
      },
    ];
  });
}

/** What times are only comparable within. @param {PublishedRow} row */
function settingOf({ precision, threads, powerMode }) {
  const kind = /^int8|w8a/.test(precision) ? precision : precision.slice(0, 4);
  return [kind, threads === undefined ? '' : `${threads} threads`, powerMode ?? '']
    .filter((one) => one !== '')
    .join(', ');
}

/**
 * ncnn's benchmark runs this one on 300 x 300 pixels (`benchncnn.cpp`), while its layers are stated for 227 x 227: what
 * depends on places in the image grows by this.
 */
const largerImages = new Map([['squeezenet_ssd', (300 / 227) ** 2]]);

/** @param {PublishedRow} row @param {Record<string, LayerFeatures>} features @returns {Omit<TimedWork, 'seconds'> | undefined} */
function workOfRow({ runtime, model }, features) {
  if (!runtime.startsWith('ncnn')) {
    const work = workOf(model);
    if (work === undefined) return undefined;
    const { matmul = 0, pointwise = 0, ...others } = work.macs;
    const macs = model.endsWith('vit') ? work.macs : { ...others, pointwise: pointwise + matmul };
    return { model: model.replace(/_bn$/, ''), macs, trafficBytes: work.trafficBytes, kernels: work.kernels };
  }
  const own = features[model];
  if (own === undefined || own.convolutions === 0) return undefined;
  const places = largerImages.get(model) ?? 1;
  const { dense, pointwise, depthwise, grouped, matmul } = own.macs;
  return {
    model,
    // A product with one row runs as a convolution with a window of one does, and is mostly its weights' traffic.
    macs: {
      dense: dense * places,
      pointwise: pointwise * places + matmul,
      depthwise: (depthwise + grouped) * places,
    },
    trafficBytes: own.weightBytes + (own.activationBytes + own.elementwiseBytes) * places,
    kernels: own.layers,
  };
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
