import { type ChildProcess, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkedFiles } from '../../../src/app/push/bundleChunks';
import { pushBundle } from '../../../src/app/push/pushBundle';
import { type RemoteHost, remoteHost, runRemotely } from '../../../src/app/push/remoteHost';
import { receiveScript } from '../../../src/app/push/remoteScripts';
import { tarEnd, tarHeader, tarPadding } from '../../../src/app/push/tarEntry';
import { planAt, tinyResnet } from '../../relay/splitChain';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { freePort } from '../../support/freePort';
import { hasSshServer, startSshServer } from '../../support/sshServer';

describe('a machine to push to', () => {
  it.each(['pi', 'pi@edge-1', 'user@192.0.2.7', 'a_b@host.example.com', 'user@[2001:db8::1]'])('may be %s', (name) => {
    expect(remoteHost(name).destination).toBe(name);
  });

  it.each([
    ...['-oProxyCommand=touch x', '-l', 'user@-oProxyCommand=x', 'a b', 'host\n', "host'x", 'host;x', 'ssh://host', ''],
    ...['@host', 'user@', 'user@host:22', '$(x)', 'host%20', 'user@host -p 1'],
  ])('may not be %j', (name) => {
    expect(() => remoteHost(name)).toThrow(/no machine that ssh can reach/);
  });
});

