/**
 * Profiles models on this machine as `dnnsplit profile` does, but keeps the least time of each kernel and of the whole run
 * over many runs: whatever else a machine does only adds time (Chen and Revels, "Robust benchmarking in noisy environments",
 * 2016). What is measured already stays, so that the next call goes on.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as runtime from 'onnxruntime-node';
import { root } from '../bench/loadProduct.mjs';

/** Graph optimizations that are measured, from the model as it is written to what relays serve. */
export const levels = /** @type {const} */ (['disabled', 'all']);

const models = resolve(root, '../shared/models');

/** Runs at the least, and seconds that runs with and without a trace may take. */
const fewestRuns = 4;
const tracedSeconds = 1.2;
const untracedSeconds = 0.8;

/** @param {string} folder @param {string} model @param {string} level */
export const profilePath = (folder, model, level) => join(folder, `${model}.${level}.profile.json`);

/** @param {string} folder @param {string} model */
export const modelPath = (folder, model) => join(folder, `${model}.onnx`);

/**
 * @param {any} product
 * @param {string} folder for models with weights and their profiles
 * @param {readonly string[]} names
 * @param {{ seconds: number, again: boolean, say: (line: string) => void }} options no model is begun after these seconds;
 *   `again` measures those that are measured too and keeps the faster
 * @returns {Promise<boolean>} whether all are measured
 */
export async function measureModels(product, folder, names, { seconds, again, say }) {
  mkdirSync(folder, { recursive: true });
  const end = performance.now() + seconds * 1e3;
  for (const name of names) {
    const missing = levels.filter((level) => again || !existsSync(profilePath(folder, name, level)));
    if (missing.length === 0) continue;
    if (performance.now() > end) return false;
    prepareModel(folder, name);
    for (const level of missing) {
      const profile = await measuredProfile(product, modelPath(folder, name), level);
      const known = existsSync(profilePath(folder, name, level))
        ? JSON.parse(readFileSync(profilePath(folder, name, level), 'utf8'))
        : undefined;
      if (known === undefined || known.runMicroseconds > (profile.runMicroseconds ?? 0))
        writeFileSync(profilePath(folder, name, level), product.profileText(profile));
      say(`${name}, ${level}: ${((profile.runMicroseconds ?? 0) / 1e3).toPrecision(3)} ms`);
    }
    rmSync(join(folder, `${name}.weights`), { force: true });
  }
  return true;
}

/** The model with zeros for its weights, which take as long as any others: kernels of a CPU do not look at them. @param {string} folder @param {string} name */
function prepareModel(folder, name) {
  copyFileSync(join(models, 'graphs', `${name}.onnx`), modelPath(folder, name));
  const { weights_file_size: bytes } = JSON.parse(readFileSync(join(models, 'oracle', `${name}.json`), 'utf8'));
  if (typeof bytes !== 'number') return;
  writeFileSync(join(folder, `${name}.weights`), '');
  truncateSync(join(folder, `${name}.weights`), bytes);
}

/** @param {any} product @param {string} path @param {'disabled' | 'all'} level @returns {Promise<import('../../src/shared/documents/profile').ProfileDocument>} */
async function measuredProfile(product, path, level) {
  const analyzed = product.analyzeFile(path, {});
  const random = product.randomNumbers(1);
  const ranges = product.inputRanges(analyzed.inferred);
  const feeds = Object.fromEntries(
    product
      .modelInputs(analyzed.inferred)
      .map((/** @type {{ name: string }} */ input) => [
        input.name,
        product.toOrt(runtime, product.randomInput(input, {}, random, ranges)),
      ]),
  );
  const scratch = mkdtempSync(join(tmpdir(), 'dnnsplit-calibration-'));
  try {
    /** @type {runtime.InferenceSession.SessionOptions} */
    const options = {
      ...{ graphOptimizationLevel: level, executionMode: 'sequential', intraOpNumThreads: 1, interOpNumThreads: 1 },
      logSeverityLevel: 4,
    };
    const traced = await runtime.InferenceSession.create(path, {
      ...options,
      ...{ enableProfiling: true, profileFilePrefix: join(scratch, 'trace') },
    });
    await runsOf(traced, feeds, tracedSeconds);
    traced.endProfiling();
    await traced.release();
    const session = await runtime.InferenceSession.create(path, options);
    const runMicroseconds = Math.min(...(await runsOf(session, feeds, untracedSeconds)));
    await session.release();
    const trace = join(scratch, readdirSync(scratch).find((file) => file.endsWith('.json')) ?? '');
    const times = product.kernelTimes(leastTimes(product.readTraceEvents(trace)), trace, 0);
    const source = { device: 'this machine', runtime: 'onnxruntime', recorded: '', threads: 1, optimization: level };
    return product.profileFromTimes(times, trace, analyzed, { ...source, runMicroseconds }).document;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Microseconds of each run after one to warm up. @param {import('onnxruntime-node').InferenceSession} session @param {any} feeds @param {number} seconds */
async function runsOf(session, feeds, seconds) {
  const times = [];
  const end = performance.now() + seconds * 1e3;
  for (let run = 0; run <= fewestRuns || performance.now() < end; run++) {
    const start = performance.now();
    await session.run(feeds);
    if (run > 0) times.push((performance.now() - start) * 1e3);
  }
  return times;
}

/** One run that takes of each kernel the least time of all runs. @param {Iterable<import('../../src/runtime/profiling/traceEvents').TraceEvent>} events */
function leastTimes(events) {
  /** @type {Map<string, import('../../src/runtime/profiling/traceEvents').TraceEvent>} */
  const least = new Map();
  for (const event of events) {
    const key = JSON.stringify([event.kind, event.name, event.op, event.index]);
    const known = least.get(key);
    if (known === undefined) least.set(key, event);
    else if (event.duration < known.duration) least.set(key, { ...known, duration: event.duration });
  }
  const all = [...least.values()];
  return [...all.filter(({ kind }) => kind === 'kernel'), ...all.filter(({ kind }) => kind === 'run')];
}
