/** A thread of Node's that looks like one of a browser's, for what every thread there begins with. */
import { parentPort, workerData } from 'node:worker_threads';
import { nodeWorkers, type PageThreadData } from './startNodeWorker';

const { program, folder }: PageThreadData = workerData;
const scope = Object.assign(globalThis, {
  self: globalThis,
  postMessage: (value: unknown) => parentPort?.postMessage(value),
  onmessage: (_event: { readonly data: unknown }) => undefined,
  dnnsplitStartWorker: nodeWorkers(folder),
});
new Function(program)();
parentPort?.on('message', (data: unknown) => scope.onmessage({ data }));