describe('an archive of pieces', () => {
  it('is unpacked by tar, byte for byte', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-tar-'));
    const names = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)];
    const contents = [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(1536, 7)];
    const archive = Buffer.concat([
      ...contents.flatMap((bytes, k) => [tarHeader(names[k] ?? '', bytes.length), bytes, tarPadding(bytes.length)]),
      tarEnd,
    ]);
    const { status, stderr } = spawnSync('tar', ['-xf', '-', '-C', folder], { input: archive });
    expect([status, stderr.toString()]).toEqual([0, '']);
    for (const [k, name] of names.entries())
      expect(readFileSync(join(folder, name)).equals(contents[k] ?? archive)).toBe(true);
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(!hasSshServer)('a bundle pushed over a real SSH server (where sshd is)', () => {
  let bundled: Bundled;
  let folder: string;
  let server: ChildProcess;
  let host: RemoteHost;
  let relayPort: number;
  const remote = (...path: string[]) => join(folder, 'there', ...path);
  const bundle = () => join(folder, 'out/bundle/edge');
  const push = (waitSeconds = 30) => pushBundle(bundle(), { host, folder: remote(), waitSeconds });

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-push-'));
    relayPort = await freePort();
    // Nothing runs on the edge, so that no ONNX Runtime has to be installed there.
    const plan = planAt(tinyResnet, [0.5, 0.5]);
    writeFileSync(
      join(folder, 'p.splitplan.json'),
      JSON.stringify({ ...plan, model: { ...plan.model, file: tinyResnet } }),
    );
    const made = spawnSync(
      process.execPath,
      [
        bundled.program('cli'),
        'deploy',
        join(folder, 'p.splitplan.json'),
        '-t',
        'bundle',
        '--no-tls',
        '-o',
        join(folder, 'out'),
        '--host',
        `edge=127.0.0.1:${relayPort}`,
        '--host',
        'cloud=127.0.0.1:9',
      ],
      { encoding: 'utf8' },
    );
    expect([made.status, made.stderr]).toEqual([0, '']);
    ({ server, host } = await startSshServer(folder));
  }, 120_000);
  afterAll(async () => {
    const pid = existsSync(remote('relay.pid')) ? Number(readFileSync(remote('relay.pid'), 'utf8')) : 0;
    if (pid > 0) spawnSync('kill', ['-KILL', String(pid)]);
    server?.kill('SIGKILL');
    await bundled.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const isLive = async () => (await fetch(`http://127.0.0.1:${relayPort}/v2/health/live`)).status;

  it('runs there, file for file, with the rights that it has here', async () => {
    const report = await push();
    expect(await isLive()).toBe(200);
    expect(readlinkSync(remote('current'))).toBe(`versions/${report.version}`);
    expect(report.sentBytes).toBe(report.bytes);
    for (const { path, mode } of chunkedFiles(bundle())) {
      const copy = chunkedFiles(remote('current')).find((one) => one.path === path);
      expect([path, copy?.mode]).toEqual([path, mode]);
      expect(readFileSync(remote('current', path)).equals(readFileSync(join(bundle(), path)))).toBe(true);
    }
    expect(chunkedFiles(bundle()).find(({ path }) => path === 'secrets/token')?.mode).toBe(0o600);
  }, 60_000);

  it('goes on where an attempt was broken off', async () => {
    writeFileSync(join(bundle(), 'large.bin'), Buffer.alloc(9 * 1024 * 1024, 5));
    const files = chunkedFiles(bundle());
    const large = files.find(({ path }) => path === 'large.bin');
    // Two of the pieces are the same; what was on its way when the connection broke has another checksum.
    expect(new Set(large?.chunks).size).toBe(2);
    const [whole = '', , rest = ''] = large?.chunks ?? [];
    const bytes = Buffer.alloc(4 * 1024 * 1024, 5);
    const half = Buffer.concat([
      tarHeader(whole, bytes.length),
      bytes,
      tarHeader(rest, 1024 * 1024),
      Buffer.alloc(700, 5),
    ]);
    const running = readlinkSync(remote('current'));
    mkdirSync(remote('incoming'), { recursive: true });
    const broken = await runRemotely(host, receiveScript, [remote()], [half]);
    expect(broken.code).not.toBe(0);
    expect([readlinkSync(remote('current')), await isLive()]).toEqual([running, 200]);
    const report = await push();
    const others = files.reduce((sum, file) => sum + file.bytes, 0) - 9 * 1024 * 1024;
    expect(report.sentBytes).toBe(others + 1024 * 1024);
    expect(readFileSync(remote('current/large.bin')).equals(Buffer.alloc(9 * 1024 * 1024, 5))).toBe(true);
    expect(await isLive()).toBe(200);
  }, 60_000);

  it('comes back to the version before where the new one does not serve', async () => {
    const running = readlinkSync(remote('current'));
    const script = readFileSync(join(bundle(), 'run.sh'), 'utf8');
    writeFileSync(
      join(bundle(), 'run.sh'),
      '#!/bin/sh\nif [ "$*" = install ]; then exit 0; fi\necho "it breaks" >&2\nexit 1\n',
    );
    chmodSync(join(bundle(), 'run.sh'), 0o755);
    await expect(push(5)).rejects.toMatchObject({
      code: 'worker-crashed',
      detail: expect.stringContaining('it breaks'),
    });
    expect(readlinkSync(remote('current'))).toBe(running);
    expect(await isLive()).toBe(200);
    writeFileSync(join(bundle(), 'run.sh'), script);
    expect(readdirSync(remote('versions')).length).toBeLessThanOrEqual(4);
  }, 60_000);

  it('takes folders there whose names mean something to a shell', async () => {
    const odd = remote("it's $(touch x); `y`");
    const answer = await runRemotely(host, 'mkdir -p -- "$1" && cd -- "$1" && pwd', [odd]);
    expect([answer.code, answer.output]).toEqual([0, `${odd}\n`]);
  });

  it('asks no machine whose key is another one', async () => {
    const known = readFileSync(join(folder, 'known'), 'utf8');
    writeFileSync(
      join(folder, 'known'),
      `${known.split(' ').slice(0, 2).join(' ')} ${readFileSync(join(folder, 'user-key.pub'), 'utf8').split(' ')[1]}\n`,
    );
    await expect(push()).rejects.toMatchObject({ code: 'file-system', message: expect.stringMatching(/there/) });
    writeFileSync(join(folder, 'known'), known);
  }, 60_000);
});
