/** The thread that runs batches of mutated models, one for each message. */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

/** Models larger than this are left out: their mutations would be few. */
const mostFileBytes = 700_000;

/** @typedef {typeof import('../../test/fuzz/fuzzReader') & typeof import('../../test/fuzz/fuzzPipeline')} Fuzzers */

/** @type {Fuzzers} */
const { fuzzReader, fuzzPipeline, modelsToMutate, operatorModels } = createRequire(import.meta.url)(workerData.fuzzers);
const files = modelsToMutate(mostFileBytes);
const operators = operatorModels();
/** @type {Int32Array} */
const current = workerData.current;
const begun = (/** @type {number} */ index) => void Atomics.store(current, 0, index);

/** @type {Record<string, (seed: number) => import('../../test/fuzz/fuzzReader').FuzzReport | undefined>} */
const batches = {
  reading: (seed) => fuzzReader(files, 1000, seed, begun),
  plans: (seed) => fuzzPipeline(files, seed, (cases) => cases === 200, begun),
  operators: (seed) =>
    operators.length === 0 ? undefined : fuzzPipeline(operators, seed, (cases) => cases === operators.length, begun),
};

parentPort?.on('message', ({ part, seed }) => parentPort?.postMessage(batches[part]?.(seed)));
