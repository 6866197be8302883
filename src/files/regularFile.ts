import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { say } from '../shared/messages/say';
import { DnnSplitError } from '../shared/work/errors';
import { fileError } from './fileError';

interface KindOfFile {
  /** What it is called in sentences. */
  readonly name: string;
  /** Files beyond this are refused; those without a bound are read by position and never held as a whole. */
  readonly mostMB?: number;
}

/** Every kind of file that is read, with the size from which on it cannot be one of its kind. */
const kinds = {
  model: { name: 'model' },
  weights: { name: 'file of weights' },
  trace: { name: 'trace' },
  bandwidths: { name: 'bandwidth trace', mostMB: 50 },
  configuration: { name: 'configuration', mostMB: 10 },
  plan: { name: 'plan', mostMB: 50 },
  profile: { name: 'profile', mostMB: 50 },
  nodeData: { name: 'file of node data', mostMB: 50 },
  contract: { name: 'contract', mostMB: 10 },
  list: { name: 'list of generated files', mostMB: 1 },
  token: { name: 'token', mostMB: 0.1 },
  certificate: { name: 'certificate', mostMB: 1 },
  key: { name: 'key', mostMB: 1 },
} as const satisfies Record<string, KindOfFile>;

export type FileKind = keyof typeof kinds;

/** A file that is open for reading. */
interface OpenFile {
  readonly descriptor: number;
  readonly status: BigIntStats;
}

/** Windows has no such flag and no files that wait to be opened. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a regular file for reading, through symbolic links. It is looked at before it is opened and again afterwards, so
 * that no pipe, device or folder keeps anyone waiting or goes on without end.
 * @throws DnnSplitError `file-system` where it is missing, no regular file, or not readable
 */
export function openRegularFile(path: string, kind: FileKind): OpenFile {
  let descriptor: number | undefined;
  try {
    requireRegular(path, statSync(path), kind);
    descriptor = openSync(path, withoutWaiting);
    const status = fstatSync(descriptor, { bigint: true });
    requireRegular(path, status, kind);
    return { descriptor, status };
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw fileError(error, path, 'open');
  }
}

/**
 * Text of a small file, without its byte order mark.
 * @throws DnnSplitError `file-system` where it is missing, no regular file, not readable, or larger than its kind ever is
 */
export function readTextFile(path: string, kind: FileKind): string {
  const { name, mostMB = Number.POSITIVE_INFINITY }: KindOfFile = kinds[kind];
  if (statusAt(path) === undefined) {
    throw new DnnSplitError('file-system', say('disk.noKind', { kind: name, path }), { path });
  }
  const { descriptor, status } = openRegularFile(path, kind);
  try {
    const mostBytes = mostMB * 1e6;
    if (Number(status.size) > mostBytes) throw tooLarge(path, name, mostMB);
    const parts: Buffer[] = [];
    for (let length = 0; ; ) {
      const part = Buffer.allocUnsafe(Math.max(Number(status.size) - length, 64 * 1024));
      const count = readSync(descriptor, part, 0, part.length, null);
      if (count === 0) break;
      length += count;
      if (length > mostBytes) throw tooLarge(path, name, mostMB);
      parts.push(part.subarray(0, count));
    }
    return Buffer.concat(parts)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  } catch (error) {
    throw fileError(error, path, 'read');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * What a path leads to; nothing where there is nothing.
 * @throws DnnSplitError `file-system` where it leads nowhere: a loop of links, a name that is too long, a closed folder
 */
export function statusAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw fileError(error, path, 'open');
  }
}

/** @throws DnnSplitError `file-system` that says what is there instead of a regular file, if anything */
export function requireRegularFile(path: string, kind: FileKind): void {
  closeSync(openRegularFile(path, kind).descriptor);
}

/** True where a path leads to a regular file. */
export function isRegularFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What is at a path that is no regular file. */
export function natureOf(status: Stats | BigIntStats): string {
  if (status.isDirectory()) return 'a folder';
  if (status.isFIFO()) return 'a pipe';
  return status.isSocket() ? 'a socket' : 'a device';
}

function requireRegular(path: string, status: Stats | BigIntStats, kind: FileKind): void {
  if (status.isFile()) return;
  const kindName = `${kinds[kind].name}${fileWord(kind)}`;
  const message = status.isDirectory()
    ? say('disk.folderNotKind', { path, kind: kindName })
    : say('disk.irregular', { path, nature: natureOf(status), kind: kindName });
  throw new DnnSplitError('file-system', message, { path });
}

function fileWord(kind: FileKind): string {
  return kind === 'weights' || kind === 'list' ? '' : ' file';
}

function tooLarge(path: string, name: string, mostMB: number): DnnSplitError {
  const message = say('disk.tooLargeKind', { path, size: mostMB, kind: name });
  return new DnnSplitError('file-system', message, { path });
}
