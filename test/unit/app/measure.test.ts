import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { measurableModel } from '../../../src/app/measure/measurableModel';
import { linkFacts, measureLink } from '../../../src/app/measure/measureLink';
import { type MeasureOptions, measureThere, profileFileName } from '../../../src/app/measure/measureModel';
import { machinesOf, profileFromThere } from '../../../src/app/measure/measureTiers';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { chunkBytes } from '../../../src/app/push/bundleChunks';
import { type RemoteHost, remoteHost, runRemotely } from '../../../src/app/push/remoteHost';
import { receiveScript } from '../../../src/app/push/remoteScripts';
import { tarHeader } from '../../../src/app/push/tarEntry';
import { EmulatedLink } from '../../../src/relay/execution/emulatedLink';
import { measuringLineSchema } from '../../../src/runtime/measuring/answers';
import { parseConfig } from '../../../src/shared/documents/parseConfig';
import { withValues } from '../../../src/shared/documents/withValues';
import { exportAt, startRelay } from '../../relay/splitChain';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { saidBy } from '../../support/saidBy';
import { hasSshServer, startSshServer } from '../../support/sshServer';

const root = resolve(import.meta.dirname, '../../..');
const tiny = join(root, 'test/workspace/tiny-resnet.onnx');

describe('the machines of a configuration', () => {
  const config = { tiers: [{ id: 'device', host: 'pi@192.0.2.7' }, { id: 'edge' }, { id: 'cloud', host: 'gpu' }] };

  it('are connected to once each is confirmed by its name', () => {
    expect(() => machinesOf(config, { confirmed: [] })).toThrow(
      'The configuration names the machine pi@192.0.2.7 for tier device. To connect to it, confirm it by name: --confirm pi@192.0.2.7',
    );
    expect(() => machinesOf(config, { confirmed: ['pi@192.0.2.7'] })).toThrow(/the machine gpu for tier cloud/);
    expect(machinesOf(config, { confirmed: ['gpu', 'pi@192.0.2.7'] }).map(({ destination }) => destination)).toEqual([
      'pi@192.0.2.7',
      'gpu',
    ]);
    expect(machinesOf(config, { tier: 'cloud', confirmed: ['gpu'] })).toEqual([
      { index: 2, tier: 'cloud', destination: 'gpu' },
    ]);
  });

  it('are what a person names instead', () => {
    expect(machinesOf(config, { tier: 'edge', named: 'nuc', confirmed: [] })).toEqual([
      { index: 1, tier: 'edge', destination: 'nuc' },
    ]);
    expect(() => machinesOf(config, { tier: 'edge', confirmed: [] })).toThrow(/No tier of the configuration names/);
    expect(() => machinesOf(config, { tier: 'moon', confirmed: [] })).toThrow(/no tier `moon`.*device, edge, cloud/);
  });

  it.each(['-oProxyCommand=touch x', 'pi -p 1', 'pi\nx', '$(x)'])('are refused where they are no name: %j', (name) => {
    const [machine] = machinesOf({ tiers: [{ id: 'a', host: name }] }, { confirmed: [name] });
    expect(() => remoteHost(machine?.destination ?? '')).toThrow(/no machine that ssh can reach/);
  });
});

