import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FileSource } from '../../files/fileSource';
import { throwIfCanceled, type Work } from '../../shared/work/work';
import { type HashOrder, hashOfParts, hashStates } from './hashedParts';

/** Opens what is hashed: texts and files. Whoever asks closes the files. */
export type OpenParts = () => readonly (string | FileSource)[];

const digits = 64;
const lookMs = 50;
/** A thread that has not read a piece for so long has never begun or hangs. */
const lostMs = 10_000;
/** Less is hashed before a thread has started. */
const leastBytes = 32e6;

/**
 * Begins to hash texts and files in a thread of its own, while the caller goes on. Little is hashed at once, and what a thread
 * has not managed by whoever waits for it, from files of its own.
 * @param program the thread's own file, `hashThread.js` beside this program
 * @returns waits for the 64 hexadecimal digits
 * @throws DnnSplitError `file-system`, `canceled`, as what it returns does
 */
export function hashBeside(open: OpenParts, work: Work, program = join(__dirname, 'hashThread.js')): () => string {
  const parts = open();
  const bytes = parts.reduce((sum, part) => sum + (typeof part === 'string' ? 0 : part.size), 0);
  if (bytes < leastBytes || !existsSync(program)) {
    const here = hashHere(parts, work);
    return () => here;
  }
  const order = startThread(parts, program);
  let found: string | undefined;
  return () => {
    found ??= waitFor(order, work) ?? hashHere(open(), work);
    return found;
  };
}

/** The files are closed once the thread has ended, however it does. */
function startThread(parts: readonly (string | FileSource)[], program: string): HashOrder {
  const order: HashOrder = {
    parts: parts.map((part) => (typeof part === 'string' ? part : { descriptor: part.descriptor, size: part.size })),
    state: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)),
    digest: new Uint8Array(new SharedArrayBuffer(digits)),
  };
  const end = () => {
    close(parts);
    Atomics.compareExchange(order.state, 0, hashStates.running, hashStates.failed);
  };
  new Worker(program, { workerData: order, trackUnmanagedFds: false }).on('exit', end).on('error', end).unref();
  return order;
}

/** @returns nothing where the thread has failed or is lost @throws DnnSplitError `canceled` */
function waitFor({ state, digest }: HashOrder, work: Work): string | undefined {
  let [seen, seenMs] = [-1, performance.now()];
  while (Atomics.wait(state, 0, hashStates.running, lookMs) === 'timed-out') {
    throwIfCanceled(work);
    const now = Atomics.load(state, 1);
    if (now !== seen) [seen, seenMs] = [now, performance.now()];
    else if (performance.now() - seenMs > lostMs) return undefined;
  }
  return Atomics.load(state, 0) === hashStates.done ? Buffer.from(digest).toString('latin1') : undefined;
}

function hashHere(parts: readonly (string | FileSource)[], work: Work): string {
  try {
    return hashOfParts(parts, () => throwIfCanceled(work));
  } finally {
    close(parts);
  }
}

function close(parts: readonly (string | FileSource)[]): void {
  for (const part of parts) if (typeof part !== 'string') part.close();
}
