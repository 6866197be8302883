import { writeFileAtomically } from '../../files/atomicFile';
import { type WriteRule, writeTarget } from '../../files/writeTarget';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { errorOutput, type Output, standardOutput } from './output';

/** What stands for standard output where a file is asked for. */
const standardOutputName = '-';

/**
 * Looks whether a file may be written before any work is done for it.
 * @throws DnnSplitError `file-exists`, `file-system`
 */
export function checkOutputFile(path: string, overwrite: boolean): void {
  if (path !== standardOutputName) writeTarget(path, { overwrite, inputs: [] });
}

/** A folder cannot go to standard output. @throws DnnSplitError `bad-usage` */
export function checkOutputFolder(path: string): void {
  if (path !== standardOutputName) return;
  throw new DnnSplitError('bad-usage', say('command.oneOutput', {}));
}

/**
 * Writes the file that a command makes, whole or not at all; `-` is standard output.
 * @throws DnnSplitError `file-exists`, `file-system`
 */
export function writeOutputFile(path: string, content: string | Uint8Array, rule: WriteRule): void {
  if (path === standardOutputName) process.stdout.write(content);
  else writeFileAtomically(path, content, rule);
}

/** Where the words about a file go: not where the file itself goes. */
export function outputBeside(path: string | undefined): Output {
  return path === standardOutputName ? errorOutput : standardOutput;
}
