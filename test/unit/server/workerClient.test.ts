import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WorkerClient } from '../../../src/server/workers/workerClient';
import { type Bundled, bundlePrograms } from '../../support/bundled';
import type { SampleFunctions } from './support/sampleWorker';

describe('a worker client', () => {
  let bundled: Bundled;
  let crashes: string[] = [];
  let client: WorkerClient<SampleFunctions>;

  const createClient = (graceMs: number, script = bundled.program('sample')) =>
    new WorkerClient<SampleFunctions>({ name: 'sample', script, graceMs, onCrash: (detail) => crashes.push(detail) });

  beforeAll(async () => {
    bundled = await bundlePrograms({ sample: 'test/unit/server/support/sampleWorker.ts' });
  });
  afterEach(async () => {
    await client.stop();
    crashes = [];
  });
  afterAll(() => bundled.remove());

  it('starts its thread with the first call', async () => {
    client = createClient(1000);
    expect(client.threadId).toBeUndefined();
    expect(await client.call('add', { a: 2, b: 3 })).toBe(5);
    expect(client.threadId).toBeGreaterThan(0);
  });

  it('hands errors over with code and place', async () => {
    client = createClient(1000);
    const call = client.call('fail', { message: 'Bad byte.' });
    await expect(call).rejects.toMatchObject({
      code: 'unreadable-model',
      message: 'Bad byte.',
      place: { byteOffset: 7 },
    });
  });

  it('reports progress in order, before the result', async () => {
    client = createClient(1000);
    const seen: string[] = [];
    await client.call('steps', { count: 4 }, { onProgress: (stage, fraction) => seen.push(`${stage} ${fraction}`) });
    expect(seen).toEqual(['step 0 0', 'step 1 0.25', 'step 2 0.5', 'step 3 0.75']);
  });

  it('stops a busy loop by the shared flag and keeps the thread', async () => {
    client = createClient(60_000);
    const controller = new AbortController();
    const spinning = client.call('spin', {}, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(spinning).rejects.toMatchObject({ code: 'canceled' });
    const thread = client.threadId;
    expect(await client.call('add', { a: 1, b: 1 })).toBe(2);
    expect(client.threadId).toBe(thread);
  });

  it('ends a thread that ignores the flag, and still answers what was waiting behind it', async () => {
    client = createClient(50);
    await client.call('add', { a: 0, b: 0 });
    const thread = client.threadId;
    const controller = new AbortController();
    const hanging = client.call('hang', {}, { signal: controller.signal, onProgress: () => controller.abort() });
    const waiting = client.call('add', { a: 20, b: 22 });
    await expect(hanging).rejects.toMatchObject({ code: 'canceled' });
    expect(await waiting).toBe(42);
    expect(client.threadId).not.toBe(thread);
  });

  it('does not end a thread for a canceled call that has not begun', async () => {
    // Long enough for a busy machine to let the thread see the flag in time.
    client = createClient(1000);
    await client.call('add', { a: 0, b: 0 });
    const thread = client.threadId;
    const first = new AbortController();
    const second = new AbortController();
    const spinning = client.call('spin', {}, { signal: first.signal });
    const queued = client.call('spin', {}, { signal: second.signal });
    second.abort();
    await expect(queued).rejects.toMatchObject({ code: 'canceled' });
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(client.threadId).toBe(thread);
    first.abort();
    await expect(spinning).rejects.toMatchObject({ code: 'canceled' });
    expect(await client.call('add', { a: 1, b: 2 })).toBe(3);
    expect(client.threadId).toBe(thread);
  });

  it('rejects everything that waits when the thread dies, and starts anew', async () => {
    client = createClient(1000);
    const dying = client.call('crash', {});
    const other = client.call('crash', {});
    await expect(dying).rejects.toMatchObject({ code: 'worker-crashed' });
    await expect(other).rejects.toMatchObject({
      code: 'worker-crashed',
      message: expect.not.stringMatching(/\n|boom/),
    });
    expect(crashes.join()).toContain('boom');
    expect(await client.call('add', { a: 4, b: 4 })).toBe(8);
  });

  it('rejects at once when it is canceled before it is sent', async () => {
    client = createClient(1000);
    const call = client.call('add', { a: 1, b: 1 }, { signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: 'canceled' });
    expect(client.threadId).toBeUndefined();
  });

  it('rejects a result that cannot be sent, and a program that is not there', async () => {
    client = createClient(1000);
    await expect(client.call('unclonable', {})).rejects.toMatchObject({ code: 'internal' });
    await client.stop();
    client = createClient(1000, '/nowhere/worker.js');
    await expect(client.call('add', { a: 1, b: 1 })).rejects.toMatchObject({ code: 'worker-crashed' });
  });

  it('rejects what waits when it is stopped', async () => {
    client = createClient(1000);
    const spinning = client.call('spin', {});
    const outcome = expect(spinning).rejects.toMatchObject({ code: 'canceled' });
    await client.stop();
    await outcome;
  });
});
