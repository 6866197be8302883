import { NodeEmitter } from '../node/emitter';
import type { ReadFiles, StartThreads } from './messages';
import { StartedThread } from './startedThread';

/** What Node's `Worker` is, as far as the programs use it. */
interface NodeWorker extends NodeEmitter {
  readonly threadId: number;
  postMessage(value: unknown): void;
  unref(): void;
  terminate(): Promise<number>;
}

type NodeWorkerClass = new (program: string, options?: { readonly workerData?: unknown }) => NodeWorker;

let lastThreadId = 0;

/**
 * The class of worker threads.
 * @param running those that run, which hear of changed files
 */
export function workerClass(threads: StartThreads, readFiles: ReadFiles, running: Set<StartedThread>): NodeWorkerClass {
  return class extends NodeEmitter {
    readonly threadId = ++lastThreadId;
    readonly #thread: StartedThread;

    constructor(program: string, { workerData }: { readonly workerData?: unknown } = {}) {
      super();
      const start = { program, arguments: [], worker: { data: workerData } };
      this.#thread = new StartedThread(start, threads, readFiles, {
        message: (value) => this.emit('message', value),
        error: (error) => {
          this.emit('error', error);
          this.#end(1);
        },
        exit: (code) => this.#end(code),
      });
      running.add(this.#thread);
    }

    postMessage(value: unknown): void {
      this.#thread.post(value);
    }

    unref(): void {
      // Nothing in a browser waits for threads.
    }

    async terminate(): Promise<number> {
      this.#end(1);
      return 1;
    }

    #end(code: number): void {
      if (!running.delete(this.#thread)) return;
      this.#thread.terminate();
      // As Node does it: never before whoever ends a thread has gone on.
      queueMicrotask(() => this.emit('exit', code));
    }
  };
}
