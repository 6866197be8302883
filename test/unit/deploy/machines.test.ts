import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFunnel } from '../../relay/adaptiveChain';
import { planAt, tinyResnet } from '../../relay/splitChain';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { hasNamespaces, whereContainersAre } from '../../support/containers';

const root = resolve(import.meta.dirname, '../../..');
/** Each tier is a machine with a network of its own; neighbors alone are joined. */
const tiers = ['device', 'edge', 'cloud'] as const;
type Tier = (typeof tiers)[number];
const addresses = { device: '127.0.0.1', edge: '10.213.1.2', cloud: '10.213.2.2' } as const;
/** Nobody: what systemd's DynamicUser amounts to. */
const user = 65_534;

describe.skipIf(!hasNamespaces)(`bundles on three machines (as root, ${whereContainersAre})`, () => {
  let bundled: Bundled;
  let folder: string;
  const children: ChildProcess[] = [];
  const machine = (tier: Tier) => `dnnsplit-${process.pid}-${tier}`;
  const ip = (...args: string[]) => execFileSync('ip', args);
  const within = (tier: Tier, ...command: string[]) =>
    spawnSync('ip', ['netns', 'exec', machine(tier), ...command], {
      encoding: 'utf8',
      cwd: root,
      env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root },
    });

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-machines-'));
    execFileSync('chmod', ['755', folder]);
    for (const tier of tiers) {
      ip('netns', 'add', machine(tier));
      within(tier, 'ip', 'link', 'set', 'lo', 'up');
    }
    cable('device', 'edge', '10.213.1.1', addresses.edge);
    cable('edge', 'cloud', '10.213.2.1', addresses.cloud);
    const plan = planAt(tinyResnet, [0.3, 0.7]);
    const planPath = join(folder, 'p.splitplan.json');
    writeFileSync(planPath, JSON.stringify({ ...plan, model: { ...plan.model, file: tinyResnet } }));
    const hosts = ['edge', 'cloud'].flatMap((tier) => ['--host', `${tier}=${addresses[tier as Tier]}:8443`]);
    for (const out of ['out', 'other']) {
      const args = ['deploy', planPath, '-t', 'bundle', '-o', join(folder, out), ...hosts];
      execFileSync(process.execPath, [bundled.program('cli'), ...args]);
    }
    for (const tier of ['cloud', 'edge', 'device'] as const) await start(tier);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    for (const tier of tiers) spawnSync('ip', ['netns', 'delete', machine(tier)]);
    rmSync(folder, { recursive: true, force: true });
    await bundled.remove();
  });

  /** A cable between two machines. */
  function cable(lower: Tier, upper: Tier, own: string, other: string): void {
    const ends = [
      `d${process.pid % 1e5}${lower[0]}${upper[0]}0`,
      `d${process.pid % 1e5}${lower[0]}${upper[0]}1`,
    ] as const;
    ip('link', 'add', ends[0], 'type', 'veth', 'peer', 'name', ends[1]);
    for (const [tier, end, address] of [
      [lower, ends[0], own],
      [upper, ends[1], other],
    ] as const) {
      ip('link', 'set', end, 'netns', machine(tier));
      within(tier, 'ip', 'address', 'add', `${address}/24`, 'dev', end);
      within(tier, 'ip', 'link', 'set', end, 'up');
    }
  }

  /**
   * Starts what the unit of a tier starts, as systemd would: another user without rights, a root that cannot be written,
   * secrets handed over in a folder of their own.
   */
  async function start(
    tier: Tier,
    {
      changed = {},
      settings = '',
      out = 'out',
    }: { changed?: Record<string, string>; settings?: string; out?: string } = {},
  ): Promise<void> {
    const place = mkdtempSync(join(folder, `${tier}-`));
    execFileSync('chmod', ['755', place]);
    cpSync(join(folder, out, 'bundle', tier), place, { recursive: true });
    mkdirSync(join(place, 'node_modules'));
    symlinkSync(join(root, 'node_modules/onnxruntime-node'), join(place, 'node_modules/onnxruntime-node'), 'dir');
    if (settings !== '')
      writeFileSync(join(place, 'relay.env'), `${readFileSync(join(place, 'relay.env'), 'utf8')}${settings}`);
    const credentials = join(place, 'credentials');
    mkdirSync(credentials, { mode: 0o700 });
    const unitFile = readdirSync(place).find((name) => name.endsWith('.service')) ?? '';
    const unit = readFileSync(join(place, unitFile), 'utf8');
    const [, program = ''] = /^ExecStart=\/opt\/[^/]+\/(.+)$/m.exec(unit) ?? [];
    for (const [, name = '', path = ''] of unit.matchAll(/^LoadCredential=([^:]+):\/opt\/[^/]+\/(.+)$/gm))
      writeFileSync(join(credentials, name), changed[name] ?? readFileSync(join(place, path), 'utf8'), { mode: 0o400 });
    for (const path of [credentials, ...readdirSync(credentials).map((name) => join(credentials, name))])
      chownSync(path, user, user);
    const rights = `setpriv --reuid ${user} --regid ${user} --clear-groups --no-new-privs --bounding-set -all`;
    const script = `mount -o remount,bind,ro / && cd ${place} && exec ${rights} ./${program} --exact`;
    const child = spawn('ip', ['netns', 'exec', machine(tier), 'sh', '-c', script], {
      env: { PATH: process.env['PATH'], CREDENTIALS_DIRECTORY: credentials },
    });
    children.push(child);
    let log = '';
    await new Promise<void>((done, fail) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        if (log.includes('listens on')) done();
      });
      child.on('exit', () => fail(new Error(`${tier} ended: ${log}`)));
    });
  }

  /** Asks the first tier from its own machine, for what a plan or a split says. */
  const verify = (port = 8000, split = join(folder, 'p.splitplan.json')) =>
    within(
      'device',
      process.execPath,
      ...[bundled.program('cli'), 'verify', split],
      ...['--url', `http://127.0.0.1:${port}`],
    );

  it('answer with the bits of the whole model, without rights and on a root that cannot be written', () => {
    const { status, stdout, stderr } = verify();
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toContain(
      'are bit-identical to the unsplit model tiny-resnet: 3 random inputs over device, edge, cloud,',
    );
    const relay = children.at(-1)?.pid;
    const found = readFileSync(`/proc/${relay}/status`, 'utf8');
    expect([
      /^Uid:\t(\d+)/m.exec(found)?.[1],
      /^CapBnd:\t(\w+)/m.exec(found)?.[1],
      /^NoNewPrivs:\t(\d)/m.exec(found)?.[1],
    ]).toEqual([String(user), '0000000000000000', '1']);
  });

  it('encrypt what travels, and reach their neighbors alone', () => {
    const plain = within(
      'device',
      'curl',
      '--silent',
      '--max-time',
      '5',
      `http://${addresses.edge}:8443/v2/health/live`,
    );
    expect(plain.status).not.toBe(0);
    const trusted = ['--cacert', join(folder, 'out/bundle/authority/authority.pem')];
    const live = within('device', 'curl', '--silent', ...trusted, `https://${addresses.edge}:8443/v2/health/live`);
    expect([live.status, live.stdout]).toEqual([0, '{"live":true}']);
    const beyond = within(
      'device',
      'curl',
      '--silent',
      '--max-time',
      '5',
      ...trusted,
      `https://${addresses.cloud}:8443/v2/health/live`,
    );
    expect(beyond.status).not.toBe(0);
  });

  it.each([
    ['a wrong token', 'token-above', () => 'f'.repeat(64), /answered 401/],
    [
      'the authority of another deployment',
      'authority.pem',
      () => readFileSync(join(folder, 'other/bundle/authority/authority.pem'), 'utf8'),
      /certificate|self-signed|signature/,
    ],
  ] as const)('give no answer through %s', async (_, name, content, reason) => {
    const port = name === 'token-above' ? 8001 : 8002;
    await start('device', { changed: { [name]: content() }, settings: `DNNSPLIT_PORT='${port}'\n` });
    const { status, stderr } = verify(port);
    expect([status, stderr]).toEqual([2, expect.stringMatching(reason)]);
  });

  it('hold every cut of a plan that follows its bandwidth, and answer right with the one that they choose', async () => {
    const funnel = exportFunnel();
    try {
      const hosts = ['--host', `edge=${addresses.edge}:8445`, '--host', `cloud=${addresses.cloud}:8445`];
      const args = ['deploy', funnel.planPath, '--adaptive', '0', '-t', 'bundle', '-o', join(folder, 'adaptive')];
      execFileSync(process.execPath, [bundled.program('cli'), ...args, ...hosts, '--host', 'device=localhost:8003']);
      for (const tier of [...tiers].reverse()) await start(tier, { out: 'adaptive' });
      const { status, stdout, stderr } = verify(8003, funnel.directory);
      expect([stderr, status]).toEqual(['', 0]);
      expect(stdout).toMatch(/are bit-identical to the unsplit model funnel: 3 random inputs over device, edge/);
      expect(stdout).not.toContain('another export');
    } finally {
      funnel.remove();
    }
  });

  it('go on once the machine between is back', async () => {
    const [, edge] = children;
    edge?.kill('SIGKILL');
    while (verify().status === 0) await setTimeout(100);
    await start('edge');
    while (verify().status !== 0) await setTimeout(100);
  });
});
