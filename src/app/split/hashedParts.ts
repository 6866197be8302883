import { createHash } from 'node:crypto';
import type { ByteSource } from '../../engine/onnx/byteSource';

/** What a thread that hashes is told to hash: texts, and files from their beginning to their end. */
export type HashOrder = readonly (string | OpenFile)[];

/** A file that every thread of this process knows by its number. */
export interface OpenFile {
  readonly descriptor: number;
  readonly size: number;
}

/** Where such a thread says how far it is, and what it has found. */
export interface HashMemory {
  /** One of `hashStates`, and a number that grows while it works. */
  readonly state: Int32Array;
  /** 64 hexadecimal digits at the end. */
  readonly digest: Uint8Array;
}

export const hashStates = { running: 0, done: 1, failed: 2 } as const;

export const pieceBytes = 1024 * 1024;

/** SHA-256 of texts and files in their order, each file behind its size; 64 hexadecimal digits. @param pause called before each piece of a file */
export function hashOfParts(parts: readonly (string | ByteSource)[], pause: () => void): string {
  const hash = createHash('sha256');
  for (const piece of piecesOf(parts)) {
    if (typeof piece !== 'string') pause();
    hash.update(typeof piece === 'string' ? piece : piece.file.read(piece.offset, piece.length));
  }
  return hash.digest('hex');
}

/** Part of a file, no more than `pieceBytes`. */
export interface FilePiece<File> {
  readonly file: File;
  readonly offset: number;
  readonly length: number;
}

/** What is hashed one after the other: texts, and pieces of files. */
export function* piecesOf<File extends { readonly size: number }>(
  parts: readonly (string | File)[],
): Generator<string | FilePiece<File>> {
  for (const part of parts) {
    if (typeof part === 'string') {
      yield part;
      continue;
    }
    yield `${part.size}:`;
    for (let offset = 0; offset < part.size; offset += pieceBytes) {
      yield { file: part, offset, length: Math.min(pieceBytes, part.size - offset) };
    }
  }
}
