import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DnnSplitError } from '../shared/errors';
import { fileError } from './fileError';

const bufferBytes = 1024 * 1024;

/** A file that appears under its name only when it is complete. */
export interface AtomicFile {
  /** Appends bytes; they may be reused afterwards. */
  write(bytes: Uint8Array): void;
  /** Bytes written so far. */
  readonly length: number;
  /** Makes the file visible under its name. */
  commit(): void;
  /** Removes what was written; does nothing after `commit`. */
  abandon(): void;
}

/**
 * Starts a file that is written beside its final place under a temporary name.
 * @throws DnnSplitError `file-exists` unless overwriting is asked for; `file-system`.
 */
export function createAtomicFile(path: string, options: { readonly overwrite: boolean }): AtomicFile {
  refuseExisting(path, options.overwrite);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  const descriptor = guarded(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(temporary, 'wx');
  });
  const buffer = new Uint8Array(bufferBytes);
  let buffered = 0;
  let length = 0;
  let open = true;

  const flush = (): void => {
    writeAll(descriptor, buffer.subarray(0, buffered));
    buffered = 0;
  };
  return {
    get length() {
      return length;
    },
    write(bytes) {
      guarded(path, () => {
        if (buffered + bytes.length > bufferBytes) flush();
        if (bytes.length >= bufferBytes) {
          writeAll(descriptor, bytes);
        } else {
          buffer.set(bytes, buffered);
          buffered += bytes.length;
        }
      });
      length += bytes.length;
    },
    commit() {
      guarded(path, () => {
        flush();
        fsyncSync(descriptor);
        closeSync(descriptor);
        open = false;
        refuseExisting(path, options.overwrite);
        renameSync(temporary, path);
      });
    },
    abandon() {
      if (open) closeSync(descriptor);
      open = false;
      rmSync(temporary, { force: true });
    },
  };
}

/** Writes a whole small file such that it is there completely or not at all. */
export function writeFileAtomically(path: string, bytes: Uint8Array, options: { readonly overwrite: boolean }): void {
  const file = createAtomicFile(path, options);
  try {
    file.write(bytes);
    file.commit();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

function refuseExisting(path: string, overwrite: boolean): void {
  if (overwrite || !existsSync(path)) return;
  throw new DnnSplitError('file-exists', `${path} exists already; allow overwriting or choose another folder.`, {
    path,
  });
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, bytes.length - written);
  }
}

function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}
