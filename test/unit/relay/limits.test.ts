import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { LinkShaper } from '../../../src/relay/execution/linkShaper';
import { decodeRequest } from '../../../src/relay/inference/message';
import { MemoryBudget } from '../../../src/relay/service/memoryBudget';
import { inferBinary } from '../../relay/v2Client';
import { contractOf, renaming, serveTier, type TierSettings } from './support/serveTier';

const echo = renaming({ x: 'y' });
const serve = async (settings: TierSettings = {}) =>
  (await serveTier(contractOf('only'), echo, undefined, { maxRunning: 1, timeoutMs: 1500, ...settings })).port;

const input = { name: 'x', datatype: 'FP32', shape: [1], bytes: new Uint8Array(4) };

/** Sends the head of a request and a few bytes of its body, then nothing more; resolves with what comes back. */
function stall(port: number, announced: number): Promise<string> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text;
    });
    socket.on('close', () => done(answer));
    socket.write(`POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nContent-Length: ${announced}\r\n\r\n{"inputs"`);
  });
}

describe('what a relay takes from others', () => {
  it('lets others run while a sender is slow, and tells that sender in the end', async () => {
    const port = await serve();
    const slow = [stall(port, 5000), stall(port, 5000), stall(port, 5000)];
    await new Promise((done) => setTimeout(done, 100));
    for (let call = 0; call < 3; call += 1) {
      expect((await inferBinary(`http://127.0.0.1:${port}`, 'm', [input])).status).toBe(200);
    }
    for (const answer of await Promise.all(slow))
      expect(answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*did not arrive in time/);
  });

  it('goes on after clients that go away in the middle of a body', async () => {
    const port = await serve();
    for (let call = 0; call < 5; call += 1) {
      await new Promise<void>((done) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write('POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n{');
          setTimeout(() => socket.destroy(), 20);
        });
        socket.on('close', () => done());
      });
    }
    expect((await inferBinary(`http://127.0.0.1:${port}`, 'm', [input])).status).toBe(200);
  });

  it('refuses a body that is larger than it says it may be', async () => {
    const port = await serve({ maxBodyBytes: 200 });
    const large = { ...input, shape: [200], bytes: new Uint8Array(800) };
    expect((await inferBinary(`http://127.0.0.1:${port}`, 'm', [large])).status).toBe(413);
  });

  it('bounds the memory of all bodies together', () => {
    const budget = new MemoryBudget(100);
    const first = budget.hold();
    const second = budget.hold();
    first.grow(60);
    expect(() => second.grow(50)).toThrow(/memory/);
    second.grow(40);
    first.release();
    second.grow(60);
    expect(() => budget.hold().grow(1)).toThrow();
  });

  it('does not parse JSON without end', () => {
    expect(() => decodeRequest(new Uint8Array(32_000_001), undefined)).toThrow(/Send tensors as binary data/);
  });
});

describe('a shaped link', () => {
  it('takes the time of its bandwidth and latency, one transfer after the other', () => {
    let now = 0;
    const link = new LinkShaper({ bandwidthMbps: 8, latencyMs: 5 }, () => now);
    // 8 Mbit/s are 1000 bytes per millisecond.
    expect(link.reserve(10_000)).toBe(15);
    expect(link.reserve(10_000)).toBe(25);
    now = 100;
    expect(link.reserve(1000)).toBe(6);
  });
});