describe('what comes back', () => {
  const kernel = { name: 'n', op: 'Conv', provider: 'CPU', microseconds: 1, spreadMicroseconds: 0 };
  const measured = { machine: 'm', version: '1', runs: 1, runMicroseconds: 1, kernels: [kernel] };

  it('is a measurement', () => {
    expect(measuringLineSchema.safeParse({ report: measured }).success).toBe(true);
  });

  it.each([
    ['a time below zero', { report: { ...measured, kernels: [{ ...kernel, microseconds: -1 }] } }],
    ['a time without end', { report: { ...measured, runMicroseconds: 1e300 } }],
    ['no number', { report: { ...measured, runMicroseconds: '1' } }],
    ['more than was asked for', { report: { ...measured, command: 'x' } }],
    ['a name without end', { report: { ...measured, machine: 'x'.repeat(300) } }],
    ['something else', { other: 1 }],
    ['an array', [measured]],
  ])('is not used where it holds %s', (_, line) => {
    expect(measuringLineSchema.safeParse(line).success).toBe(false);
  });

  it('has no words that act on a terminal, and no names but those of the model', () => {
    const model = analyzeFile(tiny, {});
    const names = model.graph.nodes.map(({ name }) => name);
    const kernels = [...names, '__proto__', '../../x'].map((name) => ({ ...kernel, name, op: 'X' }));
    const hostile = {
      ...measured,
      machine: '\u001b[31mred\n',
      kernels: kernels.map((one) => ({ ...one, index: undefined })),
    };
    const own = model.graph.nodes.map(({ name, op }) => ({ ...kernel, name, op, index: undefined }));
    const answer = { ...hostile, kernels: [...own, ...hostile.kernels.slice(-2)] };
    const facts = { threads: 1, optimization: 'all' as const };
    const { document } = profileFromThere(model, { destination: 'pi' }, { answer }, '2026-01-01', facts);
    expect(document.device).not.toContain('\u001b');
    expect(Object.keys(document.microseconds).sort()).toEqual([...names].sort());
  });

  it('is written beside the comments of a configuration, under names that are files', () => {
    const text = '{\n  // mine\n  "tiers": [{ "id": "a" }, { "id": "b" }],\n  "links": [{ "bandwidthMbps": 1 }]\n}\n';
    const facts = linkFacts({ roundTripMs: 7, outMbps: 20, backMbps: 5 }, true);
    expect(facts).toEqual({ bandwidthMbps: 5, latencyMs: 3.5, downBandwidthMbps: 20 });
    expect(linkFacts({ roundTripMs: 7, outMbps: 20, backMbps: 5 }, false)).toMatchObject({ bandwidthMbps: 20 });
    const edited = withValues(text, [
      [['tiers', 1, 'profile'], 'profiles/m.b.profile.json'],
      ...Object.entries(facts).map(([name, value]): [(string | number)[], number] => [['links', 0, name], value]),
    ]);
    expect(edited).toContain('// mine');
    expect(parseConfig(edited).problems).toEqual([]);
    expect(parseConfig(edited).document).toMatchObject({
      tiers: [{ id: 'a' }, { id: 'b', profile: 'profiles/m.b.profile.json' }],
      links: [facts],
    });
    expect(profileFileName('a.onnx', 'edge')).toBe('a.onnx.edge.profile.json');
    expect(profileFileName('../a b', '/x')).toMatch(/^[\w.-]+$/);
    expect(profileFileName('a/b', 'c')).not.toBe(profileFileName('a b', 'c'));
  });
});

describe('a connection', () => {
  let bundled: Bundled;
  beforeAll(async () => {
    bundled = await bundlePrograms({ relay: 'src/relay/main.ts', ...commandLine });
  });
  afterAll(() => bundled.remove());

  it('is as fast as it is', async () => {
    const child = spawn(process.execPath, [bundled.program('relay'), 'link']);
    const { roundTripMs, outMbps, backMbps } = await measureLink(child);
    expect(roundTripMs).toBeGreaterThan(0);
    expect(Math.min(outMbps, backMbps)).toBeGreaterThan(1);
    child.kill();
  });

  it('to a relay that runs is no faster than it is, and written into its link', async () => {
    const split = exportAt(tiny, [0.5]);
    const relay = await startRelay(bundled.program('relay'), split.contractPaths[1] ?? '');
    const link = new EmulatedLink({ bandwidthMbps: 40, latencyMs: 10, targetPort: relay.port });
    const path = join(split.directory, 'dnnsplit.json');
    writeFileSync(path, '{\n  // mine\n  "tiers": [{ "id": "a", "gflops": 1 }, { "id": "b", "gflops": 1 }]\n}\n');
    const ask = (...args: string[]) =>
      saidBy(spawn(process.execPath, [bundled.program('cli'), 'measure', tiny, '-c', path, ...args]));
    try {
      const address = `http://127.0.0.1:${await link.listen()}`;
      const { code, said, logged } = await ask('--relay', address, '--link', '0', '--json');
      expect(code, logged).toBe(0);
      const { bandwidthMbps, latencyMs } = JSON.parse(said);
      // Timers may be a little early, and the first bytes of a body are not timed.
      expect(bandwidthMbps).toBeLessThan(44);
      expect(latencyMs).toBeGreaterThan(9);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain('// mine');
      expect(parseConfig(text).document?.links).toEqual([{ bandwidthMbps, latencyMs }]);
      expect((await ask('--relay', address)).logged).toMatch(/Say with --link which link leads to the relay/);
      link.close();
      const lost = await ask('--relay', address, '--link', '0');
      expect([lost.code, lost.logged]).toEqual([2, expect.stringMatching(/Nothing at .* could be measured/)]);
      expect(readFileSync(path, 'utf8')).toBe(text);
    } finally {
      link.close();
      await relay.end();
      split.remove();
    }
  }, 60_000);

  it('that breaks off is told of', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.once("data", () => process.exit())']);
    await expect(measureLink(child)).rejects.toThrow(/broke off while it was measured/);
  });
});

