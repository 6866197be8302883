import { describe, expect, it } from 'vitest';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { Scenes } from '../../../src/server/sessions/scenes';
import type { CallOptions } from '../../../src/server/workers/workerClient';
import type { Workers } from '../../../src/server/workers/workers';
import type { Scene } from '../../../src/shared/picture/scene';
import { DnnSplitError } from '../../../src/shared/work/errors';

const graph: SplitGraph = { nodes: [], tensors: [], inputs: [], outputs: [] };

/** Workers that note what they are asked; the layout knows the graphs that it was given. */
class FakeWorkers {
  readonly asked: string[] = [];
  key = 'first';
  readonly known = new Set<string>();
  signals: (AbortSignal | undefined)[] = [];

  readonly workers = {
    onCrash: () => undefined,
    analysis: { call: (method: string, params: { unless: string }) => this.#analysis(method, params) },
    layout: {
      start: () => undefined,
      call: (_: string, params: { key: string; graph?: SplitGraph; folded: string[] | null }, options: CallOptions) =>
        this.#layout(params, options),
    },
  } as unknown as Workers;

  async #analysis(method: string, { unless }: { unless: string }) {
    this.asked.push(`${method} unless ${unless}`);
    if (this.key === 'broken') throw new DnnSplitError('unreadable-model', 'Bad bytes.');
    return this.key === unless ? { key: this.key } : { key: this.key, graph };
  }

  async #layout(params: { key: string; graph?: SplitGraph; folded: string[] | null }, options: CallOptions) {
    this.signals.push(options.signal);
    if (params.graph) this.known.add(params.key);
    if (!this.known.has(params.key)) return null;
    this.asked.push(`scene of ${params.key}, folded ${params.folded}`);
    return { folded: params.folded ?? [], width: this.asked.length } as unknown as Scene;
  }
}

/** Everything that can happen without a timer has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('scenes', () => {
  it('hand out once what was begun before it was asked for', async () => {
    const fake = new FakeWorkers();
    const scenes = new Scenes(fake.workers);
    void scenes.begin('/m.onnx', null, {});
    const first = await scenes.layOut('/m.onnx', null, {});
    expect(fake.asked).toEqual(['graph unless ', 'scene of first, folded null']);
    expect(await scenes.layOut('/m.onnx', null, {})).not.toBe(first);
    expect(fake.asked.length).toBe(4);
  });

  it('give up what was begun with other folds', async () => {
    const fake = new FakeWorkers();
    const scenes = new Scenes(fake.workers);
    void scenes.begin('/m.onnx', null, {});
    expect((await scenes.layOut('/m.onnx', ['a'], {})).folded).toEqual(['a']);
    expect(fake.signals.map((signal) => signal?.aborted ?? false)).toEqual([true, false]);
  });

  it('do not hand out what was begun before a file changed or the model was closed', async () => {
    for (const drop of [(scenes: Scenes) => scenes.forgetAll(), (scenes: Scenes) => scenes.forget('/m.onnx')]) {
      const fake = new FakeWorkers();
      const scenes = new Scenes(fake.workers);
      void scenes.begin('/m.onnx', null, {});
      await settled();
      fake.key = 'second';
      drop(scenes);
      await scenes.layOut('/m.onnx', null, {});
      expect(fake.asked.at(-1)).toBe('scene of second, folded null');
    }
  });

  it('tell when a picture is out of the way: handed out, dropped, or failed', async () => {
    const fake = new FakeWorkers();
    const scenes = new Scenes(fake.workers);
    let isOut = false;
    const begin = () => {
      isOut = false;
      void scenes.begin('/m.onnx', null, {}).then(() => {
        isOut = true;
      });
      return settled();
    };
    await begin();
    expect(isOut).toBe(false);
    await scenes.layOut('/m.onnx', null, {});
    await settled();
    expect(isOut).toBe(true);
    await begin();
    expect(isOut).toBe(false);
    scenes.forget('/m.onnx');
    await settled();
    expect(isOut).toBe(true);
    fake.key = 'broken';
    await begin();
    expect(isOut).toBe(true);
  });

  it('send a graph once, and again to a layout that has lost it', async () => {
    const fake = new FakeWorkers();
    const scenes = new Scenes(fake.workers);
    await scenes.layOut('/m.onnx', null, {});
    await scenes.layOut('/m.onnx', ['a'], {});
    fake.known.clear();
    expect((await scenes.layOut('/m.onnx', ['b'], {})).folded).toEqual(['b']);
    expect(fake.asked.filter((one) => one.startsWith('graph'))).toEqual([
      'graph unless ',
      'graph unless first',
      'graph unless first',
      'graph unless ',
    ]);
  });

  it('do not fail for what nobody asked, and tell the one who asks', async () => {
    const fake = new FakeWorkers();
    fake.key = 'broken';
    const scenes = new Scenes(fake.workers);
    await scenes.begin('/m.onnx', null, {});
    await expect(scenes.layOut('/m.onnx', null, {})).rejects.toThrow('Bad bytes.');
  });
});
