import { createWriteStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';

/** What stands for standard input where a file is asked for, and for standard output. */
export const streamName = '-';

/** All text of standard input. It is awaited: a pipe whose writer is slower has nothing to read at once. */
export async function inputText(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/**
 * Writes standard input to a file as it comes.
 * @throws DnnSplitError `unreadable-model` where nothing came
 */
export async function keepInput(path: string): Promise<void> {
  await pipeline(process.stdin, createWriteStream(path));
  if (statSync(path).size === 0) {
    throw new DnnSplitError('unreadable-model', say('analysis.empty', { path: 'Standard input' }));
  }
}
