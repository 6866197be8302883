/** Published times as the fit takes them: by device, runtime and setting, one time and its work per model. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workOf } from './architectures.mjs';

/**
 * @typedef {import('../../src/engine/calibration/fitTimes').TimedWork} TimedWork
 * @typedef {{
 *   device: string, accelerator: string, runtime: string, precision: string, threads?: number, powerMode?: string, batch?: number,
 *   model: string, milliseconds: number, minMs?: number, source: { repo?: string, path?: string, row?: string, date?: string },
 * }} PublishedRow
 * @typedef {{ key: string, device: string, runtime: string, setting: string, source: string, samples: readonly TimedWork[] }} PublishedGroup
 * @typedef {import('./ncnnNetworks.mjs').NetworkWork} NetworkWork
 */

/** Fewer models than this make no fit. */
export const fewestModels = 5;

/** Every group of rows with enough models whose work is known. @param {string} folder @returns {PublishedGroup[]} */
export function publishedGroups(folder) {
  const rows = /** @type {PublishedRow[]} */ (
    JSON.parse(readFileSync(join(folder, 'published-latencies.json'), 'utf8'))
  );
  /** @type {Map<string, { row: PublishedRow, times: Map<string, { work: Omit<TimedWork, 'seconds'>, ms: number[] }> }>} */
  const groups = new Map();
  for (const row of rows) {
    const work = (row.batch ?? 1) === 1 ? workOfModel(row) : undefined;
    if (work === undefined) continue;
    const key = groupKey(row);
    const group = groups.get(key) ?? { row, times: new Map() };
    groups.set(key, group);
    const name = work.model;
    const times = group.times.get(name) ?? { work, ms: [] };
    times.ms.push(undisturbed(row));
    group.times.set(name, times);
  }
  return [...groups].flatMap(([key, { row, times }]) => {
    if (times.size < fewestModels) return [];
    const samples = [...times.values()].map(({ work, ms }) => ({ ...work, seconds: median(ms) * 1e-3 }));
    const { device, source } = row;
    return [
      {
        key,
        device,
        runtime: familyOf(row),
        setting: settingOf(row),
        source: `${source.repo}, ${source.path}`,
        samples,
      },
    ];
  });
}

/** Processors whose caches hold the weights of small networks from one run to the next. */
const largeCaches = /Intel|AMD|^AWS c[56]|Xeon|EPYC|Ryzen/;

/** What groups of one form have in common. @param {PublishedRow} row */
function familyOf({ runtime, accelerator, precision, device }) {
  const caches = runtime === 'ncnn' && accelerator === 'cpu' && largeCaches.test(device) ? ' on x86' : '';
  return `${runtime} ${accelerator} ${/^int8|w8a/.test(precision) ? 'int8' : 'float'}${caches}`;
}

/**
 * The fastest run where the mean is more than twice as long, as if something else had run besides: of mobilenet on the
 * Raspberry Pi 5 with four threads 9 ms for a mean of 34, where one thread takes 20.
 * @param {Pick<PublishedRow, 'milliseconds' | 'minMs'>} row
 */
export function undisturbed({ milliseconds, minMs }) {
  return minMs !== undefined && minMs > 0 && milliseconds > 2 * minMs ? minMs : milliseconds;
}

/** @param {PublishedRow} row */
export function groupKey(row) {
  return `${row.device} | ${row.accelerator} | ${row.runtime} | ${settingOf(row)}`;
}

/** What times are only comparable within. @param {PublishedRow} row */
function settingOf({ precision, threads, powerMode }) {
  const kind = /^int8|w8a/.test(precision) ? precision : precision.slice(0, 4);
  return [kind, threads === undefined ? '' : `${threads} threads`, powerMode ?? '']
    .filter((one) => one !== '')
    .join(', ');
}

const { networks } = /** @type {{ networks: Record<string, NetworkWork> }} */ (
  JSON.parse(readFileSync(new URL('ncnn.json', import.meta.url), 'utf8'))
);

/** What a model computes and moves on a runtime. @param {Pick<PublishedRow, 'runtime' | 'model'>} row @returns {Omit<TimedWork, 'seconds'> | undefined} */
export function workOfModel({ runtime, model }) {
  if (runtime.startsWith('ncnn')) return networks[model] && { model, ...networks[model] };
  const work = workOf(model);
  if (work === undefined) return undefined;
  const { matmul = 0, pointwise = 0, ...others } = work.macs;
  const macs = model.endsWith('vit') ? work.macs : { ...others, pointwise: pointwise + matmul };
  return { ...work, model: model.replace(/_bn$/, ''), macs };
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
