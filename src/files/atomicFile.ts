import { fchmodSync, fchownSync, linkSync, renameSync, rmSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileError } from './fileError';
import { FileWriter } from './fileWriter';
import { removeLeftovers, temporaryName, whileUnfinished } from './leftovers';
import { makeFolders, removeEmpty } from './swap';
import { fileExists, type WriteRule, writeTarget } from './writeTarget';

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
export function createAtomicFile(path: string, rule: WriteRule): AtomicFile {
  const target = writeTarget(path, rule);
  const folder = dirname(target.path);
  const temporary = join(folder, temporaryName());
  const made = guarded(path, () => makeFolders(folder));
  const removeAll = () => {
    rmSync(temporary, { force: true });
    if (made !== undefined) removeEmpty(folder, dirname(made));
  };
  removeLeftovers(folder);
  const finished = whileUnfinished(removeAll);
  const abandon = () => {
    finished();
    removeAll();
  };
  let writer: FileWriter;
  try {
    writer = guarded(path, () => new FileWriter(temporary));
    if (target.replaced !== undefined) keepRights(writer.descriptor, target.replaced);
  } catch (error) {
    abandon();
    throw error;
  }
  let isOpen = true;
  return {
    get length() {
      return writer.length;
    },
    write: (bytes) => guarded(path, () => writer.write(bytes)),
    commit() {
      guarded(path, () => {
        writer.finish();
        if (rule.overwrite) renameSync(temporary, writeTarget(path, rule).path);
        else appear(temporary, target.path, path);
      });
      isOpen = false;
      finished();
    },
    abandon() {
      if (!isOpen) return;
      isOpen = false;
      writer.close();
      abandon();
    },
  };
}

/** Writes a whole small file such that it is there completely or not at all. */
export function writeFileAtomically(path: string, content: Uint8Array | string, rule: WriteRule): void {
  const file = createAtomicFile(path, rule);
  try {
    file.write(typeof content === 'string' ? new TextEncoder().encode(content) : content);
    file.commit();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/** Gives a new file the mode and, as far as that is allowed, the owner of the one that it stands in for. */
export function keepRights(descriptor: number, { mode, uid, gid }: Stats): void {
  try {
    fchownSync(descriptor, uid, gid);
  } catch {
    // Only the superuser may give files away.
  }
  fchmodSync(descriptor, mode & 0o7777);
}

/** Gives a file its name unless someone else has taken it meanwhile. */
function appear(temporary: string, place: string, path: string): void {
  try {
    linkSync(temporary, place);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') throw fileExists(path);
    // Some file systems have no hard links.
    renameSync(temporary, place);
    return;
  }
  rmSync(temporary);
}

function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}
