/** A thread as its starter sees it. */
export interface PageWorker {
  /** @param transfer memory that it takes over */
  post(value: unknown, transfer: ArrayBuffer[]): void;
  terminate(): void;
}

interface PageWorkerListener {
  readonly message: (value: never) => void;
  /** It has thrown, or its program does not run. */
  readonly error: (message: string) => void;
}

/** Starts a thread that runs the text of a program. */
export type StartWorker = (program: string, name: string, listener: PageWorkerListener) => PageWorker;

/** As a browser does it. */
export const startPageWorker: StartWorker = (program, name, listener) => {
  const address = URL.createObjectURL(new Blob([program]));
  const worker = new Worker(address, { name });
  worker.onmessage = ({ data }) => {
    URL.revokeObjectURL(address);
    listener.message(data as never);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    listener.error(event.message);
  };
  return {
    post: (value, transfer) => worker.postMessage(value, transfer),
    terminate: () => worker.terminate(),
  };
};
