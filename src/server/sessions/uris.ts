import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isReadable } from '../../files/editorFiles';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';

/**
 * Absolute path of a `file:` URI.
 * @throws DnnSplitError `file-system` for other schemes
 */
export function uriToPath(uri: string): string {
  const path = tryUriToPath(uri);
  if (path !== undefined) return path;
  if (uri.startsWith('file:')) {
    throw new DnnSplitError('file-system', say('server.notOnMachine', {}), undefined, uri);
  }
  throw new DnnSplitError('file-system', say('server.scheme', { scheme: schemeOf(uri) }));
}

function schemeOf(uri: string): string {
  return uri.split(':')[0] ?? uri;
}

/**
 * The path of a `file:` URI, or nothing for those that name no file on this machine and, but for a browser, for other
 * schemes.
 */
export function tryUriToPath(uri: string): string | undefined {
  if (!isReadable({ scheme: schemeOf(uri) })) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

export function pathToUri(path: string): string {
  return pathToFileURL(resolve(path)).href;
}
