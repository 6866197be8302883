/** Hashes files that another thread has opened, and leaves the result in memory that both share. */
import { readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { ByteSource } from '../../engine/onnx/byteSource';
import { type HashMemory, type HashOrder, hashOfParts, hashStates } from './hashedParts';

const { state, digest }: HashMemory = workerData;

parentPort?.once('message', (order: HashOrder) => {
  try {
    const sources = order.map((part) => (typeof part === 'string' ? part : sourceOf(part.descriptor, part.size)));
    const hex = hashOfParts(sources, () => void Atomics.add(state, 1, 1));
    new TextEncoder().encodeInto(hex, digest);
    Atomics.store(state, 0, hashStates.done);
  } catch {
    // Whoever waits reads the files itself then, and says what is wrong with them.
    Atomics.store(state, 0, hashStates.failed);
  }
  Atomics.notify(state, 0);
});

function sourceOf(descriptor: number, size: number): ByteSource {
  let buffer = new Uint8Array();
  return {
    size,
    read(offset, length) {
      if (buffer.length < length) buffer = new Uint8Array(length);
      for (let filled = 0; filled < length; ) {
        const count = readSync(descriptor, buffer, filled, length - filled, offset + filled);
        if (count === 0) throw new RangeError('the file has become shorter');
        filled += count;
      }
      return buffer.subarray(0, length);
    },
  };
}
