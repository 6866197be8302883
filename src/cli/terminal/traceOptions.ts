import { type Command, Option } from 'commander';
import type { PolicyTrace } from '../../app/plan/policyTable';
import type { TraceGoal } from '../../engine/planning/bandwidths/traceChoices';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { parseNonNegative, parsePositive } from './arguments';

/** What a command says of a bandwidth trace and of requests over it. */
export interface TraceOptions {
  readonly trace?: string;
  readonly traceScale: number;
  readonly every: number;
  readonly switchMs: number;
  readonly late?: number;
  readonly least: TraceGoal;
}

/** Adds `--trace` and what belongs to it. @param description what the command does with the trace */
export function addTraceOptions(command: Command, description: string): Command {
  return command
    .option('--trace <file>', `${description}, a CSV file with the line seconds,mbps`)
    .option('--trace-scale <factor>', 'with --trace: multiply its bandwidths', parsePositive, 1)
    .option('--every <seconds>', 'with --trace: time between two requests', parsePositive, 1)
    .option(
      '--switch-ms <number>',
      'with --trace: how much longer a request takes that changes the cut',
      parseNonNegative,
      0,
    )
    .option('--late <ms>', 'with --trace: answers later than this are missed', parsePositive)
    .addOption(
      new Option('--least <figure>', 'with --trace: what to keep least')
        .choices(['mean', 'p95', 'missed'])
        .default('mean'),
    );
}

/** The trace that the options name, with what is asked of it; none where they name none. @throws DnnSplitError `bad-usage`, `file-system` */
export async function traceAsked(options: TraceOptions): Promise<PolicyTrace | undefined> {
  if (options.trace === undefined) return undefined;
  const { parseTrace } = await import('../../engine/planning/bandwidths/trace');
  const { readTextFile } = await import('../../files/regularFile');
  if (options.least === 'missed' && options.late === undefined)
    throw new DnnSplitError('bad-usage', say('command.late', {}));
  return {
    trace: parseTrace(readTextFile(options.trace, 'bandwidths'), options.traceScale),
    goal: options.least,
    everyS: options.every,
    switchMs: options.switchMs,
    lateMs: options.late,
  };
}

/** What `--trace` does where a split follows the bandwidth. */
export const policyTraceText =
  'with --adaptive: choose cuts by a table that is best over a bandwidth trace of the link';

/** The trace for which a split that follows a link chooses its cuts. @throws DnnSplitError `bad-usage` without such a link */
export async function policyTrace(
  options: TraceOptions,
  links: readonly number[] | undefined,
): Promise<PolicyTrace | undefined> {
  if (options.trace !== undefined && links === undefined)
    throw new DnnSplitError('bad-usage', say('command.traceWithoutLink', {}));
  return await traceAsked(options);
}
