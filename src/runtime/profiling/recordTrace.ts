import { type ChildProcess, fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createScratchFolder, whileUnfinished } from '../../files/leftovers';
import { type Sentence, say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { ProfilingAnswer, ProfilingOrder } from './profilingMessages';

export interface TraceRequest extends Omit<ProfilingOrder, 'tracePrefix'> {
  /** Program and arguments whose process calls `serveProfilingOrder`. */
  readonly program: readonly [path: string, ...args: string[]];
  readonly onRun: (done: number, runs: number) => void;
}

/** What runs show besides the trace. */
export interface RunFacts {
  /** Of ONNX Runtime. */
  readonly version: string;
  /** Median time of a run of the whole model that was not traced. */
  readonly runMicroseconds: number;
}

/** Characters of the process's own words that are kept for the log. */
const keptWords = 4000;

/**
 * Runs a model with ONNX Runtime's profiling on, in a process of its own, and hands the trace to `use`; afterwards, and
 * when this process is ended by a signal, the trace is gone.
 * @param use takes the trace's path and what else the runs have shown.
 * @throws DnnSplitError `worker-crashed`, those of the process, those of `use`
 */
export async function recordTrace<Result>(
  request: TraceRequest,
  use: (tracePath: string, facts: RunFacts) => Result,
): Promise<Result> {
  const scratch = createScratchFolder();
  const [program, ...args] = request.program;
  const child = fork(program, args, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const ended = whileUnfinished(() => child.kill('SIGKILL'));
  try {
    const facts = await answerOf(child, { ...request, tracePrefix: join(scratch.path, 'trace') }, request);
    const [name] = readdirSync(scratch.path).filter((file) => file.endsWith('.json'));
    if (name === undefined) throw new DnnSplitError('internal', say('trace.none', {}));
    return use(join(scratch.path, name), facts);
  } finally {
    ended();
    child.kill('SIGKILL');
    scratch.remove();
  }
}

function answerOf(child: ChildProcess, order: ProfilingOrder, { onRun, runs }: TraceRequest): Promise<RunFacts> {
  return new Promise((resolve, reject) => {
    let words = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-keptWords);
    });
    child.on('message', (answer: ProfilingAnswer) => {
      if (answer.kind === 'failed') reject(DnnSplitError.fromData(answer.error));
      else if (answer.kind === 'done') resolve(answer);
      else onRun(answer.done, 2 * runs);
    });
    child.on('error', (error) => reject(new DnnSplitError('worker-crashed', crash(error.message, order), {}, words)));
    child.on('exit', (code, signal) => {
      const how = signal === null ? `code ${code}` : signal;
      reject(new DnnSplitError('worker-crashed', crash(how, order), {}, words));
    });
    const { modelPath, inputs, ranges, threads, optimization, tracePrefix, runtimeFolder } = order;
    const folder = runtimeFolder === undefined ? {} : { runtimeFolder };
    child.send(
      { modelPath, inputs, ranges, runs, threads, optimization, tracePrefix, ...folder } satisfies ProfilingOrder,
      () => {
        // A process that is gone already reports through 'exit'.
      },
    );
  });
}

function crash(how: string, { modelPath }: ProfilingOrder): Sentence {
  return say(how.startsWith('SIGKILL') ? 'trace.killed' : 'trace.crashed', { path: modelPath, how });
}
