import { afterEach, describe, expect, it } from 'vitest';
import { InferenceClient } from '../../../src/relay/execution/inferenceClient';
import { Hop } from '../../../src/relay/service/hop';
import { Metrics } from '../../../src/relay/service/metrics';
import { RelayServer, type RelayServerOptions } from '../../../src/relay/service/relayServer';
import type { Executor } from '../../../src/runtime/executor';
import type { ContractDocument } from '../../../src/shared/documents/contract';

const tensor = (name: string) => ({ name, dtype: 'float32', shape: ['n'], bytes: null });

/** A tier that adds one to `x`; with `sends` the sum goes up and `y` comes back. */
function contractOf(tier: string, position: number, last: boolean): ContractDocument {
  return {
    format: 'dnnsplit.contract',
    formatVersion: 1,
    model: 'm',
    tier,
    position,
    tierCount: 2,
    segment: { file: 'model.onnx', inputs: [tensor('x')], outputs: [tensor(last ? 'y' : 'x1')] },
    receives: [tensor('x')],
    receivesAs: 'original',
    sends: last ? [] : [tensor('x1')],
    sendsAs: 'original',
    answers: last ? [tensor('y')] : [],
    answersAbove: last ? [] : [tensor('y')],
  };
}

/** Adds one to every element, after `waitMs`. */
function addOne(output: string, waitMs = 0): Executor {
  return {
    isReady: async () => true,
    run: async ([input]) => {
      await new Promise((done) => setTimeout(done, waitMs));
      const values = new Float32Array((input?.data ?? new Uint8Array()).slice().buffer).map((value) => value + 1);
      return [{ name: output, datatype: 'FP32', shape: input?.shape ?? [], data: new Uint8Array(values.buffer) }];
    },
    close: async () => undefined,
  };
}

const options: RelayServerOptions = {
  host: '127.0.0.1',
  port: 0,
  version: '0',
  maxBodyBytes: 10_000,
  maxRunning: 2,
  maxWaiting: 1,
  timeoutMs: 2000,
  graceMs: 1000,
  log: () => undefined,
};

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function serve(
  contract: ContractDocument,
  executor: Executor,
  upstreamPort?: number,
  extra: Partial<RelayServerOptions> = {},
) {
  const metrics = new Metrics(contract.tier);
  const upstream =
    upstreamPort === undefined
      ? undefined
      : new InferenceClient({
          address: `http://127.0.0.1:${upstreamPort}`,
          modelName: 'm',
          timeoutMs: 2000,
          maxBodyBytes: 10_000,
          retries: 0,
          title: 'The tier above',
        });
  const server = new RelayServer(contract, new Hop(contract, executor, upstream, metrics), metrics, {
    ...options,
    ...extra,
  });
  const port = await server.listen();
  running.push({
    stop: async () => {
      upstream?.close();
      await server.stop();
    },
  });
  return { address: `http://127.0.0.1:${port}`, port, server };
}

