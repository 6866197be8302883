import { parentPort, workerData } from 'node:worker_threads';
import { createAnalysisFunctions } from '../../../../src/server/workers/analysisFunctions';
import { serveWorker } from '../../../../src/server/workers/serveWorker';
import { Trust } from '../../../../src/server/workers/trust';

/** The analysis worker, but a model named `crash.onnx` ends it, and one named `endless.onnx` never ends. */
const functions = createAnalysisFunctions(__dirname, new Trust(workerData.trust).reach);

if (parentPort !== null) {
  serveWorker(parentPort, {
    ...functions,
    state(params: Parameters<typeof functions.state>[0], work: Parameters<typeof functions.state>[1]) {
      if (params.modelPath.endsWith('crash.onnx')) process.exit(7);
      if (params.modelPath.endsWith('endless.onnx')) work.report('Going round in circles');
      while (params.modelPath.endsWith('endless.onnx') && !work.canceled());
      return functions.state(params, work);
    },
  });
}
