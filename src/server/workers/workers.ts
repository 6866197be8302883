import { join } from 'node:path';
import type { AnalysisFunctions } from './analysisApi';
import type { LayoutFunctions } from './layoutApi';
import { WorkerClient } from './workerClient';

/** The server's worker threads; each starts with its first call. */
export interface Workers {
  readonly analysis: WorkerClient<AnalysisFunctions>;
  readonly layout: WorkerClient<LayoutFunctions>;
}

/** Long enough for the analysis, which looks at its flag every few thousand steps. */
const analysisGraceMs = 3000;
/** ELK does not look at any flag. */
const layoutGraceMs = 500;

/** Workers whose programs lie in `folder`; `log` hears of crashes. */
export function createWorkers(folder: string, log: (text: string) => void): Workers {
  const crashLog = (name: string) => (detail: string) => log(`The ${name} worker stopped: ${detail}`);
  return {
    analysis: new WorkerClient({
      name: 'analysis',
      program: join(folder, 'analysisWorker.js'),
      graceMs: analysisGraceMs,
      onCrash: crashLog('analysis'),
    }),
    layout: new WorkerClient({
      name: 'layout',
      program: join(folder, 'layoutWorker.js'),
      graceMs: layoutGraceMs,
      onCrash: crashLog('layout'),
    }),
  };
}
