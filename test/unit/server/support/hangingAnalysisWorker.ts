import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { createAnalysisFunctions } from '../../../../src/server/workers/analysisFunctions';
import { serveWorker } from '../../../../src/server/workers/serveWorker';
import { Trust } from '../../../../src/server/workers/trust';

/** The analysis worker, but a model named `hanging.onnx` is a pipe that nobody writes to, and it is read without a look. */
const functions = createAnalysisFunctions(__dirname, new Trust(workerData.trust).reach);

if (parentPort !== null) {
  serveWorker(parentPort, {
    ...functions,
    analysis(params: Parameters<typeof functions.analysis>[0], work: Parameters<typeof functions.analysis>[1]) {
      if (params.modelPath.endsWith('hanging.onnx')) {
        work.report('Waiting for ever');
        readFileSync(params.modelPath);
      }
      return functions.analysis(params, work);
    },
  });
}
