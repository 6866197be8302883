import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { warmUp } from '../../../src/relay/execution/warmUp';
import type { Executor } from '../../../src/runtime/executor';
import { addOne, ask, contractOf, contractTensor, floatsInput, serveTier } from './support/serveTier';
import { standIn } from './support/standIn';

const lower = contractOf('device', { output: 'x1', isLast: false });
const upper = contractOf('cloud', { input: 'x1' });

/** A server that accepts connections and then says nothing. */
async function silence() {
  const sockets: { destroy(): void }[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('connections', () => {
  it('are kept for callers that ask seldom', async () => {
    const { address } = await serveTier(upper, addOne('y'));
    const response = await new Promise<{ headers: NodeJS.Dict<string | string[]> }>((done) => {
      const agent = new Agent({ keepAlive: true });
      request(`${address}/v2/health/live`, { agent }, (answer) => {
        answer.resume().on('end', () => agent.destroy());
        done(answer);
      }).end();
    });
    expect(Number(/timeout=(\d+)/.exec(String(response.headers['keep-alive']))?.[1])).toBeGreaterThanOrEqual(60);
  });

  it('are used again by the tier below', async () => {
    const ports = new Set<number>();
    const cloud = await serveTier(upper, addOne('y'));
    const device = await serveTier(lower, addOne('x1'), cloud.address);
    const { server } = cloud.server as unknown as { server: import('node:http').Server };
    server.on('request', ({ socket }) => ports.add(socket.remotePort ?? 0));
    await ask(device.address, floatsInput('x', [1]));
    const before = ports.size;
    for (let call = 0; call < 5; call += 1) await ask(device.address, floatsInput('x', [1]));
    expect(ports.size).toBe(before);
  });

  it('have a time of their own in which they must stand, which is said', async () => {
    const mute = await silence();
    // TLS never begins: the connection does not stand though its other end accepted it.
    const device = await serveTier(lower, addOne('x1'), `https://127.0.0.1:${mute.port}`, {
      timeoutMs: 60_000,
      client: { connectTimeoutMs: 100 },
    });
    const answer = await ask(device.address, floatsInput('x', [1]));
    expect([answer.status, (await answer.json()).error]).toEqual([
      502,
      expect.stringMatching(/^The tier above device cannot be reached at .*: no connection within 100 ms/),
    ]);
    mute.close();
  });
});

describe('a deadline', () => {
  it('travels and shrinks from hop to hop', async () => {
    const told: number[] = [];
    const cloud = await standIn(({ method, headers }) => {
      if (method === 'POST') told.push(Number(headers['dnnsplit-timeout-ms']));
      return {
        body: JSON.stringify({ model_name: 'm', outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data: [1] }] }),
      };
    });
    const middle = { ...contractOf('edge', { input: 'x1', output: 'x2', isLast: false }), position: 1, tierCount: 3 };
    const edge = await serveTier(middle, addOne('x2', 50), cloud.address, { timeoutMs: 60_000 });
    const device = await serveTier(lower, addOne('x1', 50), edge.address, { timeoutMs: 5000 });
    expect((await ask(device.address, floatsInput('x', [1]))).status).toBe(200);
    expect((await ask(device.address, floatsInput('x', [1]), { 'dnnsplit-timeout-ms': '2000' })).status).toBe(200);
    expect(told[0]).toBeLessThanOrEqual(4900);
    expect(told[1]).toBeLessThanOrEqual(1900);
    expect(told[1]).toBeGreaterThan(0);
  });

  it('that passes names the tier that was slow, not its neighbor', async () => {
    const cloud = await standIn(({ method }) => (method === 'POST' ? undefined : { body: '{}' }));
    const middle = { ...contractOf('edge', { input: 'x1', output: 'x2', isLast: false }), position: 1, tierCount: 3 };
    const edge = await serveTier(middle, addOne('x2'), cloud.address, { timeoutMs: 60_000 });
    const device = await serveTier(lower, addOne('x1'), edge.address, { timeoutMs: 2000 });
    const answer = await ask(device.address, floatsInput('x', [1]));
    expect([answer.status, (await answer.json()).error]).toEqual([
      504,
      expect.stringMatching(/^The tier above device answered 504: The tier above edge did not answer in time/),
    ]);
  });

  it('that passes while a sub-model runs names its tier, and the sub-model keeps its place until it ends', async () => {
    const { address } = await serveTier(upper, addOne('y', 300), undefined, {
      timeoutMs: 100,
      maxRunning: 1,
      maxWaiting: 0,
    });
    const late = await ask(address, floatsInput('x1', [1]));
    expect([late.status, (await late.json()).error]).toEqual([
      504,
      expect.stringMatching(/sub-model of tier cloud did not finish within the time limit/),
    ]);
    expect((await ask(address, floatsInput('x1', [1]))).status).toBe(503);
    await new Promise((done) => setTimeout(done, 400));
    expect((await ask(address, floatsInput('x1', [1]))).status).toBe(504);
  });
});

