import { type Executor, unhurriedCall } from '../../runtime/executor';
import { onnxRuntimeExecutor } from '../../runtime/onnxRuntime';
import { randomInput, randomNumbers } from '../../runtime/randomInputs';
import type { Tensor } from '../../runtime/tensor';
import { interfaceOf } from '../../shared/documents/contractParts';
import { say } from '../../shared/messages/say';
import type { TrialReport, TrialTask } from '../../shared/reports/trial';
import { DnnSplitError } from '../../shared/work/errors';
import { type RunningChain, startChain } from '../chain/startChain';
import { readContract } from '../contract/contractFile';
import type { EmulatedShape } from '../execution/emulatedLink';
import { ChainClient, type RequestTimes } from './askChain';
import { trialReport } from './trialReport';

/** Between two runs of the whole model. */
const requestsBetween = 4;
/** Runs of each kind before any counts. */
const warmups = 3;
/** A hop's own time is looked at this many times, and not more often than the plan's requests. */
const mostOpenRequests = 30;

const openLink: EmulatedShape = { bandwidthMbps: Number.POSITIVE_INFINITY, latencyMs: 0 };

/**
 * Runs every tier of a plan on this machine, one process each, and asks the first one: in turn over links without limits and
 * over links as in the plan, then at a rate. In between it runs the whole model, which tells how fast the machine is just then.
 * @param progress hears of the part that is done, 0..1
 * @throws DnnSplitError `missing-runtime`, `unreadable-model`, `bad-usage`, `worker-crashed`, `canceled`
 */
export async function runTrial(
  task: TrialTask,
  progress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<TrialReport> {
  const contract = await readContract(task.contractPaths[0] ?? '');
  if (contract.formatVersion !== 1) throw new DnnSplitError('bad-usage', say('trial.adaptive', {}));
  const random = randomNumbers(task.seed);
  const inputs = interfaceOf(contract).inputs.map((tensor) =>
    randomInput(tensor, task.dimensions, random, task.ranges),
  );
  const { runtimeFolder, threads } = task;
  const whole = await onnxRuntimeExecutor(task.modelPath, { runtimeFolder, threads, graphOptimization: 'all' });
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const chain = await start(task, stopping.signal);
    const client = new ChainClient(chain.port, contract.model, stopping.signal);
    const broken = chain.ended.then(() => Promise.reject(new DnnSplitError('canceled', say('work.canceled', {}))));
    try {
      const measuring = measure(task, { chain, client, whole, inputs, progress });
      return trialReport(task, { model: contract.model, ...(await Promise.race([measuring, broken])) });
    } finally {
      client.close();
      stop();
      await chain.ended.catch(() => undefined);
      await broken.catch(() => undefined);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await whole.close();
  }
}

function start(task: TrialTask, signal: AbortSignal): Promise<RunningChain> {
  return startChain({
    program: process.argv[1] ?? '',
    contractPaths: task.contractPaths,
    links: task.links.map(() => openLink),
    emulates: true,
    threads: task.threads,
    ...(task.runtimeFolder !== undefined && { runtimeFolder: task.runtimeFolder }),
    port: 0,
    signal,
    log: (line) => void process.stderr.write(`${line}\n`),
  });
}

interface Bench {
  readonly chain: RunningChain;
  readonly client: ChainClient;
  readonly whole: Executor;
  readonly inputs: readonly Tensor[];
  readonly progress: (fraction: number) => void;
}

async function measure(task: TrialTask, bench: Bench) {
  const { chain, client, whole, inputs, progress } = bench;
  const { requests, ratePerSecond } = task;
  const openRequests = Math.min(requests, mostOpenRequests);
  const all = openRequests + requests + (ratePerSecond === undefined ? 0 : requests);
  const yardstickMs: number[] = [];
  const runWhole = async () => {
    const begin = performance.now();
    await whole.run(inputs, unhurriedCall);
    return performance.now() - begin;
  };
  for (let run = 0; run < warmups; run += 1) {
    await runWhole();
    await client.ask(inputs);
  }
  const open: RequestTimes[] = [];
  const shaped: RequestTimes[] = [];
  const askSome = async (times: RequestTimes[], most: number) => {
    for (let at = 0; at < requestsBetween && times.length < most; at += 1) {
      if (at === 0) yardstickMs.push(await runWhole());
      times.push(await client.ask(inputs));
      progress((open.length + shaped.length) / all);
    }
  };
  const reshape = (linkAt: (index: number) => EmulatedShape | undefined) => {
    if (task.shaping) for (const [index, link] of chain.links.entries()) link.reshape(linkAt(index) ?? openLink);
  };
  // In turn, so that a machine that slows down slows both: what a hop takes by itself is told apart from what its link takes.
  while (shaped.length < requests) {
    reshape(() => openLink);
    await askSome(open, openRequests);
    reshape((index) => task.links[index]);
    await askSome(shaped, requests);
  }
  const rate = ratePerSecond === undefined ? undefined : await client.askAtRate(inputs, requests, ratePerSecond);
  progress(1);
  return { open, shaped, yardstickMs, rate };
}
