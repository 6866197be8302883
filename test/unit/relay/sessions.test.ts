import { describe, expect, it, vi } from 'vitest';
import { remoteEngineExecutor } from '../../../src/relay/execution/remoteEngine';
import type { TensorServer } from '../../../src/relay/execution/tensorServer';
import { Sessions } from '../../../src/relay/sessions/sessions';
import { Refusal } from '../../../src/runtime/refusal';
import { blocksOf } from '../../../src/shared/documents/contractParts';
import { cloudContract, cloudRuns, deviceContract, deviceRuns } from './support/rememberingTiers';
import { ask, type ServedTier, serveTier, type TierSettings } from './support/serveTier';

interface Step {
  readonly id: string | number;
  readonly start?: boolean;
  readonly end?: boolean;
  readonly values: readonly number[];
  readonly carried?: Readonly<Record<string, readonly number[]>>;
  readonly token?: string;
}

/** One step over HTTP: what the chain answers, or its refusal. */
async function step(tier: Pick<ServedTier, 'address'>, { id, start, end, values, carried = {}, token }: Step) {
  const inputs = Object.entries({ x: values, ...carried }).map(([name, data]) => ({
    name,
    datatype: 'FP32',
    shape: [data.length],
    data,
  }));
  const parameters = { sequence_id: id, sequence_start: start, sequence_end: end };
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await ask(tier.address, { inputs, parameters }, headers);
  const body = await response.json();
  return response.status === 200
    ? { status: 200, y: body.outputs[0].data, names: body.outputs.map(({ name }: { name: string }) => name) }
    : { status: response.status, error: body.error };
}

async function chain(
  settings: { cloud?: TierSettings; device?: TierSettings; runs?: ReturnType<typeof cloudRuns> } = {},
) {
  const cloud = await serveTier(cloudContract, settings.runs ?? cloudRuns(), undefined, settings.cloud);
  const device = await serveTier(deviceContract, deviceRuns, cloud.address, settings.device);
  return { cloud, device };
}

