import { type BigIntStats, statSync } from 'node:fs';
import { say } from '../shared/messages/say';
import { DnnSplitError } from '../shared/work/errors';

/** A file as it was at one moment: which one it is, and what it held as far as the file system tells. */
export interface FileIdentity {
  /** As it was named; for sentences. */
  readonly path: string;
  /** Device and inode: the same for every name, symbolic link and hard link of a file. */
  readonly key: string;
  /** Size, time of change of the content, and of the entry, which no program can set back. */
  readonly stamp: string;
}

/** The identity that a file's status tells. */
export function identityOf(path: string, { dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileIdentity {
  return { path, key: `${dev}:${ino}`, stamp: `${size}:${mtimeNs}:${ctimeNs}` };
}

/** Identity of the file that a path leads to, through symbolic links; none where there is no file or no way to it. */
export function fileIdentity(path: string): FileIdentity | undefined {
  try {
    return identityOf(path, statSync(path, { bigint: true }));
  } catch {
    return undefined;
  }
}

/** Changes whenever the file does. Empty when there is no such file. */
export function fileStamp(path: string): string {
  const identity = fileIdentity(path);
  return identity === undefined ? '' : `${identity.key}:${identity.stamp}`;
}

/** Identities of the files that are there. */
export function fileIdentities(paths: Iterable<string>): FileIdentity[] {
  return [...paths].flatMap((path) => fileIdentity(path) ?? []);
}

/**
 * Makes sure that files are still what they were when they were read: a file that is rewritten meanwhile would give a
 * mixture of two.
 * @throws DnnSplitError `file-system` that names the first one that is not
 */
export function requireUnchanged(files: readonly FileIdentity[]): void {
  for (const { path, key, stamp } of files) {
    const now = fileIdentity(path);
    if (now?.key === key && now.stamp === stamp) continue;
    const message = say('disk.changed', { path });
    throw new DnnSplitError('file-system', message, { path });
  }
}
