import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';

/**
 * Files change their places all together or not at all. A folder of work holds `new` (what shall appear), `old` (what it
 * stands in for, by number) and, from the first move on, a journal. Whoever finds the folder after its maker was killed
 * can tell from the three where it stopped: as long as something in `new` has not moved in, everything moves back;
 * otherwise the swap is complete.
 */
const journalName = 'journal.json';

/** A file or folder that changes its place. */
export interface SwapEntry {
  /** Below the folder that both the work and the entries lie in. */
  readonly path: string;
  /** False for something that only goes. */
  readonly isNew: boolean;
}

/** Where what shall appear at `path` waits for it. */
export function waitingPlace(work: string, path: string): string {
  return join(work, 'new', path);
}

/** Makes a folder of work. */
export function makeWork(work: string): void {
  mkdirSync(work);
  mkdirSync(join(work, 'new'));
  mkdirSync(join(work, 'old'));
}

/**
 * Moves what waits in `new` to its places in the folder around the work, and what was there to `old`: the first entry goes
 * first and comes last, so that a set is never taken for complete while it is not. Nothing has moved where this throws.
 * @param onMove hears of each move
 */
export function swapIn(work: string, entries: readonly SwapEntry[], onMove: () => void = () => undefined): void {
  const folder = dirname(work);
  const draft = join(work, `${journalName}.part`);
  writeFileSync(draft, JSON.stringify(entries));
  renameSync(draft, join(work, journalName));
  try {
    for (const [index, { path }] of entries.entries()) {
      if (!isThere(join(folder, path))) continue;
      renameSync(join(folder, path), oldPlace(work, index));
      onMove();
    }
    for (const { path, isNew } of [...entries].reverse()) {
      if (!isNew) continue;
      makeFolders(dirname(join(folder, path)));
      renameSync(waitingPlace(work, path), join(folder, path));
      onMove();
    }
  } catch (error) {
    moveBack(work, entries);
    throw error;
  }
}

/** Removes the work with all that is in it; first what would tell of a swap to be undone. */
export function removeWork(work: string): void {
  rmSync(join(work, journalName), { force: true });
  letEmpty(work);
  rmSync(work, { recursive: true, force: true });
}

/** Lets a folder and those in it be emptied: what was replaced, and what stands in for it, may be read-only. */
function letEmpty(folder: string): void {
  tried(() => chmodSync(folder, 0o700));
  for (const name of entriesOf(folder)) {
    const path = join(folder, name);
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) letEmpty(path);
  }
}

/**
 * Undoes a swap that was broken off.
 * @returns false where someone else has taken a place meanwhile, so that what was there is kept in `old`
 */
export function undoSwap(work: string): boolean {
  if (!lstatSync(work).isDirectory()) return true;
  const entries = journalOf(work) ?? [];
  const isComplete = entries.every(({ path, isNew }) => !isNew || !isThere(waitingPlace(work, path)));
  if (!isComplete && !moveBack(work, entries)) return false;
  removeWork(work);
  return true;
}

/**
 * Moves everything back.
 * @returns false where someone else has taken a place meanwhile
 */
export function moveBack(work: string, entries: readonly SwapEntry[]): boolean {
  const folder = dirname(work);
  let isComplete = true;
  for (const [index, entry] of entries.entries()) {
    const [place, waiting] = [join(folder, entry.path), waitingPlace(work, entry.path)];
    if (entry.isNew && !isThere(waiting) && isThere(place)) {
      makeFolders(dirname(waiting));
      renameSync(place, waiting);
    }
    if (!isThere(oldPlace(work, index))) {
      removeEmpty(dirname(place), folder);
      continue;
    }
    // A folder that someone has made meanwhile is in nobody's way while it is empty.
    if (isThere(place) && lstatSync(place).isDirectory()) tried(() => rmdirSync(place));
    if (isThere(place)) isComplete = false;
    else {
      makeFolders(dirname(place));
      renameSync(oldPlace(work, index), place);
    }
  }
  return isComplete;
}

/**
 * Makes a folder and those around it, as far as they are missing. Node's own `recursive` never ends where a folder cannot be
 * made although the one around it is there, as below `/proc`.
 * @returns the topmost one that was made
 */
export function makeFolders(folder: string): string | undefined {
  const missing: string[] = [];
  for (let at = folder; statSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) missing.unshift(at);
  for (const each of missing) mkdirSync(each);
  return missing[0];
}

/** Removes a folder and those around it below `top`, as far as they are empty. */
export function removeEmpty(folder: string, top: string): void {
  for (let at = folder; isBelow(at, top); at = dirname(at)) if (!tried(() => rmdirSync(at))) return;
}

function isBelow(path: string, top: string): boolean {
  const inside = relative(top, path);
  return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

/** What a journal says; nothing where there is none, or one that would reach out of the folder around the work. */
function journalOf(work: string): readonly SwapEntry[] | undefined {
  const path = join(work, journalName);
  if (!existsSync(path)) return undefined;
  const entries: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const folder = dirname(work);
  const isSound = Array.isArray(entries) && entries.every((entry) => isEntry(entry) && staysInside(folder, entry.path));
  if (!isSound) throw new Error(`${path} is no journal`);
  return entries;
}

function isEntry(value: unknown): value is SwapEntry {
  if (typeof value !== 'object' || value === null) return false;
  return 'path' in value && typeof value.path === 'string' && 'isNew' in value && typeof value.isNew === 'boolean';
}

/** True for a path below the folder with no link on the way. */
function staysInside(folder: string, path: string): boolean {
  if (!isBelow(join(folder, path), folder)) return false;
  for (let at = dirname(join(folder, path)); isBelow(at, folder); at = dirname(at)) {
    if (isThere(at) && lstatSync(at).isSymbolicLink()) return false;
  }
  return true;
}

function oldPlace(work: string, index: number): string {
  return join(work, 'old', String(index));
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function tried(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** Names of what is in a folder, in no order; nothing where it is not there. */
export function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
