import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileError } from '../../files/fileError';
import { isRegularFile } from '../../files/regularFile';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';

/** Where an assistant may read and write: folders that a person named. */
export class Places {
  private readonly roots: readonly string[];
  private readonly writable: readonly string[];

  /** @throws DnnSplitError `file-system` for a folder that is not there */
  constructor(roots: readonly string[], writable: readonly string[]) {
    this.roots = roots.map(realFolder);
    this.writable = writable.map(realFolder);
  }

  get mayWrite(): boolean {
    return this.writable.length > 0;
  }

  /**
   * The real path of a file that may be read: a regular one below a root, wherever links lead.
   * @throws DnnSplitError `bad-usage`
   */
  readable(path: string): string {
    const real = isAbsolute(path) ? tried(() => realpathSync(path)) : undefined;
    // Whether something lies outside of the roots is nothing to be told.
    if (real === undefined || !isWithin(this.roots, real) || !isRegularFile(real)) {
      throw new DnnSplitError('bad-usage', say('assistant.notReadable', { roots: this.roots.join(', ') }));
    }
    return real;
  }

  /** True for a file that may be read. */
  mayRead(path: string): boolean {
    try {
      this.readable(path);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * The real path of a plan document that may be written.
   * @throws DnnSplitError `bad-usage`
   */
  writablePlan(path: string): string {
    const folder = isAbsolute(path) ? tried(() => realpathSync(dirname(path))) : undefined;
    const name = basename(path);
    const isPlan = name.endsWith('.splitplan.json') && name.length > '.splitplan.json'.length;
    if (folder === undefined || !isPlan || !isWithin(this.writable, join(folder, name))) {
      throw new DnnSplitError('bad-usage', say('assistant.notWritable', { folders: this.writable.join(', ') || '-' }));
    }
    return join(folder, name);
  }
}

function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw fileError(error, path, 'open');
  }
}

function isWithin(folders: readonly string[], path: string): boolean {
  return folders.some((folder) => {
    const inside = relative(folder, path);
    return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
  });
}

function tried(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
