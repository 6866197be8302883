import { accessSync, chmodSync, chownSync, constants, fchmodSync, lstatSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { say } from '../shared/messages/say';
import { DnnSplitError } from '../shared/work/errors';
import { keepRights } from './atomicFile';
import { fileError } from './fileError';
import { fileIdentity } from './fileIdentity';
import { FileWriter } from './fileWriter';
import { removeLeftovers, temporaryName, whileUnfinished } from './leftovers';
import {
  entriesOf,
  makeFolders,
  makeWork,
  moveBack,
  removeEmpty,
  removeWork,
  type SwapEntry,
  swapIn,
  waitingPlace,
} from './swap';
import { fileExists, isInput, throughLinks, type WriteRule } from './writeTarget';

export interface FileSetOptions extends WriteRule {
  /** Files that an earlier run has written into the folder; those that are not written again are removed. */
  readonly own: readonly string[];
  /** Files that will be written, as far as they are known; a refusal comes before any work then. */
  readonly expected: readonly string[];
  /** The file without which a folder is not one of these: while files change their places it is not there. */
  readonly seal: string;
  /** A person has agreed to lose the files that are in the way, whoever wrote them. */
  readonly replacesForeign?: boolean;
  /** Rights of folders below the one of the set, whatever the umask says; those that it says where absent. */
  readonly folderMode?: number;
}

/** Files that are open at once. */
const mostOpen = 8;

/**
 * Files of one folder that appear all together or not at all. They are written into a folder of their own beside their
 * place. Where the place holds nothing but files of an earlier run, folders change places; otherwise the files do, and what
 * is not theirs stays. Paths are relative to the folder, with `/` between names.
 */
export class FileSet {
  /** The folder itself, links followed. */
  readonly #folder: string;
  readonly #work: string;
  /** The whole folder changes its place, rather than the files in it. */
  readonly #isWhole: boolean;
  /** Topmost folder that was made for this. */
  readonly #made: string | undefined;
  readonly #finished: () => void;
  readonly #paths: string[] = [];
  /** Files that are written, or that the disk may still be busy with. */
  readonly #open: { readonly path: string; readonly writer: FileWriter }[] = [];
  #entries: readonly SwapEntry[] | undefined;
  #isCommitted = false;

  /**
   * Starts a set; nothing of it is seen before `commitSets`.
   * @throws DnnSplitError `file-exists`, `file-system`
   */
  constructor(
    readonly directory: string,
    private readonly options: FileSetOptions,
  ) {
    try {
      this.#folder = recoverFolder(directory);
      this.#requireFolder();
      for (const path of [...options.own, ...options.expected]) this.#requireFree(path);
      this.#isWhole = this.#canBeWhole();
      const around = this.#isWhole ? dirname(this.#folder) : this.#folder;
      this.#made = makeFolders(around);
      this.#work = join(around, temporaryName());
      makeWork(this.#work);
    } catch (error) {
      throw fileError(error, directory, 'write');
    }
    this.#finished = whileUnfinished(() => this.#removeAll());
  }

  /**
   * Starts a file; the one before must be complete, and goes to the disk meanwhile.
   * @param mode its rights, whatever the umask says
   * @throws DnnSplitError `file-exists`, `file-system`
   */
  create(path: string, mode?: number): { write(bytes: Uint8Array): void } {
    return this.#guarded(path, () => {
      this.#open.at(-1)?.writer.handOver();
      if (this.#open.length >= mostOpen) this.#finishOldest();
      this.#requireFree(path);
      const place = waitingPlace(this.#work, this.#below(path));
      this.#makeFolders(place);
      const writer = new FileWriter(place);
      this.#open.push({ path, writer });
      this.#paths.push(path);
      const replaced = statusOf(join(this.#folder, path));
      if (replaced !== undefined) keepRights(writer.descriptor, replaced);
      if (mode !== undefined) fchmodSync(writer.descriptor, mode);
      return { write: (bytes: Uint8Array) => this.#guarded(path, () => writer.write(bytes)) };
    });
  }

  /** Removes what was written, and moves back what has changed its place; does nothing once the set is committed. */
  abandon(): void {
    if (this.#isCommitted) return;
    this.#finished();
    this.#removeAll();
  }

  /** Moves everything to its place. Nothing has moved where this throws. */
  swapIn(): void {
    while (this.#open.length > 0) this.#finishOldest();
    this.#guarded(this.directory, () => {
      for (const path of this.#paths) this.#requireFree(path);
      const entries = this.#isWhole ? [this.#wholeEntry()] : this.#fileEntries();
      this.#entries = entries;
      swapIn(this.#work, entries);
    });
  }

  /** Forgets what was there before. */
  finish(): void {
    this.#finished();
    this.#isCommitted = true;
    try {
      removeWork(this.#work);
    } catch {
      // The next run into the same place removes it.
    }
    if (this.#isWhole) return;
    for (const path of this.options.own) removeEmpty(dirname(join(this.#folder, path)), this.#folder);
  }

  #makeFolders(place: string): void {
    const { folderMode } = this.options;
    makeFolders(dirname(place));
    if (folderMode === undefined) return;
    const top = waitingPlace(this.#work, this.#isWhole ? basename(this.#folder) : '');
    for (const folder of foldersBetween(place, top.replace(/[\\/]$/, ''))) chmodSync(folder, folderMode);
  }

  /** Waits until the file that was started first is on disk as a whole. */
  #finishOldest(): void {
    const [oldest] = this.#open;
    if (oldest === undefined) return;
    this.#guarded(oldest.path, () => oldest.writer.finish());
    this.#open.shift();
  }

  #removeAll(): void {
    for (const { writer } of this.#open) writer.close();
    if (this.#entries !== undefined && !moveBack(this.#work, this.#entries)) return;
    removeWork(this.#work);
    if (this.#made !== undefined) removeEmpty(dirname(this.#work), dirname(this.#made));
  }

  #requireFolder(): void {
    const status = statSync(this.#folder, { throwIfNoEntry: false });
    if (status === undefined || status.isDirectory()) return;
    throw new DnnSplitError('file-system', say('write.notFolder', { path: this.directory }), { path: this.directory });
  }

  /** @throws DnnSplitError where the place of a file is taken by something that stays */
  #requireFree(path: string): void {
    const { overwrite, inputs, own, replacesForeign } = this.options;
    const place = join(this.#folder, path);
    const named = join(this.directory, path);
    const link = [place, ...foldersBetween(place, this.#folder)].find((at) => statusOf(at)?.isSymbolicLink() === true);
    if (link !== undefined) {
      const at = join(this.directory, relative(this.#folder, link));
      throw new DnnSplitError('file-system', say('write.link', { path: at }), {
        path: at,
      });
    }
    const status = statusOf(place);
    if (status === undefined) return;
    const identity = fileIdentity(place);
    if (inputs.some(({ key }) => key === identity?.key)) throw isInput(named);
    if (!overwrite) throw fileExists(named);
    if (!status.isFile()) {
      const message = say('write.irregularInFolder', { path: named });
      throw new DnnSplitError('file-system', message, { path: named });
    }
    if (own.includes(path) || replacesForeign === true) return;
    const message = say('write.foreign', { path: named });
    throw new DnnSplitError('file-exists', message, { path: named });
  }

  /** True where the folder is not there yet, or holds nothing that would have to stay, and may be moved itself. */
  #canBeWhole(): boolean {
    const status = statSync(this.#folder, { throwIfNoEntry: false });
    if (status === undefined) return true;
    const around = dirname(this.#folder);
    const isInUse = `${process.cwd()}${sep}`.startsWith(`${this.#folder}${sep}`);
    const isOnOneDisk = statSync(around).dev === status.dev && around !== this.#folder;
    return !isInUse && isOnOneDisk && mayWrite(around) && mayWrite(this.#folder) && this.#holdsOwnAlone('');
  }

  #holdsOwnAlone(path: string): boolean {
    return entriesOf(join(this.#folder, path)).every((name) => {
      const below = path === '' ? name : `${path}/${name}`;
      const status = statusOf(join(this.#folder, below));
      if (status?.isFile() === true) return this.options.own.includes(below);
      const isOwnFolder = this.options.own.some((file) => file.startsWith(`${below}/`));
      return status?.isDirectory() === true && isOwnFolder && this.#holdsOwnAlone(below);
    });
  }

  #wholeEntry(): SwapEntry {
    const path = basename(this.#folder);
    const before = statSync(this.#folder, { throwIfNoEntry: false });
    const waiting = waitingPlace(this.#work, path);
    makeFolders(waiting);
    if (before !== undefined) keepFolderRights(waiting, before);
    return { path, isNew: true };
  }

  /** The seal first. */
  #fileEntries(): SwapEntry[] {
    const written = new Set(this.#paths);
    const gone = this.options.own.filter(
      (path) => !written.has(path) && statusOf(join(this.#folder, path)) !== undefined,
    );
    const entries = [
      ...this.#paths.map((path) => ({ path, isNew: true })),
      ...gone.map((path) => ({ path, isNew: false })),
    ];
    return entries.sort((a, b) => Number(b.path === this.options.seal) - Number(a.path === this.options.seal));
  }

  /** Where a file waits below the work's folder of new things. */
  #below(path: string): string {
    return this.#isWhole ? join(basename(this.#folder), path) : path;
  }

  #guarded<T>(path: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw fileError(error, path === this.directory ? path : join(this.directory, path), 'write');
    }
  }
}

/**
 * Brings a folder back to what it was before a run into it was killed. Whoever asks what an earlier run has left there asks
 * after this: in the middle of a swap its seal is not in its place.
 * @returns the folder itself, links followed
 * @throws DnnSplitError `file-system` where the path leads nowhere
 */
export function recoverFolder(directory: string): string {
  try {
    const folder = throughLinks(directory);
    removeLeftovers(dirname(folder));
    removeLeftovers(folder);
    return folder;
  } catch (error) {
    throw fileError(error, directory, 'write');
  }
}

/** Lets sets appear, all of them or none. @throws DnnSplitError `file-exists`, `file-system` */
export function commitSets(sets: readonly FileSet[]): void {
  for (const set of sets) set.swapIn();
  for (const set of sets) set.finish();
}

function keepFolderRights(folder: string, { mode, uid, gid }: Stats): void {
  try {
    chownSync(folder, uid, gid);
  } catch {
    // Only the superuser may give folders away.
  }
  chmodSync(folder, mode & 0o7777);
}

function* foldersBetween(place: string, top: string): Generator<string> {
  for (let at = dirname(place); at.length > top.length; at = dirname(at)) yield at;
}

function statusOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
