import { memoryOf } from '../files/entry';
import type { FromThread, ReadFiles, Start, StartThreads, ToThread } from './messages';
import type { PageWorker } from './startWorker';

export interface ThreadListener {
  readonly message: (value: unknown) => void;
  readonly error: (error: Error) => void;
  /** It ended by itself, or because its program does not run. */
  readonly exit: (code: number) => void;
}

/** A thread of the browser that runs one of the product's programs, seen from where it was started. */
export class StartedThread {
  readonly #worker: Promise<PageWorker>;
  #isEnded = false;

  constructor(
    start: Start,
    threads: StartThreads,
    private readonly readFiles: ReadFiles,
    private readonly listener: ThreadListener,
  ) {
    this.#worker = this.#begin(start, threads);
    this.#worker.catch((error: Error) => {
      listener.error(error);
      this.#end(1);
    });
  }

  post(value: unknown): void {
    this.#send({ kind: 'message', value });
  }

  tellChanged(paths: readonly string[]): void {
    this.#send({ kind: 'changed', paths });
  }

  terminate(): void {
    this.#isEnded = true;
    void this.#worker.then(
      (worker) => worker.terminate(),
      () => undefined,
    );
  }

  async #begin(start: Start, { programs: load, startWorker }: StartThreads): Promise<PageWorker> {
    const programs = await load();
    const worker = startWorker(programs.thread, `dnnsplit ${start.program}`, {
      message: (message: FromThread) => this.#receive(message),
      error: (message) => this.listener.error(new Error(message)),
    });
    worker.post({ kind: 'start', start, programs } satisfies ToThread, []);
    return worker;
  }

  #receive(message: FromThread): void {
    if (this.#isEnded) return;
    if (message.kind === 'message') this.listener.message(message.value);
    else if (message.kind === 'exit') this.#end(message.code);
    else {
      const { id, wants } = message;
      void this.readFiles(wants).then((entries) => this.#send({ kind: 'files', id, entries }));
    }
  }

  #end(code: number): void {
    if (this.#isEnded) return;
    this.terminate();
    this.listener.exit(code);
  }

  #send(message: ToThread): void {
    const send = (worker: PageWorker) =>
      worker.post(message, message.kind === 'files' ? memoryOf(message.entries) : []);
    void this.#worker.then(send, () => undefined);
  }
}
