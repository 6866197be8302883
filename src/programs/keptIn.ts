import type { Keeping } from './loadProgram';

/** By then a program that goes on has run most of what it ever runs. */
const settledAfterMs = 8000;

/** How a program that goes on keeps its compiled form in a folder, if there is one. */
export function keptIn(folder: string | undefined, afterMs = settledAfterMs): Keeping | undefined {
  return folder === undefined ? undefined : { folder, whenSettled: (keep) => void setTimeout(keep, afterMs).unref() };
}
