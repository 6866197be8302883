/** Heaps of a Node process and of its threads, right after each has collected its garbage. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

// Runs in every thread; a file that appears asks all of them.
const probe = `
const { existsSync, writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const { isMainThread, threadId } = require('node:worker_threads');
const folder = process.env.DNNSPLIT_HEAPS_FOLDER;
let hasTold = false;
setInterval(() => {
  const isAsked = existsSync(folder + '/asked');
  if (!isAsked) hasTold = false;
  if (!isAsked || hasTold) return;
  hasTold = true;
  const session = new Session();
  session.connect();
  session.post('HeapProfiler.collectGarbage', () => {
    const name = isMainThread ? 'main thread' : 'thread ' + threadId;
    writeFileSync(folder + '/' + threadId + '.json', JSON.stringify({ name, usedBytes: process.memoryUsage().heapUsed }));
    // From within its own answer it would leave the thread waiting.
    setImmediate(() => session.disconnect());
  });
}, 100).unref();`;

/** Long enough for every thread that does nothing else to collect its garbage. */
const answerMs = 2000;

/** Asks the threads of a process that it helped to start. */
export class ThreadHeaps {
  #folder;
  #probe;

  /** @param {string} around folder for its files */
  constructor(around) {
    this.#folder = join(around, 'heaps');
    this.#probe = join(around, 'heaps.cjs');
    mkdirSync(this.#folder);
    writeFileSync(this.#probe, probe);
  }

  /** Arguments of Node before those of the program. */
  get nodeArguments() {
    return ['--require', this.#probe];
  }

  get environment() {
    return { ...process.env, DNNSPLIT_HEAPS_FOLDER: this.#folder };
  }

  /** Megabytes that each thread still uses after a collection. @returns {Promise<{ name: string, usedMB: number }[]>} */
  async afterCollection() {
    writeFileSync(join(this.#folder, 'asked'), '');
    await setTimeout(answerMs);
    rmSync(join(this.#folder, 'asked'));
    const answers = readdirSync(this.#folder).sort();
    return answers.map((file) => {
      const { name, usedBytes } = JSON.parse(readFileSync(join(this.#folder, file), 'utf8'));
      rmSync(join(this.#folder, file));
      return { name, usedMB: usedBytes / 1e6 };
    });
  }
}
