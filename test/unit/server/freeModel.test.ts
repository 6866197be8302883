import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { graphText } from '../../../src/engine/picture/layout/graphText';
import { freeModel } from '../../../src/server/sessions/freeModel';
import type { SessionListener } from '../../../src/server/sessions/modelSession';
import { Sessions } from '../../../src/server/sessions/sessions';
import type { LayoutFunctions } from '../../../src/server/workers/layoutApi';
import { WorkerClient } from '../../../src/server/workers/workerClient';
import type { Workers } from '../../../src/server/workers/workers';
import { type Bundled, bundlePrograms } from '../../support/bundled';

/** A thread that notes what it is told. */
function fakeWorker(told: string[], name: string) {
  return {
    threadId: 1,
    isBusy: false,
    call: async (method: string, { modelPath }: { modelPath: string }) => {
      told.push(`${name} ${method} ${modelPath}`);
      return { analysis: {} };
    },
    stop: async () => void told.push(`${name} stop`),
  };
}

function fakeWorkers() {
  const told: string[] = [];
  const [analysis, layout] = [fakeWorker(told, 'analysis'), fakeWorker(told, 'layout')];
  return { told, analysis, layout, workers: { analysis, layout } as unknown as Workers };
}

describe('what the threads keep of a model', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('goes with the model while another one is open', () => {
    const { workers, told } = fakeWorkers();
    freeModel(workers, '/m.onnx', () => true);
    expect(told).toEqual(['analysis forget /m.onnx', 'layout forget /m.onnx']);
  });

  it('goes with the threads once none is open', () => {
    const { workers, told } = fakeWorkers();
    freeModel(workers, '/m.onnx', () => false);
    expect(told).toEqual(['analysis stop', 'layout stop']);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(2);
  });

  it('stays while a thread is busy, and goes afterwards', () => {
    const { workers, told, analysis } = fakeWorkers();
    analysis.isBusy = true;
    freeModel(workers, '/m.onnx', () => false);
    expect(told).toEqual(['layout stop']);
    vi.advanceTimersByTime(6000);
    expect(told).not.toContain('analysis stop');
    analysis.isBusy = false;
    vi.advanceTimersByTime(6000);
    expect(told).toContain('analysis stop');
  });

  it('stays where a model was opened meanwhile', () => {
    const { workers, told, analysis } = fakeWorkers();
    let isAnyOpen = false;
    analysis.isBusy = true;
    freeModel(workers, '/m.onnx', () => isAnyOpen);
    isAnyOpen = true;
    analysis.isBusy = false;
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(['layout stop']);
  });

  it('is let go some time after the last view has closed, not while a tab moves', async () => {
    const { workers } = fakeWorkers();
    const closed: string[] = [];
    const listener: SessionListener = { changed: () => undefined, progress: () => undefined };
    const sessions = new Sessions(workers.analysis, { ...listener, closed: (path) => void closed.push(path) });
    const modelUri = 'file:///m.onnx';
    await sessions.open(modelUri, {});
    await sessions.open(modelUri, {});
    sessions.close(modelUri);
    vi.advanceTimersByTime(60_000);
    expect(closed).toEqual([]);
    sessions.close(modelUri);
    await sessions.open(modelUri, {});
    vi.advanceTimersByTime(60_000);
    expect([closed, sessions.all.length]).toEqual([[], 1]);
    sessions.close(modelUri);
    vi.advanceTimersByTime(60_000);
    expect([closed, sessions.all.length]).toEqual([['/m.onnx'], 0]);
    sessions.dispose();
  });
});

describe('the layout thread', () => {
  let bundled: Bundled;
  beforeAll(async () => {
    bundled = await bundlePrograms({ layoutWorker: 'src/server/workers/layoutWorker.ts' });
  });
  afterAll(async () => bundled.remove());

  it('forgets the graphs of one model', async () => {
    const options = { name: 'layout', script: bundled.program('layoutWorker'), graceMs: 5000 };
    const layout = new WorkerClient<LayoutFunctions>(options);
    const graph = graphText({ nodes: [], tensors: [], inputs: [], outputs: [] });
    const scene = (name: string, sent: { graph?: string } = {}) =>
      layout.call('scene', { modelPath: `/${name}.onnx`, key: name, folded: null, ...sent });
    for (const name of ['a', 'b']) await scene(name, { graph });
    await layout.call('forget', { modelPath: '/a.onnx' });
    expect(await scene('a')).toBeNull();
    expect(await scene('b')).not.toBeNull();
    await layout.stop();
  });
});
