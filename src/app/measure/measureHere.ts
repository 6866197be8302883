import { type MeasuredAnswer, measuredAnswerSchema } from '../../runtime/measuring/answers';
import type { WayValues } from '../../shared/protocol/requests';
import { type WayTask, wayReportSchema } from '../../shared/reports/way';
import { type ProgramOptions, runProgramTask } from '../tasks/programTask';
import { wayFacts } from './measureLink';
import { type MeasurableModel, type MeasuringRuns, measuringOrder } from './measuringOrder';

/** Nothing is left of a measurement that nobody waits for but at most a temporary file. */
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

/**
 * Measures the way from this machine to a relay that runs, in a process of its own.
 * @throws DnnSplitError `bad-usage` where no relay answers there, and as `runProgramTask`
 */
export async function measureWayFromHere(
  address: string,
  token: string | undefined,
  run: ProgramOptions,
): Promise<WayValues> {
  const task: WayTask = { address, ...(token !== undefined && { token }) };
  return wayFacts(await runProgramTask({ command: 'way', task, report: wayReportSchema, graceMs }, run));
}
