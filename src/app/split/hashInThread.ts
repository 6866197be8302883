import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FileSource } from '../../files/fileSource';
import { throwIfCanceled, type Work } from '../../shared/work/work';
import { type HashMemory, type HashOrder, hashOfParts, hashStates } from './hashedParts';

/** What is hashed: texts, and files that are open. */
type Parts = readonly (string | FileSource)[];

/** Opens what is hashed. Whoever asks closes the files. */
export type OpenParts = () => Parts;

const digits = 64;
const lookMs = 50;
/** A thread that has not read a piece for so long has never begun or hangs. */
const lostMs = 10_000;
/** Less is hashed before a thread has started. */
const leastBytes = 32e6;

/** A thread that waits for something to hash. */
export class HashThread {
  readonly #memory: HashMemory = {
    state: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)),
    digest: new Uint8Array(new SharedArrayBuffer(digits)),
  };
  readonly #worker: Worker;
  #parts: Parts = [];
  #hasEnded = false;

  /** @param program the thread's own file */
  constructor(program: string) {
    this.#worker = new Worker(program, { workerData: this.#memory, trackUnmanagedFds: false });
    const ended = () => this.#closeAll();
    this.#worker.on('exit', ended).on('error', ended).unref();
  }

  /** Begins with some parts; the files are closed once the thread has ended, however it does. Once for each thread. */
  begin(parts: Parts): void {
    this.#parts = parts;
    if (this.#hasEnded) this.#closeAll();
    const order: HashOrder = parts.map((part) =>
      typeof part === 'string' ? part : { descriptor: part.descriptor, size: part.size },
    );
    this.#worker.postMessage(order);
  }

  /** Waits for the digits. @returns nothing where the thread has failed or is lost @throws DnnSplitError `canceled` */
  wait(work: Work): string | undefined {
    const { state, digest } = this.#memory;
    let [seen, seenMs] = [-1, performance.now()];
    while (Atomics.wait(state, 0, hashStates.running, lookMs) === 'timed-out') {
      throwIfCanceled(work);
      const now = Atomics.load(state, 1);
      if (now !== seen) [seen, seenMs] = [now, performance.now()];
      else if (performance.now() - seenMs > lostMs) return undefined;
    }
    return Atomics.load(state, 0) === hashStates.done ? Buffer.from(digest).toString('latin1') : undefined;
  }

  /** Ends a thread that has nothing to do. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #closeAll(): void {
    this.#hasEnded = true;
    close(this.#parts);
    Atomics.compareExchange(this.#memory.state, 0, hashStates.running, hashStates.failed);
  }
}

/**
 * Starts a thread for what will be hashed later, where it is so much that one is worth it: starting takes longer than most
 * of what comes before the hash.
 * @param program the thread's own file, `hashThread.js` beside this program
 */
export function startHashThread(bytes: number, program = join(__dirname, 'hashThread.js')): HashThread | undefined {
  return bytes < leastBytes || !existsSync(program) ? undefined : new HashThread(program);
}

/**
 * Begins to hash texts and files in a thread of its own, while the caller goes on. Without one it is done at once, and what
 * the thread has not managed, by whoever waits for it, from files of its own.
 * @returns waits for the 64 hexadecimal digits
 * @throws DnnSplitError `file-system`, `canceled`, as what it returns does
 */
export function hashBeside(open: OpenParts, thread: HashThread | undefined, work: Work): () => string {
  const parts = open();
  if (thread === undefined) {
    const here = hashHere(parts, work);
    return () => here;
  }
  thread.begin(parts);
  let found: string | undefined;
  return () => {
    found ??= thread.wait(work) ?? hashHere(open(), work);
    return found;
  };
}

function hashHere(parts: Parts, work: Work): string {
  try {
    return hashOfParts(parts, () => throwIfCanceled(work));
  } finally {
    close(parts);
  }
}

function close(parts: Parts): void {
  for (const part of parts) if (typeof part !== 'string') part.close();
}
