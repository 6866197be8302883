import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { EmulatedLink } from '../../../src/relay/execution/emulatedLink';
import type { Executors } from '../../../src/relay/service/hop';
import { contractSchema } from '../../../src/shared/documents/contract';
import { freePort } from '../../support/freePort';
import { artifactA, artifactB, cloudContract, deviceContract } from './support/adaptiveContracts';
import { addOne, ask, contractOf, floatsInput, type ServedTier, serveTier } from './support/serveTier';
import { standIn } from './support/standIn';

const blocks = (): Executors =>
  new Map([
    ['1', addOne('a')],
    ['2', addOne('y')],
  ]);
const timed = { ...floatsInput('x', [1]), parameters: { dnnsplit_timing: true } };
const route = (cut: string, artifact = artifactA) => ({ artifact, policy: 'p1', cuts: [cut] });

interface Seen {
  readonly status: number;
  readonly data?: readonly number[];
  /** Cut that each tier has named, from the device upwards. */
  readonly cuts?: readonly string[];
  readonly error?: string;
  readonly holds?: unknown;
}

async function infer(tier: Pick<ServedTier, 'address'>, body: unknown = timed): Promise<Seen> {
  const answer = await ask(tier.address, body);
  const { outputs, parameters, error, dnnsplit_holds: holds } = await answer.json();
  if (answer.status !== 200) return { status: answer.status, error, holds };
  const cuts = parameters?.dnnsplit_timing?.map(({ cut }: { cut: string }) => cut);
  return { status: 200, data: outputs[0].data, cuts };
}

/** A request as the tier below sends it. */
const fromBelow = (cut: string | undefined, artifact = artifactA, input = 'a') => ({
  ...floatsInput(input, [1]),
  parameters: { dnnsplit_artifact: artifact, ...(cut !== undefined && { dnnsplit_route: route(cut, artifact) }) },
});

describe('contracts of version 2', () => {
  it('are what the format says', () => {
    for (const contract of [deviceContract(), cloudContract()])
      expect(contractSchema.parse(contract)).toEqual(contract);
    const { artifact: _, ...without } = deviceContract();
    expect(contractSchema.safeParse(without).success).toBe(false);
    expect(contractSchema.safeParse({ ...deviceContract(), segment: null }).success).toBe(false);
    const [block] = deviceContract().blocks;
    const stateful = { ...block, state: [{ input: 'x', output: 'a' }] };
    expect(contractSchema.safeParse({ ...deviceContract(), blocks: [stateful] }).success).toBe(true);
  });
});

