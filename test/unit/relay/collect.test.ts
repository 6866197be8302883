import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { collect } from '../../../src/relay/inference/collect';

/** Sends pieces to a server, one after the other, and tells what it has collected of them. */
async function collected(pieces: readonly Buffer[], aligned: number): Promise<Uint8Array> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const sent = request({ port, host: '127.0.0.1', method: 'POST' });
    sent.on('response', (response) => response.resume());
    const arrives = once(server, 'request');
    sent.flushHeaders();
    const [incoming, response] = await arrives;
    const body = collect(incoming, { maxBytes: 1e6, aligned });
    for (const piece of pieces) await new Promise((done) => sent.write(piece, done));
    sent.end();
    const bytes = await body;
    response.end();
    return bytes;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe('a body', () => {
  const numbers = (length: number) => Buffer.from(Array.from({ length }, (_, index) => index % 251));
  it.each([
    [0, [5000]],
    [8, [24]],
    [13, [13, 40_000, 3]],
    [203, [90, 90, 90_000]],
    [7, [30]],
    [0, []],
  ])('has its place %i where elements of any type may begin', async (aligned, lengths) => {
    const all = numbers(lengths.reduce((sum, length) => sum + length, 0));
    const ends = lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, length) => sum + length, 0));
    const pieces = ends.map((end, index) => all.subarray(end - (lengths[index] ?? 0), end));
    const body = await collected(pieces, aligned);
    expect(Buffer.compare(body, all)).toBe(0);
    expect((body.byteOffset + aligned) % 8).toBe(0);
    expect(Buffer.isBuffer(body)).toBe(false);
  });
});
