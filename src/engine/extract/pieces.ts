import { throwIfCanceled, type Work } from '../../shared/work/work';
import type { ByteSource } from '../onnx/byteSource';
import type { ByteRange } from '../onnx/model';

/** Where bytes go, in order. The bytes may be reused once `write` returns. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
}

/** Part of a file to be written: new bytes, or a range that is copied from a source. */
export type Piece = Uint8Array | { readonly source: ByteSource; readonly range: ByteRange };

const chunkBytes = 1024 * 1024;

/** Bytes that pieces take together. */
export function piecesLength(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : piece.range.length), 0);
}

/**
 * Writes pieces one after the other; memory stays flat, however long the ranges are. It pauses after each step, so that its
 * caller may look up in between.
 */
export function* writePieces(pieces: readonly Piece[], sink: ByteSink, work: Work): Generator<void> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      sink.write(piece);
      continue;
    }
    const { source, range } = piece;
    for (let copied = 0; copied < range.length; copied += chunkBytes) {
      throwIfCanceled(work);
      sink.write(source.read(range.offset + copied, Math.min(chunkBytes, range.length - copied)));
      yield;
    }
  }
}
