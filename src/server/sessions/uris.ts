import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DnnSplitError } from '../../shared/errors';

/**
 * Absolute path of a `file:` URI.
 * @throws DnnSplitError `file-system` for other schemes
 */
export function uriToPath(uri: string): string {
  const path = tryUriToPath(uri);
  if (path !== undefined) return path;
  if (uri.startsWith('file:')) {
    throw new DnnSplitError('file-system', 'This address does not name a file on this machine.', undefined, uri);
  }
  const scheme = uri.split(':')[0] ?? uri;
  throw new DnnSplitError('file-system', `Only files on this machine can be analyzed, and '${scheme}:' is not one.`);
}

/** The path of a `file:` URI, or nothing for other schemes and for those that name no file on this machine. */
export function tryUriToPath(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

export function pathToUri(path: string): string {
  return pathToFileURL(resolve(path)).href;
}
