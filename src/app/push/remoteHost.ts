import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { shellWord } from '../../shared/escape/shell';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';

/** A machine that OpenSSH's client reaches, by its own configuration. */
export interface RemoteHost {
  /** `host` or `user@host`, as `ssh` takes it. */
  readonly destination: string;
  /** Configuration file instead of the person's own. */
  readonly sshConfig?: string | undefined;
}

/** What `ssh` may not take as an option, as several words, or as something else than a destination. */
const destinationPattern = /^(?:[A-Za-z0-9_][\w.-]*@)?(?:[A-Za-z0-9][A-Za-z0-9._-]*|\[?[0-9A-Fa-f:]+\]?)$/;

/** @throws DnnSplitError `bad-usage` for what is no destination */
export function remoteHost(destination: string, sshConfig?: string): RemoteHost {
  if (destinationPattern.test(destination)) return { destination, sshConfig };
  throw new DnnSplitError('bad-usage', say('push.destination', { destination }));
}

/** Nothing of this machine is lent to the other one; its key is checked whatever the configuration says. */
const options = [
  'StrictHostKeyChecking=ask',
  'ForwardAgent=no',
  'ForwardX11=no',
  'ClearAllForwardings=yes',
  'PermitLocalCommand=no',
];

/** Characters of an answer that are read; the pieces of a bundle of 400 GB take fewer. */
const mostOutput = 16 * 1024 * 1024;

export interface RemoteAnswer {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Starts a script of a POSIX shell on another machine; words are quoted for the shell there. */
export function startRemotely(
  { destination, sshConfig }: RemoteHost,
  script: string,
  words: readonly string[],
  signal?: AbortSignal,
): ChildProcessWithoutNullStreams {
  const command = ['sh', '-c', script, 'dnnsplit', ...words].map(shellWord).join(' ');
  const config = sshConfig === undefined ? [] : ['-F', sshConfig];
  const set = options.flatMap((option) => ['-o', option]);
  return spawn('ssh', [...config, ...set, '-T', '--', destination, command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(signal && { signal }),
  });
}

/**
 * Runs a script on another machine.
 * @param write writes what the script reads, in pieces; it ends early where it throws
 * @param hear hears what the script says as it says it
 * @throws DnnSplitError `bad-usage` where there is no `ssh`, `canceled`
 */
export async function runRemotely(
  host: RemoteHost,
  script: string,
  words: readonly string[],
  write: Iterable<Uint8Array> = [],
  signal?: AbortSignal,
  hear: (text: string) => void = () => undefined,
): Promise<RemoteAnswer> {
  const child = startRemotely(host, script, words, signal);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    hear(text);
    // Whatever answers there says a line per piece; more than that is not read.
    if (output.length > mostOutput) child.kill();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-8000);
  });
  // What ends early is told of by its exit code.
  child.stdin.on('error', () => undefined);
  const ended = exitCode(child);
  await feed(child, write);
  const code = await ended;
  if (signal?.aborted) throw new DnnSplitError('canceled', say('work.canceled', {}));
  return { code, output, errors };
}

async function feed({ stdin, exitCode: code }: ChildProcess, pieces: Iterable<Uint8Array>): Promise<void> {
  if (stdin === null || code !== null) return;
  for (const piece of pieces) {
    if (stdin.destroyed) return;
    // A pipe that breaks meanwhile closes, which the exit code tells.
    if (!stdin.write(piece)) await Promise.race([once(stdin, 'drain'), once(stdin, 'close')]).catch(() => undefined);
  }
  stdin.end();
}

function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    child.on('error', (thrown) => {
      if ('code' in thrown && thrown.code === 'ENOENT') fail(new DnnSplitError('bad-usage', say('push.noSsh', {})));
      else done(255);
    });
    child.on('close', (code) => done(code ?? 255));
  });
}
