import { describe, expect, it } from 'vitest';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { createAnalysisFunctions } from '../../../src/server/workers/analysisFunctions';
import { practiceModel } from '../../../src/server/workers/practiceModel';
import { practise } from '../../../src/server/workers/practise';
import type { Workers } from '../../../src/server/workers/workers';
import type { Scene } from '../../../src/shared/picture/scene';
import { unwatched } from '../../../src/shared/work/work';

const elk = createElkEngine();

/** Threads that do what they are asked at once; one of them is busy with something else from some call on. */
class Threads {
  readonly asked: string[] = [];
  readonly scenes: Scene[] = [];
  readonly #functions = createAnalysisFunctions('/programs', () => 'own-folder');

  constructor(
    private readonly busy?: 'analysis' | 'layout',
    private readonly busyAfter = 0,
  ) {}

  get workers(): Workers {
    const isBusy = (thread: 'analysis' | 'layout') => this.busy === thread && this.asked.length >= this.busyAfter;
    const analysis = {
      get isBusy() {
        return isBusy('analysis');
      },
      call: async (method: 'practise' | 'forget', params: { blocks: number; modelPath: string }) => {
        this.asked.push(`analysis ${method}`);
        return this.#functions[method](params, unwatched);
      },
    };
    const layout = {
      get isBusy() {
        return isBusy('layout');
      },
      call: async (method: string, { graph }: { graph?: SplitGraph }) => {
        this.asked.push(`layout ${method}`);
        if (graph) this.scenes.push(await buildScene(graph, { folded: null }, elk, unwatched));
      },
    };
    return { analysis, layout } as unknown as Workers;
  }
}

describe('threads that nobody needs yet', () => {
  it('practise on models that are analyzed, planned and laid out, and keep none of them', async () => {
    const threads = new Threads();
    await practise(threads.workers);
    const [small, ...larger] = threads.scenes.map(({ nodes }) => nodes.length);
    expect(small).toBeGreaterThan(0);
    expect(Math.max(...larger)).toBeGreaterThan(small ?? Number.NaN);
    expect(threads.asked.slice(0, 5)).toEqual([
      'analysis forget',
      'layout forget',
      'analysis practise',
      'layout scene',
      'layout forget',
    ]);
    expect(threads.asked.at(-1)).toBe('layout forget');
  });

  it('stop as soon as somebody asks for something', async () => {
    for (const thread of ['analysis', 'layout'] as const) {
      for (const count of [2, 3, 5, 6]) {
        const threads = new Threads(thread, count);
        await practise(threads.workers);
        expect(threads.asked.length, `${thread} busy after ${count}`).toBe(count);
      }
    }
  });
});

describe('the model that is practised on', () => {
  it('is one that everything is known of', () => {
    const inferred = inferModel(readModel(bufferSource(practiceModel(3))), {});
    expect(inferred.diagnostics).toEqual([]);
    expect(inferred.nodes.length).toBe(21);
    expect(inferred.tensors.get('y2')?.shape).toEqual([1, 1, 8, 8]);
    expect(inferred.nodes.every(({ macs }) => macs !== undefined)).toBe(true);
  });
});
