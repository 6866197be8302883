/** Profiles models, plans their candidates on three tiers, and runs the plans on this machine. */
import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { unpackedPath } from '../../test/support/packedFiles.mjs';
import { root } from '../bench/loadProduct.mjs';
import { spread } from '../bench/statistics.mjs';
import { spearman } from '../presets/summary.mjs';
import { besideOthers, isRealTime, keepAwake } from './conditions.mjs';
import { storedRuns, storedRunsPath, summaryOf } from './measured.mjs';

/** Models of different kinds whose whole run takes a while on one thread. */
const models = /** @type {const} */ ([
  ['keras_MobileNet', 'MobileNet (Keras)'],
  ['keras_EfficientNetB0', 'EfficientNetB0 (Keras)'],
  ['tv_googlenet', 'GoogLeNet (torchvision)'],
  ['tv_alexnet', 'AlexNet (torchvision)'],
  ['light_shufflenet', 'ShuffleNet (Caffe2)'],
  ['keras_DenseNet121', 'DenseNet121 (Keras)'],
  ['keras_ResNet50', 'ResNet50 (Keras)'],
]);
const tiers = ['device', 'edge', 'cloud'];
/**
 * Slow enough that plans differ by more than a machine wavers: over links of 300 and 1000 Mbit/s even predictions that are
 * right but for 3 percent of noise would come to a rank correlation of 0.96 to 0.99 on these models, over these to 0.98 to 0.997.
 */
const links = [
  { bandwidthMbps: 50, latencyMs: 1 },
  { bandwidthMbps: 200, latencyMs: 2 },
];
/** Of a model; those in between are left out at even distances. */
const mostPlans = 45;
const requests = 12;
/** A run beside which other work took more of the processors than this is repeated, whatever it came to. */
const mostOtherPercent = 10;
const mostRepeats = 2;

/**
 * Measures the named models, else all that have no figures yet; each is kept as soon as it is done.
 * @param {any} product @param {readonly string[]} named
 */
export function measureModels(product, named) {
  const wakers = keepAwake();
  try {
    measureEach(product, named, wakers);
  } finally {
    for (const waker of wakers) waker.kill('SIGKILL');
  }
}

/** @typedef {import('./conditions.mjs').Wakers} Wakers */

/** @param {any} product @param {readonly string[]} named @param {Wakers} wakers */
function measureEach(product, named, wakers) {
  for (const [file, name] of models) {
    const runs = storedRuns();
    const key = isRealTime ? `${file} real-time` : file;
    if (named.length > 0 ? !named.includes(file) : key in runs) continue;
    const measured = {
      name: isRealTime ? `${name}, real-time` : name,
      ...measureModel(product, file, wakers),
    };
    const all = { ...runs, [key]: measured };
    const keys = models.flatMap(([each]) => [each, `${each} real-time`]);
    const inOrder = Object.fromEntries(keys.flatMap((each) => (all[each] === undefined ? [] : [[each, all[each]]])));
    writeFileSync(storedRunsPath, `${JSON.stringify(inOrder, null, 2)}\n`);
    console.log(name, summaryOf(measured.plans));
  }
}

/** @param {any} product @param {string} file @param {Wakers} wakers */
function measureModel(product, file, wakers) {
  const folder = join(root, '.cache/measured', file);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const path = withWeights(product, file, folder);
  const [first, second] = ['first', 'second'].map((each) => {
    const output = join(folder, `${each}.profile.json`);
    dnnsplit('profile', path, '-o', output);
    return JSON.parse(readFileSync(output, 'utf8'));
  });
  const configured = (/** @type {number} */ hopMs) => {
    const configPath = join(folder, 'dnnsplit.json');
    const config = {
      tiers: tiers.map((id) => ({ id, gflops: 10, profile: 'first.profile.json' })),
      links: links.map((link) => ({ ...link, hopMs })),
    };
    writeFileSync(configPath, JSON.stringify(config));
    return product.settingsOf(path, product.configOf(path, configPath));
  };
  const analyzed = product.analyzeFile(path, {});
  const { pairs, placementOf } = pairsOf(analyzed);
  const runOnce = (/** @type {any} */ settings, /** @type {Pair} */ pair) => {
    const planPath = join(folder, 'plan.splitplan.json');
    const options = { skipRegimes: true, skipCertificate: true };
    const planned = product.planAnalyzed(analyzed, settings, { placement: placementOf(pair) }, options);
    writeFileSync(planPath, product.planText(planned, planPath));
    const { result: report, otherPercent } = besideOthers(wakers, () =>
      dnnsplit('run', planPath, '--report', '--requests', String(requests)),
    );
    return { report, otherPercent, tiersUsed: new Set(planned.result.plan.assignment).size };
  };
  let repeated = 0;
  const run = (/** @type {any} */ settings, /** @type {Pair} */ pair) => {
    for (let repeats = 0; ; repeats += 1) {
      const ran = runOnce(settings, pair);
      if (isRealTime || ran.otherPercent <= mostOtherPercent || repeats === mostRepeats) return ran;
      repeated += 1;
    }
  };
  const across = pairs.filter(([low, high]) => low > 0 && high > low);
  const { report: before } = run(configured(0), across[across.length >> 1] ?? [0, 1]);
  const hopMs = spread(before.links.map((/** @type {{ hopMs: number }} */ link) => link.hopMs)).median;
  const settings = configured(hopMs);
  const chosen = evenly(pairs, mostPlans);
  const ran = chosen.map((pair, index) => {
    if (process.stdout.isTTY) process.stdout.write(`\r${file}: plan ${index + 1} of ${chosen.length} `);
    return run(settings, pair);
  });
  return {
    machine: first.device,
    recorded: first.recorded,
    wholeMs: figure(first.runMicroseconds / 1000),
    hopMs: figure(hopMs),
    candidates: analyzed.candidates.length,
    possible: pairs.length,
    profileAgreement: figure(agreement(first.microseconds, second.microseconds)),
    spreadPercent: figure(spread(ran.map(({ report }) => report.yardstick.spreadPercent)).median),
    otherPercent: figure(spread(ran.map(({ otherPercent }) => otherPercent)).median),
    repeated,
    plans: ran.map(({ report, tiersUsed }) => runPlan(report, tiersUsed)),
  };
}