describe('a route', () => {
  it.each([
    [0.5, ['all']],
    [5, ['half', 'half']],
    [50, ['none', 'none']],
  ])('at %s Mbit/s is one cut from end to end', async (startMbps, cuts) => {
    const cloud = await serveTier(cloudContract(), blocks());
    const device = await serveTier(deviceContract({ startMbps }), blocks(), cloud.address);
    expect(await infer(device)).toEqual({ status: 200, data: [3], cuts });
  });

  it('is chosen by the first tier alone: a caller who sends one is refused', async () => {
    const cloud = await serveTier(cloudContract(), blocks());
    const device = await serveTier(deviceContract(), blocks(), cloud.address);
    const body = { ...floatsInput('x', [1]), parameters: { dnnsplit_route: route('none') } };
    expect(await infer(device, body)).toMatchObject({
      status: 400,
      error: expect.stringMatching(/chooses the route itself/),
    });
    const garbled = { ...floatsInput('x', [1]), parameters: { dnnsplit_route: 'none' } };
    expect((await infer(device, garbled)).status).toBe(400);
  });

  it('is obeyed above, and refused with what is held where it cannot be', async () => {
    const cloud = await serveTier(cloudContract({ cuts: ['half'] }), blocks());
    expect(await infer(cloud, fromBelow('half'))).toMatchObject({ status: 200, data: [2] });
    const holds = { artifact: artifactA, policy: 'p1', cuts: ['half'] };
    expect(await infer(cloud, fromBelow('none', artifactA, 'x'))).toMatchObject({ status: 409, holds });
    expect(await infer(cloud, fromBelow(undefined))).toMatchObject({ status: 409, holds });
    const mixed = await infer(cloud, fromBelow('half', artifactB));
    expect([mixed.status, mixed.error]).toEqual([409, expect.stringContaining(artifactB)]);
    expect(mixed.error).toContain(artifactA);
    const malformed = { ...fromBelow('half'), parameters: { dnnsplit_route: { artifact: artifactA, cuts: [] } } };
    expect((await infer(cloud, malformed)).status).toBe(400);
  });

  it('is taken above only with the token of the hop', async () => {
    const cloud = await serveTier(cloudContract(), blocks(), undefined, { token: 'secret' });
    expect((await ask(cloud.address, fromBelow('half'))).status).toBe(401);
    const withToken = { authorization: 'Bearer secret' };
    expect((await ask(cloud.address, fromBelow('half'), withToken)).status).toBe(200);
    const settings = { client: { token: 'secret' } };
    const device = await serveTier(deviceContract(), blocks(), cloud.address, settings);
    expect(await infer(device)).toMatchObject({ status: 200, cuts: ['half', 'half'] });
  });

  it('goes over the cut that both hold, and over a new one once the tier above holds it too', async () => {
    const port = await freePort();
    const old = await serveTier(cloudContract({ cuts: ['half'] }), blocks(), undefined, { port });
    const device = await serveTier(deviceContract({ startMbps: 50 }), blocks(), old.address);
    const answers = [await infer(device), await infer(device)];
    expect(answers).toEqual([
      { status: 200, data: [3], cuts: ['half', 'half'] },
      { status: 200, data: [3], cuts: ['half', 'half'] },
    ]);
    await old.server.stop();
    await serveTier(cloudContract(), blocks(), undefined, { port });
    let seen = await infer(device);
    while (seen.cuts?.[0] !== 'none') {
      expect(seen).toMatchObject({ status: 200, data: [3] });
      seen = await infer(device);
    }
    expect(seen).toEqual({ status: 200, data: [3], cuts: ['none', 'none'] });
  });
});

describe('chains of two versions', () => {
  const single = (artifact: string) => ({
    lower: contractOf('device', { output: 'a', isLast: false, artifact }),
    upper: contractOf('cloud', { input: 'a', artifact }),
  });

  it('never answer, whatever their exports', async () => {
    for (const artifact of [artifactA, artifactB]) {
      const { lower, upper } = single(artifact);
      const newCloud = await serveTier(cloudContract(), blocks());
      const oldDevice = await serveTier(lower, addOne('a'), newCloud.address);
      expect((await infer(oldDevice)).status).toBe(409);
      const oldCloud = await serveTier(upper, addOne('y'));
      const newDevice = await serveTier(deviceContract(), blocks(), oldCloud.address);
      expect((await infer(newDevice)).status).toBe(409);
    }
  });

  it('of two exports of version 2 never answer either', async () => {
    const cloud = await serveTier(cloudContract({ artifact: artifactB }), blocks());
    const device = await serveTier(deviceContract({ startMbps: 50 }), blocks(), cloud.address);
    for (let call = 0; call < 3; call += 1) {
      const { status, error } = await infer(device);
      expect([status, error]).toEqual([409, expect.stringContaining(artifactA)]);
      expect(error).toContain(artifactB);
    }
  });

  it('of version 1 alone answer as before', async () => {
    const { lower, upper } = single(artifactA);
    const cloud = await serveTier(upper, addOne('y'));
    const device = await serveTier(lower, addOne('a'), cloud.address);
    expect((await infer(device)).data).toEqual([3]);
  });
});

