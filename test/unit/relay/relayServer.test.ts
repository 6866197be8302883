import { describe, expect, it } from 'vitest';
import { addOne, ask, contractOf, floatsInput, serveTier } from './support/serveTier';

describe('the relay', () => {
  it('answers through two tiers, with times per hop on request', async () => {
    const upper = contractOf('cloud', { input: 'x1' });
    const { address: above } = await serveTier(upper, addOne('y'));
    const { address } = await serveTier(contractOf('device', { output: 'x1', isLast: false }), addOne('x1'), above);
    const response = await ask(address, { ...floatsInput('x', [1, 2.5]), parameters: { dnnsplit_timing: true } });
    const answer = await response.json();
    expect(response.status, answer.error).toBe(200);
    expect(answer.outputs).toEqual([{ name: 'y', datatype: 'FP32', shape: [2], data: [3, 4.5] }]);
    expect(answer.parameters.dnnsplit_timing.map(({ tier }: { tier: string }) => tier)).toEqual(['device', 'cloud']);
    expect(await (await fetch(`${address}/metrics`)).text()).toMatch(
      /dnnsplit_requests_total\{tier="device",status="200"\} 1/,
    );
  });

  it('describes itself and its readiness', async () => {
    const { address } = await serveTier(contractOf('cloud'), addOne('y'));
    expect((await fetch(`${address}/v2/health/live`)).status).toBe(200);
    expect((await fetch(`${address}/v2/models/m/ready`)).status).toBe(200);
    const metadata = await (await fetch(`${address}/v2/models/m`)).json();
    expect(metadata.inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [-1] }]);
    expect((await fetch(`${address}/v2/models/other`)).status).toBe(404);
    expect((await fetch(`${address}/v2/models/m/infer`)).status).toBe(405);
  });

  it('refuses malformed, oversized and misnamed requests with one sentence', async () => {
    const { address } = await serveTier(contractOf('cloud'), addOne('y'));
    const misnamed = await ask(address, floatsInput('z', [1]));
    expect(misnamed.status).toBe(400);
    expect((await misnamed.json()).error).toMatch(/takes no input "z"/);
    expect(
      (
        await ask(
          address,
          floatsInput(
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
    const { run, ...rest } = addOne('y');
    let open: () => void = () => undefined;
    const gate = new Promise<void>((done) => {
      open = done;
    });
    const gated = { ...rest, run: (...asked: Parameters<typeof run>) => gate.then(() => run(...asked)) };
    const { address } = await serveTier(contractOf('cloud'), gated, undefined, { timeoutMs: 20_000 });
    // Two run and one waits for as long as nobody opens; the other three are turned away, and only then it goes on.
    let refused = 0;
    const statuses = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const { status } = await ask(address, floatsInput('x', [1]));
        refused += status === 503 ? 1 : 0;
        if (refused === 3) open();
        return status;
      }),
    );
    expect(statuses.sort()).toEqual([200, 200, 200, 503, 503, 503]);
  });

  it('says which tier cannot be reached', async () => {
    const { address } = await serveTier(
      contractOf('device', { output: 'x1', isLast: false }),
      addOne('x1'),
      'http://127.0.0.1:1',
    );
    const response = await ask(address, floatsInput('x', [1]));
    expect(response.status).toBe(502);
    expect((await response.json()).error).toMatch(/tier above device cannot be reached/);
    expect((await fetch(`${address}/v2/health/ready`)).status).toBe(503);
  });

  it('gives up when a request takes too long', async () => {
    const upper = contractOf('cloud', { input: 'x1' });
    const { address: above } = await serveTier(upper, addOne('y', 1500));
    const { address } = await serveTier(contractOf('device', { output: 'x1', isLast: false }), addOne('x1'), above, {
      timeoutMs: 200,
    });
    expect((await ask(address, floatsInput('x', [1]))).status).toBe(504);
  });

  it('wants its token', async () => {
    const { address } = await serveTier(contractOf('cloud'), addOne('y'), undefined, { token: 'open-sesame' });
    expect((await ask(address, floatsInput('x', [1]))).status).toBe(401);
    expect((await ask(address, floatsInput('x', [1]), { authorization: 'Bearer wrong-sesame' })).status).toBe(401);
    expect((await ask(address, floatsInput('x', [1]), { authorization: 'Bearer open-sesame' })).status).toBe(200);
    expect((await fetch(`${address}/v2/health/live`)).status).toBe(200);
  });

  it('finishes what runs before it stops', async () => {
    const { address, server } = await serveTier(contractOf('cloud'), addOne('y', 300));
    const asked = ask(address, floatsInput('x', [1]));
    await new Promise((done) => setTimeout(done, 100));
    const stopped = server.stop();
    expect((await asked).status).toBe(200);
    await stopped;
    await expect(fetch(`${address}/v2/health/live`)).rejects.toThrow();
  });
});
