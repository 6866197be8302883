import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Body } from '../../../src/relay/inference/body';
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

  it.each([1_000_000, Number.NaN])('of %d bytes takes little more memory than what has come', (announced) => {
    const body = new Body(announced, 3);
    body.add(numbers(100));
    expect(body.whole().buffer.byteLength).toBeLessThanOrEqual(16 * 100 + 8);
    body.add(numbers(70_000));
    expect(Buffer.compare(body.whole(), Buffer.concat([numbers(100), numbers(70_000)]))).toBe(0);
  });

  it('gives back the memory of its pieces, and of no others', () => {
    const neighbours = Buffer.allocUnsafeSlow(100_000).fill(7);
    const [part, own] = [neighbours.subarray(0, 50_000), Buffer.allocUnsafeSlow(50_000).fill(9)];
    const body = new Body(100_000, 0);
    for (const piece of [part, own]) body.add(piece);
    expect([neighbours.byteLength, part.byteLength, own.byteLength]).toEqual([100_000, 50_000, 0]);
    expect([body.whole()[49_999], body.whole()[50_000]]).toEqual([7, 9]);
  });
});
