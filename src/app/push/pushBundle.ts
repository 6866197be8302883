import { basename } from 'node:path';
import { isRegularFile } from '../../files/regularFile';
import { dnsLabel } from '../../shared/escape/containers';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { contractAt } from '../split/contractFile';
import { chunkedFiles, versionOf } from './bundleChunks';
import { type RemoteHost, runRemotely } from './remoteHost';
import { assembleScript, switchScript } from './remoteScripts';
import { assemblyList, sendPieces, succeeded } from './sendPieces';

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
  const sentBytes = await sendPieces(host, folder, files, signal);
  succeeded(host, await runRemotely(host, assembleScript, [folder, version], [assemblyList(files)], signal));
  const started = await runRemotely(host, switchScript, [folder, version, String(waitSeconds)], [], signal);
  if (started.code === 3) {
    const detail = started.errors.trim();
    throw new DnnSplitError('worker-crashed', say('push.rolledBack', { host: host.destination }), undefined, detail);
  }
  succeeded(host, started);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { folder, version, files: files.length, bytes, sentBytes };
}

/** @throws DnnSplitError `file-system` where the folder is not that of one tier */
function nameOf(directory: string): string {
  const path = `${directory}/contract.json`;
  const isBundle = isRegularFile(path) && isRegularFile(`${directory}/run.sh`);
  if (!isBundle) throw new DnnSplitError('file-system', say('push.noBundle', { path: directory }), { path: directory });
  return `${dnsLabel(contractAt(path).model, 'model')}-${dnsLabel(basename(directory), 'tier')}`;
}