function ask(address: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${address}/v2/models/m/infer`, { method: 'POST', body: JSON.stringify(body), headers });
}

const input = (name: string, data: readonly number[]) => ({
  inputs: [{ name, datatype: 'FP32', shape: [data.length], data }],
});

describe('the relay', () => {
  it('answers through two tiers, with times per hop on request', async () => {
    const upper = {
      ...contractOf('cloud', 1, true),
      receives: [tensor('x1')],
      segment: { file: 'm', inputs: [tensor('x1')], outputs: [tensor('y')] },
    };
    const { port } = await serve(upper, addOne('y'));
    const { address } = await serve(contractOf('device', 0, false), addOne('x1'), port);
    const response = await ask(address, { ...input('x', [1, 2.5]), parameters: { dnnsplit_timing: true } });
    const answer = await response.json();
    expect(response.status, answer.error).toBe(200);
    expect(answer.outputs).toEqual([{ name: 'y', datatype: 'FP32', shape: [2], data: [3, 4.5] }]);
    expect(answer.parameters.dnnsplit_timing.map(({ tier }: { tier: string }) => tier)).toEqual(['device', 'cloud']);
    expect(await (await fetch(`${address}/metrics`)).text()).toMatch(
      /dnnsplit_requests_total\{tier="device",status="200"\} 1/,
    );
  });

  it('describes itself and its readiness', async () => {
    const { address } = await serve(contractOf('cloud', 0, true), addOne('y'));
    expect((await fetch(`${address}/v2/health/live`)).status).toBe(200);
    expect((await fetch(`${address}/v2/models/m/ready`)).status).toBe(200);
    const metadata = await (await fetch(`${address}/v2/models/m`)).json();
    expect(metadata.inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [-1] }]);
    expect((await fetch(`${address}/v2/models/other`)).status).toBe(404);
    expect((await fetch(`${address}/v2/models/m/infer`)).status).toBe(405);
  });

  it('refuses malformed, oversized and misnamed requests with one sentence', async () => {
    const { address } = await serve(contractOf('cloud', 0, true), addOne('y'));
    const misnamed = await ask(address, input('z', [1]));
    expect(misnamed.status).toBe(400);
    expect((await misnamed.json()).error).toMatch(/takes no input "z"/);
    expect(
      (
        await ask(
          address,
          input(
            'x',
            Array.from({ length: 9000 }, () => 1.5),
          ),
        )
      ).status,
    ).toBe(413);
    const wrongRank = await ask(address, { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1] }] });
    expect((await wrongRank.json()).error).toMatch(/has shape \[1, 1\]/);
  });

  it('turns requests away once its queue is full, and answers the others', async () => {
    const { address } = await serve(contractOf('cloud', 0, true), addOne('y', 200));
    const statuses = await Promise.all(
      Array.from({ length: 6 }, () => ask(address, input('x', [1])).then(({ status }) => status)),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 503)).toHaveLength(3);
  });

  it('says which tier cannot be reached', async () => {
    const { address } = await serve(contractOf('device', 0, false), addOne('x1'), 1);
    const response = await ask(address, input('x', [1]));
    expect(response.status).toBe(502);
    expect((await response.json()).error).toMatch(/tier above cannot be reached/);
    expect((await fetch(`${address}/v2/health/ready`)).status).toBe(503);
  });

  it('gives up when a request takes too long', async () => {
    const upper = {
      ...contractOf('cloud', 1, true),
      receives: [tensor('x1')],
      segment: { file: 'm', inputs: [tensor('x1')], outputs: [tensor('y')] },
    };
    const { port } = await serve(upper, addOne('y', 1500));
    const { address } = await serve(contractOf('device', 0, false), addOne('x1'), port, { timeoutMs: 200 });
    expect((await ask(address, input('x', [1]))).status).toBe(504);
  });

  it('wants its token', async () => {
    const { address } = await serve(contractOf('cloud', 0, true), addOne('y'), undefined, { token: 'open-sesame' });
    expect((await ask(address, input('x', [1]))).status).toBe(401);
    expect((await ask(address, input('x', [1]), { authorization: 'Bearer wrong-sesame' })).status).toBe(401);
    expect((await ask(address, input('x', [1]), { authorization: 'Bearer open-sesame' })).status).toBe(200);
    expect((await fetch(`${address}/v2/health/live`)).status).toBe(200);
  });

  it('finishes what runs before it stops', async () => {
    const { address, server } = await serve(contractOf('cloud', 0, true), addOne('y', 300));
    const asked = ask(address, input('x', [1]));
    await new Promise((done) => setTimeout(done, 100));
    const stopped = server.stop();
    expect((await asked).status).toBe(200);
    await stopped;
    await expect(fetch(`${address}/v2/health/live`)).rejects.toThrow();
    running.splice(0);
  });
});
