import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { say } from '../shared/messages/say';
import { DnnSplitError } from '../shared/work/errors';
import { fileError } from './fileError';
import { requireRegularFile } from './regularFile';

/**
 * How far the names of files in a document may lead. Whoever names a document on the command line, or trusts the workspace
 * that it lies in, lets it name any file; otherwise only files in its own folder are touched: a name such as
 * `\\host\share` alone makes Windows send credentials to that host.
 */
export type Reach = 'own-folder' | 'anywhere';

/**
 * Absolute path of a file that a document names, relative to itself.
 * @throws DnnSplitError `file-system` where the name leads further than it may; nothing is touched there
 */
export function reachedFile(documentPath: string, name: string, reach: Reach): string {
  if (reach === 'anywhere' || staysInFolder(dirname(resolve(documentPath)), name)) {
    return resolve(dirname(documentPath), name);
  }
  const message = say('disk.outsideReach', {
    document: basename(documentPath),
    file: JSON.stringify(name.slice(0, 200)),
  });
  throw new DnnSplitError('file-system', message, { path: documentPath });
}

/**
 * Absolute path of the sub-model that a contract names. Contracts travel with their sub-models, so nobody who serves or
 * verifies one means a file elsewhere: whatever runs there answers requests, and may be anybody's.
 * @throws DnnSplitError `file-system` where it is not in the contract's folder, by its name or by links, or no regular file
 */
export function subModelPath(contractPath: string, name: string): string {
  const folder = dirname(resolve(contractPath));
  const path = join(folder, name);
  if (!staysBelow(name) || !isBelow(resolvedPath(path), resolvedPath(folder))) {
    const message = say('contract.outside', { path: contractPath, file: JSON.stringify(name.slice(0, 200)) });
    throw new DnnSplitError('file-system', message, { path: contractPath });
  }
  requireRegularFile(path, 'model');
  return path;
}

/** Where links lead. @throws DnnSplitError `file-system` where there is nothing */
function resolvedPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw fileError(error, path, 'open');
  }
}

/** True for a path below the folder; both without links. */
export function isBelow(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

/** True for a name of something in the folder or below it, with no link on the way that might lead elsewhere. */
function staysInFolder(folder: string, name: string): boolean {
  const parts = name.split(/[/\\]/);
  return (
    staysBelow(name) &&
    parts.every((_, index) => {
      const path = join(folder, ...parts.slice(0, index + 1));
      try {
        return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true;
      } catch (error) {
        throw fileError(error, path, 'open');
      }
    })
  );
}

/** True for a name that by its text leads nowhere but below its folder. */
function staysBelow(name: string): boolean {
  const parts = name.split(/[/\\]/);
  // A first part that is empty begins an absolute path, or one of another host; a colon names a drive or a stream.
  return parts[0] !== '' && !parts.includes('..') && !/[:\0]/.test(name);
}
