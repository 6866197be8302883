import { Worker } from 'node:worker_threads';

/** A case that is not over after this is ended with its thread: it hangs where nothing asks whether to go on. */
const mostWallMs = 60_000;
const looksEveryMs = 1000;
/** More than any case may hold, with room for what the thread itself needs. */
const mostHeapMB = 2000;

/** @typedef {import('../../test/fuzz/fuzzReader').FuzzReport} FuzzReport */

/**
 * Runs batches in a thread of its own: one that hangs or runs out of memory costs the rest of its batch and not the run.
 */
export class BatchRunner {
  /** Number of the case that is running. */
  #current = new Int32Array(new SharedArrayBuffer(4));
  /** @type {Worker | undefined} */
  #worker;
  /** @type {string} */
  #fuzzers;

  /** @param {string} fuzzers path of the bundle */
  constructor(fuzzers) {
    this.#fuzzers = fuzzers;
  }

  /**
   * @param {string} part @param {number} seed
   * @returns {Promise<FuzzReport & { hangs?: string[] } | undefined>} nothing where there are no models for the part
   */
  async run(part, seed) {
    const worker = this.#worker ?? this.#start();
    this.#current[0] = 0;
    let [seen, sinceMs] = [-1, performance.now()];
    return new Promise((done) => {
      const over = (/** @type {FuzzReport & { hangs?: string[] } | undefined} */ report) => {
        clearInterval(watch);
        worker.off('message', over);
        worker.off('error', failed);
        done(report);
      };
      const lost = (/** @type {string} */ reason) => {
        const index = Atomics.load(this.#current, 0);
        this.#worker = undefined;
        void worker.terminate();
        const hangs = [`seed ${seed}, case ${index} of part ${part}: ${reason}`];
        const nothing = { accepted: 0, refusals: new Map(), slowestMs: 0, mostHeapBytes: 0, crashes: [], excesses: [] };
        over({ ...nothing, cases: index + 1, hangs });
      };
      const failed = (/** @type {Error} */ error) => lost(error.message);
      const watch = setInterval(() => {
        const index = Atomics.load(this.#current, 0);
        if (index !== seen) [seen, sinceMs] = [index, performance.now()];
        else if (performance.now() - sinceMs > mostWallMs) lost(`not over after ${mostWallMs / 1000} s`);
      }, looksEveryMs);
      worker.on('message', over);
      worker.on('error', failed);
      worker.postMessage({ part, seed });
    });
  }

  async close() {
    await this.#worker?.terminate();
  }

  #start() {
    const workerData = { fuzzers: this.#fuzzers, current: this.#current };
    const resourceLimits = { maxOldGenerationSizeMb: mostHeapMB };
    this.#worker = new Worker(new URL('./batchWorker.mjs', import.meta.url), { workerData, resourceLimits });
    return this.#worker;
  }
}
