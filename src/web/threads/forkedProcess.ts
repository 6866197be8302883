import { NodeEmitter } from '../node/emitter';
import { basename } from '../node/path';
import type { ReadFiles, StartThreads } from './messages';
import { StartedThread } from './startedThread';

/** Where the programs lie for each other. */
const programFolder = '/dnnsplit/dist';

export function programPath(name: string): string {
  return `${programFolder}/${name}`;
}

/** A thread that stands in for a process of Node's which was forked: what it says goes out as events. */
class ForkedProcess extends NodeEmitter {
  readonly pid = 1;
  readonly stdout = null;
  readonly stderr = null;
  readonly signalCode = null;
  exitCode: number | null = null;
  readonly #thread: StartedThread;

  constructor(program: string, args: readonly string[], threads: StartThreads, readFiles: ReadFiles) {
    super();
    this.#thread = new StartedThread(
      { program: programPath(basename(program.replaceAll('\\', '/'))), arguments: args },
      threads,
      readFiles,
      {
        message: (value) => this.emit('message', value),
        error: (error) => this.emit('error', error),
        exit: (code) => this.#end(code),
      },
    );
  }

  /** As Node does it: the callback hears of an error, of which there is none here. */
  send(value: unknown, _handle?: unknown, _options?: unknown, callback?: (error: null) => void): boolean {
    this.#thread.post(value);
    callback?.(null);
    return true;
  }

  kill(): boolean {
    this.#thread.terminate();
    this.#end(0);
    return true;
  }

  #end(code: number): void {
    if (this.exitCode !== null) return;
    this.exitCode = code;
    this.emit('exit', code, null);
    this.emit('close', code, null);
  }
}

/** What Node's `child_process` is where the product's own programs alone can be started. */
export function createChildProcess(threads: StartThreads, readFiles: ReadFiles) {
  const refuse = (program: unknown): never => {
    throw new Error(`${String(program)} cannot be started in a browser`);
  };
  return {
    fork: (program: string, args: readonly string[]) => new ForkedProcess(program, args, threads, readFiles),
    spawn: refuse,
    execFileSync: refuse,
  };
}
