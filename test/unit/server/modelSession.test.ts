import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelSession } from '../../../src/server/sessions/modelSession';
import type { AnalysisFunctions, ModelState, StateRequest } from '../../../src/server/workers/analysisApi';
import type { CallOptions, WorkerClient } from '../../../src/server/workers/workerClient';
import type { ModelSnapshot } from '../../../src/shared/protocol/requests';
import { DnnSplitError } from '../../../src/shared/work/errors';

/** A worker that plans at once and compares until it is told to stop or to finish. */
class FakeWorker {
  readonly comparisons: AbortSignal[] = [];
  readonly maps: AbortSignal[] = [];
  finish: () => void = () => undefined;
  finishMap: () => void = () => undefined;

  readonly client = {
    call: (method: string, { compare }: StateRequest, { signal }: CallOptions = {}) => {
      if (method === 'regions' && signal) return this.#map(signal);
      return compare && signal ? this.#compare(signal) : Promise.resolve(stateWith(0));
    },
  } as unknown as WorkerClient<AnalysisFunctions>;

  #map(signal: AbortSignal): Promise<unknown> {
    this.maps.push(signal);
    return this.#until(signal, (resolve) => {
      this.finishMap = () => resolve({ regions: [] });
    });
  }

  #compare(signal: AbortSignal): Promise<unknown> {
    this.comparisons.push(signal);
    return this.#until(signal, (resolve) => {
      this.finish = () => resolve(stateWith(1));
    });
  }

  #until(signal: AbortSignal, begin: (resolve: (value: unknown) => void) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      begin(resolve);
      signal.addEventListener('abort', () => reject(new DnnSplitError('canceled', 'Not wanted any more.')));
    });
  }
}

const stateWith = (strategies: number) =>
  ({ analysis: {}, plan: { strategies: new Array(strategies).fill({}) } }) as unknown as ModelState;

async function opened() {
  const worker = new FakeWorker();
  const snapshots: ModelSnapshot[] = [];
  const listener = { changed: (snapshot: ModelSnapshot) => snapshots.push(snapshot), progress: () => undefined };
  const session = new ModelSession('/m.onnx', 'file:///m.onnx', worker.client, listener);
  await session.settled();
  const compared = () => snapshots.at(-1)?.plan?.strategies.length;
  return { worker, session, compared };
}

