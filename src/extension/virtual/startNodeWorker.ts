import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

interface WorkerListener {
  readonly message: (value: never) => void;
  readonly error: (message: string) => void;
}

/** What a thread that stands in for one of a browser is told at its start. */
export interface PageThreadData {
  /** The text of what every thread in a browser begins with. */
  readonly program: string;
  /** Folder of the product's programs. */
  readonly folder: string;
}

/**
 * Starts threads of Node's that stand in for those of a browser, with what `src/web` expects of these.
 * @param folder of the product's programs
 */
export function nodeWorkers(folder: string) {
  return (program: string, name: string, listener: WorkerListener) => {
    const workerData: PageThreadData = { program, folder };
    const worker = new Worker(join(folder, 'pageThread.js'), { name, workerData });
    worker.on('message', (value) => listener.message(value as never));
    worker.on('error', (error) => listener.error(error instanceof Error ? error.message : String(error)));
    return {
      post: (value: unknown, transfer: ArrayBuffer[]) => worker.postMessage(value, transfer),
      terminate: () => void worker.terminate(),
    };
  };
}
