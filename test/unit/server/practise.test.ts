import { describe, expect, it } from 'vitest';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { graphOfText } from '../../../src/engine/picture/layout/graphText';
import type { AnalysisFunctions } from '../../../src/server/workers/analysisApi';
import { createAnalysisFunctions } from '../../../src/server/workers/analysisFunctions';
import { practise } from '../../../src/server/workers/practise';
import type { Workers } from '../../../src/server/workers/workers';
import { unwatched } from '../../../src/shared/work/work';

const sample = 'media/sample/mobilenetv2.onnx';
const opening = ['analysis analysis', 'analysis graph', 'analysis state', 'analysis overlay', 'layout scene'];
const forgetting = ['analysis forget', 'layout forget'];

/** Threads that do what they are asked at once; one of them is busy with something else from some call on. */
class Threads {
  readonly asked: string[] = [];
  boxes = 0;
  readonly #functions = createAnalysisFunctions('/programs', () => 'own-folder');
  readonly #elk = createElkEngine();

  constructor(
    private readonly busy?: 'analysis' | 'layout',
    private readonly busyAfter = 0,
  ) {}

  get workers(): Workers {
    const thread = (name: 'analysis' | 'layout', run: (method: string, params: never) => unknown) => {
      const isBusy = () => this.busy === name && this.asked.length >= this.busyAfter;
      return {
        get isBusy() {
          return isBusy();
        },
        call: async (method: string, params: never) => {
          this.asked.push(`${name} ${method}`);
          return run(method, params);
        },
      };
    };
    return {
      analysis: thread('analysis', (method, params) =>
        this.#functions[method as keyof AnalysisFunctions](params, unwatched),
      ),
      layout: thread('layout', async (method, { graph }) => {
        if (method === 'scene')
          this.boxes = (await buildScene(graphOfText(graph), { folded: null }, this.#elk)).nodes.length;
      }),
    } as unknown as Workers;
  }
}

describe('threads that nobody needs yet', () => {
  it('open the sample and forget it, several times over', async () => {
    const threads = new Threads();
    await practise(threads.workers, sample);
    expect(threads.boxes).toBeGreaterThan(1);
    const round = [...opening, ...forgetting];
    expect(threads.asked).toEqual([...forgetting, ...new Array(6).fill(round).flat(), ...forgetting]);
  });

  it('stop as soon as somebody asks for something, and keep nothing of it', async () => {
    for (const thread of ['analysis', 'layout'] as const) {
      for (const steps of [0, 1, 2, 3, 4, 5, 7]) {
        const threads = new Threads(thread, forgetting.length + steps);
        await practise(threads.workers, sample);
        const taken = [...opening, ...forgetting].slice(0, steps);
        expect(threads.asked, `${thread} busy after ${steps} steps`).toEqual([...forgetting, ...taken, ...forgetting]);
      }
    }
  });

  it('only load where there is no sample', async () => {
    const threads = new Threads();
    await expect(practise(threads.workers, '/nowhere/model.onnx')).rejects.toMatchObject({ code: 'file-system' });
    expect(threads.asked).toEqual([...forgetting, 'analysis analysis']);
  });
});
