import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagFromEnvironment } from '../../../src/relay/relayOptions';
import { MemoryBudget } from '../../../src/relay/service/memoryBudget';
import type { Executor } from '../../../src/runtime/executor';
import { inferBinary } from '../../relay/v2Client';
import { addOne, ask, contractOf, floatsInput, serveTier } from './support/serveTier';

/** Sends bytes as they are; resolves with the status of what comes back, or nothing where the connection just ends. */
function raw(port: number, text: string): Promise<{ status: number | undefined; answer: string }> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    let answer = '';
    const finish = () => {
      socket.destroy();
      done({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? Number.NaN) || undefined, answer });
    };
    socket.setEncoding('latin1').on('data', (part) => {
      answer += part;
      if (answer.includes('\r\n\r\n')) finish();
    });
    socket.on('error', () => undefined).on('close', finish);
  });
}

async function openRequests(address: string): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text();
  return Number(/^dnnsplit_open_requests\{[^}]*\} (\d+)$/m.exec(text)?.[1]);
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((done) => setTimeout(done, 20));
}

describe('a flag of the environment', () => {
  it.each(['false', '0', 'no', 'off', '', ' FALSE '])('means no where it says "%s"', (value) => {
    expect(flagFromEnvironment('FLAG', { FLAG: value })).toBe(false);
  });
  it.each(['true', '1', 'yes', 'on', 'TRUE'])('means yes where it says "%s"', (value) => {
    expect(flagFromEnvironment('FLAG', { FLAG: value })).toBe(true);
  });
  it('is off where it is absent, and refused where it is neither', () => {
    expect(flagFromEnvironment('FLAG', {})).toBe(false);
    expect(() => flagFromEnvironment('FLAG', { FLAG: 'maybe' })).toThrow(/FLAG is "maybe", but must be true or false/);
  });
});

describe('request lines', () => {
  it('never cause an error of the server, whatever they hold', async () => {
    const { port, logged } = await serveTier(contractOf('only'), addOne('y'), undefined, { token: 'secret' });
    const lines = [
      'GET //[',
      'GET http://[',
      'GET /v2/models/%',
      'GET /v2/models/%C3%28/infer',
      'POST /v2/models/m/constructor',
    ];
    const targets = fc.string({
      unit: fc.constantFrom(...'/[]%:?#@.v2modelsinfer{}\\|^`<>"~'),
      minLength: 1,
      maxLength: 30,
    });
    for (const line of [...lines, ...fc.sample(targets, 60).map((target) => `GET /${target}`)]) {
      const { status } = await raw(port, `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect([line, status]).toEqual([line, expect.toSatisfy((code) => code === undefined || code < 500)]);
    }
    expect(logged.filter(({ message }) => message.includes('    at '))).toEqual([]);
  });
});

describe('memory', () => {
  it('takes from those who have stalled longest, and only from them', () => {
    let now = 0;
    const budget = new MemoryBudget(100, () => now);
    const dropped: string[] = [];
    const hold = (name: string, bytes: number) => {
      const one = budget.hold();
      one.whenStalled(() => dropped.push(name));
      one.grow(bytes);
      return one;
    };
    hold('first', 40);
    now = 500;
    hold('second', 40);
    const working = budget.hold();
    working.grow(20);
    expect(() => budget.hold().grow(30)).toThrow(/memory/);
    now = 1200;
    const late = budget.hold();
    late.grow(30);
    expect(dropped).toEqual(['first']);
    now = 5000;
    late.grow(40);
    expect(dropped).toEqual(['first', 'second']);
    // Whoever works on a request has not stalled, however long it takes.
    expect(() => budget.hold().grow(30)).toThrow(/memory/);
  });

  it('is given back when senders stall in the middle of their bodies', async () => {
    const { port, address } = await serveTier(contractOf('only'), addOne('y'), undefined, { timeoutMs: 20_000 });
    const sockets = await Promise.all(
      Array.from({ length: 64 }, async () => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write(`POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n${' '.repeat(400)}`);
        await new Promise((done) => socket.once('connect', done));
        return socket;
      }),
    );
    // 64 times 400 bytes are more than the 20,000 that are allowed at once.
    await until(async () => (await ask(address, floatsInput('x', [1]))).status === 200);
    for (const socket of sockets) socket.destroy();
  });

  it('is given back when nobody reads the answers', async () => {
    const large = 20_000_000;
    const answers: Executor = {
      isReady: async () => true,
      run: async () => [{ name: 'y', datatype: 'FP32', shape: [large / 4], data: new Uint8Array(large) }],
      close: async () => undefined,
    };
    const { port, address } = await serveTier(contractOf('only'), answers, undefined, {
      maxBodyBytes: 25_000_000,
      maxRunning: 8,
      maxWaiting: 64,
      timeoutMs: 3000,
    });
    const head = JSON.stringify({ ...floatsInput('x', [1]), parameters: { binary_data_output: true } });
    const sockets: Socket[] = [];
    for (let call = 0; call < 2; call += 1) {
      const socket = connect(port, '127.0.0.1').pause();
      socket.on('error', () => undefined);
      socket.write(`POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nContent-Length: ${head.length}\r\n\r\n${head}`);
      sockets.push(socket);
    }
    await until(async () => (await openRequests(address)) === 2);
    // Two answers fill the budget: a third one is refused, until the stalled readers lose theirs.
    const input = { name: 'x', datatype: 'FP32', shape: [1], bytes: new Uint8Array(4) };
    const statuses: number[] = [];
    await until(async () => {
      const { status, outputs } = await inferBinary(address, 'm', [input]);
      statuses.push(status);
      return outputs[0]?.bytes.byteLength === large;
    });
    expect(statuses[0]).toBe(503);
    await until(async () => (await openRequests(address)) === 0);
    for (const socket of sockets) socket.destroy();
  });
});
