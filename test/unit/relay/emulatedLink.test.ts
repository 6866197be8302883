import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { EmulatedLink } from '../../../src/relay/execution/emulatedLink';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** Answers with the number of bytes that it got. */
async function counting(port = 0): Promise<Server> {
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.byteLength;
    });
    request.on('end', () => response.end(String(bytes)));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function linkTo(server: Server, bandwidthMbps: number, latencyMs: number) {
  const link = new EmulatedLink({ targetPort: portOf(server), bandwidthMbps, latencyMs });
  open.push(() => link.close());
  return { link, address: `http://127.0.0.1:${await link.listen()}` };
}

const send = async (address: string, bytes: number) =>
  Number(await (await fetch(address, { method: 'POST', body: new Uint8Array(bytes) })).text());

describe('an emulated link', () => {
  it('lets bytes through at its bandwidth, shared by all connections, and everything after its latency', async () => {
    const { address } = await linkTo(await counting(), 8, 20);
    const start = performance.now();
    // 4 x 50 kB at 1 kB a millisecond.
    expect(await Promise.all([1, 2, 3, 4].map(() => send(address, 50_000)))).toEqual([50_000, 50_000, 50_000, 50_000]);
    expect(performance.now() - start).toBeGreaterThan(200);
    const quick = performance.now();
    expect(await send(address, 0)).toBe(0);
    expect(performance.now() - quick).toBeGreaterThan(40);
  });

  it('is slow on the way back too, where that is said', async () => {
    const server = createServer((_, response) => response.end(Buffer.alloc(100_000)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(() => server.close());
    const shape = { bandwidthMbps: 1000, latencyMs: 1, downBandwidthMbps: 4, downLatencyMs: 30 };
    const link = new EmulatedLink({ targetPort: portOf(server), ...shape });
    open.push(() => link.close());
    const address = `http://127.0.0.1:${await link.listen()}`;
    const fetched = async () => {
      const start = performance.now();
      expect((await (await fetch(address)).arrayBuffer()).byteLength).toBe(100_000);
      return performance.now() - start;
    };
    // 100 kB at half a kB a millisecond; timers may be a little early.
    expect(await fetched()).toBeGreaterThan(225);
    link.reshape({ bandwidthMbps: 1000, latencyMs: 60 });
    expect(await fetched()).toBeGreaterThan(115);
  });

  it('waits while nothing goes through', async () => {
    const { link, address } = await linkTo(await counting(), 0, 0);
    const sent = send(address, 10);
    const first = await Promise.race([sent, new Promise((done) => setTimeout(() => done('nothing'), 200))]);
    expect(first).toBe('nothing');
    link.bandwidth = 10;
    expect(await sent).toBe(10);
  });

  it('breaks off with its other end, and leads there again once that is back', async () => {
    const server = await counting();
    const { link, address } = await linkTo(server, 1, 1);
    expect(await send(address, 1000)).toBe(1000);
    const broken = [1, 2, 3, 4].map(() => send(address, 400_000).catch(() => 'broken'));
    await new Promise((done) => setTimeout(done, 300));
    server.closeAllConnections();
    server.close();
    expect(await Promise.all(broken)).toEqual(['broken', 'broken', 'broken', 'broken']);
    await expect(send(address, 10)).rejects.toThrow();
    await counting(portOf(server) || link.targetPort);
    expect(await send(address, 10)).toBe(10);
    expect(await send(address, 10)).toBe(10);
  });
});
