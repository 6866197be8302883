/** Hashes files that another thread has opened, and leaves the result in memory that both share. */
import { createHash } from 'node:crypto';
import { read } from 'node:fs';
import { promisify } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import {
  type FilePiece,
  type HashMemory,
  type HashOrder,
  hashStates,
  type OpenFile,
  pieceBytes,
  piecesOf,
} from './hashedParts';

const { state, digest }: HashMemory = workerData;
const readPart = promisify(read);

parentPort?.once('message', async (order: HashOrder) => {
  try {
    new TextEncoder().encodeInto(await hashReadingAhead(order), digest);
    Atomics.store(state, 0, hashStates.done);
  } catch {
    // Whoever waits reads the files itself then, and says what is wrong with them.
    Atomics.store(state, 0, hashStates.failed);
  }
  Atomics.notify(state, 0);
});

/** As `hashOfParts`; each piece is read while the one before it is hashed. */
async function hashReadingAhead(order: HashOrder): Promise<string> {
  const hash = createHash('sha256');
  const buffers = [new Uint8Array(pieceBytes), new Uint8Array(pieceBytes)] as const;
  let turn: 0 | 1 = 0;
  let before: Promise<string | Uint8Array> = Promise.resolve('');
  for (const piece of piecesOf(order)) {
    turn = turn === 0 ? 1 : 0;
    const coming = contentOf(piece, buffers[turn]);
    // One that fails while the one before is waited for is heard of in its own turn, or never.
    coming.catch(() => undefined);
    hash.update(await before);
    before = coming;
  }
  hash.update(await before);
  return hash.digest('hex');
}

async function contentOf(piece: string | FilePiece<OpenFile>, buffer: Uint8Array): Promise<string | Uint8Array> {
  if (typeof piece === 'string') return piece;
  const { file, offset, length } = piece;
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await readPart(file.descriptor, buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw new RangeError('the file has become shorter');
    filled += bytesRead;
  }
  Atomics.add(state, 1, 1);
  return buffer.subarray(0, length);
}
