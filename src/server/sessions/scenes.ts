import { say } from '../../shared/messages/say';
import type { Scene } from '../../shared/picture/scene';
import { DnnSplitError } from '../../shared/work/errors';
import type { CallOptions } from '../workers/workerClient';
import type { Workers } from '../workers/workers';

/** A picture that was begun before it was asked for. */
interface EarlyScene {
  readonly folds: string;
  readonly scene: Promise<Scene>;
  readonly controller: AbortController;
  /** Ends the wait for the one who asks. */
  readonly settle: () => void;
}

/** A page that has not asked by then is hidden: nothing waits for it any longer. */
const unaskedMs = 3000;

type Folded = readonly string[] | null;

/** Lays out the graphs of models, those that are about to be shown while they are still being planned. */
export class Scenes {
  /** By path; each is handed out once, and none outlives a change of its file. */
  readonly #early = new Map<string, EarlyScene>();
  /** Name of the graph that the layout worker was given last. */
  #lastKey: string | undefined;

  constructor(private readonly workers: Workers) {}

  /**
   * Begins with a picture that will be asked for.
   * @returns resolves when it was handed out or is not needed any more
   */
  begin(modelPath: string, folded: Folded, options: CallOptions): Promise<void> {
    const controller = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, controller.signal]) : controller.signal;
    const scene = this.#layOut(modelPath, folded, { ...options, signal });
    return new Promise((settle) => {
      const early = { folds: JSON.stringify(folded), scene, controller, settle };
      this.#drop(modelPath);
      this.#early.set(modelPath, early);
      void scene.then(
        () => setTimeout(settle, unaskedMs).unref(),
        () => {
          if (this.#early.get(modelPath) === early) this.#drop(modelPath);
        },
      );
    });
  }

  /**
   * Lays out a model's graph.
   * @throws DnnSplitError `canceled`, `worker-crashed`, those of the analysis
   */
  async layOut(modelPath: string, folded: Folded, options: CallOptions): Promise<Scene> {
    const early = this.#early.get(modelPath);
    this.#early.delete(modelPath);
    try {
      if (early?.folds === JSON.stringify(folded)) {
        const scene = await early.scene.catch(() => undefined);
        if (scene !== undefined) return scene;
      }
      early?.controller.abort();
      return await this.#layOut(modelPath, folded, options);
    } finally {
      early?.settle();
    }
  }

  /** Drops what was begun for a model that is not shown any more. */
  forget(modelPath: string): void {
    this.#drop(modelPath);
  }

  /** Drops all that was begun, because files have changed. */
  forgetAll(): void {
    for (const modelPath of [...this.#early.keys()]) this.#drop(modelPath);
  }

  #drop(modelPath: string): void {
    this.#early.get(modelPath)?.settle();
    this.#early.delete(modelPath);
  }

  /**
   * Lays out a graph inside of a node.
   * @throws DnnSplitError as `layOut`, and where there is no such body
   */
  layOutBody(modelPath: string, body: string, folded: Folded, options: CallOptions): Promise<Scene> {
    return this.#layOut(modelPath, folded, options, body);
  }

  /** The graph goes from worker to worker once; after that only its key does, unless the layout worker has lost it. */
  async #layOut(modelPath: string, folded: Folded, options: CallOptions, body?: string): Promise<Scene> {
    const { analysis, layout } = this.workers;
    layout.start();
    const wanted = { modelPath, ...(body !== undefined && { body }) };
    const { key, graph } = await analysis.call('graph', { ...wanted, unless: this.#lastKey ?? '' }, options);
    const scene = await layout.call('scene', { modelPath, key, folded, ...(graph && { graph }) }, options);
    this.#lastKey = key;
    if (scene !== null) return scene;
    this.#lastKey = undefined;
    const again = await analysis.call('graph', { ...wanted, unless: '' }, options);
    const retried = await layout.call('scene', { modelPath, folded, ...again }, options);
    if (retried === null) throw new DnnSplitError('internal', say('server.layoutLost', {}));
    return retried;
  }
}
