import { closeSync, readSync } from 'node:fs';
import type { ByteSource } from '../engine/onnx/byteSource';
import { say } from '../shared/messages/say';
import { DnnSplitError } from '../shared/work/errors';
import { fileError } from './fileError';
import { type FileIdentity, identityOf } from './fileIdentity';
import { type FileKind, openRegularFile } from './regularFile';

/** A file that is read by position; close it when done. */
export type FileSource = ByteSource & {
  /** What the system knows the open file by, in every thread of this process. */
  readonly descriptor: number;
  /** The file as it was when it was opened. */
  readonly identity: FileIdentity;
  close(): void;
};

/**
 * Opens a file for reading by position. One buffer serves all reads, so a view is valid until the next read.
 * @throws DnnSplitError `file-system` where it is missing, no file, or not readable.
 */
export function openFileSource(path: string, kind: FileKind = 'model'): FileSource {
  const { descriptor, status } = openRegularFile(path, kind);
  const size = Number(status.size);
  let buffer = new Uint8Array(64 * 1024);
  let closed = false;
  return {
    size,
    descriptor,
    identity: identityOf(path, status),
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > size) {
        throw new RangeError(`bytes ${offset}..${offset + length} are outside a file of ${size} bytes`);
      }
      if (buffer.length < length) buffer = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const count = readPart(descriptor, buffer, filled, length - filled, offset + filled, path);
        filled += count;
      }
      return buffer.subarray(0, length);
    },
    close() {
      if (!closed) closeSync(descriptor);
      closed = true;
    },
  };
}

function readPart(
  descriptor: number,
  buffer: Uint8Array,
  start: number,
  length: number,
  offset: number,
  path: string,
): number {
  let count: number;
  try {
    count = readSync(descriptor, buffer, start, length, offset);
  } catch (error) {
    throw fileError(error, path, 'read');
  }
  if (count > 0) return count;
  throw new DnnSplitError('file-system', say('disk.shrunk', { path }), { path });
}
