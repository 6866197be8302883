import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { fileError } from './fileError';
import { entriesOf, undoSwap } from './swap';

/**
 * What is under construction lies beside its final place under a name that says who makes it: machine, process and the
 * moment that process began. A later run knows by that whether someone still works on it.
 */
const namePattern = /^\.dnnsplit-(?<machine>[0-9a-f]{8})-(?<pid>\d+)-(?<began>\d+)-[0-9a-f]{12}\.part$/;
/** Processes of other machines and containers cannot be asked; what they have not touched for so long is left behind. */
const foreignAgeMs = 24 * 60 * 60 * 1000;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A new name for something under construction, to lie in the folder of its final place. */
export function temporaryName(): string {
  const maker = `${machineMark()}-${process.pid}-${beginOf(process.pid)}`;
  return `.dnnsplit-${maker}-${randomBytes(6).toString('hex')}.part`;
}

/**
 * Removes what runs that were killed have left under construction in a folder, and undoes a swap of files that one of them
 * was in the middle of. What belongs to someone else, or to a process that lives, stays.
 */
export function removeLeftovers(folder: string): void {
  for (const name of entriesOf(folder)) {
    const path = join(folder, name);
    try {
      if (isLeftover(name, path) && undoSwap(path)) rmSync(path, { force: true });
    } catch {
      // Whatever stands in the way of tidying up does not stand in the way of the work.
    }
  }
}

function isLeftover(name: string, path: string): boolean {
  const { machine, pid, began } = namePattern.exec(name)?.groups ?? {};
  if (machine === undefined) return false;
  const status = lstatSync(path);
  const isOurs = process.getuid === undefined || status.uid === process.getuid();
  if (!isOurs || status.isSymbolicLink()) return false;
  if (machine !== machineMark()) return Date.now() - status.mtimeMs > foreignAgeMs;
  return !isAlive(Number(pid), began ?? '');
}

/** True while the process lives that had this id at that time; ids are given again. */
function isAlive(pid: number, began: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  const now = beginOf(pid);
  return now === '0' || began === '0' || now === began;
}

/** When a process began, in ticks since the machine did; 0 where the system does not say. */
function beginOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return /^\d+$/.exec(fields[19] ?? '')?.[0] ?? '0';
  } catch {
    return '0';
  }
}

/** A folder for files of the moment, which is gone when it is removed, when the process ends, or with the next one. */
export interface ScratchFolder {
  readonly path: string;
  readonly remove: () => void;
}

/** Makes such a folder, which nobody else may read. @throws DnnSplitError `file-system` */
export function createScratchFolder(): ScratchFolder {
  const around = tmpdir();
  removeLeftovers(around);
  const path = join(around, temporaryName());
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    throw fileError(error, path, 'write');
  }
  const removeNow = () => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  const finished = whileUnfinished(removeNow);
  return {
    path,
    remove() {
      finished();
      removeNow();
    },
  };
}

let knownMark: string | undefined;

/** The same for all processes that can ask each other by their ids. */
function machineMark(): string {
  knownMark ??= createHash('sha256')
    .update(JSON.stringify([hostname(), tried(() => readFileSync('/etc/machine-id', 'utf8')), processSpace()]))
    .digest('hex')
    .slice(0, 8);
  return knownMark;
}

function processSpace(): string {
  return tried(() => readlinkSync('/proc/self/ns/pid'));
}

function tried(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

const unfinished = new Set<() => void>();
let isWatching = false;

/**
 * Remembers how to remove something that is under construction, for the case that the process is told to end or ends by
 * itself before it is finished.
 * @returns to be called once it is finished or removed
 */
export function whileUnfinished(remove: () => void): () => void {
  unfinished.add(remove);
  watchForTheEnd();
  return () => unfinished.delete(remove);
}

function watchForTheEnd(): void {
  if (isWatching) return;
  isWatching = true;
  process.on('exit', removeUnfinished);
  // Signals come to the main thread alone.
  if (isMainThread) for (const signal of signals) process.on(signal, endBySignal);
}

/** Tidies up and lets the signal do what it would have done, unless someone else ends the program in an orderly way. */
function endBySignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  removeUnfinished();
  process.off(signal, endBySignal);
  process.kill(process.pid, signal);
}

function removeUnfinished(): void {
  for (const remove of unfinished) {
    try {
      remove();
    } catch {
      // The next run into the same place removes it.
    }
  }
  unfinished.clear();
}
