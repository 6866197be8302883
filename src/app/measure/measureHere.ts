import { type MeasuredAnswer, measuredAnswerSchema } from '../../runtime/measuring/answers';
import { type ProgramOptions, runProgramTask } from '../tasks/programTask';
import { type MeasurableModel, type MeasuringRuns, measuringOrder } from './measuringOrder';

/** Nothing is left of a measurement that nobody waits for but a temporary file. */
const graceMs = 200;

/**
 * Runs a model on this machine with all its operators timed, in a process of its own.
 * @throws DnnSplitError `missing-runtime`, `unsupported-model`, and as `runProgramTask`
 */
export function measureHere(
  model: MeasurableModel,
  { runs, runtimeFolder }: { readonly runs: MeasuringRuns; readonly runtimeFolder: string },
  run: ProgramOptions,
): Promise<MeasuredAnswer> {
  const task = measuringOrder(model, runs, runtimeFolder);
  return runProgramTask({ command: 'profile', task, report: measuredAnswerSchema, graceMs }, run);
}
