import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FileSource } from '../../files/fileSource';
import { throwIfCanceled, type Work } from '../../shared/work/work';
import { type HashOrder, hashStates } from './hashedParts';

const digits = 64;
const lookMs = 50;
/** A thread that has not read a piece for so long has never begun or is lost. */
const lostMs = 10_000;
/** Less is hashed before a thread has started. */
const leastBytes = 32e6;

/**
 * Begins to hash texts and files in a thread of its own, while the caller goes on.
 * @param program the thread's own file, `hashThread.js` beside this program
 * @returns waits for the 64 hexadecimal digits, which are nothing where the thread has failed; nothing at all where no thread is worth it
 */
export function hashInThread(
  parts: readonly (string | FileSource)[],
  program = join(__dirname, 'hashThread.js'),
): ((work: Work) => string | undefined) | undefined {
  const bytes = parts.reduce((sum, part) => sum + (typeof part === 'string' ? 0 : part.size), 0);
  if (bytes < leastBytes || !existsSync(program)) return undefined;
  const order: HashOrder = {
    parts: parts.map((part) => (typeof part === 'string' ? part : { descriptor: part.descriptor, size: part.size })),
    state: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)),
    digest: new Uint8Array(new SharedArrayBuffer(digits)),
  };
  const close = () => {
    for (const part of parts) if (typeof part !== 'string') part.close();
  };
  new Worker(program, { workerData: order, trackUnmanagedFds: false }).on('exit', close).on('error', close).unref();
  return (work) => waitFor(order, work);
}

/** @throws DnnSplitError `canceled` */
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
