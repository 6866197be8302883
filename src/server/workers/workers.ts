import { join } from 'node:path';
import type { AnalysisFunctions } from './analysisApi';
import type { LayoutFunctions } from './layoutApi';
import type { Trust } from './trust';
import { WorkerClient } from './workerClient';

/** The server's worker threads; each starts with its first call. */
export interface Workers {
  /** Hears of threads that ended by themselves. */
  onCrash: (text: string) => void;
  readonly analysis: WorkerClient<AnalysisFunctions>;
  readonly layout: WorkerClient<LayoutFunctions>;
}

/** Long enough for the analysis, which looks at its flag every few thousand steps. */
const analysisGraceMs = 3000;
/** ELK does not look at any flag. */
const layoutGraceMs = 500;

/**
 * Workers whose programs lie in `folder`.
 * @param codeFolder where their compiled form is kept between runs
 * @param trust what they know of the workspace
 */
export function createWorkers(folder: string, codeFolder: string | undefined, trust: Trust): Workers {
  const options = (name: string, graceMs: number) => ({
    name,
    script: join(folder, 'worker.js'),
    program: { program: join(folder, `${name}Worker.js`), codeFolder, trust: trust.memory },
    graceMs,
    onCrash: (detail: string) => workers.onCrash(`The ${name} worker stopped: ${detail}`),
  });
  const workers: Workers = {
    onCrash: () => undefined,
    analysis: new WorkerClient(options('analysis', analysisGraceMs)),
    layout: new WorkerClient(options('layout', layoutGraceMs)),
  };
  return workers;
}
