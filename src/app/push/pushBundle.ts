import { basename } from 'node:path';
import { openFileSource } from '../../files/fileSource';
import { isRegularFile } from '../../files/regularFile';
import { DnnSplitError } from '../../shared/errors';
import { dnsLabel } from '../../shared/escape/containers';
import { say } from '../../shared/messages/say';
import { contractAt } from '../contractFile';
import { type ChunkedFile, chunkBytes, chunkedFiles, versionOf } from './bundleChunks';
import { type RemoteAnswer, type RemoteHost, runRemotely } from './remoteHost';
import { assembleScript, listScript, receiveScript, switchScript } from './remoteScripts';
import { tarEnd, tarHeader, tarPadding } from './tarEntry';

export interface PushOptions {
  readonly host: RemoteHost;
  /** Folder on the other machine, relative to the home folder there unless it is absolute; a name of the tier's where absent. */
  readonly folder?: string | undefined;
  /** How long the relay may take until it serves. */
  readonly waitSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

export interface PushReport {
  readonly folder: string;
  readonly version: string;
  readonly files: number;
  readonly bytes: number;
  /** What was sent: pieces that an earlier attempt has brought over are not sent again. */
  readonly sentBytes: number;
}

/**
 * Brings the bundle of a tier to its machine and starts it there. What runs there goes on until everything has arrived, and
 * comes back where the new version does not serve.
 * @throws DnnSplitError `file-system` where the folder is no bundle, `bad-usage`, `canceled`
 */
export async function pushBundle(directory: string, options: PushOptions): Promise<PushReport> {
  const { host, waitSeconds, signal } = options;
  const folder = options.folder ?? `dnnsplit/${nameOf(directory)}`;
  const files = chunkedFiles(directory);
  const version = versionOf(files);
  const ask = async (script: string, words: readonly string[], write?: Iterable<Uint8Array>) =>
    succeeded(host, await runRemotely(host, script, [folder, ...words], write, signal));
  const present = piecesOf(await ask(listScript, []));
  const sent = { bytes: 0 };
  await ask(receiveScript, [], archive(files, present, sent));
  await ask(assembleScript, [version], [new TextEncoder().encode(files.map(assemblyOf).join(''))]);
  const started = await runRemotely(host, switchScript, [folder, version, String(waitSeconds)], [], signal);
  if (started.code === 3) {
    const detail = started.errors.trim();
    throw new DnnSplitError('worker-crashed', say('push.rolledBack', { host: host.destination }), undefined, detail);
  }
  succeeded(host, started);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { folder, version, files: files.length, bytes, sentBytes: sent.bytes };
}

/** @throws DnnSplitError `file-system` where the folder is not that of one tier */
function nameOf(directory: string): string {
  const path = `${directory}/contract.json`;
  const isBundle = isRegularFile(path) && isRegularFile(`${directory}/run.sh`);
  if (!isBundle) throw new DnnSplitError('file-system', say('push.noBundle', { path: directory }), { path: directory });
  return `${dnsLabel(contractAt(path).model, 'model')}-${dnsLabel(basename(directory), 'tier')}`;
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

function assemblyOf({ path, mode, chunks }: ChunkedFile): string {
  return [`${mode.toString(8)} ${path}`, ...chunks, '', ''].join('\n');
}

/** What a script has said. @throws DnnSplitError `file-system` where it failed, or the machine was not reached */
function succeeded({ destination }: RemoteHost, { code, output, errors }: RemoteAnswer): string {
  if (code === 0) return output;
  const reason = errors.trim().split('\n').at(-1) ?? '';
  throw new DnnSplitError('file-system', say('push.failed', { host: destination, reason }), undefined, errors);
}