/** @param {any} report of `dnnsplit run --report` @param {number} tiersUsed */
function runPlan({ latency, callerMs, tiers: ran, links: crossed }, tiersUsed) {
  const sum = (/** @type {readonly any[]} */ rows, /** @type {string} */ field) =>
    figure(rows.reduce((total, row) => total + row[field], 0));
  const drift = ran.find((/** @type {{ drift: number | null }} */ tier) => tier.drift !== null)?.drift ?? 1;
  return {
    tiersUsed,
    drift: figure(drift),
    computeMs: sum(ran, 'predictedMs'),
    linksMs: sum(crossed, 'predictedMs'),
    measuredComputeMs: sum(ran, 'measuredMs'),
    measuredMs: figure(latency.measuredMs - callerMs),
  };
}

/** @typedef {readonly [low: number, high: number]} Pair */

/** All pairs of candidates of which the second is above the first or equal, and the nodes that they give to each tier. @param {any} analyzed */
function pairsOf({ graph, candidates }) {
  const below = candidates.map(
    (/** @type {any} */ { downset, position }) =>
      new Set(downset ?? Array.from({ length: position }, (_, index) => index)),
  );
  const pairs = below.flatMap((/** @type {Set<number>} */ low, /** @type {number} */ i) =>
    below.flatMap((/** @type {Set<number>} */ high, /** @type {number} */ j) =>
      j >= i && [...low].every((index) => high.has(index)) ? [/** @type {Pair} */ ([i, j])] : [],
    ),
  );
  const placementOf = (/** @type {Pair} */ [low, high]) =>
    tiers.map((_, tier) =>
      graph.nodes.flatMap((/** @type {{ id: string }} */ { id }, /** @type {number} */ index) =>
        (below[low].has(index) ? 0 : below[high].has(index) ? 1 : 2) === tier ? [id] : [],
      ),
    );
  return { pairs: /** @type {Pair[]} */ (pairs), placementOf };
}

/** @template Item @param {readonly Item[]} items @param {number} most @returns {Item[]} */
function evenly(items, most) {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  const kept = new Set(Array.from({ length: most }, (_, index) => Math.round(index * step)));
  return items.filter((_, index) => kept.has(index));
}

/** Rank correlation of two profiles over the nodes that both have a time for. @param {Record<string, number>} a @param {Record<string, number>} b */
function agreement(a, b) {
  const names = Object.keys(a).filter((name) => (a[name] ?? 0) > 0 && (b[name] ?? 0) > 0);
  const of = (/** @type {Record<string, number>} */ times) => names.map((name) => times[name] ?? 0);
  return spearman(of(a), of(b));
}

/** Runs the command line of the checkout. @param {readonly string[]} args @returns {any} what it says, as JSON */
function dnnsplit(...args) {
  const program = join(root, 'build/dnnsplit.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args, '--json'], {
    encoding: 'utf8',
    maxBuffer: 1e8,
    env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root },
  });
  if (status !== 0) throw new Error(`dnnsplit ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

/** A copy of a model beside random weights, scaled to what comes into a layer. @param {any} product @param {string} file @param {string} folder */
function withWeights(product, file, folder) {
  const path = join(folder, `${file}.onnx`);
  copyFileSync(unpackedPath(`${file}.onnx`), path);
  const { model } = product.analyzeFile(path, {}).inferred;
  /** @type {Map<string, number>} */
  const open = new Map();
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  for (const { shape, dtype, payload } of model.graph.initializers.values()) {
    if (payload.kind !== 'external') continue;
    if (dtype !== 'float32') throw new Error(`${file} has weights of ${dtype}`);
    const size = (/** @type {readonly number[]} */ dims) => dims.reduce((product, dim) => product * dim, 1);
    const reach = Math.sqrt(3 / size(shape.slice(1)));
    // Scales and variances of channels are around 1.
    const value = () => (shape.length < 2 ? 0.5 + random() : reach * (2 * random() - 1));
    const { buffer } = Float32Array.from({ length: size(shape) }, value);
    const at = join(folder, payload.location);
    const descriptor = open.get(at) ?? openSync(at, 'w');
    open.set(at, descriptor);
    writeSync(descriptor, Buffer.from(buffer), 0, buffer.byteLength, payload.offset);
  }
  for (const descriptor of open.values()) closeSync(descriptor);
  return path;
}

/** @param {number} value */
function figure(value) {
  return Number(value.toPrecision(5));
}
