import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DnnSplitError } from '../../shared/errors';

/**
 * Absolute path of a `file:` URI.
 * @throws DnnSplitError `file-system` for other schemes
 */
export function uriToPath(uri: string): string {
  if (uri.startsWith('file:')) return fileURLToPath(uri);
  const scheme = uri.split(':')[0] ?? uri;
  throw new DnnSplitError('file-system', `Only files on this machine can be analyzed, and '${scheme}:' is not one.`);
}

/** The path of a `file:` URI, or nothing for other schemes. */
export function tryUriToPath(uri: string): string | undefined {
  return uri.startsWith('file:') ? fileURLToPath(uri) : undefined;
}

export function pathToUri(path: string): string {
  return pathToFileURL(resolve(path)).href;
}
