import { Worker } from 'node:worker_threads';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { CallMessage, ParamsOf, ReplyMessage, ResultOf, WorkerFunctions } from './rpc';

/** What a caller of a worker can add to a call. */
export interface CallOptions {
  /** Aborting makes the call reject with `canceled` at once; the worker is told by its shared flag. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: string, fraction: number | null) => void;
}

interface PendingCall {
  readonly message: CallMessage;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: DnnSplitError) => void;
  readonly onProgress: CallOptions['onProgress'];
}

/** What a worker thread loads once it runs. */
export interface WorkerProgram {
  /** Absolute path. */
  readonly program: string;
  /** Where its compiled form is kept between runs, if anywhere. */
  readonly codeFolder: string | undefined;
  /** Memory of whether the workspace is trusted. */
  readonly trust: SharedArrayBuffer;
}

export interface WorkerClientOptions {
  /** What the worker does, for sentences: `analysis`, `layout`. */
  readonly name: string;
  /** Absolute path of the script that the thread starts with. */
  readonly script: string;
  /** What that script is to load; nothing where it is the program itself. */
  readonly program?: WorkerProgram;
  /** A canceled call that has not answered after this time is in code that does not look at the flag: the worker is ended. */
  readonly graceMs: number;
  readonly onCrash?: (detail: string) => void;
}

/**
 * The calling side of a worker thread. The thread starts with the first call and again with the next call after it has
 * died; a death rejects everything that was waiting, so no call is ever left hanging.
 */
export class WorkerClient<Api extends WorkerFunctions<Api>> {
  readonly #pending = new Map<number, PendingCall>();
  /** Calls whose function has begun to run. */
  readonly #started = new Set<number>();
  /** Canceled calls that the worker has not answered, with their timer once they have begun to run. */
  readonly #canceling = new Map<number, NodeJS.Timeout | undefined>();
  #worker: Worker | undefined;
  /** All threads that have not ended, those that were given up included. */
  readonly #threads = new Set<Worker>();
  #lastId = 0;

  constructor(private readonly options: WorkerClientOptions) {}

  /** Thread id of the running worker, if it runs. */
  get threadId(): number | undefined {
    return this.#worker?.threadId;
  }

  /** True while a thread is in the middle of something, which may be a call into the system that never returns. */
  get isBusy(): boolean {
    const givenUp = this.#threads.size - (this.#worker === undefined ? 0 : 1);
    return this.#pending.size + this.#canceling.size + givenUp > 0;
  }

  /**
   * Runs one function of the worker.
   * @throws DnnSplitError what the function threw, `canceled`, or `worker-crashed`
   */
  call<Method extends keyof Api & string>(
    method: Method,
    params: ParamsOf<Api, Method>,
    { signal, onProgress }: CallOptions = {},
  ): Promise<ResultOf<Api, Method>> {
    if (signal?.aborted) return Promise.reject(canceledError());
    const id = ++this.#lastId;
    const cancelFlag = new SharedArrayBuffer(4);
    const message: CallMessage = { id, method, params, cancelFlag };
    return new Promise<unknown>((resolve, reject) => {
      const cancel = () => {
        Atomics.store(new Int32Array(cancelFlag), 0, 1);
        this.#abandon(id);
      };
      const settle =
        <Value>(finish: (value: Value) => void) =>
        (value: Value) => {
          signal?.removeEventListener('abort', cancel);
          finish(value);
        };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#pending.set(id, { message, resolve: settle(resolve), reject: settle(reject), onProgress });
      try {
        this.#running().postMessage(message);
      } catch (thrown) {
        this.#take(id)?.reject(
          new DnnSplitError(
            'internal',
            say('server.notStarted', { worker: this.options.name, reason: String(thrown) }),
          ),
        );
      }
    }) as Promise<ResultOf<Api, Method>>;
  }

  /** Starts the thread ahead of its first call, so that loading its program overlaps with other work. */
  start(): void {
    this.#running();
  }

  /** Ends the thread; whatever waits is rejected as canceled. The next call starts a new one. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#forgetWorker();
    this.#rejectAll(canceledError());
    await worker?.terminate();
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const { script, program, name } = this.options;
    const worker = new Worker(script, { name: `dnnsplit ${name}`, workerData: program });
    let detail = '';
    worker.on('message', (reply: ReplyMessage) => this.#receive(reply));
    worker.on('error', (error) => {
      detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on('messageerror', (error) => {
      detail = error.message;
      void worker.terminate();
    });
    this.#threads.add(worker);
    worker.on('exit', (code) => {
      this.#threads.delete(worker);
      if (this.#worker !== worker) return;
      this.#forgetWorker();
      this.options.onCrash?.(detail || `exit code ${code}`);
      this.#rejectAll(crashedError(this.options.name, detail || `exit code ${code}`));
    });
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #receive(reply: ReplyMessage): void {
    if (reply.kind === 'progress') {
      this.#pending.get(reply.id)?.onProgress?.(reply.stage, reply.fraction);
      return;
    }
    if (reply.kind === 'started') {
      this.#started.add(reply.id);
      if (this.#canceling.has(reply.id)) this.#watchCanceled(reply.id);
      return;
    }
    clearTimeout(this.#canceling.get(reply.id));
    this.#canceling.delete(reply.id);
    this.#started.delete(reply.id);
    const call = this.#take(reply.id);
    if (reply.kind === 'ok') call?.resolve(reply.ok);
    else call?.reject(DnnSplitError.fromData(reply.err));
  }

  /** Rejects a canceled call now and gives the worker a while to notice. */
  #abandon(id: number): void {
    this.#take(id)?.reject(canceledError());
    if (this.#worker === undefined) return;
    this.#canceling.set(id, undefined);
    if (this.#started.has(id)) this.#watchCanceled(id);
  }

  #watchCanceled(id: number): void {
    const worker = this.#worker;
    const timer = setTimeout(() => this.#replaceStuckWorker(worker), this.options.graceMs);
    timer.unref();
    this.#canceling.set(id, timer);
  }

  /** Ends a worker that does not react, and gives what else was waiting to a new one. */
  #replaceStuckWorker(stuck: Worker | undefined): void {
    if (stuck === undefined || this.#worker !== stuck) return;
    this.#forgetWorker();
    void stuck.terminate();
    if (this.#pending.size === 0) return;
    const fresh = this.#running();
    for (const call of this.#pending.values()) fresh.postMessage(call.message);
  }

  #forgetWorker(): void {
    this.#worker = undefined;
    for (const timer of this.#canceling.values()) clearTimeout(timer);
    this.#canceling.clear();
    this.#started.clear();
  }

  #rejectAll(error: DnnSplitError): void {
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of calls) call.reject(error);
  }

  #take(id: number): PendingCall | undefined {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    return call;
  }
}

function canceledError(): DnnSplitError {
  return new DnnSplitError('canceled', say('work.canceled', {}));
}

function crashedError(name: string, detail: string): DnnSplitError {
  const message = say('server.crashed', { worker: name });
  return new DnnSplitError('worker-crashed', message, undefined, detail);
}
