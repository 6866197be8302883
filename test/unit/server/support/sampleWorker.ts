import { parentPort } from 'node:worker_threads';
import { serveWorker } from '../../../../src/server/workers/serveWorker';
import { DnnSplitError } from '../../../../src/shared/work/errors';
import { throwIfCanceled, type Work } from '../../../../src/shared/work/work';

/** Functions that behave in every way a worker can. */
export interface SampleFunctions {
  add(params: { readonly a: number; readonly b: number }): number;
  fail(params: { readonly message: string }): never;
  /** Computes until it is canceled, and looks at the flag. */
  spin(params: Record<string, never>, work: Work): never;
  /** Computes forever and looks at nothing. */
  hang(params: Record<string, never>, work: Work): never;
  crash(params: Record<string, never>): Promise<never>;
  steps(params: { readonly count: number }, work: Work): number;
  unclonable(params: Record<string, never>): unknown;
}

const functions: SampleFunctions = {
  add: ({ a, b }) => a + b,
  fail({ message }) {
    throw new DnnSplitError('unreadable-model', message, { byteOffset: 7 });
  },
  spin(_, work) {
    work.report('spinning');
    for (;;) throwIfCanceled(work);
  },
  hang(_, work) {
    work.report('hanging');
    for (;;);
  },
  crash: () => {
    setImmediate(() => {
      throw new Error('boom');
    });
    return new Promise(() => undefined);
  },
  steps({ count }, work) {
    for (let step = 0; step < count; step++) work.report(`step ${step}`, step / count);
    return count;
  },
  unclonable: () => () => undefined,
};

if (parentPort !== null) serveWorker(parentPort, functions);