describe('a link that becomes too slow for a request that is on its way', () => {
  it('is done without at once, long before the time-out, and used again once it is fast', async () => {
    const cloud = await serveTier(cloudContract(), blocks(), undefined, { maxBodyBytes: 1e6 });
    const link = new EmulatedLink({ targetPort: cloud.port, bandwidthMbps: 1000, latencyMs: 0 });
    const address = `http://127.0.0.1:${await link.listen()}`;
    const device = await serveTier(deviceContract({ startMbps: 50 }), blocks(), address, { timeoutMs: 60_000 });
    expect(await infer(device)).toMatchObject({ status: 200, data: [3], cuts: ['none', 'none'] });
    link.bandwidth = 0;
    expect(await infer(device)).toEqual({ status: 200, data: [3], cuts: ['all'] });
    // No failure of the tier above: what is slow is looked at again.
    expect(await infer(device)).toEqual({ status: 200, data: [3], cuts: ['all'] });
    expect(device.logged).toEqual([]);
    link.bandwidth = 1000;
    let seen = await infer(device);
    while (seen.cuts?.[0] === 'all') seen = await infer(device);
    expect(seen).toMatchObject({ status: 200, data: [3] });
    link.close();
  });

  it('is waited for all the same where the tier above holds no other cut', async () => {
    const cloud = await serveTier(cloudContract({ cuts: ['none'] }), blocks());
    const link = new EmulatedLink({ targetPort: cloud.port, bandwidthMbps: 1000, latencyMs: 0 });
    const address = `http://127.0.0.1:${await link.listen()}`;
    const contract = deviceContract({ startMbps: 50, cuts: ['half', 'none'] });
    const device = await serveTier(contract, blocks(), address, { timeoutMs: 60_000 });
    expect(await infer(device)).toMatchObject({ status: 200, cuts: ['none', 'none'] });
    link.bandwidth = 0;
    const answer = infer(device);
    const metrics = async () => await (await fetch(`${device.address}/metrics`)).text();
    while (!/upstream_seconds_count\{[^}]*status="499"\} 1/.test(await metrics())) await delay(20);
    link.bandwidth = 1000;
    expect(await answer).toMatchObject({ status: 200, data: [3], cuts: ['none', 'none'] });
    link.close();
  });
});

describe('a tier above that is lost', () => {
  it('is done without, also by readiness, until it is back', async () => {
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const device = await serveTier(deviceContract({ startMbps: 50 }), blocks(), address);
    expect((await fetch(`${device.address}/v2/health/ready`)).status).toBe(200);
    expect(await infer(device)).toEqual({ status: 200, data: [3], cuts: ['all'] });
    await serveTier(cloudContract(), blocks(), undefined, { port });
    let seen = await infer(device);
    while (seen.cuts?.[0] === 'all') seen = await infer(device);
    expect(seen).toEqual({ status: 200, data: [3], cuts: ['none', 'none'] });
  });

  it('costs one time-out where it does not answer at all, and then nothing', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const settings = { timeoutMs: 1500 };
    const device = await serveTier(deviceContract(), blocks(), `http://127.0.0.1:${port}`, settings);
    expect(await infer(device)).toEqual({ status: 200, data: [3], cuts: ['all'] });
    const metrics = await (await fetch(`${device.address}/metrics`)).text();
    expect(metrics).toContain('dnnsplit_cut{tier="device",cut="half"} 1');
    expect(await infer(device)).toEqual({ status: 200, data: [3], cuts: ['all'] });
    silent.close();
  });

  it('is done without where it answers garbage', async () => {
    const cloud = await standIn(() => ({ body: 'what?' }));
    const device = await serveTier(deviceContract(), blocks(), cloud.address);
    expect(await infer(device)).toEqual({ status: 200, data: [3], cuts: ['all'] });
  });

  it('is said where no cut does without it', async () => {
    const contract = deviceContract({ cuts: ['half', 'none'] });
    const device = await serveTier(contract, blocks(), `http://127.0.0.1:${await freePort()}`);
    expect(await infer(device)).toMatchObject({
      status: 502,
      error: expect.stringMatching(/tier above device cannot be reached/),
    });
    expect((await fetch(`${device.address}/v2/health/ready`)).status).toBe(503);
  });
});
