import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { DnnSplitError, toErrorData } from '../../shared/errors';
import { say } from '../../shared/messages/say';
import { loadOnnxRuntime, type OnnxRuntime } from '../onnxRuntime';
import { randomNumbers } from '../randomInputs';
import type { ProfilingAnswer, ProfilingOrder } from './profilingMessages';
import { randomTensor } from './randomTensors';

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
      .then((version): ProfilingAnswer => ({ kind: 'done', version }))
      .catch((thrown: unknown): ProfilingAnswer => ({ kind: 'failed', error: toErrorData(thrown) }))
      .then((answer) => say(answer, () => process.disconnect()));
  });
}

/** Words to the parent are this far apart, so that they do not disturb what is measured. */
const progressMs = 100;

/** @returns the version of ONNX Runtime */
async function runModel(order: ProfilingOrder, onRun: (done: number) => void): Promise<string> {
  const runtime = loadOnnxRuntime(order.runtimeFolder);
  const session = await createSession(runtime, order);
  const random = randomNumbers(1);
  const feeds: Record<string, Tensor> = {};
  for (const input of order.inputs) feeds[input.name] = randomTensor(runtime.Tensor, input, random);
  let lastWords = performance.now();
  for (let run = 1; run <= order.runs; run++) {
    await runOnce(session, feeds);
    if (run < order.runs && performance.now() - lastWords < progressMs) continue;
    lastWords = performance.now();
    onRun(run);
  }
  session.endProfiling();
  await session.release();
  return runtime.env.versions.node ?? runtime.env.versions.common;
}

async function createSession(runtime: OnnxRuntime, order: ProfilingOrder): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(order.modelPath, {
      graphOptimizationLevel: 'disabled',
      executionMode: 'sequential',
      intraOpNumThreads: order.threads,
      interOpNumThreads: 1,
      enableProfiling: true,
      profileFilePrefix: order.tracePrefix,
      logSeverityLevel: 4,
    });
  } catch (thrown) {
    const message = say('runtime.cannotLoad', { path: order.modelPath, reason: firstLine(thrown) });
    throw new DnnSplitError('unsupported-model', message, { path: order.modelPath });
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
