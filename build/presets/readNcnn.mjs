/**
 * `node build/presets/readNcnn.mjs CHECKOUT`: reads from a clone of Tencent/ncnn what the networks of its benchmark compute
 * and move, and of the devices that have presets the times of those models that no fit sees, into `ncnn.json`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from '../bench/loadProduct.mjs';
import { fittedPresets } from './fittedPresets.mjs';
import { ncnnNetwork } from './ncnnNetworks.mjs';
import { groupKey, median, undisturbed } from './publishedGroups.mjs';

/** @typedef {import('./publishedGroups.mjs').PublishedRow} PublishedRow */

const [checkout = ''] = process.argv.slice(2);
const git = (/** @type {string[]} */ ...args) => execFileSync('git', ['-C', checkout, ...args], { encoding: 'utf8' });

const names = git('ls-tree', '--name-only', 'HEAD', 'benchmark/models/')
  .split('\n')
  .flatMap((path) => /([^/]+)\.param$/.exec(path)?.[1] ?? [])
  .filter((name) => !name.endsWith('_int8'));
const networks = Object.fromEntries(
  names.flatMap((name) => {
    const work = ncnnNetwork(checkout, name);
    return work === undefined ? [] : [[name, work]];
  }),
);

const benchmark = 'benchmark/README.md';
const lines = git('show', `HEAD:${benchmark}`).split('\n');
const timeAt = (/** @type {number} */ index) =>
  /^\s*(\S+)\s+min =\s*([\d.]+).*avg =\s*([\d.]+)/.exec(lines[index] ?? '');

const rows = /** @type {PublishedRow[]} */ (
  JSON.parse(readFileSync(resolve(root, '../shared/data/published-latencies.json'), 'utf8'))
);
const fitted = new Set(rows.map(({ model }) => model));
const wanted = new Set(fittedPresets.map(({ key }) => key));

/** The times of the run that a published row was taken from. @param {PublishedRow} row @returns {(readonly [string, number])[]} */
function neighbours({ source }) {
  if (source.path !== benchmark) return [];
  const line = Number(/^line (\d+)/.exec(source.row ?? '')?.[1]) - 1;
  let [first, last] = [line, line];
  while (timeAt(first - 1) !== null) first -= 1;
  while (timeAt(last + 1) !== null) last += 1;
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const [, model = '', minMs, milliseconds] = timeAt(first + index) ?? [];
    return /** @type {const} */ ([model, undisturbed({ minMs: Number(minMs), milliseconds: Number(milliseconds) })]);
  });
}

/** @type {Record<string, Record<string, number>>} */
const keptApart = {};
for (const key of wanted) {
  const own = rows.filter((row) => groupKey(row) === key && row.runtime.startsWith('ncnn'));
  const times = own.flatMap(neighbours).filter(([model]) => networks[model] !== undefined && !fitted.has(model));
  const models = [...new Set(times.map(([model]) => model))];
  if (models.length === 0) continue;
  keptApart[key] = Object.fromEntries(
    models.map((model) => [model, median(times.filter(([name]) => name === model).map(([, time]) => time))]),
  );
}

const source = `Tencent/ncnn at ${git('rev-parse', 'HEAD').trim().slice(0, 12)}`;
writeFileSync(join(root, 'build/presets/ncnn.json'), `${JSON.stringify({ source, networks, keptApart }, null, 1)}\n`);
console.log(
  `${Object.keys(networks).length} networks, ${Object.keys(keptApart).length} groups with models kept apart.`,
);
