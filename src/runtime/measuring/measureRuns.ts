import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { machineName } from '../machine';
import { kernelTimes } from '../profiling/kernelTimes';
import { runModel } from '../profiling/profilingProcess';
import { readTraceEvents } from '../profiling/traceEvents';
import type { MeasuredAnswer, MeasuringOrder } from './answers';

/**
 * Runs a model on this machine with all its operators timed, then as often as it is served.
 * @param progress hears of the part that is done, 0..1
 * @throws DnnSplitError `missing-runtime`, `unsupported-model`
 */
export async function measureRuns(
  { modelFile, warmup, ...order }: MeasuringOrder,
  progress: (fraction: number) => void,
): Promise<MeasuredAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-measure-'));
  try {
    const { runtimeFolder, ...rest } = order;
    const facts = await runModel(
      {
        ...rest,
        ...(runtimeFolder !== undefined && { runtimeFolder }),
        ...{ modelPath: resolve(modelFile), tracePrefix: join(folder, 'trace') },
      },
      (done) => progress(done / (2 * order.runs)),
    );
    const trace = join(folder, readdirSync(folder)[0] ?? '');
    const { kernels, runs } = kernelTimes(readTraceEvents(trace), trace, warmup);
    return { machine: machineName(), runs, ...facts, kernels: [...kernels] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
