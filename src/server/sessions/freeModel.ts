import type { Workers } from '../workers/workers';

/** A thread that is busy when the last model is closed is looked at again after this time. */
const restAfterMs = 5000;

/**
 * Frees what the threads keep for a model that nobody shows any more. With the last one the threads themselves end: one that
 * does nothing gives no memory back, and the next call starts another.
 */
export function freeModel(workers: Workers, modelPath: string, isAnyOpen: () => boolean): void {
  const { analysis, layout } = workers;
  if (!isAnyOpen()) {
    rest(workers, isAnyOpen);
    return;
  }
  // A thread that does not run has nothing to forget.
  if (analysis.threadId !== undefined) void analysis.call('forget', { modelPath }).catch(() => undefined);
  if (layout.threadId !== undefined) void layout.call('forget', { modelPath }).catch(() => undefined);
}

function rest(workers: Workers, isAnyOpen: () => boolean): void {
  if (isAnyOpen()) return;
  const { analysis, layout } = workers;
  if (!analysis.isBusy) void analysis.stop();
  if (!layout.isBusy) void layout.stop();
  if (analysis.isBusy || layout.isBusy) setTimeout(() => rest(workers, isAnyOpen), restAfterMs).unref();
}