describe.skipIf(!hasSshServer)('a model measured over a real SSH server (where sshd is)', () => {
  let bundled: Bundled;
  let folder: string;
  let server: ChildProcess;
  let host: RemoteHost;
  let isSmallMounted = false;
  /** A disk of 64 kB, where one may be mounted. */
  const small = () => join(folder, 'small');
  const there = (...path: string[]) => join(folder, 'there', ...path);
  const model = analyzeFile(tiny, {});
  const measurable = measurableModel(model);
  const order = { runs: 3, warmup: 1, threads: 1, optimization: 'all' as const };
  const options = (): MeasureOptions => {
    return { host, order, program: bundled.program('relay'), folder: there(), keeps: false, runtimeFolder: root };
  };

  beforeAll(async () => {
    bundled = await bundlePrograms({ relay: 'src/relay/main.ts', ...commandLine });
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-measure-test-'));
    mkdirSync(small());
    isSmallMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small()]).status === 0;
    ({ server, host } = await startSshServer(folder));
  }, 60_000);
  afterEach(() => rmSync(there(), { recursive: true, force: true }));
  afterAll(async () => {
    server?.kill('SIGKILL');
    if (isSmallMounted) spawnSync('umount', [small()]);
    await bundled.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has a time for every node, and nothing is left there', async () => {
    const measured = await measureThere(measurable, options());
    const facts = { threads: 1, optimization: 'all' as const };
    const { measuredNodes, document } = profileFromThere(
      model,
      { destination: 'there' },
      measured,
      '2026-01-01',
      facts,
    );
    expect([measuredNodes, document.runs]).toEqual([21, 3]);
    expect(measured.sentBytes).toBe(measured.bytes);
    expect(Math.min(measured.link.outMbps, measured.link.backMbps)).toBeGreaterThan(0);
    expect(existsSync(there())).toBe(false);
  }, 60_000);

  it('is not copied again where it was left there, and goes on where an attempt was broken off', async () => {
    const whole = readFileSync(bundled.program('relay'));
    const first = whole.subarray(0, Math.min(chunkBytes, whole.length));
    const [name] = (await import('../../../src/app/push/bundleChunks')).chunkedFile(
      'x',
      bundled.program('relay'),
      0o644,
    ).chunks;
    mkdirSync(there('incoming'), { recursive: true });
    const second = Buffer.concat([tarHeader('f'.repeat(64), 1024 * 1024), Buffer.alloc(700)]);
    const padding = Buffer.alloc((512 - (first.length % 512)) % 512);
    const broken = [tarHeader(name ?? '', first.length), first, padding, second];
    expect((await runRemotely(host, receiveScript, [there()], broken)).code).not.toBe(0);
    const resumed = await measureThere(measurable, { ...options(), keeps: true });
    expect(resumed.sentBytes).toBe(resumed.bytes - first.length);
    const again = await measureThere(measurable, { ...options(), keeps: true });
    expect(again.sentBytes).toBe(0);
    expect(readdirSync(there('models'))).toHaveLength(1);
    expect(existsSync(there('incoming'))).toBe(false);
  }, 60_000);

  it('is told of in a sentence where the machine cannot', async () => {
    await expect(measureThere(measurable, { ...options(), runtimeFolder: folder })).rejects.toThrow(
      /^ONNX Runtime is not installed on there\. Run `npm install --global onnxruntime-node --ignore-scripts` there/,
    );
    expect(existsSync(there())).toBe(false);
    const fake = (text: string) => {
      mkdirSync(there('bin'), { recursive: true });
      writeFileSync(there('bin/node'), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    };
    const other = await startSshServer(mkdtempSync(join(folder, 'other-')), { PATH: `${there('bin')}:/usr/bin:/bin` });
    try {
      const asked = () => measureThere(measurable, { ...options(), host: other.host, keeps: true });
      const says = (facts: object) =>
        `echo '${JSON.stringify({ node: '22.1.0', arch: 'x64', hasRuntime: true, ...facts })}'`;
      fake(says({ node: '18.2.0' }));
      await expect(asked()).rejects.toThrow('Node.js on there is 18.2.0. Install version 20 or later there.');
      fake(says({ arch: 'arm' }));
      await expect(asked()).rejects.toThrow(/32-bit program \(arm\)/);
      fake('echo \'{"node": "$(touch x)"}\'');
      await expect(asked()).rejects.toThrow(/is no measurement/);
      fake(`case "$1" in -e) ${says({})};; *) cat >/dev/null; yes x | head -c 20000000;; esac`);
      await expect(asked()).rejects.toThrow(/ended on there|is no measurement/);
      fake(`case "$1" in -e) ${says({})};; *) echo '{"report": {"machine": 7}}';; esac`);
      await expect(asked()).rejects.toThrow(/is no measurement/);
      fake(`case "$1" in -e) ${says({})};; *) echo '{"error": {"message": "no memory"}}'; exit 2;; esac`);
      await expect(asked()).rejects.toThrow('The model could not be measured on there: no memory');
    } finally {
      other.server.kill('SIGKILL');
    }
  }, 180_000);

  it('is told of where there is no room, before anything is copied', async (context) => {
    if (!isSmallMounted) return context.skip('needs the right to mount');
    await expect(measureThere(measurable, { ...options(), folder: join(small(), 'x') })).rejects.toThrow(
      /^There are 0 MB free on there, but the model and its copy need \d+ MB/,
    );
    expect(existsSync(join(small(), 'x/incoming'))).toBe(false);
  }, 60_000);

  it('asks no machine whose key is another one', async () => {
    const known = readFileSync(join(folder, 'known'), 'utf8');
    const other = readFileSync(join(folder, 'user-key.pub'), 'utf8').split(' ')[1];
    writeFileSync(join(folder, 'known'), `${known.split(' ').slice(0, 2).join(' ')} ${other}\n`);
    await expect(measureThere(measurable, options())).rejects.toMatchObject({ code: 'file-system' });
    expect(existsSync(there())).toBe(false);
    writeFileSync(join(folder, 'known'), known);
  });

  it('fills in the profile of its tier and the link, from the command line', () => {
    const workspace = mkdtempSync(join(folder, 'workspace-'));
    const path = join(workspace, 'dnnsplit.json');
    writeFileSync(
      path,
      '{\n  // mine\n  "tiers": [{ "id": "device", "host": "there" }, { "id": "edge", "gflops": 1 }]\n}\n',
    );
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [bundled.program('cli'), 'measure', tiny, '-c', path, '--runs', '2', ...args], {
        encoding: 'utf8',
        cwd: workspace,
      });
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringMatching(/confirm it by name: --confirm there/) });
    const ssh = ['--ssh-config', host.sshConfig ?? '', '--folder', there(), '--remote-runtime-folder', root];
    const { status, stdout, stderr } = run('--confirm', 'there', '--link', '0', '--json', ...ssh);
    expect([status, stderr]).toEqual([0, '']);
    const [tier] = JSON.parse(stdout).tiers;
    expect(tier).toMatchObject({ tier: 'device', host: 'there', nodes: 21, measuredNodes: 21 });
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('// mine');
    const { tiers = [], links = [] } = parseConfig(text).document ?? {};
    expect(tiers[0]).toEqual({ id: 'device', host: 'there', profile: 'profiles/tiny-resnet.onnx.device.profile.json' });
    expect(links[0]?.bandwidthMbps).toBeCloseTo(tier.connection.fromMachineMbps, -3);
    expect(existsSync(join(workspace, tier.profile))).toBe(true);
    expect(existsSync(there())).toBe(false);
  }, 60_000);
});
