import { lstatSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DnnSplitError } from '../shared/errors';
import { say } from '../shared/messages/say';

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

/** True for a name of something in the folder or below it, with no link on the way that might lead elsewhere. */
function staysInFolder(folder: string, name: string): boolean {
  const parts = name.split(/[/\\]/);
  // A first part that is empty begins an absolute path, or one of another host; a colon names a drive or a stream.
  if (parts[0] === '' || parts.includes('..') || /[:\0]/.test(name)) return false;
  return parts.every((_, index) => {
    const status = lstatSync(join(folder, ...parts.slice(0, index + 1)), { throwIfNoEntry: false });
    return status?.isSymbolicLink() !== true;
  });
}