const kept = async ({ address }: ServedTier) => {
  const text = await (await fetch(`${address}/metrics`)).text();
  const figure = (name: string) => Number(new RegExp(`^dnnsplit_${name}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1]);
  return { sessions: figure('sessions'), bytes: figure('session_bytes') };
};

describe('a session over two tiers', () => {
  it('goes on from what the step before left on every tier, and answers no state', async () => {
    const { device, cloud } = await chain();
    expect(await step(device, { id: 's', start: true, values: [1] })).toEqual({ status: 200, y: [1], names: ['y'] });
    expect((await step(device, { id: 's', values: [2] })).y).toEqual([1, 3]);
    expect((await step(device, { id: 's', values: [4] })).y).toEqual([1, 3, 7]);
    expect([await kept(device), await kept(cloud)]).toEqual([
      { sessions: 1, bytes: 4 },
      { sessions: 1, bytes: 12 },
    ]);
    expect((await step(device, { id: 's', values: [1], end: true })).y).toEqual([1, 3, 7, 8]);
    const none = { sessions: 0, bytes: 0 };
    expect([await kept(device), await kept(cloud)]).toEqual([none, none]);
  });

  it('begins with the state that its first request carries, for whichever tier it is', async () => {
    const { device } = await chain();
    const carried = { sum: [10], list: [5, 6] };
    expect((await step(device, { id: 's', start: true, values: [1], carried })).y).toEqual([5, 6, 11]);
    expect((await step(device, { id: 's', values: [1] })).y).toEqual([5, 6, 11, 12]);
    const late = await step(device, { id: 's', values: [1], carried: { list: [1] } });
    expect(late).toEqual({ status: 400, error: expect.stringMatching(/only the first request/) });
    expect((await step(device, { id: 's', values: [1] })).y).toEqual([5, 6, 11, 12, 13]);
  });

  it('begins anew with a start on a live id, and leaves nothing of before', async () => {
    const { device, cloud } = await chain();
    for (const value of [1, 2]) await step(device, { id: 7, start: value === 1, values: [value] });
    expect((await step(device, { id: 7, start: true, values: [5] })).y).toEqual([5]);
    // The session before is given up above with the next request.
    expect(await kept(cloud)).toEqual({ sessions: 1, bytes: 4 });
    expect((await step(device, { id: 7, values: [1] })).y).toEqual([5, 6]);
  });

  it('never meets another one, and steps of one come one after the other', async () => {
    const { device } = await chain({
      device: { maxRunning: 4, maxWaiting: 100 },
      cloud: { maxRunning: 4, maxWaiting: 100 },
    });
    const ids = Array.from({ length: 8 }, (_, index) => index + 1);
    await Promise.all(ids.map((id) => step(device, { id, start: true, values: [id] })));
    // Three steps of every session at once: each sees all before it, in whichever order they came.
    const answers = await Promise.all(
      [1, 2, 3].flatMap(() => ids.map(async (id) => ({ id, ...(await step(device, { id, values: [id] })) }))),
    );
    for (const id of ids) {
      const own = answers.filter((answer) => answer.id === id).map(({ y }) => y.length);
      expect(own.sort()).toEqual([2, 3, 4]);
      const longest = answers.find((answer) => answer.id === id && answer.y.length === 4);
      expect(longest?.y).toEqual([id, 2 * id, 3 * id, 4 * id]);
    }
  });

  it('belongs to the caller: another token does not find it', async () => {
    const { device } = await chain();
    await step(device, { id: 's', start: true, values: [1], token: 'one' });
    expect((await step(device, { id: 's', values: [1], token: 'two' })).status).toBe(409);
    expect((await step(device, { id: 's', start: true, values: [9], token: 'two' })).y).toEqual([9]);
    expect((await step(device, { id: 's', values: [1], token: 'one' })).y).toEqual([1, 2]);
  });

  it.each([
    ['no session', {}, 400, /sequence_id/],
    ['the id that means none', { sequence_id: 0 }, 400, /sequence_id/],
    ['an id that is none', { sequence_id: { of: 1 } }, 400, /sequence_id is not valid/],
    ['a start that is neither yes nor no', { sequence_id: 1, sequence_start: 'maybe' }, 400, /sequence_start/],
    ['a session that never began', { sequence_id: 1 }, 409, /has no session "1".*sequence_start/],
  ])('refuses %s in a sentence', async (_, parameters, status, sentence) => {
    const { device } = await chain();
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }];
    const response = await ask(device.address, { inputs, parameters });
    expect([response.status, (await response.json()).error]).toEqual([status, expect.stringMatching(sentence)]);
  });
});

describe('a step that fails', () => {
  it('leaves the state of before, so that it can be asked for again', async () => {
    let fails = false;
    const runs = cloudRuns(() => {
      if (fails) throw new Refusal(500, 'The engine has lost its temper.');
    });
    const { device } = await chain({ runs });
    await step(device, { id: 's', start: true, values: [1] });
    fails = true;
    expect((await step(device, { id: 's', values: [2] })).status).toBe(502);
    fails = false;
    expect((await step(device, { id: 's', values: [2] })).y).toEqual([1, 3]);
  });

  it('ends the session where the tier above has gone on without the one below', async () => {
    let isGarbled = false;
    const runs = cloudRuns(
      () => undefined,
      (y) => (isGarbled ? { ...y, datatype: 'INT32' } : y),
    );
    const { device, cloud } = await chain({ runs });
    await step(device, { id: 's', start: true, values: [1] });
    isGarbled = true;
    expect((await step(device, { id: 's', values: [2] })).status).toBe(502);
    isGarbled = false;
    expect(await step(device, { id: 's', values: [2] })).toEqual({
      status: 409,
      error: expect.stringMatching(/has made 2 steps on tier cloud, but 1 below it/),
    });
    expect(await kept(device)).toEqual({ sessions: 0, bytes: 0 });
    expect(await kept(cloud)).toEqual({ sessions: 0, bytes: 0 });
    expect((await step(device, { id: 's', start: true, values: [2] })).y).toEqual([2]);
  });

  it('ends the session where it is the first one', async () => {
    const runs = cloudRuns(([sum]) => {
      if (sum === 13) throw new Refusal(500, 'Not this one.');
    });
    const { device, cloud } = await chain({ runs });
    expect((await step(device, { id: 's', start: true, values: [13] })).status).toBe(502);
    expect((await step(device, { id: 's', values: [1] })).status).toBe(409);
    expect([await kept(device), await kept(cloud)].map(({ sessions }) => sessions)).toEqual([0, 0]);
  });
});

describe('limits of sessions', () => {
  it('turns away more sessions than a tier keeps, and goes on with those that it has', async () => {
    const { device } = await chain({ device: { sessions: { maxSessions: 1 } } });
    await step(device, { id: 1, start: true, values: [1] });
    expect(await step(device, { id: 2, start: true, values: [1] })).toEqual({
      status: 503,
      error: expect.stringMatching(/keeps 1 sessions/),
    });
    expect((await step(device, { id: 1, end: true, values: [1] })).y).toEqual([1, 2]);
    expect((await step(device, { id: 2, start: true, values: [1] })).status).toBe(200);
  });

  it('ends a session that would take more memory than a tier keeps', async () => {
    const { device, cloud } = await chain({ cloud: { sessions: { maxSessionBytes: 8 } } });
    for (const value of [1, 2]) await step(device, { id: 1, start: value === 1, values: [value] });
    expect(await step(device, { id: 1, values: [3] })).toEqual({
      status: 503,
      error: expect.stringMatching(/more than 0\.000008 MB/),
    });
    expect(await kept(cloud)).toEqual({ sessions: 0, bytes: 0 });
    expect((await step(device, { id: 1, values: [3] })).status).toBe(409);
    expect((await step(device, { id: 1, start: true, values: [3] })).y).toEqual([3]);
  });

  it('forgets sessions that nobody uses', async () => {
    const { device, cloud } = await chain({ device: { sessions: { sessionIdleMs: 40 } } });
    await step(device, { id: 1, start: true, values: [1] });
    await vi.waitFor(async () => expect(await kept(device)).toEqual({ sessions: 0, bytes: 0 }));
    expect((await step(device, { id: 1, values: [1] })).status).toBe(409);
    // The next request of anybody tells the tier above.
    expect((await kept(cloud)).sessions).toBe(1);
    await step(device, { id: 2, start: true, end: true, values: [1] });
    expect(await kept(cloud)).toEqual({ sessions: 0, bytes: 0 });
  });

  it('leaves no byte behind, however sessions end', async () => {
    let fails = false;
    const runs = cloudRuns(() => {
      if (fails) throw new Refusal(500, 'Not this time.');
    });
    const { device, cloud } = await chain({ runs, device: { maxWaiting: 100 }, cloud: { maxWaiting: 100 } });
    const live = (id: number) => step(device, { id, start: true, values: [id] });
    await Promise.all(Array.from({ length: 24 }, (_, index) => live(index + 1)));
    expect((await kept(cloud)).sessions).toBe(24);
    // A third begins again and fails, a third begins again and ends, a third just ends.
    for (let id = 1; id <= 24; id += 1) {
      fails = id % 3 === 0;
      await step(device, { id, start: id % 3 !== 2, end: true, values: [1] });
    }
    fails = false;
    await step(device, { id: 1, start: true, end: true, values: [1] });
    const none = { sessions: 0, bytes: 0 };
    expect([await kept(device), await kept(cloud)]).toEqual([none, none]);
  });
});

describe('an engine that keeps state itself', () => {
  /** As Triton with implicit state: it lists no state among its inputs, and answers none. */
  function engine() {
    const sums = new Map<string, number>();
    const asked: Readonly<Record<string, unknown>>[] = [];
    const server: TensorServer = {
      isReady: async () => true,
      describe: async () => ({ takesBinary: true, metadata: { inputs: [{ name: 'x' }] } }),
      infer: async (inputs, _, { parameters = {} } = {}) => {
        asked.push({ inputs: inputs.map(({ name }) => name), ...parameters });
        const id = String(parameters['sequence_id']);
        const before = parameters['sequence_start'] === true ? 0 : (sums.get(id) ?? Number.NaN);
        const after = before + (new Float32Array((inputs[0]?.data ?? new Uint8Array()).slice().buffer)[0] ?? 0);
        sums.set(id, after);
        const data = new Uint8Array(Float32Array.of(after).buffer);
        return { id: undefined, outputs: [{ name: 'a', datatype: 'FP32', shape: [1], data }], parameters: {} };
      },
      close: () => undefined,
    };
    return { server, asked };
  }

  it('hears of the session instead of getting its state, which the relay does not hold', async () => {
    const { server, asked } = engine();
    const cloud = await serveTier(cloudContract, cloudRuns());
    const [block] = blocksOf(deviceContract);
    if (block === undefined) throw new Error('the device runs a block');
    const device = await serveTier(deviceContract, remoteEngineExecutor(server, block), cloud.address);
    await step(device, { id: 's', start: true, values: [1] });
    expect((await step(device, { id: 's', values: [2] })).y).toEqual([1, 3]);
    expect((await step(device, { id: 's', values: [4], end: true })).y).toEqual([1, 3, 7]);
    expect(asked.map((one) => ({ ...one, sequence_id: typeof one['sequence_id'] }))).toEqual([
      { inputs: ['x'], sequence_id: 'string', sequence_start: true },
      { inputs: ['x'], sequence_id: 'string' },
      { inputs: ['x'], sequence_id: 'string', sequence_end: true },
    ]);
    expect(await kept(device)).toEqual({ sessions: 0, bytes: 0 });
    const carried = await step(device, { id: 't', start: true, values: [1], carried: { sum: [5] } });
    expect(carried).toEqual({ status: 400, error: expect.stringMatching(/no request can carry it/) });
  });

  it('cannot go back, so that a step that fails ends the session', async () => {
    let fails = false;
    const runs = cloudRuns(() => {
      if (fails) throw new Refusal(500, 'Not this time.');
    });
    const cloud = await serveTier(cloudContract, runs);
    const [block] = blocksOf(deviceContract);
    if (block === undefined) throw new Error('the device runs a block');
    const device = await serveTier(deviceContract, remoteEngineExecutor(engine().server, block), cloud.address);
    await step(device, { id: 's', start: true, values: [1] });
    fails = true;
    expect((await step(device, { id: 's', values: [2] })).status).toBe(502);
    fails = false;
    expect((await step(device, { id: 's', values: [2] })).status).toBe(409);
    expect((await step(device, { id: 's', start: true, values: [2] })).y).toEqual([2]);
  });
});

describe('Sessions', () => {
  const limits = { maxSessions: 10, maxSessionBytes: 1000, sessionIdleMs: 1000 };
  const sequence = (more: object) => ({ caller: 'c', id: 's', isStart: false, isEnd: false, ...more });
  const { signal } = new AbortController();
  const done = async () => ({ result: 'done', state: [] });

  it('ends a session whose step the tier below does not count as it does', async () => {
    const sessions = new Sessions('edge', limits);
    await sessions.step(sequence({ isStart: true, step: 0 }), signal, done);
    await expect(sessions.step(sequence({ step: 0 }), signal, done)).rejects.toMatchObject({
      status: 409,
      message: expect.stringMatching(/has made 1 steps on tier edge, but 0 below it/),
    });
    await expect(sessions.step(sequence({ step: 1 }), signal, done)).rejects.toMatchObject({ status: 409 });
    expect(sessions.figures).toMatchObject({ sessions: 0, bytes: 0 });
  });

  it('ends a session that the tier below gives up in the middle of a step', async () => {
    const sessions = new Sessions('edge', limits);
    let finish: () => void = () => undefined;
    const slow = sessions.step(sequence({ isStart: true }), signal, async () => {
      await new Promise<void>((go) => {
        finish = go;
      });
      return { result: 'late', state: [] };
    });
    await Promise.resolve();
    await sessions.step(sequence({ id: 'other', isStart: true, isEnd: true, ended: ['s'] }), signal, done);
    finish();
    expect(await slow).toBe('late');
    expect(sessions.figures.sessions).toBe(0);
  });

  it('keeps nothing of 1,000 sessions', async () => {
    const sessions = new Sessions('edge', limits);
    const state = [{ name: 's', datatype: 'UINT8', shape: [10], data: new Uint8Array(10) }] as const;
    for (let id = 0; id < 1000; id += 1) {
      for (const at of [{ isStart: true }, {}, { isEnd: true }])
        await sessions.step(sequence({ id: String(id), ...at }), signal, async () => ({ result: 0, state }));
    }
    expect(sessions.figures).toEqual({ sessions: 0, bytes: 0, started: 1000, expired: 0 });
  });

  it('lets nobody wait longer than they want to', async () => {
    const sessions = new Sessions('edge', limits);
    let finish: () => void = () => undefined;
    const first = sessions.step(sequence({ isStart: true }), signal, async () => {
      await new Promise<void>((go) => {
        finish = go;
      });
      return { result: 1, state: [] };
    });
    const impatient = new AbortController();
    const second = sessions.step(sequence({}), impatient.signal, done);
    const third = sessions.step(sequence({}), signal, done);
    impatient.abort(new Refusal(504, 'Too late.'));
    await expect(second).rejects.toMatchObject({ status: 504 });
    finish();
    expect([await first, await third]).toEqual([1, 'done']);
  });
});
