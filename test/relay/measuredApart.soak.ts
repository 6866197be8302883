import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { measurableModel } from '../../src/app/measure/measurableModel';
import { type MeasureOptions, measureThere } from '../../src/app/measure/measureModel';
import { profileFromThere } from '../../src/app/measure/measureTiers';
import { analyzeFile } from '../../src/app/model/analyzeFile';
import { chunkBytes } from '../../src/app/push/bundleChunks';
import type { RemoteHost } from '../../src/app/push/remoteHost';
import { EmulatedLink } from '../../src/relay/execution/emulatedLink';
import { type Bundled, bundlePrograms } from '../support/bundled';
import { buildModel } from '../support/onnxBuilder';
import { hasSshServer, sshClient, startSshServer } from '../support/sshServer';
import { createNamespace, type Namespace, namespacesMissing } from './namespaces';

const root = resolve(import.meta.dirname, '../..');
const missing = hasSshServer ? namespacesMissing() : 'needs sshd';
const link = { bandwidthMbps: 40, latencyMs: 10, downBandwidthMbps: 20, downLatencyMs: 10 };

/** More weights than go over in one piece. */
function largeModel(): Uint8Array {
  const weights = {
    dtype: 'float32' as const,
    shape: [512, 6144],
    values: Array.from({ length: 512 * 6144 }, () => 0.5),
  };
  const x = { dtype: 'float32' as const, shape: [1, 512] };
  return buildModel({
    opset: 17,
    tensors: { x, weights },
    nodes: [
      { op: 'MatMul', name: 'multiply', inputs: ['x', 'weights'], outputs: ['product'] },
      { op: 'Relu', name: 'clip', inputs: ['product'], outputs: ['y'] },
    ],
  });
}

/**
 * A model measured over SSH on what could be another machine: in a network of its own, behind a link with a speed and a delay.
 * `npx vitest run --config test/relay/vitest.config.mjs measuredApart`, about a minute.
 */
describe.skipIf(missing !== undefined)(
  `a model measured in another network (${missing ?? 'sshd and ip netns'})`,
  () => {
    let bundled: Bundled;
    let folder: string;
    let apart: Namespace;
    let stopServer = () => {};
    let sshPort = 0;
    let emulated: EmulatedLink | undefined;
    const there = (...path: string[]) => join(folder, 'there', ...path);
    const small = () => join(folder, 'small');

    beforeAll(async () => {
      bundled = await bundlePrograms({ relay: 'src/relay/main.ts' });
      folder = mkdtempSync(join(tmpdir(), 'dnnsplit-apart-'));
      writeFileSync(join(folder, 'large.onnx'), largeModel());
      mkdirSync(small());
      spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small()]);
      apart = createNamespace(7);
      const place = { address: apart.inside, command: apart.command.slice(0, -1) };
      const { server, port } = await startSshServer(folder, {}, place);
      sshPort = port;
      stopServer = () => void server.kill('SIGKILL');
    }, 60_000);
    afterEach(() => {
      emulated?.close();
      rmSync(there(), { recursive: true, force: true });
    });
    afterAll(async () => {
      stopServer();
      apart?.remove();
      spawnSync('umount', [small()]);
      await bundled.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    /** The way there is another one from now on. */
    async function connect(): Promise<RemoteHost> {
      emulated = new EmulatedLink({ ...link, targetHost: apart.inside, targetPort: sshPort });
      return sshClient(folder, '127.0.0.1', await emulated.listen());
    }
    const optionsFor = (host: RemoteHost): MeasureOptions => ({
      ...{ host, program: bundled.program('relay'), folder: there(), keeps: false, runtimeFolder: root },
      order: { runs: 3, warmup: 1, threads: 1, optimization: 'all' },
    });
    const model = () => analyzeFile(join(folder, 'large.onnx'), {});

    it('has times of its nodes and the figures of the link, and leaves nothing', async () => {
      const measured = await measureThere(measurableModel(model()), optionsFor(await connect()));
      const facts = { threads: 1, optimization: 'all' as const };
      const { measuredNodes } = profileFromThere(model(), { destination: 'there' }, measured, '2026-01-01', facts);
      expect(measuredNodes).toBe(2);
      // SSH's own frames and a late timer make it slower, nothing makes it faster but what is on its way already.
      expect(measured.link.outMbps).toBeLessThan(44);
      expect(measured.link.backMbps).toBeLessThan(22);
      expect(Math.min(measured.link.outMbps, measured.link.backMbps)).toBeGreaterThan(5);
      expect(measured.link.roundTripMs).toBeGreaterThan(19);
      expect(existsSync(there())).toBe(false);
    });

    it('goes on where the connection broke off half-way', async () => {
      const measurable = measurableModel(model());
      const broken = measureThere(measurable, optionsFor(await connect()));
      const lost = expect(broken).rejects.toMatchObject({ code: 'file-system' });
      const arrived = () => (existsSync(there('incoming')) ? readdirSync(there('incoming')).length : 0);
      // The second piece has begun: the first one is whole.
      while (arrived() < 2) await delay(20);
      emulated?.close();
      await lost;
      const resumed = await measureThere(measurable, optionsFor(await connect()));
      expect(resumed.sentBytes).toBeLessThan(resumed.bytes);
      expect(resumed.bytes).toBeGreaterThan(2 * chunkBytes);
      expect(existsSync(there())).toBe(false);
    });

    it('is not measured by a machine with another key', async () => {
      const host = await connect();
      const other = readFileSync(join(folder, 'user-key.pub'), 'utf8').split(' ')[1];
      const known = readFileSync(join(folder, 'known'), 'utf8');
      writeFileSync(join(folder, 'known'), `${known.split(' ').slice(0, 2).join(' ')} ${other}\n`);
      await expect(measureThere(measurableModel(model()), optionsFor(host))).rejects.toMatchObject({
        code: 'file-system',
      });
      expect(existsSync(there())).toBe(false);
    });

    it('is not copied to where it has no room', async () => {
      const options = { ...optionsFor(await connect()), folder: join(small(), 'x') };
      await expect(measureThere(measurableModel(model()), options)).rejects.toThrow(/^There are 0 MB free on there/);
      expect(existsSync(join(small(), 'x/incoming'))).toBe(false);
    });
  },
);
