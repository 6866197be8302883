import { openFileSource } from '../../files/fileSource';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { type ChunkedFile, chunkBytes } from './bundleChunks';
import { type RemoteAnswer, type RemoteHost, runRemotely } from './remoteHost';
import { listScript, receiveScript } from './remoteScripts';
import { tarEnd, tarHeader, tarPadding } from './tarEntry';

/**
 * Brings the pieces of files to a folder of another machine; those that an earlier attempt has brought over are not sent again.
 * @returns the bytes that were sent
 * @throws DnnSplitError `file-system`, `bad-usage`, `canceled`
 */
export async function sendPieces(
  host: RemoteHost,
  folder: string,
  files: readonly ChunkedFile[],
  signal?: AbortSignal,
): Promise<number> {
  const present = piecesOf(succeeded(host, await runRemotely(host, listScript, [folder], [], signal)));
  const sent = { bytes: 0 };
  succeeded(host, await runRemotely(host, receiveScript, [folder], archive(files, present, sent), signal));
  return sent.bytes;
}

/** What the script that puts files together reads. */
export function assemblyList(files: readonly ChunkedFile[]): Uint8Array {
  return new TextEncoder().encode(files.map(assemblyOf).join(''));
}

function assemblyOf({ path, mode, chunks }: ChunkedFile): string {
  return [`${mode.toString(8)} ${path}`, ...chunks, '', ''].join('\n');
}

/** Complete pieces are named by their checksum. */
function piecesOf(listing: string): ReadonlySet<string> {
  const lines = listing.matchAll(/^([0-9a-f]{64}) [ *]([0-9a-f]{64})$/gm);
  return new Set([...lines].flatMap(([, sum, name = '']) => (sum === name ? [name] : [])));
}

/** The pieces that are not there yet, as an archive. */
function* archive(
  files: readonly ChunkedFile[],
  present: ReadonlySet<string>,
  sent: { bytes: number },
): Iterable<Uint8Array> {
  const done = new Set(present);
  for (const { source, bytes, chunks } of files) {
    if (chunks.every((chunk) => done.has(chunk))) continue;
    const file = openFileSource(source);
    try {
      for (const [index, chunk] of chunks.entries()) {
        if (done.has(chunk)) continue;
        done.add(chunk);
        const at = index * chunkBytes;
        const length = Math.min(chunkBytes, bytes - at);
        yield tarHeader(chunk, length);
        yield file.read(at, length).slice();
        yield tarPadding(length);
        sent.bytes += length;
      }
    } finally {
      file.close();
    }
  }
  yield tarEnd;
}

/** What a script has said. @throws DnnSplitError `file-system` where it failed, or the machine was not reached */
export function succeeded({ destination }: RemoteHost, { code, output, errors }: RemoteAnswer): string {
  if (code === 0) return output;
  const reason = errors.trim().split('\n').at(-1) ?? '';
  throw new DnnSplitError('file-system', say('push.failed', { host: destination, reason }), undefined, errors);
}
