import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { say } from '../../shared/messages/say';
import { median } from '../../shared/statistics';
import { DnnSplitError, toErrorData } from '../../shared/work/errors';
import { loadOnnxRuntime, type OnnxRuntime } from '../onnxRuntime';
import { toOrt } from '../ortTensors';
import { randomInput, randomNumbers } from '../randomInputs';
import type { InputSpec } from './modelInputs';
import type { ProfilingAnswer, ProfilingOrder } from './profilingMessages';
import type { RunFacts } from './recordTrace';

/**
 * The process that runs a model with profiling on, apart from its parent because native code may crash. It takes one order
 * over the channel to its parent and ends with its answer, or as soon as its parent is gone.
 */
export function serveProfilingOrder(): void {
  process.once('disconnect', () => process.exit());
  // Ctrl+C reaches the whole group of processes; the parent ends this one once it knows.
  process.on('SIGINT', () => {});
  process.once('message', (order: ProfilingOrder) => {
    const say = (answer: ProfilingAnswer, sent = () => {}) => process.send?.(answer, sent);
    runModel(order, (done) => say({ kind: 'progress', done }))
      .then((facts): ProfilingAnswer => ({ kind: 'done', ...facts }))
      .catch((thrown: unknown): ProfilingAnswer => ({ kind: 'failed', error: toErrorData(thrown) }))
      .then((answer) => say(answer, () => process.disconnect()));
  });
}

/** Words to the parent are this far apart, so that they do not disturb what is measured. */
const progressMs = 100;

/** Traced runs, then as many that are not: writing a trace takes time itself. */
export async function runModel(order: ProfilingOrder, onRun: (done: number) => void): Promise<RunFacts> {
  const runtime = loadOnnxRuntime(order.runtimeFolder);
  const random = randomNumbers(1);
  const feeds: Record<string, Tensor> = {};
  for (const input of order.inputs) feeds[input.name] = ortInput(runtime, order, input, random);
  let lastWords = performance.now();
  const tell = (done: number) => {
    if (done < 2 * order.runs && performance.now() - lastWords < progressMs) return;
    lastWords = performance.now();
    onRun(done);
  };
  const traced = await createSession(runtime, order, true);
  for (let run = 1; run <= order.runs; run++) {
    await runOnce(traced, feeds);
    tell(run);
  }
  traced.endProfiling();
  await traced.release();
  const session = await createSession(runtime, order, false);
  const microseconds: number[] = [];
  for (let run = 1; run <= order.runs; run++) {
    const start = performance.now();
    await runOnce(session, feeds);
    microseconds.push((performance.now() - start) * 1e3);
    tell(order.runs + run);
  }
  await session.release();
  const { node, common } = runtime.env.versions;
  // The first runs warm up.
  return { version: node ?? common, runMicroseconds: median(microseconds.slice(Math.min(3, order.runs >> 1))) };
}

/** @throws DnnSplitError `unsupported-model` for types that ONNX Runtime for Node.js cannot be given */
function ortInput(runtime: OnnxRuntime, { ranges }: ProfilingOrder, input: InputSpec, random: () => number): Tensor {
  try {
    return toOrt(runtime, randomInput(input, {}, random, ranges));
  } catch {
    const message = say('trace.dtype', { input: input.name, dtype: input.dtype });
    throw new DnnSplitError('unsupported-model', message);
  }
}

async function createSession(
  runtime: OnnxRuntime,
  { modelPath, optimization, threads, tracePrefix }: ProfilingOrder,
  isTraced: boolean,
): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(modelPath, {
      graphOptimizationLevel: optimization,
      executionMode: 'sequential',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      ...(isTraced && { enableProfiling: true, profileFilePrefix: tracePrefix }),
      logSeverityLevel: 4,
    });
  } catch (thrown) {
    const message = say('runtime.cannotLoad', { path: modelPath, reason: firstLine(thrown) });
    throw new DnnSplitError('unsupported-model', message, { path: modelPath });
  }
}

async function runOnce(session: InferenceSession, feeds: Readonly<Record<string, Tensor>>): Promise<void> {
  try {
    await session.run(feeds);
  } catch (thrown) {
    const message = say('runtime.cannotRun', { reason: firstLine(thrown) });
    throw new DnnSplitError('unsupported-model', message);
  }
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? '';
}
