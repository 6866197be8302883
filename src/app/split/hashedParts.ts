import { createHash } from 'node:crypto';
import type { ByteSource } from '../../engine/onnx/byteSource';

/** What a hash is made of: text, and files from their beginning to their end. */
export type HashedPart = string | ByteSource;

/** What a thread that hashes is told to hash: texts, and files that every thread of this process knows by their number. */
export type HashOrder = readonly (string | { readonly descriptor: number; readonly size: number })[];

/** Where it says how far it is, and what it has found. */
export interface HashMemory {
  /** One of `hashStates`, and a number that grows while it works. */
  readonly state: Int32Array;
  /** 64 hexadecimal digits at the end. */
  readonly digest: Uint8Array;
}

export const hashStates = { running: 0, done: 1, failed: 2 } as const;

const pieceBytes = 1024 * 1024;

/** SHA-256 of texts and files in their order, each file behind its size; 64 hexadecimal digits. @param pause called before each piece of a file */
export function hashOfParts(parts: readonly HashedPart[], pause: () => void): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    if (typeof part === 'string') {
      hash.update(part);
      continue;
    }
    hash.update(`${part.size}:`);
    for (let at = 0; at < part.size; at += pieceBytes) {
      pause();
      hash.update(part.read(at, Math.min(pieceBytes, part.size - at)));
    }
  }
  return hash.digest('hex');
}
