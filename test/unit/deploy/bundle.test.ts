import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { floats, planAt, tinyResnet } from '../../relay/splitChain';
import { inferBinary } from '../../relay/v2Client';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { freePort } from '../../support/freePort';
import { prepare } from '../extract/chain';

const root = resolve(import.meta.dirname, '../../..');
const tierNames = ['device', 'edge', 'cloud'] as const;
const hasProgram = (name: string, ...args: string[]) => spawnSync(name, args).status === 0;
const readText = (path: string) => readFileSync(path, 'utf8');

/** Asks over TLS as any client would, trusting one authority alone. */
function ask(port: number, path: string, ca: string, token: string | undefined): Promise<number> {
  return new Promise((done, fail) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    request({ host: 'localhost', port, path, ca, headers, agent: false }, (response) => {
      // Once the answer is there, the connection may go as it likes.
      response.on('error', () => undefined).resume();
      done(response.statusCode ?? 0);
    })
      .on('error', fail)
      .end();
  });
}

describe.skipIf(!hasProgram('openssl', 'version'))('bundles (where the program openssl is)', () => {
  let bundled: Bundled;
  let folder: string;
  const ports: number[] = [];
  const children: ChildProcess[] = [];
  const at = (...path: string[]) => join(folder, 'out/bundle', ...path);
  const deploy = (output: string, ...args: string[]) =>
    spawnSync(
      process.execPath,
      [bundled.program('cli'), 'deploy', join(folder, 'p.splitplan.json'), '-t', 'bundle', '-o', output, ...args],
      { encoding: 'utf8' },
    );
  const hosts = () => tierNames.flatMap((tier, k) => ['--host', `${tier}=localhost:${ports[k]}`]);

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-bundle-'));
    for (const _ of tierNames) ports.push(await freePort());
    const plan = planAt(tinyResnet, [0.3, 0.7]);
    writeFileSync(
      join(folder, 'p.splitplan.json'),
      JSON.stringify({ ...plan, model: { ...plan.model, file: tinyResnet } }),
    );
    expect(deploy(join(folder, 'out'), ...hosts())).toMatchObject({ status: 0, stderr: '' });
  }, 120_000);
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    await bundled.remove();
  });

  /** A copy of a tier's folder on what stands for another machine, started by its script. */
  async function start(
    tier: string,
    environment: Readonly<Record<string, string>> = {},
    changed = '',
  ): Promise<string> {
    const machine = join(folder, `machine-${randomBytes(4).toString('hex')}`);
    cpSync(at(tier), machine, { recursive: true });
    mkdirSync(join(machine, 'node_modules'));
    symlinkSync(join(root, 'node_modules/onnxruntime-node'), join(machine, 'node_modules/onnxruntime-node'), 'dir');
    if (changed !== '') writeFileSync(join(machine, 'relay.env'), `${readText(join(machine, 'relay.env'))}${changed}`);
    const child = spawn(join(machine, 'run.sh'), ['--exact'], {
      cwd: tmpdir(),
      env: { PATH: process.env['PATH'], ...environment },
    });
    children.push(child);
    let log = '';
    await new Promise<void>((done, fail) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        if (log.includes('listens on')) done();
      });
      child.on('exit', () => fail(new Error(`it ended: ${log}`)));
    });
    return machine;
  }

  const input = () => {
    const bytes = new Uint8Array(floats(3 * 64 * 64, 1).buffer);
    return { name: 'x', datatype: 'FP32', shape: [1, 3, 64, 64], bytes };
  };

  it('run alone on their machines, joined by TLS and tokens, with the bits of the whole model', async () => {
    for (const tier of ['cloud', 'edge', 'device'] as const) await start(tier);
    const subject = await prepare(tinyResnet, {});
    const base = `http://127.0.0.1:${ports[0]}`;
    const [name, whole] = [...subject.whole][0] ?? [];
    const given = [...subject.inputs][0]?.[1].data as Float32Array;
    const answer = await inferBinary(base, 'tiny-resnet', [
      { ...input(), bytes: new Uint8Array(given.buffer, given.byteOffset, given.byteLength) },
    ]);
    expect([answer.error, answer.status]).toEqual([undefined, 200]);
    const [output] = answer.outputs;
    const expected = whole?.data as Float32Array;
    expect(output?.name).toBe(name);
    expect(
      Buffer.from(output?.bytes ?? []).equals(Buffer.from(expected.buffer, expected.byteOffset, expected.byteLength)),
    ).toBe(true);

    const ca = readText(at('authority/authority.pem'));
    const token = readText(at('edge/secrets/token')).trim();
    const path = '/v2/models/tiny-resnet';
    expect(await ask(ports[1] ?? 0, path, ca, token)).toBe(200);
    expect(await ask(ports[1] ?? 0, path, ca, 'f'.repeat(64))).toBe(401);
    expect(await ask(ports[1] ?? 0, path, ca, undefined)).toBe(401);
    await expect(fetch(`http://localhost:${ports[1]}${path}`)).rejects.toThrow();
    const cloudToken = readText(at('cloud/secrets/token')).trim();
    expect(cloudToken).not.toBe(token);
    expect(await ask(ports[1] ?? 0, path, ca, cloudToken)).toBe(401);

    // Another deployment's authority signs for nobody here.
    expect(deploy(join(folder, 'other'), ...hosts()).status).toBe(0);
    const other = readText(join(folder, 'other/bundle/authority/authority.pem'));
    await expect(ask(ports[1] ?? 0, path, other, token)).rejects.toThrow(/certificate|signature/i);
  }, 120_000);

  it.each([
    ['a wrong token', { secret: 'token-above', content: 'f'.repeat(64) }],
    ['another authority', { secret: 'authority.pem', content: '' }],
  ])(
    'answer nothing through %s',
    async (_, { secret, content }) => {
      const port = await freePort();
      const other = join(folder, 'other/bundle/device/secrets');
      const path = at('device/secrets', secret);
      const before = readText(path);
      writeFileSync(path, content === '' ? readText(join(other, secret)) : content);
      try {
        await start('device', {}, `DNNSPLIT_PORT='${port}'\n`);
        const answer = await inferBinary(`http://127.0.0.1:${port}`, 'tiny-resnet', [input()]);
        expect(answer.status).toBeGreaterThanOrEqual(500);
        expect(answer.outputs).toEqual([]);
      } finally {
        writeFileSync(path, before);
      }
    },
    60_000,
  );

  it('take secrets from where systemd puts them', async () => {
    const port = await freePort();
    const credentials = join(folder, 'credentials');
    cpSync(at('device/secrets'), credentials, { recursive: true });
    const before = readText(at('device/secrets/token-above'));
    writeFileSync(at('device/secrets/token-above'), 'f'.repeat(64));
    try {
      await start('device', { CREDENTIALS_DIRECTORY: credentials }, `DNNSPLIT_PORT='${port}'\n`);
      const answer = await inferBinary(`http://127.0.0.1:${port}`, 'tiny-resnet', [input()]);
      expect([answer.error, answer.status]).toEqual([undefined, 200]);
    } finally {
      writeFileSync(at('device/secrets/token-above'), before);
    }
  }, 60_000);

  it('keep secrets for their owner, and the key that signs out of every tier', () => {
    const secrets = execFileSync('find', [at(), '-path', '*/secrets/*', '-o', '-name', '*key*.pem'], {
      encoding: 'utf8',
    });
    const paths = secrets.trim().split('\n');
    expect(paths).toHaveLength(11);
    for (const path of paths) expect(statSync(path).mode & 0o777, path).toBe(0o600);
    expect(statSync(at('edge/run.sh')).mode & 0o777).toBe(0o755);
    const key = readText(at('authority/authority-key.pem'));
    const [, body = ''] = /-----\n(.+)\n/.exec(key) ?? [];
    for (const tier of tierNames) {
      const found = spawnSync('grep', ['--recursive', '--files-with-matches', '--fixed-strings', body, at(tier)]);
      expect([tier, found.stdout.toString()]).toEqual([tier, '']);
    }
    const ignored = readText(at('.gitignore')).split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['secrets/', 'authority/', 'node_modules/']));
  });

  it('have certificates that OpenSSL takes, for the tier and its address alone', () => {
    const verified = spawnSync('openssl', [
      'verify',
      '-x509_strict',
      '-CAfile',
      at('authority/authority.pem'),
      at('cloud/secrets/certificate.pem'),
    ]);
    expect(verified.stdout.toString()).toMatch(/: OK\n$/);
    const { subjectAltName, ca } = new X509Certificate(readText(at('cloud/secrets/certificate.pem')));
    expect(ca).toBe(false);
    expect(subjectAltName?.split(', ').sort()).toEqual(
      ['DNS:cloud', 'DNS:localhost', 'IP Address:127.0.0.1', 'IP Address:0:0:0:0:0:0:0:1'].sort(),
    );
  });

  it('keep their secrets when deployed again, but a certificate for another address', () => {
    const secretsOf = () =>
      ['edge/secrets/token', 'edge/secrets/key.pem', 'cloud/secrets/key.pem', 'authority/authority-key.pem'].map(
        (path) => readText(at(path)),
      );
    const before = secretsOf();
    expect(deploy(join(folder, 'out'), '--force', ...hosts())).toMatchObject({ status: 0 });
    expect(secretsOf()).toEqual(before);
    const moved = [...hosts().slice(0, 4), '--host', `cloud=192.0.2.7:${ports[2]}`];
    expect(deploy(join(folder, 'out'), '--force', ...moved)).toMatchObject({ status: 0 });
    const after = secretsOf();
    expect(after.map((secret, k) => secret === before[k])).toEqual([true, true, false, true]);
    expect(readText(at('edge/relay.env'))).toContain(`DNNSPLIT_UPSTREAM='https://192.0.2.7:${ports[2]}'\n`);
  });

  it('leave TLS out where that is asked for', () => {
    expect(deploy(join(folder, 'plain'), '--no-tls')).toMatchObject({ status: 0 });
    const plain = (path: string) => readText(join(folder, 'plain/bundle', path));
    expect(plain('device/relay.env')).toContain("DNNSPLIT_UPSTREAM='http://edge:8000'\n");
    expect(plain('edge/run.sh')).not.toContain('TLS');
    expect(() => plain('authority/authority.pem')).toThrow();
    expect(plain('edge/secrets/token')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it('refuse a tier or an address that cannot be', () => {
    expect(deploy(join(folder, 'wrong'), '--host', 'gateway=a').stderr).toContain('The plan has no tier "gateway"');
    for (const address of [
      'edge',
      'edge=',
      'edge=a b',
      "edge=a'b",
      'edge=-x',
      'edge=a:0',
      'edge=a:70000',
      'edge=::1',
    ]) {
      expect([address, deploy(join(folder, 'wrong'), '--host', address).status]).toEqual([address, 2]);
    }
  });

  it.skipIf(!hasProgram('systemd-analyze', '--version'))('have units that systemd takes, with few rights', () => {
    const unit = 'dnnsplit-tiny-resnet-edge.service';
    const place = join(folder, unit);
    const program = join(folder, 'run.sh');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    const text = readText(at('edge', unit)).replace(/^ExecStart=.*$/m, `ExecStart=${program}`);
    writeFileSync(place, text);
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', place], { encoding: 'utf8' });
    expect([status, stderr.split('\n').filter((line) => line.includes(unit))]).toEqual([0, []]);
    writeFileSync(place, text.replace('DynamicUser=yes', 'DynamicUser=perhaps'));
    expect(spawnSync('systemd-analyze', ['verify', place], { encoding: 'utf8' }).stderr).toMatch(/perhaps/);
  });

  it('have a Compose file for their tier alone', () => {
    const { services } = parse(readText(at('edge/compose.yaml')));
    expect(Object.keys(services)).toEqual(['relay']);
    const { environment, ports: published, read_only, cap_drop, user } = services.relay;
    expect(published).toEqual([`${ports[1]}:${ports[1]}`]);
    expect([read_only, cap_drop, user]).toEqual([true, ['ALL'], `\${DNNSPLIT_USER:-1000:1000}`]);
    for (const name of ['TOKEN_FILE', 'TLS_CERTIFICATE', 'TLS_KEY', 'UPSTREAM_TOKEN_FILE', 'UPSTREAM_CA']) {
      const path = String(environment[`DNNSPLIT_${name}`]).replace('/tier/', 'edge/');
      expect(readText(at(path))).not.toBe('');
    }
    expect(parse(readText(at('device/compose.yaml'))).services.relay.ports).toEqual([
      `127.0.0.1:${ports[0]}:${ports[0]}`,
    ]);
  });
});
