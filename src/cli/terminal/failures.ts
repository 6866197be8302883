import { CommanderError } from 'commander';
import { visibleLines, visibleText } from '../../shared/escape/visible';
import { say as sayPlainly } from '../../shared/messages/say';
import { DnnSplitError, type ErrorData, toErrorData } from '../../shared/work/errors';
import { exitCodes, setExitCode } from './exitCode';
import { errorOutput, jsonText, standardOutput } from './output';

/**
 * Ends the process in words whatever goes wrong outside of a command: standard output that cannot be written, and faults of
 * this program. Node's own exit code for these is 1, which would read as a negative finding.
 */
export function endInWords(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Who reads a pipe may stop early, as `head` does; the finding stays what it is.
    if (error.code === 'EPIPE') return;
    say(`Could not write to standard output: ${visibleText(error.message)}.`);
    process.exit(exitCodes.refused);
  });
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', (thrown) => {
    tellFailure(thrown);
    process.exit();
  });
}

/**
 * Says on standard error what a command threw, where commander has not done so, and sets the exit code. A command that was
 * asked for JSON answers with the failure as JSON too, where its answer would have gone.
 */
export function tellFailure(cause: unknown): void {
  const thrown = isWithoutFolder(cause)
    ? new DnnSplitError('file-system', sayPlainly('disk.noWorkingFolder', {}))
    : cause;
  setExitCode(exitCodeOf(thrown));
  if (process.exitCode === exitCodes.done) return;
  if (!(thrown instanceof CommanderError)) sayFailure(thrown);
  if (process.argv.includes('--json')) printFailure(thrown);
}

/** True where a path was relative to a working folder that somebody has removed. */
function isWithoutFolder(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'uv_cwd';
}

/** What the process ends with after a failure. */
export function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.done : exitCodes.refused;
  if (!DnnSplitError.is(thrown) || thrown.code === 'internal') return exitCodes.internal;
  return thrown.code === 'infeasible' ? exitCodes.negative : exitCodes.refused;
}

/** Says a failure on standard error. */
export function sayFailure(thrown: unknown): void {
  const { code, message, detail } = toErrorData(thrown);
  say(
    code === 'internal'
      ? `DNNSplit hit an unexpected error. Please report it with the command and these lines:\n${visibleLines(detail ?? message)}`
      : visibleText(message),
  );
}

/** A failure as `--json` tells it. */
export function failureReport(thrown: unknown): object {
  const { code, message, place, remedy } = thrown instanceof CommanderError ? usageError(thrown) : toErrorData(thrown);
  const error = { code, message, ...(place && { place }), ...remedy };
  return { format: 'dnnsplit.error', formatVersion: 1, error };
}

function usageError({ code, message }: CommanderError): ErrorData {
  const text = code === 'commander.help' ? 'Name a command; --help lists them.' : message.replace(/^error: /, '');
  return { code: 'bad-usage', message: text };
}

function printFailure(thrown: unknown): void {
  // Where standard output is for a file, words about it go to standard error.
  const isTaken = process.argv.some((word, at) => word === '-' && /^(-o|--output)$/.test(process.argv[at - 1] ?? ''));
  try {
    (isTaken ? errorOutput : standardOutput).print(jsonText(failureReport(thrown)));
  } catch {
    // A fault that keeps JSON from being written has been told in words.
  }
}

/** @param text without characters that act on the terminal */
function say(text: string): void {
  process.stderr.write(`dnnsplit: ${text}\n`);
}
