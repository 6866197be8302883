/**
 * Every thread in a browser begins here: it gives a program of the product what Node gives it elsewhere, and runs it. The
 * programs themselves are those of the desktop.
 */
import { HeldFiles } from './files/heldFiles';
import { NodeBuffer } from './node/buffer';
import { nodeModules } from './node/modules';
import { dirname } from './node/path';
import { NodeProcess } from './node/process';
import { nodeTimers } from './node/timers';
import { changedPaths } from './threads/changedPaths';
import type { FromThread, Programs, ReadFiles, Start, ToThread } from './threads/messages';
import { missingReader } from './threads/missingReader';
import { RepeatedCalls } from './threads/repeatedCalls';
import type { StartedThread } from './threads/startedThread';
import { type StartWorker, startPageWorker } from './threads/startWorker';
import { workerClass } from './threads/workerThreads';

declare const self: DedicatedWorkerGlobalScope & { dnnsplitScript?: unknown; dnnsplitStartWorker?: StartWorker };

/** A desktop gives its own: threads of Node's, which stand in for those of a browser. */
const startWorker = self.dnnsplitStartWorker ?? startPageWorker;
const files = new HeldFiles();
const threads = new Set<StartedThread>();
const asked = new Map<number, (entries: Awaited<ReturnType<ReadFiles>>) => void>();
let lastId = 0;
let receive: (value: unknown) => void = () => undefined;

const send = (message: FromThread): void => self.postMessage(message);

const readFiles: ReadFiles = (wants) =>
  new Promise((resolve) => {
    asked.set(++lastId, resolve);
    send({ kind: 'wants', id: lastId, wants });
  });

/** Asks the editor for what seemed to be missing. @returns true where something is there */
const readMissing = missingReader(files, readFiles);

function forget(paths: readonly string[]): void {
  if (paths.length === 0) return;
  files.forget(paths);
  for (const thread of threads) thread.tellChanged(paths);
}

self.onmessage = ({ data }: MessageEvent<ToThread>): void => {
  if (data.kind === 'message') receive(data.value);
  else if (data.kind === 'changed') forget(data.paths);
  else if (data.kind === 'files') {
    asked.get(data.id)?.(data.entries);
    asked.delete(data.id);
  } else run(data.start, data.programs);
};

/** Runs a program to the point from which on it only answers. */
function run({ program, arguments: args, worker }: Start, programs: Programs): void {
  const sendValue = (value: unknown) => send({ kind: 'message', value });
  const end = (code: number) => send({ kind: 'exit', code });
  const process = new NodeProcess(program, args, end, worker === undefined ? sendValue : undefined);
  const port = new RepeatedCalls(files, async () => void (await readMissing()), sendValue);
  const own = {
    vm: { constants: {}, Script: ThreadScript },
    module: { createRequire: () => requireModule },
    worker_threads: {
      isMainThread: worker === undefined,
      parentPort: worker === undefined ? null : port,
      workerData: worker?.data,
      Worker: workerClass({ programs: async () => programs, startWorker }, readFiles, threads),
    },
  };
  const requireModule = nodeModules({ process, files, programs: programs.byPath, own });
  // Only pages that ask for it share memory between threads; elsewhere each thread has its copy.
  const globals = { ...nodeTimers, process, Buffer: NodeBuffer, global: self };
  Object.assign(self, globals, typeof SharedArrayBuffer === 'undefined' && { SharedArrayBuffer: ArrayBuffer });
  receive = worker === undefined ? (value) => receiveForServer(process, value) : (call) => port.receive(call as never);
  const wrapped = new ThreadScript(
    `(function (exports, require, module, __filename, __dirname) {${programs.byPath.get(program) ?? ''}\n})`,
  ).runInThisContext() as (...values: readonly unknown[]) => void;
  const module = { exports: {} };
  wrapped(module.exports, requireModule, module, program, dirname(program));
}

/**
 * A message to the server. It reads little itself, to say which models a configuration applies to: where something was
 * missing for that, it looks again once the editor has said what is there.
 */
function receiveForServer(process: NodeProcess, value: unknown): void {
  forget(changedPaths(value));
  process.emit('message', value);
  setTimeout(() => {
    if (!files.wantsAny) return;
    const lookAgain = { jsonrpc: '2.0', method: 'workspace/didChangeWatchedFiles', params: { changes: [] } };
    void readMissing().then((isAnyThere) => {
      if (isAnyThere) receiveForServer(process, lookAgain);
    });
  });
}

/** What Node's `vm.Script` is: a text that is loaded as a script of its own, so that no page has to allow `eval`. */
class ThreadScript {
  constructor(private readonly text: string) {}

  runInThisContext(): unknown {
    if (typeof importScripts === 'undefined') return new Function(`return ${this.text}`)();
    const address = URL.createObjectURL(new Blob(['self.dnnsplitScript=', this.text], { type: 'text/javascript' }));
    try {
      importScripts(address);
    } finally {
      URL.revokeObjectURL(address);
    }
    const result = self.dnnsplitScript;
    delete self.dnnsplitScript;
    return result;
  }

  createCachedData(): NodeBuffer {
    return NodeBuffer.alloc(0);
  }
}
