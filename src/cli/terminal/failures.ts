import { CommanderError } from 'commander';
import { DnnSplitError, toErrorData } from '../../shared/errors';
import { visibleLines, visibleText } from '../../shared/escape/visible';
import { exitCodes, setExitCode } from './exitCode';

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
  process.on('uncaughtException', (thrown) => process.exit(told(thrown)));
}

/** Says on standard error what a command threw, where commander has not done so, and sets the exit code. */
export function tellFailure(thrown: unknown): void {
  setExitCode(told(thrown));
}

/** @returns the exit code */
function told(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.done : exitCodes.refused;
  if (isWithoutFolder(thrown)) {
    say('The working folder does not exist any more. Change to another folder.');
    return exitCodes.refused;
  }
  const { code, message, detail } = toErrorData(thrown);
  if (code === 'internal') {
    say(
      `DNNSplit hit an unexpected error. Please report it with the command and these lines:\n${visibleLines(detail ?? message)}`,
    );
    return exitCodes.internal;
  }
  say(visibleText(message));
  return DnnSplitError.is(thrown, 'infeasible') ? exitCodes.negative : exitCodes.refused;
}

/** True where a path was relative to a working folder that somebody has removed. */
function isWithoutFolder(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'uv_cwd';
}

/** @param text without characters that act on the terminal */
function say(text: string): void {
  process.stderr.write(`dnnsplit: ${text}\n`);
}