describe('a session', () => {
  it('lets what a person waits for go before the comparison of strategies, which comes after it', async () => {
    const { worker, session, compared } = await opened();
    await expect.poll(() => worker.comparisons.length).toBe(1);
    const wasInterrupted = await session.ahead(async () => worker.comparisons[0]?.aborted);
    expect(wasInterrupted).toBe(true);
    await expect.poll(() => worker.comparisons.length).toBe(2);
    worker.finish();
    await expect.poll(compared).toBe(1);
    session.dispose();
  });

  it('compares again also after what was asked has failed, and not once it has compared', async () => {
    const { worker, session, compared } = await opened();
    await expect.poll(() => worker.comparisons.length).toBe(1);
    await expect(session.ahead(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect.poll(() => worker.comparisons.length).toBe(2);
    worker.finish();
    await expect.poll(compared).toBe(1);
    await session.ahead(async () => undefined);
    // Were it compared again, an answer that comes later than its delay would meet a third comparison.
    await session.ahead(() => new Promise((resolve) => setTimeout(resolve, 400)));
    expect(worker.comparisons.length).toBe(2);
    session.dispose();
  });

  it('begins a map again that made room, and breaks it off for a change', async () => {
    const { worker, session } = await opened();
    const signal = new AbortController().signal;
    const map = session.regions([0, 1], signal);
    await expect.poll(() => worker.maps.length).toBe(1);
    expect(await session.ahead(async () => worker.maps[0]?.aborted)).toBe(true);
    await expect.poll(() => worker.maps.length).toBe(2);
    worker.finishMap();
    expect(await map).toEqual({ regions: [] });
    const overtaken = session.regions([0, 1], signal);
    await expect.poll(() => worker.maps.length).toBe(3);
    const refused = expect(overtaken).rejects.toThrow('Not wanted');
    await session.override({ objective: 'cost' });
    await refused;
    expect(worker.maps.length).toBe(3);
    session.dispose();
  });

  it('shows what is known of a model whose plan takes long, and the plan alone where it does not', async () => {
    const pending: ((state: ModelState) => void)[] = [];
    const call = (method: string, { compare }: StateRequest) => {
      if (method === 'analysis') return Promise.resolve({ analysis: {} });
      return compare ? Promise.resolve(stateWith(1)) : new Promise((resolve) => pending.push(resolve));
    };
    const told: ModelSnapshot[] = [];
    const listener = { changed: (snapshot: ModelSnapshot) => told.push(snapshot), progress: () => undefined };
    const open = () =>
      new ModelSession('/m.onnx', 'file:///m.onnx', { call } as unknown as WorkerClient<AnalysisFunctions>, listener);
    const [slow, quick] = [open(), open()];
    const opening = slow.settled();
    await expect.poll(() => told).toMatchObject([{ state: 'analyzing', analysis: {} }]);
    expect(told[0]).not.toHaveProperty('plan');
    pending[0]?.(stateWith(0));
    expect(await opening).toMatchObject({ state: 'ready', revision: 2, plan: {} });
    slow.dispose();
    const openingQuick = quick.settled();
    await expect.poll(() => pending.length).toBe(2);
    pending[1]?.(stateWith(0));
    expect(await openingQuick).toMatchObject({ state: 'ready', revision: 1 });
    quick.dispose();
  });

  it('shows at once what took long to be known, however soon its plan comes', async () => {
    const later = <Value>(delayMs: number, value: Value) =>
      new Promise<Value>((resolve) => setTimeout(() => resolve(value), delayMs));
    const call = (method: string) => (method === 'analysis' ? later(450, { analysis: {} }) : later(100, stateWith(0)));
    const told: ModelSnapshot[] = [];
    const listener = { changed: (snapshot: ModelSnapshot) => told.push(snapshot), progress: () => undefined };
    const client = { call } as unknown as WorkerClient<AnalysisFunctions>;
    const session = new ModelSession('/m.onnx', 'file:///m.onnx', client, listener);
    await session.settled();
    expect(told).toMatchObject([{ state: 'analyzing' }, { state: 'ready' }]);
    session.dispose();
  });

  it('gives up a first run that nobody waits for any more, also where the model itself is shown', async () => {
    let run: AbortSignal | undefined;
    const call = (method: string, _: StateRequest, { signal }: CallOptions) => {
      if (method !== 'state') return Promise.resolve(stateWith(0));
      run = signal;
      return new Promise((_, reject) =>
        signal?.addEventListener('abort', () => reject(new DnnSplitError('canceled', ''))),
      );
    };
    const told: ModelSnapshot[] = [];
    const listener = { changed: (snapshot: ModelSnapshot) => told.push(snapshot), progress: () => undefined };
    const worker = { call } as unknown as WorkerClient<AnalysisFunctions>;
    const session = new ModelSession('/m.onnx', 'file:///m.onnx', worker, listener);
    const waiting = new AbortController();
    const opening = expect(session.settled({ signal: waiting.signal })).rejects.toThrow();
    await expect.poll(() => told.length).toBe(1);
    waiting.abort();
    await opening;
    expect(run?.aborted).toBe(true);
    // Whoever opens it again sees it early again.
    const again = expect(session.settled()).rejects.toThrow();
    await expect.poll(() => told.length).toBe(2);
    session.dispose();
    await again;
  });

  it('runs again where a file has changed since the run under way began, and only then', async () => {
    const model = join(mkdtempSync(join(tmpdir(), 'dnnsplit-session-')), 'm.onnx');
    writeFileSync(model, '');
    const runs: (() => void)[] = [];
    const call = (method: string, { compare }: StateRequest) =>
      compare || method === 'analysis'
        ? Promise.resolve(stateWith(1))
        : new Promise((resolve) => runs.push(() => resolve(stateWith(0))));
    const worker = { call } as unknown as WorkerClient<AnalysisFunctions>;
    const listener = { changed: () => undefined, progress: () => undefined };
    const session = new ModelSession(model, `file://${model}`, worker, listener);
    const opening = session.settled();
    await expect.poll(() => runs.length).toBe(1);
    session.recheck();
    runs[0]?.();
    await opening;
    expect(runs.length).toBe(1);
    session.recheck();
    const again = session.settled();
    writeFileSync(join(dirname(model), 'dnnsplit.json'), '{}');
    session.recheck();
    runs[1]?.();
    await expect.poll(() => runs.length).toBe(3);
    runs[2]?.();
    await again;
    session.dispose();
    rmSync(dirname(model), { recursive: true });
  });
});