describe('places', () => {
  it('are held by sub-models that run, not by requests that wait for the tier above', async () => {
    const requests = 6;
    let inside = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((done) => {
      open = done;
    });
    // Nothing leaves the tier above before all of them are there, which the one place below must not prevent.
    const cloud = await serveTier(
      upper,
      {
        ...addOne('y'),
        run: async (inputs, call) => {
          inside += 1;
          if (inside === requests) open();
          await gate;
          return await addOne('y').run(inputs, call);
        },
      },
      undefined,
      { maxRunning: 10, timeoutMs: 20_000 },
    );
    const limits = { maxRunning: 1, maxWaiting: 10, timeoutMs: 5000 };
    const device = await serveTier(lower, addOne('x1'), cloud.address, limits);
    const asked = Array.from({ length: requests }, () => ask(device.address, floatsInput('x', [1])));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(requests).fill(200));
  });

  it('are bounded for requests that wait anywhere', async () => {
    const cloud = await standIn(({ method }) => (method === 'POST' ? undefined : { body: '{}' }));
    const device = await serveTier(lower, addOne('x1'), cloud.address, { maxOpen: 3, timeoutMs: 500 });
    const statuses = await Promise.all(
      Array.from({ length: 5 }, () => ask(device.address, floatsInput('x', [1])).then(({ status }) => status)),
    );
    expect(statuses.sort()).toEqual([503, 503, 504, 504, 504]);
  });
});

describe('before it is ready', () => {
  it('a sub-model has run, with a number for every open dimension; one that does not run so is served as it is', async () => {
    const shapes: (readonly number[])[] = [];
    const executor: Executor = {
      ...addOne('y'),
      run: async (inputs) => {
        shapes.push(...inputs.map(({ shape }) => shape));
        throw new Error('it does not like zeros');
      },
    };
    const open = { inputs: [contractTensor('x1', 'float32', ['batch', 3])] };
    await warmUp(executor, open);
    expect(shapes).toEqual([[1, 3]]);
    const runs: unknown[] = [];
    const counting = async (inputs: unknown) => {
      runs.push(inputs);
      return [];
    };
    await warmUp({ ...executor, run: counting }, open);
    expect(runs).toHaveLength(2);
  });
});

describe('a stop', () => {
  it('loses no request of callers that follow readiness', async () => {
    const first = await serveTier(upper, addOne('y', 5), undefined, { drainMs: 2000, maxWaiting: 100 });
    const second = await serveTier(upper, addOne('y', 5), undefined, { maxWaiting: 100 });
    // As a cluster does it: whoever spreads requests looks at readiness now and then.
    let target = first.address;
    const isReady = async () =>
      (await fetch(`${first.address}/v2/health/ready`).catch(() => undefined))?.status === 200;
    const watcher = setInterval(async () => {
      if (!(await isReady())) target = second.address;
    }, 50);
    const statuses = new Map<number | string, number>();
    let stopped = false;
    const callers = Array.from({ length: 8 }, async () => {
      while (!stopped) {
        const status = await ask(target, floatsInput('x1', [1])).then(
          (answer) => answer.status,
          (error: Error) => error.message,
        );
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    await new Promise((done) => setTimeout(done, 100));
    await first.server.stop();
    stopped = true;
    await Promise.all(callers);
    clearInterval(watcher);
    expect([...statuses.keys()]).toEqual([200]);
    expect(target).toBe(second.address);
    await expect(fetch(`${first.address}/v2/health/live`)).rejects.toThrow();
  });

  it('is live and not ready meanwhile, and asks callers to leave', async () => {
    const { address, server } = await serveTier(upper, addOne('y'), undefined, { drainMs: 300 });
    const stopped = server.stop();
    expect((await fetch(`${address}/v2/health/live`)).status).toBe(200);
    const ready = await fetch(`${address}/v2/health/ready`);
    expect([ready.status, (await ready.json()).reason]).toEqual([503, 'Tier cloud is shutting down.']);
    const answer = await ask(address, floatsInput('x1', [1]));
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    await stopped;
  });

  it('does not wait for those who ask again and again over a connection that is kept', async () => {
    const isReady = () => new Promise<boolean>((done) => setTimeout(() => done(true), 20));
    const { address, server } = await serveTier(upper, { ...addOne('y'), isReady }, undefined, { graceMs: 300_000 });
    let [asked, isEnough] = [0, false];
    const callers = Array.from({ length: 4 }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while (!isEnough) {
        const asking = request(`${address}/v2/health/ready`, { agent }, (answer) => answer.resume()).end();
        await once(asking, 'close').catch(() => new Promise((done) => setTimeout(done, 20)));
        asked += 1;
      }
      agent.destroy();
    });
    await expect.poll(() => asked).toBeGreaterThan(20);
    await server.stop();
    isEnough = true;
    await Promise.all(callers);
  });
});
