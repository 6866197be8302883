/** Measures on another machine: copied there with a model, it needs nothing but Node.js and ONNX Runtime. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { toErrorData } from '../../shared/errors';
import { machineName } from '../machine';
import { kernelTimes } from '../profiling/kernelTimes';
import { runModel } from '../profiling/profilingProcess';
import { readTraceEvents } from '../profiling/traceEvents';
import { type MeasuredAnswer, type MeasuringLine, type MeasuringOrder, measuringOrderSchema } from './answers';
import { answerLink } from './linkEnd';

if (process.argv[2] === 'link') answerLink(process.stdin, process.stdout);
else createInterface({ input: process.stdin }).once('line', (line) => void measure(line));

function say(line: MeasuringLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function measure(line: string): Promise<void> {
  try {
    say({ measured: await measured(measuringOrderSchema.parse(JSON.parse(line))) });
  } catch (thrown) {
    say({ failed: toErrorData(thrown).message.slice(0, 2000) });
    process.exitCode = 2;
  } finally {
    process.stdin.destroy();
  }
}

async function measured({ modelFile, warmup, ...order }: MeasuringOrder): Promise<MeasuredAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-measure-'));
  try {
    const { runtimeFolder, ...rest } = order;
    const facts = await runModel(
      {
        ...rest,
        ...(runtimeFolder !== undefined && { runtimeFolder }),
        ...{ modelPath: resolve(modelFile), tracePrefix: join(folder, 'trace') },
      },
      (done) => say({ done, of: 2 * order.runs }),
    );
    const trace = join(folder, readdirSync(folder)[0] ?? '');
    const { kernels, runs } = kernelTimes(readTraceEvents(trace), trace, warmup);
    return { machine: machineName(), runs, ...facts, kernels: [...kernels] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
