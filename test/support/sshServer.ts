import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type RemoteHost, remoteHost } from '../../src/app/push/remoteHost';
import { freePort } from './freePort';

/** Debian has it where only root's path leads; the variable names one that is not installed. */
const sshd = [process.env['DNNSPLIT_TEST_SSHD'] ?? '', '/usr/sbin/sshd'].find(
  (path) => path !== '' && existsSync(path),
);

/** Whether an SSH server can be started here. */
export const hasSshServer: boolean = sshd !== undefined && spawnSync('ssh', ['-V']).status === 0;

/** Where a server runs: on the loopback address, unless in a network of its own. */
interface Place {
  readonly address: string;
  /** What starts a program there. */
  readonly command: readonly string[];
}

/**
 * A server with keys of its own, on a port of the loopback address, and the configuration of a client of its, all in a folder.
 * @param environment of what is run over it
 */
export async function startSshServer(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  { address, command: [program, ...first] }: Place = { address: '127.0.0.1', command: [] },
): Promise<{ server: ChildProcess; host: RemoteHost; port: number }> {
  const at = (name: string) => join(folder, name);
  for (const key of ['host-key', 'user-key']) spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
  writeFileSync(at('authorized'), readFileSync(at('user-key.pub')), { mode: 0o600 });
  const port = await freePort();
  const variables = Object.entries({ PATH: process.env['PATH'] ?? '', ...environment });
  const settings = {
    ...{ Port: port, ListenAddress: address, HostKey: at('host-key'), AuthorizedKeysFile: at('authorized') },
    ...{ PasswordAuthentication: 'no', StrictModes: 'no', UsePAM: 'no', PidFile: 'none' },
    PermitRootLogin: 'prohibit-password',
    SetEnv: variables.map(([name, value]) => `${name}=${value}`).join(' '),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(at('sshd_config'), lines.join(''));
  const words = [...(program === undefined ? [] : [...first, sshd ?? '']), '-D', '-e', '-f', at('sshd_config')];
  const server = spawn(program ?? sshd ?? '', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  for (let tries = 0; tries < 100 && !(await isOpen(port, address)); tries++) await setTimeout(50);
  if (!log.includes('Server listening')) throw new Error(log);
  return { server, host: sshClient(folder, address, port), port };
}

/** Lets a client know the server of a folder under an address of its, or of what leads to it. */
export function sshClient(folder: string, address: string, port: number): RemoteHost {
  const at = (name: string) => join(folder, name);
  const [type, key] = readFileSync(at('host-key.pub'), 'utf8').split(' ');
  writeFileSync(at('known'), `[${address}]:${port} ${type} ${key}\n`);
  const client = [
    'Host there',
    ...[`HostName ${address}`, `Port ${port}`, `User ${userInfo().username}`, `IdentityFile ${at('user-key')}`],
    ...[`UserKnownHostsFile ${at('known')}`, 'IdentitiesOnly yes', 'BatchMode yes'],
  ];
  writeFileSync(at('ssh_config'), `${client.join('\n')}\n`);
  return remoteHost('there', at('ssh_config'));
}

function isOpen(port: number, address: string): Promise<boolean> {
  return new Promise<boolean>((done) => {
    const socket = createConnection(port, address, () => {
      socket.destroy();
      done(true);
    }).on('error', () => done(false));
  });
}
